import { prettyFactory } from 'pino-pretty';
import { printable, printableLines } from './printable.ts';

const render = prettyFactory({
  colorize: true,
  translateTime: 'SYS:HH:MM:ss.l',
  ignore: 'span_id',
  singleLine: true,
});

/**
 * An entry of the log for a person at a terminal, in colour: its line, and below it the stack of its error, indented. The colours are the
 * only commands in it. What is not an entry comes back as one printable line.
 */
export function prettyLines(line: string): string[] {
  const entry = parse(line);
  if (entry === undefined) return [printable(line)];
  return render(cleaned(entry)).trimEnd().split('\n');
}

function parse(line: string): object | undefined {
  try {
    const entry: unknown = JSON.parse(line);
    const isEntry = typeof entry === 'object' && entry !== null && 'level' in entry && typeof entry.level === 'number';
    return isEntry ? entry : undefined;
  } catch {
    return undefined;
  }
}

/** The printer decodes a stack and shows its lines; all else it writes as JSON or as it is. */
function cleaned(value: unknown, name?: string): unknown {
  if (typeof value === 'string') return name === 'stack' ? marked(value) : printable(value);
  if (Array.isArray(value)) return value.map((item) => cleaned(item));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [printable(key), cleaned(member, key)]));
}

/** A line of a stack may be the author's, and must not pass for an entry. */
const marked = (stack: string): string =>
  printableLines(stack)
    .map((line) => `| ${line}`)
    .join('\n');
