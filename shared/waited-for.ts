import type { LastCall } from './domain/hook-outcome.ts';

/** What a run that timed out waited for, for its author. */
export function waitedFor(calls: readonly LastCall[] | undefined): string[] {
  if (calls?.length === 0) return ['something of its own: it asked for no request, timer or storage'];
  return (calls ?? []).map(({ what, at, answered }) => {
    const place = at === undefined ? '' : ` at ${at}`;
    return answered ? `nothing more: the last was ${what}${place}, which was answered` : `${what}${place}`;
  });
}
