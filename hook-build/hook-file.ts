import { extname } from 'node:path';
import { codeFrame } from '../shared/code-frame.ts';
import type { HookLanguage } from '../shared/domain/hook.ts';

/** The author's file, as errors and source maps call it. */
export const HOOK_FILE = 'hook.js';

/** The author's file, as whoever gave the code without a name for it is told. */
export const fileOfLanguage = (language: HookLanguage | undefined): string =>
  language === 'typescript' ? 'hook.ts' : HOOK_FILE;

const POSITION = /(?<![\w.-])\/?hook\.([jt]s):(?=(\d+):(\d+))/g;

/** What a file is written in, by its name. */
export function languageOf(file: string): HookLanguage {
  return /^\.[cm]?ts$/.test(extname(file)) ? 'typescript' : 'javascript';
}

/**
 * A text whose positions name a file of the author's.
 *
 * @param fileOf Gives its name, of one that ends in `js` or `ts`.
 */
export function namedPositions(text: string, fileOf: (ending: string) => string): string {
  return text.replace(POSITION, (_, ending: string) => `${fileOf(ending)}:`);
}

/** The line of the author's code that a stack names first, with a mark where in it; nothing where it names none. */
export function frameIn(stack: string, code: string): string[] {
  for (const [, , line, column] of stack.matchAll(POSITION)) return codeFrame(code, Number(line), Number(column));
  return [];
}
