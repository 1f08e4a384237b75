import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { IS_INSTALLED } from '../../shared/own-module.ts';

/** The data folder that nobody named: of a checkout its own, of the npm package the one where the caller is. */
export function defaultDataDir(): string {
  return IS_INSTALLED
    ? resolve(process.env.INIT_CWD ?? process.cwd(), '.hookmint')
    : fileURLToPath(new URL('../../.hookmint', import.meta.url));
}
