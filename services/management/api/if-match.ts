import { ApiError } from './api-error.ts';

/** The one entity tag of `If-Match` (RFC 9110 §13.1.1): a revision in quotes. */
const REVISION = /^"([A-Za-z0-9_-]{43})"$/;

/** @throws {ApiError} 400 for a header that names no revision. */
export function revisionOf(header: string | undefined): string | undefined {
  if (header === undefined) return undefined;
  const revision = REVISION.exec(header)?.[1];
  if (revision !== undefined) return revision;
  throw new ApiError(400, 'invalid_if_match', 'The header If-Match must be one revision in double quotes.');
}

/**
 * The revision that a write begins from, when it is the one that the caller began from.
 *
 * @throws {ApiError} 412 `revision_changed`
 */
export function matching(revision: string | null, ifMatch: string | undefined): string | null {
  if (ifMatch === undefined || ifMatch === revision) return revision;
  throw new ApiError(412, 'revision_changed', `Somebody else was first: the revision is ${String(revision)} by now.`);
}
