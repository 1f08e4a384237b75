import { stripVTControlCharacters } from 'node:util';
import { HookLog } from '../../shared/subjects/hook-log.ts';
import { note, print } from '../../shared/terminal.ts';
import { UsageError } from '../../shared/usage-error.ts';
import { connectApi } from '../api-client.ts';
import { EXIT, onlyArgument, readArgs, type ExitCode } from '../command.ts';
import { theHook } from './remote-hooks.ts';

/** `hookmint hook logs NAME`: what a hook prints, as it runs, until Ctrl-C. */
export async function hookLogs(args: string[]): Promise<ExitCode> {
  const { values, positionals } = readArgs(args, { json: { type: 'boolean', default: false } });
  const name = onlyArgument(positionals, 'NAME', 'hookmint hook logs');
  const api = await connectApi();
  const hook = await theHook(api, name);
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  try {
    const response = await api.open(`/hooks/${hook.id}/logs`, stop.signal);
    note(`following ${hook.name}; stop with Ctrl-C`);
    for await (const line of linesOf(response)) print(...(values.json ? [line] : textOf(line)));
  } catch (error) {
    if (stop.signal.aborted) return EXIT.ok;
    throw error;
  }
  note('hookmint: the stream ended');
  return EXIT.failed;
}

/** Longest line of the stream, characters: one run's console output is far below. */
const MAX_LINE_CHARACTERS = 4_194_304;

/** Lines that are not empty: empty ones are signs of life. */
async function* linesOf(response: Response): AsyncGenerator<string> {
  let rest = '';
  for await (const text of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > MAX_LINE_CHARACTERS) throw new UsageError('The server sent a line that does not end.');
    yield* lines.filter((line) => line !== '');
  }
}

/** One line for each that the hook prints; each has its time and level, so that the hook makes none that looks otherwise. */
function textOf(line: string): string[] {
  const { time_ms, lines } = HookLog.parse(JSON.parse(line));
  const time = new Date(time_ms).toISOString();
  return lines.flatMap(({ level, text }) =>
    stripVTControlCharacters(text)
      .split('\n')
      .map((part) => `${time} ${level.padEnd(5)} ${part}`),
  );
}
