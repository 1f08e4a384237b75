import { isIP } from 'node:net';
import { frameIn, namedPositions } from '../../hook-build/hook-file.ts';
import { DROPPED_REASONS } from '../../shared/dropped-reasons.ts';
import { waitedFor } from '../../shared/waited-for.ts';
import { contractSaid } from './contract-option.ts';
import type { DryRun } from './dry-run.ts';

/** What has positions in an author's file: what a run printed, its error, and what it waited for. */
type Positioned = Pick<DryRun, 'outcome' | 'console' | 'last_calls'>;

/**
 * A run whose positions name the author's file.
 *
 * @param fileOf Gives its name, of one that ends in `js` or `ts`.
 */
export function inFile<Run extends Positioned>(run: Run, fileOf: (ending: string) => string): Run {
  const named = (text: string): string => namedPositions(text, fileOf);
  const { outcome, last_calls } = run;
  const console = run.console.map(({ level, text }) => ({ level, text: named(text) }));
  const calls = last_calls?.map(({ at, ...call }) => (at === undefined ? call : { ...call, at: named(at) }));
  const error = 'error' in outcome ? (outcome.error as { stack?: string }) : undefined;
  return {
    ...run,
    console,
    ...(calls === undefined ? {} : { last_calls: calls }),
    ...(error?.stack === undefined ? {} : { outcome: { ...outcome, error: { ...error, stack: named(error.stack) } } }),
  };
}

/**
 * A run for people: lines that each begin with what they are about, or with as much space.
 *
 * @param frame Lines of the author's code where it failed.
 */
export function reportOf(run: DryRun, frame: readonly string[] = []): string[] {
  const { removed, added } = run.scope_changes;
  const token = run.token === null ? [] : [run.token];
  return [
    ...section('contract', contractSaid(run.kind)),
    ...section('outcome', [outcomeOf(run)]),
    ...section(
      'answer',
      run.answer === null ? [] : [`${run.answer.status} ${run.answer.error}: ${run.answer.error_description}`],
    ),
    ...section(
      'scope',
      token.map(({ scope }) => scope.join(' ') || '(none)'),
    ),
    ...section('scope changes', [...removed.map((scope) => `- ${scope}`), ...added.map((scope) => `+ ${scope}`)]),
    ...section(
      'claims',
      token.flatMap(({ claims }) => Object.entries(claims).map(([name, value]) => `${name}: ${JSON.stringify(value)}`)),
    ),
    ...section(
      'dropped',
      run.dropped.map(({ kind, name, reason }) => `${kind} ${name}: ${DROPPED_REASONS[reason]} (${reason})`),
    ),
    ...section('error', [...errorOf(run), ...frame.map((line) => `      ${line}`)]),
    ...section('waited for', waitedFor(run.last_calls)),
    ...section(
      'console',
      run.console.flatMap(({ level, text }) => `${level}: ${text}`.split('\n')),
    ),
    ...section(
      'network',
      run.network.map(
        ({ method, host, status, error, ms }) =>
          `${method} ${host} ${String(status ?? error)} ${ms} ms${error === NOT_ALLOWED ? wayTo(host) : ''}`,
      ),
    ),
    ...section('time', [`${run.cpu_ms} ms CPU, ${run.wall_ms} ms wall`]),
  ];
}

const NOT_ALLOWED = 'EGRESS_ADDRESS_NOT_ALLOWED';

/** How an address that is not public is reached all the same. A name may have several, or another tomorrow. */
function wayTo(host: string): string {
  const address = URL.parse(`http://${host}`)?.hostname.replace(/^\[|\]$/g, '') ?? '';
  const which = isIP(address) === 0 ? `and the address of ${address}` : address;
  return `: not public; to allow it, give --allow-address ${which}`;
}

function section(title: string, lines: string[]): string[] {
  const width = 15;
  return lines.map((line, i) => `${(i === 0 ? title : '').padEnd(width)}${line}`);
}

function outcomeOf({ outcome }: DryRun): string {
  const details = ['limit', 'during', 'reason'].flatMap((key) => {
    const value: unknown = Reflect.get(outcome, key);
    return typeof value === 'string' ? [value] : [];
  });
  return [outcome.status, ...details].join(', ');
}

function errorOf({ outcome }: DryRun): string[] {
  if (!('error' in outcome)) return [];
  const { name, message, stack } = outcome.error as { name: string; message: string; stack?: string };
  return (stack ?? `${name}: ${message}`).split('\n');
}

/** Lines of the author's code where a run failed, of one whose file has no name yet. */
export function frameOf({ outcome }: Pick<DryRun, 'outcome'>, code: string): string[] {
  return 'error' in outcome ? frameIn((outcome.error as { stack?: string }).stack ?? '', code) : [];
}
