import assert from 'node:assert/strict';

/** What others send to whoever shows it: each does something to a terminal, or to the reader of lines, that is more than a character. */
export const TERMINAL_ATTACKS: readonly string[] = [
  '\u001b]0;TITLE\u0007',
  '\u001b[2J\u001b[1;1H',
  '\u001b[7m',
  '\u001bP1$r\u001b\\',
  '\u009b2J',
  '\u009d0;TITLE\u009c',
  '\u0090q\u009c',
  '\u0085',
  '\u007f',
  '\b\b\b',
  '\r',
  '\u000b\u000c',
  '\u0000\u0007\u000e',
  '\u2028',
  '\u2029',
  '\u202e\u2066\u2069\u200f\u061c',
  '\u200b\u2060\ufeff\u00ad',
  '\u{e0041}\u{e007f}',
];

/** A piece of text with all of them, and a mark by which the place where it is shown is found. */
export const hostileText = (mark: string): string => `${mark}${TERMINAL_ATTACKS.join('')}${mark}`;

/** A line of the author's, made to look like one of hookmint's. */
export const forgedLine = (line: string): string => `\n${line}\r\n${line}\u2028${line}\u0085${line}`;

const OWN_COLOURS = /\u001b\[(?:0|1|2|22|3[0-79]|9[0-7])(?:;3[0-9])?m/g;
/** What Node's readline sends before a question. */
const OWN_PROMPT = /\u001b\[(?:1G|0J|\d+G)/g;

/** Checks that a terminal was sent characters, ends of lines, and colours and prompts of hookmint's own: nothing that it obeys. */
export function assertOnlyShown(shown: string): void {
  const foreign = shown
    .replace(OWN_COLOURS, '')
    .replace(OWN_PROMPT, '')
    .replaceAll(/[\n\t]/g, '');
  const found = /.{0,60}[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}].{0,20}/u.exec(foreign)?.[0];
  assert.equal(found, undefined, JSON.stringify(found));
}

/** Checks that none of the lines is the author's. */
export function assertNoLine(shown: string, line: string): void {
  const lines = shown.replace(OWN_COLOURS, '').split(/[\n\r\u2028\u2029\u0085]/);
  assert.deepEqual(
    lines.filter((one) => one.startsWith(line)),
    [],
  );
}
