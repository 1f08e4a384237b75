// Whatever has no glyph of its own: controls (C0, DEL, C1), formats (bidi among them), surrogates without a pair, and what ends lines.
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

const SHORT: ReadonlyMap<string, string> = new Map([
  ['\t', '\t'],
  ['\n', '\\n'],
  ['\r', '\\r'],
]);

/**
 * Text of anybody's as one line that a terminal shows and does not obey: what it would take as a command, as the end of a line or as
 * nothing is written as in JSON (`\n`, `\u009b`). Within the strings of JSON the value stays the same.
 */
export function printable(text: string): string {
  return text.replace(UNSEEN, (character) => SHORT.get(character) ?? escaped(character));
}

function escaped(character: string): string {
  return Array.from({ length: character.length }, (_, at) => character.charCodeAt(at))
    .map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`)
    .join('');
}

/** Text of several lines, each of them printable. Who shows it indents them, so that none looks like a line of its own. */
export function printableLines(text: string): string[] {
  return text.split(/\r\n|\n/).map(printable);
}
