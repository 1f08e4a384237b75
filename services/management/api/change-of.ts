import { isDeepStrictEqual } from 'node:util';
import type { Change } from './route.ts';

/**
 * What was done to a document, as the API shows it; `null` when it is as it was, so that nobody is told. The documents are
 * compared, and not their views: a client's new secret is a change, although no view shows it.
 */
export function changeOf<Document>(
  of: Pick<Change, 'collection' | 'id'>,
  { before, after }: { before: Document; after: Document },
  view: (document: Document) => unknown,
): Change | null {
  return isDeepStrictEqual(before, after) ? null : { ...of, before: view(before), after: view(after) };
}
