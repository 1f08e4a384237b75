import { isAbsolute, posix } from 'node:path';
import {
  build,
  type OnLoadArgs,
  type OnLoadResult,
  type OnResolveArgs,
  type OnResolveResult,
  type Plugin,
} from 'esbuild';
import { withoutComputedRequires } from '../../hook-build/bundle/computed-requires.ts';
import { loaderOf } from '../../hook-build/bundle/loaders.ts';
import { Resolver } from '../../hook-build/bundle/resolve.ts';
import { isBuiltin, parseRequired } from '../../hook-build/module-name.ts';
import { messageOf } from '../../shared/errors.ts';
import { UsageError } from '../../shared/usage-error.ts';
import { FolderFiles } from './folder-files.ts';

export type OneScript = {
  code: string;
  /** Whether the file needs no other of its folder. */
  isAlone: boolean;
  /** Modules of npm that the code imports, each once. */
  modules: string[];
};

const ENTRY = 'entry';
const FOLDER = 'folder';

/**
 * One script of a file and the files of its folder that it imports. The bundler asks here for all of it, and never looks for a file itself.
 *
 * @param folder Its real path.
 * @param file Of the folder, with slashes.
 * @param name What the script exports as `handler`.
 * @throws {UsageError}
 */
export async function oneScript(folder: string, file: string, name: string): Promise<OneScript> {
  const modules = new Set<string>();
  try {
    const { outputFiles, metafile } = await build({
      entryPoints: [ENTRY],
      bundle: true,
      write: false,
      metafile: true,
      format: 'cjs',
      platform: 'node',
      target: 'esnext',
      charset: 'utf8',
      tsconfigRaw: '{}',
      logLevel: 'silent',
      plugins: [ofFolder(folder, { file, name }, (module) => modules.add(module))],
    });
    const isAlone = Object.keys(metafile.inputs).length === 2;
    return { code: outputFiles[0]?.text ?? '', isAlone, modules: [...modules] };
  } catch (error) {
    throw new UsageError(`The handler cannot be made one script: ${messageOf(error)}`);
  }
}

function ofFolder(
  folder: string,
  { file, name }: { file: string; name: string },
  onModule: (name: string) => void,
): Plugin {
  const files = new FolderFiles(folder);
  const resolver = new Resolver(files);

  function resolve({ path, kind, importer }: OnResolveArgs): OnResolveResult {
    if (kind === 'entry-point') return { path: ENTRY, namespace: ENTRY };
    const isOfFolder = /^(?:\.|#)/.test(path) || isAbsolute(path);
    if (kind === 'require-resolve' || !isOfFolder) {
      const module = parseRequired(path)?.name;
      if (module !== undefined && !isBuiltin(path)) onModule(module);
      return { path, external: true };
    }
    const found = importer === ENTRY ? file : resolved(path, importer, kind === 'require-call' ? 'require' : 'import');
    return found !== undefined && files.has(found)
      ? { path: found, namespace: FOLDER }
      : { errors: [{ text: `${path} is not in ${folder}, or no regular file` }] };
  }

  function resolved(path: string, importer: string, kind: 'require' | 'import'): string | undefined {
    if (isAbsolute(path)) return undefined;
    // TypeScript is imported by the name of what will be made of it.
    const asTypeScript = /^(.*\.[cm]?)js$/.exec(path)?.[1];
    return (
      resolver.resolve(path, importer, kind) ??
      (asTypeScript === undefined ? undefined : resolver.resolve(`${asTypeScript}ts`, importer, kind))
    );
  }

  async function load({ path, namespace, with: attributes }: OnLoadArgs): Promise<OnLoadResult> {
    if (namespace === ENTRY) {
      return { contents: `export { ${name} as handler } from ${JSON.stringify(`./${file}`)};`, loader: 'js' };
    }
    const loader = attributes.type === 'text' ? 'text' : loaderOf(path);
    if (loader === undefined) return { errors: [{ text: `${posix.basename(path)} is no code` }] };
    const text = files.read(path).toString();
    const isCode = loader !== 'json' && loader !== 'text';
    return { contents: isCode ? await withoutComputedRequires(text, path, loader) : text, loader };
  }

  return {
    name: 'of-folder',
    setup(build) {
      build.onResolve({ filter: /.*/ }, resolve);
      build.onLoad({ filter: /.*/ }, load);
    },
  };
}
