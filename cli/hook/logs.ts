import { stripVTControlCharacters } from 'node:util';
import { namedPositions } from '../../hook-build/hook-file.ts';
import { HookLog } from '../../shared/subjects/hook-log.ts';
import { print } from '../../shared/terminal.ts';
import { waitedFor } from '../../shared/waited-for.ts';
import { connectApi } from '../api-client.ts';
import { EXIT, onlyArgument, readArgs, type ExitCode } from '../command.ts';
import { follow } from '../follow.ts';
import { fileOf, theHook, type RemoteHook } from './remote-hooks.ts';

/** `hookmint hook logs NAME`: what a hook prints and why it fails, as it runs, until Ctrl-C. */
export async function hookLogs(args: string[]): Promise<ExitCode> {
  const { values, positionals } = readArgs(args, { json: { type: 'boolean', default: false } });
  const name = onlyArgument(positionals, 'NAME', 'hookmint hook logs');
  const hook = await theHook(await connectApi(), name);
  await follow(
    () => `/hooks/${hook.id}/logs`,
    hook.name,
    HookLog,
    (log, line) => print(...(values.json ? [line] : textOf(log, hook))),
  );
  return EXIT.ok;
}

/** One line for each that the hook prints; each has its time and level, so that the hook makes none that looks otherwise. */
function textOf({ time_ms, lines, failure }: HookLog, hook: RemoteHook): string[] {
  const time = new Date(time_ms).toISOString();
  const linesOfLevel = (level: string, text: string): string[] =>
    namedPositions(stripVTControlCharacters(text), fileOf(hook))
      .split('\n')
      .map((part) => `${time} ${level.padEnd(6)} ${part}`);
  return [
    ...lines.flatMap(({ level, text }) => linesOfLevel(level, text)),
    ...(failure === undefined ? [] : linesOfLevel('FAILED', whyOf(failure))),
  ];
}

function whyOf({ outcome, detail, error, last_calls }: NonNullable<HookLog['failure']>): string {
  const ended = detail === undefined ? outcome : `${outcome} (${detail})`;
  const what = [ended, ...waitedFor(last_calls).map((call) => `waited for ${call}`)].join('\n');
  return error === undefined ? what : `${what}: ${error.stack ?? `${error.name}: ${error.message}`}`;
}
