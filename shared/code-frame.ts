/** Longest line that is shown, characters; of a longer one the part around the column. */
const MAX_WIDTH = 80;

/** A line of code with its number, and a mark below the column; both count from 1. Nothing where there is no such line. */
export function codeFrame(code: string, line: number, column: number): string[] {
  const text = code.split(/\r\n|\n|\r/)[line - 1];
  if (text === undefined || column < 1 || column > text.length + 1) return [];
  const start = Math.max(0, Math.min(column - 1 - MAX_WIDTH / 2, text.length - MAX_WIDTH));
  const shown = text.slice(start, start + MAX_WIDTH).replaceAll('\t', ' ');
  const number = String(line);
  return [`${number} | ${shown}`, `${' '.repeat(number.length)} | ${' '.repeat(column - 1 - start)}^`];
}
