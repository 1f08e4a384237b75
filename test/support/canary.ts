import { randomBytes } from 'node:crypto';

/** How a secret of a test begins, so that it is found wherever it shows up. */
export const CANARY_MARK = 'hookmint-canary.';

/**
 * A secret for a test, which the scan of the whole run finds in any output without having been told of it.
 *
 * @param kind What it is, in letters and `-`: it is part of the secret, and what the scan names instead of it.
 */
export function canary(kind: string): string {
  return `${CANARY_MARK}${kind}.${randomBytes(24).toString('base64url')}`;
}
