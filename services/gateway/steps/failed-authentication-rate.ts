import { LRUCache } from 'lru-cache';
import { MAX_CLIENT_ID_LENGTH } from '../../../shared/domain/client.ts';
import { OAuthError } from '../../../shared/oauth-error.ts';
import { rateHeaders } from '../../../shared/rate-limiter.ts';
import type { OverLimit } from '../quota/tell-over-limit.ts';

const WINDOW_MS = 60_000;

/** Pairs of address and client that are remembered; who wants one forgotten has to fail as often with others in between. */
const MAX_REMEMBERED = 10_000;

/** As much of a client_id as tells clients apart; a longer one is nobody's. */
const MAX_KEY_LENGTH = MAX_CLIENT_ID_LENGTH + 1;

/**
 * Authenticates, unless this client's authentication failed too often from this address: then nothing is computed any more.
 *
 * @throws {OAuthError} 429 `too_many_requests`, unless the limit is only observed; and what `authenticate` throws.
 */
export type LimitFailures = <T>(ip: string | undefined, clientId: string, authenticate: () => Promise<T>) => Promise<T>;

/**
 * Counts failures only, for each address and client: others behind the same address are not touched, and a success ends the count.
 *
 * @param perMinute Failures after which it refuses until a minute after the first is over.
 */
export function createFailureLimit(limit: { perMinute: number; enforce: boolean }, over: OverLimit): LimitFailures {
  const { perMinute, enforce } = limit;
  const failures = new LRUCache<string, number>({ max: MAX_REMEMBERED, ttl: WINDOW_MS });

  function check(key: string, ip: string | undefined, client_id: string): void {
    if ((failures.get(key) ?? 0) < perMinute) return;
    over({
      limit: 'failed_authentications',
      client_id,
      ...(ip === undefined ? {} : { ip }),
      allowed: perMinute,
      window_seconds: WINDOW_MS / 1000,
      enforce,
    });
    if (!enforce) return;
    throw new OAuthError(429, 'too_many_requests', 'Too many failed attempts to authenticate', {
      headers: rateHeaders(perMinute, 0, failures.getRemainingTTL(key), true),
    });
  }

  return async (ip, clientId, authenticate) => {
    const key = `${ip ?? ''} ${clientId.slice(0, MAX_KEY_LENGTH)}`;
    if (failures.size > 0) check(key, ip, clientId);
    try {
      const authenticated = await authenticate();
      if (failures.size > 0) failures.delete(key);
      return authenticated;
    } catch (error) {
      if (error instanceof OAuthError && error.status === 401) {
        failures.set(key, (failures.get(key) ?? 0) + 1, { ttl: failures.getRemainingTTL(key) || WINDOW_MS });
      }
      throw error;
    }
  };
}
