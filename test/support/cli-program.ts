import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PROGRAMS_VARIABLE } from './compiled-programs.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const programs = process.env[PROGRAMS_VARIABLE];

/** What `cli/hookmint.js` and the processes after it do before the CLI's own code is read. */
const before = `
import { enableCompileCache } from 'node:module';
import { isMainThread } from 'node:worker_threads';
if (isMainThread) {
  enableCompileCache(${JSON.stringify(process.env.NODE_COMPILE_CACHE)});
  process.setSourceMapsEnabled(true);
  process.env.LOG_LEVEL ??= 'silent';
  process.env.INIT_CWD = process.cwd();
  process.chdir(${JSON.stringify(ROOT)});
}`;

/**
 * Arguments of Node for a command of the CLI, before its own: as `npx hookmint` in one process of three, and half of the time. That the other two
 * pass on arguments, output, exit codes and signals is for tests that start `cli/hookmint.js`.
 */
export const CLI_PROGRAM: readonly string[] =
  programs === undefined
    ? [join(ROOT, 'cli/hookmint.js')]
    : ['--import', `data:text/javascript,${encodeURIComponent(before)}`, join(programs, 'cli/cli.mjs')];
