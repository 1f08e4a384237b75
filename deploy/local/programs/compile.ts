import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, extname, join, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { decode, encode, type SourceMapSegment } from '@jridgewell/sourcemap-codec';
import type { Loader, Plugin } from 'esbuild';
import { MODULE_ENDING, COMPILED_ENDING } from '../../../shared/own-module.ts';
import { systemCode } from '../servers/errors.ts';

/** What a start of hookmint runs, each in a process of its own: without their endings. */
const PROGRAMS = [
  'cli/cli',
  'deploy/local/launcher',
  'deploy/local/guardian-process',
  'services/hook-executor/sandbox/inspected/guardian',
  ...[
    'gateway',
    'hook-executor',
    'hook-executor/sandbox',
    'hook-executor/sandbox/inspected',
    'management',
    'signer',
  ].map((name) => `services/${name}/main`),
  ...['bundler', 'fetcher'].map((name) => `hook-build/process/${name}`),
  ...['confine', 'probe'].map((name) => `shared/process-wall/${name}`),
];

/** Native code, and packages that find files of theirs by their own place. */
const LEFT_OUT = ['esbuild', 'isolated-vm', 'mongodb-memory-server-core', 'node-stdlib-browser', 'pino-pretty'];

const RUNTIME_MODULE = join('services/hook-executor/isolate', `bundle-globals${MODULE_ENDING}`);

/**
 * Makes one file of each program with all that it imports, so that its start reads one file where it read hundreds. They are put in place at
 * once, by whoever is first.
 *
 * @param root hookmint's folder.
 * @param folder Where they are put, laid out as their sources are; what is there stays.
 */
export async function compilePrograms(root: string, folder: string): Promise<void> {
  // Of no use to a start whose programs are there.
  const { build } = await import('esbuild');
  const made = mkdtempSync(`${folder}-`);
  try {
    const { outputFiles } = await build({
      absWorkingDir: root,
      entryPoints: PROGRAMS.map((program) => program + MODULE_ENDING),
      outbase: root,
      outdir: made,
      outExtension: { '.js': COMPILED_ENDING },
      bundle: true,
      format: 'esm',
      platform: 'node',
      target: `node${process.versions.node}`,
      sourcemap: 'linked',
      sourcesContent: false,
      external: LEFT_OUT,
      define: { COMPILED_PROGRAMS: JSON.stringify(folder) },
      // For the packages that are CommonJS.
      banner: {
        js: "import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.url);",
      },
      logLevel: 'silent',
      write: false,
      plugins: [nodeAsItIs(), asFromItsPlace(root)],
    });
    for (const { path, contents, text } of outputFiles) {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(
        path,
        path.endsWith('.map')
          ? ofOwnModules(text, (source) => !isOfPackage(root, join(dirname(path), source)))
          : contents,
      );
    }
    renameSync(made, folder);
  } catch (error) {
    rmSync(made, { recursive: true, force: true });
    // Another start was faster: of the same sources.
    if (!['EEXIST', 'ENOTEMPTY', 'EPERM'].includes(systemCode(error) ?? '')) throw error;
  }
}

/**
 * Modules of Node by `require`: an `import` of one reads all that it has, and of `node:http` that is a whole HTTP client.
 */
function nodeAsItIs(): Plugin {
  const namespace = 'node';
  return {
    name: 'node as it is',
    setup: (build) => {
      build.onResolve({ filter: /^(?:node:)?[\w/]+$/ }, ({ path, kind }) => {
        if (!isBuiltin(path)) return undefined;
        return kind === 'import-statement' ? { path, namespace } : { path, external: true };
      });
      build.onLoad({ filter: /./, namespace }, ({ path }) => ({
        contents: `module.exports = require(${JSON.stringify(path)});`,
      }));
    },
  };
}

/** Each module finds its own files and packages where they are, and not where the program is. */
function asFromItsPlace(root: string): Plugin {
  return {
    name: 'as from its place',
    setup: (build) => {
      build.onLoad({ filter: /\.(?:[cm]?js|ts)$/ }, async ({ path }) => {
        const isPackage = isOfPackage(root, path);
        let contents = readFileSync(path, 'utf8').replaceAll(
          'import.meta.url',
          JSON.stringify(pathToFileURL(path).href),
        );
        if (isPackage) contents = places(path, contents) + contents;
        if (path === join(root, RUNTIME_MODULE)) contents = await madeRuntime();
        return { contents, loader: loaderOf(path), resolveDir: dirname(path) };
      });
    },
  };
}

const isOfPackage = (root: string, path: string): boolean => path.startsWith(join(root, 'node_modules', sep));

const loaderOf = (path: string): Loader => (extname(path) === '.ts' ? 'ts' : 'js');

/** The names that CommonJS has for them. */
function places(path: string, contents: string): string {
  const names = { __filename: path, __dirname: dirname(path) };
  return Object.entries(names)
    .filter(([name]) => contents.includes(name))
    .map(([name, value]) => `var ${name} = ${JSON.stringify(value)};`)
    .join('');
}

/** What is evaluated in isolates is bundled too, and by no executor at its start. */
async function madeRuntime(): Promise<string> {
  const { bundleRuntime } = await import('../../../services/hook-executor/isolate/bundle-globals.ts');
  return `const runtime = ${JSON.stringify(bundleRuntime())};\nexport const bundleRuntime = () => runtime;`;
}

type SourceMap = { sources: string[]; mappings: string };

/**
 * A source map without the modules of packages, which would take every start longer to read than the program itself. A stack trace names
 * their places in the program, where they stand as they are.
 */
function ofOwnModules(json: string, isOwn: (source: string) => boolean): string {
  const map = JSON.parse(json) as SourceMap;
  const own = map.sources.map(isOwn);
  const mappings = encode(
    decode(map.mappings).map((line) => {
      const kept: SourceMapSegment[] = [];
      for (const segment of line) {
        if (segment.length > 1 && own[segment[1] ?? -1] === true) kept.push(segment);
        // From here on nothing is known.
        else if (kept.at(-1)?.length !== 1) kept.push([segment[0]]);
      }
      return kept;
    }),
  );
  return JSON.stringify({ ...map, mappings });
}
