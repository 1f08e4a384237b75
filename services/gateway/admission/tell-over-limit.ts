import { LRUCache } from 'lru-cache';
import type { LimitExceeded } from '../../../shared/subjects/limit-events.ts';
import { requestsLimited } from '../../../shared/telemetry/metrics.ts';

/** Of one limit and client, or client and address, no more often than this. */
const TELL_INTERVAL_MS = 60_000;
const MAX_TOLD = 10_000;

export type LimitFinding = Pick<
  LimitExceeded,
  'limit' | 'client_id' | 'client_name' | 'ip' | 'allowed' | 'window_seconds' | 'enforce'
>;

/** Told of each request that is over a limit. */
export type OverLimit = (finding: LimitFinding) => void;

/** Counts each request over a limit, and publishes an event for the first in a minute. */
export function createOverLimit(tell: (finding: LimitFinding) => void): OverLimit {
  const told = new LRUCache<string, true>({ max: MAX_TOLD, ttl: TELL_INTERVAL_MS });
  return (finding) => {
    const { limit, client_id, ip = '', enforce } = finding;
    requestsLimited.add(1, { 'hookmint.limit': limit, 'hookmint.limit.enforced': enforce });
    const key = JSON.stringify([limit, client_id, ip]);
    if (told.has(key)) return;
    told.set(key, true);
    tell(finding);
  };
}
