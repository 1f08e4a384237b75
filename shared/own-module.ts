import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Of modules: `.ts` in a checkout, `.js` in the npm package, which is made of it. */
export const MODULE_ENDING = extname(import.meta.url);

/** Whether this is the npm package, in somebody's `node_modules`. */
export const IS_INSTALLED = MODULE_ENDING === '.js';

/** How hookmint is started, as people are told. */
export function startCommand(options = ''): string {
  return `${IS_INSTALLED ? 'npx hookmint start' : options === '' ? 'npm start' : 'npm start --'} ${options}`.trimEnd();
}

/**
 * The file of a module of hookmint that a process of its own runs.
 *
 * @param path Without its ending, relative to the module that asks.
 * @param from `import.meta.url` of that.
 */
export function ownModule(path: string, from: string): string {
  return fileURLToPath(new URL(path + MODULE_ENDING, from));
}
