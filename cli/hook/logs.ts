import { stripVTControlCharacters } from 'node:util';
import { setTimeout as sleep } from 'node:timers/promises';
import { HookLog } from '../../shared/subjects/hook-log.ts';
import { note, print } from '../../shared/terminal.ts';
import { UsageError } from '../../shared/usage-error.ts';
import { ApiCallError, connectApi, UnreachableError } from '../api-client.ts';
import { EXIT, onlyArgument, readArgs, type ExitCode } from '../command.ts';
import { theHook } from './remote-hooks.ts';

const MAX_PAUSE_MS = 10_000;

/** `hookmint hook logs NAME`: what a hook prints and why it fails, as it runs, until Ctrl-C. */
export async function hookLogs(args: string[]): Promise<ExitCode> {
  const { values, positionals } = readArgs(args, { json: { type: 'boolean', default: false } });
  const name = onlyArgument(positionals, 'NAME', 'hookmint hook logs');
  const stop = new AbortController();
  const isStopped = (): boolean => stop.signal.aborted;
  process.once('SIGINT', () => stop.abort());
  const hook = await theHook(await connectApi(), name);
  let pauseMs = 0;
  while (!isStopped()) {
    try {
      // A new token each time: the one before may have expired.
      const response = await (await connectApi()).open(`/hooks/${hook.id}/logs`, stop.signal);
      note(`following ${hook.name}; stop with Ctrl-C`);
      pauseMs = 0;
      for await (const line of linesOf(response)) print(...(values.json ? [line] : textOf(line)));
    } catch (error) {
      if (!isStopped() && !mayPass(error)) throw error;
    }
    if (isStopped()) break;
    if (pauseMs === 0) note('hookmint: the stream ended; it is opened again as soon as hookmint answers');
    pauseMs = Math.min(Math.max(1_000, pauseMs * 2), MAX_PAUSE_MS);
    await sleep(pauseMs, undefined, { signal: stop.signal }).catch(() => undefined);
  }
  return EXIT.ok;
}

/** A service that restarts, or a network that is away; what the API refuses stays refused. */
function mayPass(error: unknown): boolean {
  if (error instanceof ApiCallError) return error.status >= 500 || error.status === 429;
  // Of fetch, when the connection ends within the answer.
  return error instanceof TypeError || error instanceof UnreachableError;
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
  const { time_ms, lines, failure } = HookLog.parse(JSON.parse(line));
  const time = new Date(time_ms).toISOString();
  const linesOfLevel = (level: string, text: string): string[] =>
    stripVTControlCharacters(text)
      .split('\n')
      .map((part) => `${time} ${level.padEnd(6)} ${part}`);
  return [
    ...lines.flatMap(({ level, text }) => linesOfLevel(level, text)),
    ...(failure === undefined ? [] : linesOfLevel('FAILED', whyOf(failure))),
  ];
}

function whyOf({ outcome, detail, error }: NonNullable<HookLog['failure']>): string {
  const what = detail === undefined ? outcome : `${outcome} (${detail})`;
  return error === undefined ? what : `${what}: ${error.stack ?? `${error.name}: ${error.message}`}`;
}
