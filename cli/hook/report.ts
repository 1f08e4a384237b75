import { HOOK_FILE } from '../../shared/hook-build/scan-hook.ts';
import type { DryRun } from './dry-run.ts';

/** Why something was dropped, for its author. */
const REASONS: Record<DryRun['dropped'][number]['reason'], string> = {
  reserved: 'the name is reserved for the issuer',
  not_namespaced: 'the name is no http(s) URL; the tenant keeps only such names',
  vendor_namespace: 'the name belongs to Auth0',
  assigned: 'an assignment does nothing there; the console says which call to make',
  invalid_scope_token: 'it has characters that no scope may have (RFC 6749 section 3.3)',
  not_an_array_of_strings: 'scope is not an array of strings; the token has no scopes',
};

const POSITION = new RegExp(String.raw`(?<![\w.-])/?${HOOK_FILE.replace('.', '\\.')}:(?=\d+:\d+)`, 'g');

/** A run whose stacks name the author's file. */
export function inFile(run: DryRun, file: string): DryRun {
  const { outcome } = run;
  if (!('error' in outcome)) return run;
  const error = outcome.error as { stack?: string };
  if (error.stack === undefined) return run;
  return {
    ...run,
    outcome: { ...outcome, error: { ...error, stack: error.stack.replace(POSITION, () => `${file}:`) } },
  } as DryRun;
}

/** A run as text for people. */
export function reportOf(run: DryRun): string {
  const { removed, added } = run.scope_changes;
  const sections = [
    section('outcome', [outcomeOf(run)]),
    run.answer && section('answer', [`${run.answer.status} ${run.answer.error}: ${run.answer.error_description}`]),
    run.token && section('scope', [run.token.scope.join(' ') || '(none)']),
    section('scope changes', [...removed.map((scope) => `- ${scope}`), ...added.map((scope) => `+ ${scope}`)]),
    run.token &&
      section(
        'claims',
        Object.entries(run.token.claims).map(([name, value]) => `${name}: ${JSON.stringify(value)}`),
      ),
    section(
      'dropped',
      run.dropped.map(({ kind, name, reason }) => `${kind} ${name}: ${REASONS[reason]} (${reason})`),
    ),
    section('error', errorOf(run)),
    section(
      'console',
      run.console.flatMap(({ level, text }) => `${level}: ${text}`.split('\n')),
    ),
    section(
      'network',
      run.network.map(({ method, host, status, error, ms }) => `${method} ${host} ${String(status ?? error)} ${ms} ms`),
    ),
    section('time', [`${run.cpu_ms} ms CPU, ${run.wall_ms} ms wall`]),
  ];
  return sections.filter((text) => text !== null && text !== '').join('');
}

function section(title: string, lines: string[]): string {
  const width = 15;
  return lines.map((line, i) => `${(i === 0 ? title : '').padEnd(width)}${line}\n`).join('');
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
