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
