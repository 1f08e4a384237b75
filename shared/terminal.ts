import { createInterface } from 'node:readline/promises';
import { styleText } from 'node:util';
import { prettyLines } from './log-pretty.ts';
import { printable, printableLines } from './printable.ts';

/**
 * The one door to the terminal of an operator or author: the CLI and `npm start` print through it and through nothing else. Whatever
 * comes in (names, errors, output of hooks, servers and files) is shown and never obeyed; a line feed in it ends no line.
 */

// A terminal or pipe that is gone is no reason to end without order.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

/** Prints lines on standard output; each stays one line. */
export function print(...lines: string[]): void {
  process.stdout.write(together(lines.map(printable)));
}

/** How a part of a line looks at a terminal that has colours; elsewhere it looks as all else. */
export type Look = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan';

/** A part of a line: text of anybody's, or such a text with a look. */
export type Part = string | { look: Look; text: string };

/** Prints lines that are made of parts; each stays one line. `NO_COLOR` and a standard output that is no terminal leave the looks out. */
export function printParts(...lines: (readonly Part[])[]): void {
  process.stdout.write(together(lines.map((parts) => parts.map(shown).join(''))));
}

function shown(part: Part): string {
  if (typeof part === 'string') return printable(part);
  return styleText(part.look, printable(part.text), { stream: process.stdout });
}

/** Prints a value as JSON for programs. */
export function printJson(value: unknown): void {
  process.stdout.write(together(printableLines(JSON.stringify(value, null, 2))));
}

/** Tells, on standard error, what a program that reads the output has no use for. */
export function note(line: string): void {
  process.stderr.write(together([printable(line)]));
}

/** Tells why a command fails; lines after the first are indented. */
export function complain(text: string): void {
  const [first = '', ...rest] = printableLines(text);
  process.stderr.write(together([`hookmint: ${first}`, ...rest.map((line) => `  ${line}`)]));
}

/** Asks whoever sits at the terminal; gives the line that is typed. */
export async function ask(question: string): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return await terminal.question(printable(question));
  } finally {
    terminal.close();
  }
}

/** How the log is shown: JSON for machines, or for people in colour. */
export type LogFormat = 'pretty' | 'json';

export const defaultLogFormat = (): LogFormat => (process.stdout.isTTY ? 'pretty' : 'json');

/** Prints a line of a process's output behind its label; lines that belong to it come below, without the label. */
export function printOutput(label: string, line: string, format: LogFormat): void {
  const [first = '', ...rest] = format === 'pretty' ? prettyLines(line) : [printable(line)];
  process.stdout.write(together([`${label} ${first}`, ...rest.map((more) => `${' '.repeat(label.length)} ${more}`)]));
}

/** A line of standard error that is drawn again and again, and left empty; `undefined` where nobody would see it. */
export function redrawnLine(): { draw: (text: string) => void; end: () => void } | undefined {
  if (!process.stderr.isTTY) return undefined;
  const begin = '\r\u001b[K';
  return {
    draw: (text) => void process.stderr.write(`${begin}${printable(text)}`),
    end: () => void process.stderr.write(begin),
  };
}

const together = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');
