import type { ClientSecretHash } from '../../../../shared/domain/client.ts';

/** Most secrets of a client at a time; each is compared with what a client shows. */
const MAX_SECRETS = 10;

/**
 * The secrets of a client that gets another one. Those before it are valid for as long as the overlap, unless they were to expire
 * sooner; with an overlap of 0 only the new one is.
 */
export function rotated(
  secrets: readonly ClientSecretHash[],
  hash: string,
  overlapSeconds: number,
  nowMs: number,
): ClientSecretHash[] {
  const untilMs = nowMs + overlapSeconds * 1000;
  const overlapping = secrets
    .map((secret) => ({ ...secret, expires_at_ms: Math.min(secret.expires_at_ms ?? Infinity, untilMs) }))
    .filter((secret) => secret.expires_at_ms > nowMs && secret.hash !== hash);
  return [{ hash, expires_at_ms: null }, ...overlapping].slice(0, MAX_SECRETS);
}
