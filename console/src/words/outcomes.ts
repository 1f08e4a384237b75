import type { DryRun } from '../api/programs.ts';

/** Members beside the status are of a kind with it. */
type Outcome = { status: string; limit?: unknown; during?: unknown; reason?: unknown; error?: unknown };
type Status = DryRun['outcome']['status'];

/** How a run ended, in words. */
export function outcomeInWords(outcome: Outcome, kind: DryRun['kind']): string {
  const it = kind === 'action' ? 'The Action' : 'The hook';
  switch (outcome.status as Status) {
    case 'ok':
      return `${it} ran`;
    case 'denied':
      return `${it} refused the token`;
    case 'threw':
      return outcome.during === 'run'
        ? `${it} threw an error`
        : (DURING[textOf(outcome.during)] ?? 'The code threw an error');
    case 'timed_out':
      return LIMITS[textOf(outcome.limit)] ?? 'Stopped at a limit of time';
    case 'out_of_memory':
      return 'Stopped at the limit of memory';
    case 'bad_result':
      return RESULTS[textOf(outcome.reason)] ?? 'The result cannot be used';
    case 'unavailable':
      return 'No hook-executor could run it';
  }
  // Of a hook-executor that is newer than this page.
  return `${it} ended as ${outcome.status}`;
}

/** What a run waited for that timed out. */
export function waitedFor(calls: DryRun['last_calls']): string[] {
  if (calls?.length === 0) return ['Something of its own: it asked for no request, timer or storage'];
  return (calls ?? []).map(({ what, at, answered }) => {
    const place = at === undefined ? '' : ` at ${at}`;
    return answered ? `Nothing more: the last was ${what}${place}, which was answered` : `${what}${place}`;
  });
}

const DURING: Readonly<Record<string, string>> = {
  compile: 'The code is no JavaScript',
  load: 'The code threw an error while it was loaded',
};
const LIMITS: Readonly<Record<string, string>> = {
  cpu: 'Stopped at the limit of CPU time',
  wall: 'Stopped at the limit of time',
  callback: 'Nothing is left that could call cb',
};
const RESULTS: Readonly<Record<string, string>> = {
  not_an_object: 'The result is no object',
  not_serializable: 'The result cannot be written as JSON',
  too_large: 'The result is too large',
};

export type RunFailure = { name: string; message: string; stack: string | undefined };

/** The error of a run that had one. */
export function errorOf(outcome: Outcome): RunFailure | undefined {
  const { error } = outcome as { error?: { name?: unknown; message?: unknown; stack?: unknown } };
  if (error === undefined) return undefined;
  const stack = textOf(error.stack);
  return { name: textOf(error.name), message: textOf(error.message), stack: stack === '' ? undefined : stack };
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
