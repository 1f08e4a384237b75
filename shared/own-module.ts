import { extname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Of modules: `.ts` in a checkout, `.js` in the npm package, which is made of it. */
export const MODULE_ENDING = extname(import.meta.url);

/** Of programs that are one file each. */
export const COMPILED_ENDING = '.mjs';

/** Where those are of which this process runs one; set in them by `deploy/local/programs/compile.ts`. */
declare const COMPILED_PROGRAMS: string | undefined;
const compiled = typeof COMPILED_PROGRAMS === 'string' ? COMPILED_PROGRAMS : undefined;

/** Of the programs that this process starts. */
export const PROGRAM_ENDING = compiled === undefined ? MODULE_ENDING : COMPILED_ENDING;

/** Options of Node that they run with. */
export const PROGRAM_OPTIONS: readonly string[] = compiled === undefined ? [] : ['--enable-source-maps'];

const ROOT = fileURLToPath(new URL('../', import.meta.url));

/** Whether this is the npm package, in somebody's `node_modules`. */
export const IS_INSTALLED = MODULE_ENDING === '.js';

/** How hookmint is started, as people are told. */
export function startCommand(options = ''): string {
  return `${IS_INSTALLED ? 'npx hookmint start' : options === '' ? 'npm start' : 'npm start --'} ${options}`.trimEnd();
}

/**
 * The file of a module of hookmint that a process of its own runs: one of the compiled programs if this process is.
 *
 * @param path Without its ending, relative to the module that asks.
 * @param from `import.meta.url` of that.
 */
export function ownModule(path: string, from: string): string {
  const file = fileURLToPath(new URL(path + MODULE_ENDING, from));
  if (compiled === undefined) return file;
  return join(compiled, relative(ROOT, file).slice(0, -MODULE_ENDING.length) + COMPILED_ENDING);
}
