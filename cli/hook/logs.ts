import { stripVTControlCharacters } from 'node:util';
import { HookLog } from '../../shared/subjects/hook-log.ts';
import { connectApi } from '../api-client.ts';
import { EXIT, onlyArgument, readArgs, type ExitCode } from '../command.ts';
import { printable } from '../printable.ts';
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
    process.stderr.write(`following ${hook.name}; Ctrl-C ends it\n`);
    for await (const line of linesOf(response)) process.stdout.write(values.json ? `${line}\n` : textOf(line));
  } catch (error) {
    if (stop.signal.aborted) return EXIT.ok;
    throw error;
  }
  process.stderr.write('hookmint: the stream ended\n');
  return EXIT.failed;
}

/** Lines that are not empty: empty ones are signs of life. */
async function* linesOf(response: Response): AsyncGenerator<string> {
  let rest = '';
  for await (const text of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    yield* lines.filter((line) => line !== '');
  }
}

function textOf(line: string): string {
  const { time_ms, lines } = HookLog.parse(JSON.parse(line));
  const time = new Date(time_ms).toISOString();
  return lines
    .map(({ level, text }) => `${time} ${level.padEnd(5)} ${printable(stripVTControlCharacters(text))}\n`)
    .join('');
}
