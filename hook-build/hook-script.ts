import { readFileSync } from 'node:fs';

// On one line before the hook's first, so that line numbers are the author's own once the script has LINE_OFFSET.
const HOOK_ERRORS = readFileSync(new URL('./hook-errors.js', import.meta.url), 'utf8')
  .replace(/^\/\/.*$/gm, '')
  .replace(/\s*\n\s*/g, ' ');

/** Line offset to compile a hook's script with. */
export const LINE_OFFSET = -1;

/**
 * The script that a hook's code is compiled as (contract §1.2): a function of CommonJS's names, with the error classes for hooks
 * in one scope with the code.
 */
export function hookScript(code: string): string {
  return `(function (exports, require, module, __filename, __dirname) {${HOOK_ERRORS}\n${code}\n})`;
}
