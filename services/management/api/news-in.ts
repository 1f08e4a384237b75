import { isDeepStrictEqual } from 'node:util';

/**
 * The members of a change whose value differs from the one that the API shows now. Tools send back all that they were shown; a
 * default among it stays one, and the document stays as it is.
 */
export function newsIn(change: object, shown: object): Record<string, unknown> {
  const now = new Map<string, unknown>(Object.entries(shown));
  return Object.fromEntries(
    Object.entries(change).filter(([name, value]) => !now.has(name) || !isDeepStrictEqual(value, now.get(name))),
  );
}
