import { MAX_DIFFERENCE_TEXT, type RunDifference } from '../domain/run-difference.ts';
import type { Judgement } from './judge-outcome.ts';

/** How a run ended, and what became of it; `outcome` has more by its status. */
export type JudgedRun = Judgement & { outcome: { status: string } & Record<string, unknown> };

/** In what the run of another revision differs for clients; none where nobody would notice. */
export function differencesOfRuns(before: JudgedRun, after: JudgedRun): RunDifference[] {
  const [was, is] = [before.token, after.token];
  if (is === null) return refusalsOf(before, after);
  if (was === null) return [{ kind: 'issued', what: reasonOf(before) }];
  return [
    ...onlyIn(is.scope, was.scope).map((what): RunDifference => ({ kind: 'scope_added', what: cut(what) })),
    ...onlyIn(was.scope, is.scope).map((what): RunDifference => ({ kind: 'scope_removed', what: cut(what) })),
    ...claimsOf(was.claims, is.claims),
    ...droppedOf(before, after),
  ];
}

function refusalsOf(before: JudgedRun, after: JudgedRun): RunDifference[] {
  const [was, is] = [reasonOf(before), reasonOf(after)];
  if (before.token !== null) return [{ kind: after.outcome.status === 'denied' ? 'denied' : 'failed', what: is }];
  return was === is ? [] : [{ kind: 'refused_otherwise', what: is, before: was, after: is }];
}

function claimsOf(was: Readonly<Record<string, unknown>>, is: Readonly<Record<string, unknown>>): RunDifference[] {
  const names = [...new Set([...Object.keys(was), ...Object.keys(is)])];
  return names.flatMap((name): RunDifference[] => {
    const [before, after] = [was, is].map((claims) =>
      Object.hasOwn(claims, name) ? JSON.stringify(claims[name]) : undefined,
    );
    if (before === after) return [];
    const what = cut(name);
    if (before === undefined) return [{ kind: 'claim_added', what, after: cut(after ?? '') }];
    if (after === undefined) return [{ kind: 'claim_removed', what, before: cut(before) }];
    return [{ kind: 'claim_changed', what, before: cut(before), after: cut(after) }];
  });
}

function droppedOf(before: JudgedRun, after: JudgedRun): RunDifference[] {
  const said = ({ dropped }: JudgedRun): string[] =>
    dropped.map(({ kind, name, reason }) => cut(`${kind} ${name}: ${reason}`));
  return onlyIn(said(after), said(before)).map((what) => ({ kind: 'dropped', what }));
}

const onlyIn = (these: readonly string[], those: readonly string[]): string[] => [
  ...new Set(these).difference(new Set(those)),
];

/** Why there is no token. */
function reasonOf({ outcome, answer }: JudgedRun): string {
  const { status, error, reason, limit } = outcome;
  if (typeof error === 'object' && error !== null && 'name' in error && 'message' in error)
    return cut(`${String(error.name)}: ${String(error.message)}`);
  if (typeof reason === 'string') return cut(`${status}: ${reason}`);
  if (typeof limit === 'string') return `${status}: ${limit}`;
  return cut(status === 'ok' ? (answer?.error_description ?? status) : status);
}

export const cut = (text: string): string => {
  const line = text.toWellFormed();
  return line.length <= MAX_DIFFERENCE_TEXT ? line : `${line.slice(0, MAX_DIFFERENCE_TEXT).toWellFormed()}…`;
};
