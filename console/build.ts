import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { constants, gzipSync } from 'node:zlib';
import { build, type BuildOptions, type OutputFile, type Plugin } from 'esbuild';
import { ensureInstalled } from './install.ts';

/**
 * Builds the console into `dist/`: `assets/` with the hash of each file in its name and a .gz beside it, and `index.html`. What was built
 * of the same sources is left as it is.
 *   node console/build.ts
 */
const HERE = fileURLToPath(new URL('.', import.meta.url));
const TYPES = fileURLToPath(new URL('../types/', import.meta.url));
const TYPESCRIPT_LIB = join(HERE, 'node_modules/typescript/lib/');
const DIST = join(HERE, 'dist');
const ASSETS = join(DIST, 'assets');
const MARK = join(DIST, 'sources-sha256');

const filesBelow = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((file) => statSync(file).isFile())
    .sort();

function sourcesHash(): string {
  const own = ['build.ts', 'index.html', 'package-lock.json'].map((name) => join(HERE, name));
  const rootLock = join(HERE, '../package-lock.json');
  const hash = createHash('sha256');
  for (const file of [...own, rootLock, ...filesBelow(join(HERE, 'src')), ...filesBelow(TYPES)]) {
    hash.update(basename(file)).update('\0').update(readFileSync(file)).update('\0');
  }
  return hash.digest('hex');
}

/** TypeScript asks for Node's modules only where it runs on Node. */
const withoutNode: Plugin = {
  name: 'without-node',
  setup(bundle) {
    const filter = new RegExp(`^(?:node:)?(?:${builtinModules.join('|')})$`);
    bundle.onResolve({ filter }, ({ path }) => ({ path, namespace: 'none' }));
    bundle.onLoad({ filter: /./, namespace: 'none' }, () => ({ contents: 'module.exports = {};' }));
  },
};

/** The declarations that the editor's language service knows, as one module of texts. */
const declarations: Plugin = {
  name: 'declarations',
  setup(bundle) {
    bundle.onResolve({ filter: /^declarations$/ }, ({ path }) => ({ path, namespace: 'declarations' }));
    bundle.onLoad({ filter: /./, namespace: 'declarations' }, () => {
      const isLib = /^lib\.(?:es5|es20(?:1\d|2[0-3])(?:\.(?!full)[\w.]+)?|decorators(?:\.legacy)?)\.d\.ts$/;
      const libs = readdirSync(TYPESCRIPT_LIB).filter((name) => isLib.test(name));
      const files = Object.fromEntries([
        ...libs.map((name) => [`/lib/${name}`, readFileSync(join(TYPESCRIPT_LIB, name), 'utf8')]),
        ...['index', 'runtime'].map((name) => [
          `/types/${name}.d.ts`,
          readFileSync(join(TYPES, `${name}.d.ts`), 'utf8'),
        ]),
      ]) as Record<string, string>;
      return { contents: JSON.stringify(files), loader: 'json' };
    });
  },
};

const common = {
  bundle: true,
  write: false,
  minify: true,
  format: 'esm',
  target: 'es2023',
  platform: 'browser',
  outdir: ASSETS,
  entryNames: '[name]-[hash]',
  chunkNames: 'part-[hash]',
  assetNames: '[name]-[hash]',
  define: { 'process.env.NODE_ENV': '"production"' },
  // The licences of packages ask for their notices wherever their code is.
  legalComments: 'eof',
  logLevel: 'error',
} satisfies BuildOptions;

async function buildAssets(): Promise<OutputFile[]> {
  const worker = await build({
    ...common,
    entryPoints: { types: join(HERE, 'src/editor/worker/main.ts') },
    plugins: [withoutNode, declarations],
  });
  const page = await build({
    ...common,
    splitting: true,
    entryPoints: { console: join(HERE, 'src/main.tsx'), icon: join(HERE, 'src/icon.svg') },
    loader: { '.svg': 'copy' },
    jsx: 'automatic',
    define: { ...common.define, TYPES_WORKER: JSON.stringify(nameOf(worker.outputFiles, /^types-.*\.js$/)) },
  });
  return [...worker.outputFiles, ...page.outputFiles];
}

function nameOf(files: readonly OutputFile[], pattern: RegExp): string {
  const found = files.map(({ path }) => basename(path)).find((name) => pattern.test(name));
  if (found === undefined) throw new Error(`the build made no file ${String(pattern)}`);
  return found;
}

/** Whole or not at all: another build may do the same, and somebody may be reading. */
function put(file: string, content: Uint8Array | string): void {
  const draft = `${file}.${String(process.pid)}`;
  writeFileSync(draft, content);
  renameSync(draft, file);
}

export async function buildConsole(): Promise<void> {
  ensureInstalled();
  const hash = sourcesHash();
  if (existsSync(MARK) && readFileSync(MARK, 'utf8') === hash) return;
  const files = await buildAssets();
  mkdirSync(ASSETS, { recursive: true });
  for (const { path, contents } of files) {
    put(path, contents);
    put(`${path}.gz`, gzipSync(contents, { level: constants.Z_BEST_COMPRESSION }));
  }
  const page = readFileSync(join(HERE, 'index.html'), 'utf8')
    .replace('{script}', nameOf(files, /^console-.*\.js$/))
    .replace('{style}', nameOf(files, /^console-.*\.css$/))
    .replace('{icon}', nameOf(files, /^icon-.*\.svg$/));
  put(join(DIST, 'index.html'), page);
  put(MARK, hash);
  const kept = new Set(files.flatMap(({ path }) => [basename(path), `${basename(path)}.gz`]));
  for (const name of readdirSync(ASSETS)) if (!kept.has(name)) rmSync(join(ASSETS, name), { force: true });
}

if (import.meta.main) {
  await buildConsole().catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  });
}
