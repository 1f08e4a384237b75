import isEqual from 'lodash/isEqual.js';

type Members = Record<string, unknown>;

/** Names of the members that are not in `actual` as they are in `wanted`; members that only `actual` has do not count. */
export function differing(wanted: Members, actual: Members): string[] {
  return Object.keys(wanted).filter(
    (name) => !isEqual(wanted[name], actual[name]) && !bothEmpty(wanted[name], actual[name]),
  );
}

/** An empty list or object and one that is not there are the same to Auth0's tools. */
function bothEmpty(a: unknown, b: unknown): boolean {
  return [a, b].every(
    (value) => value === undefined || value === null || (typeof value === 'object' && Object.keys(value).length === 0),
  );
}

export function without(members: Members, names: readonly string[]): Members {
  return Object.fromEntries(Object.entries(members).filter(([name]) => !names.includes(name)));
}

export function only(members: Members, names: readonly string[]): Members {
  return Object.fromEntries(Object.entries(members).filter(([name]) => names.includes(name)));
}

/** The members that an operation takes, and the names of those it has no place for. */
export function accepted(
  members: Members,
  takes: ReadonlySet<string> | undefined,
): { taken: Members; leftOut: string[] } {
  const leftOut = takes === undefined ? [] : Object.keys(members).filter((name) => !takes.has(name));
  return { taken: without(members, leftOut), leftOut };
}

/** Says of members that were left out, if any were. */
export function leftOutNote(leftOut: readonly string[]): string[] {
  return leftOut.length === 0 ? [] : [`hookmint has no place for: ${leftOut.join(', ')}`];
}
