import { HOOK_FILE } from '../../hook-build/hook-file.ts';
import type { DryRun } from './dry-run.ts';

/** Why something was dropped, for its author. */
const REASONS: Record<DryRun['dropped'][number]['reason'], string> = {
  reserved: 'the name is reserved for the issuer',
  not_namespaced: 'the name is not an http(s) URL, which this tenant requires',
  vendor_namespace: 'the name belongs to Auth0',
  unsafe_characters: 'the name has control, format or bidi characters, or half a surrogate pair',
  not_normalized: 'the name is not in Unicode normalization form C',
  not_carried: 'JSON cannot carry the value unchanged: NaN, Infinity, -0, too many digits, half a surrogate pair',
  assigned: 'the assignment has no effect; the console output names the call to use',
  invalid_scope_token: 'it has characters that are not allowed in a scope (RFC 6749 section 3.3)',
  not_an_array_of_strings: 'scope is not an array of strings; the token has no scopes',
};

const POSITION = new RegExp(String.raw`(?<![\w.-])/?${HOOK_FILE.replace('.', '\\.')}:(?=\d+:\d+)`, 'g');

/** A run whose stacks name the author's file. */
export function inFile(run: DryRun, file: string): DryRun {
  const { outcome, last_calls } = run;
  const named = (text: string): string => text.replace(POSITION, () => `${file}:`);
  if (last_calls !== undefined) {
    return {
      ...run,
      last_calls: last_calls.map(({ at, ...call }) => (at === undefined ? call : { ...call, at: named(at) })),
    };
  }
  if (!('error' in outcome)) return run;
  const error = outcome.error as { stack?: string };
  if (error.stack === undefined) return run;
  return { ...run, outcome: { ...outcome, error: { ...error, stack: named(error.stack) } } } as DryRun;
}

/** A run for people: lines that each begin with what they are about, or with as much space. */
export function reportOf(run: DryRun): string[] {
  const { removed, added } = run.scope_changes;
  const token = run.token === null ? [] : [run.token];
  return [
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
      run.dropped.map(({ kind, name, reason }) => `${kind} ${name}: ${REASONS[reason]} (${reason})`),
    ),
    ...section('error', errorOf(run)),
    ...section('waited for', waitedFor(run.last_calls)),
    ...section(
      'console',
      run.console.flatMap(({ level, text }) => `${level}: ${text}`.split('\n')),
    ),
    ...section(
      'network',
      run.network.map(({ method, host, status, error, ms }) => `${method} ${host} ${String(status ?? error)} ${ms} ms`),
    ),
    ...section('time', [`${run.cpu_ms} ms CPU, ${run.wall_ms} ms wall`]),
  ];
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

/** What a run that timed out waited for. */
export function waitedFor(calls: DryRun['last_calls']): string[] {
  if (calls?.length === 0) return ['something of its own: it asked for no request, timer or storage'];
  return (calls ?? []).map(({ what, at, answered }) => {
    const place = at === undefined ? '' : ` at ${at}`;
    return answered ? `nothing more: the last was ${what}${place}, which was answered` : `${what}${place}`;
  });
}

function errorOf({ outcome }: DryRun): string[] {
  if (!('error' in outcome)) return [];
  const { name, message, stack } = outcome.error as { name: string; message: string; stack?: string };
  return (stack ?? `${name}: ${message}`).split('\n');
}
