import { LRUCache } from 'lru-cache';
import { MAX_CLIENT_ID_LENGTH } from '../../../shared/domain/client.ts';
import { networkOf } from '../../../shared/http/address.ts';
import { OAuthError } from '../../../shared/oauth-error.ts';
import { rateHeaders } from '../../../shared/rate-limiter.ts';
import { Refusal } from '../refusals.ts';
import type { OverLimit } from './tell-over-limit.ts';

const WINDOW_MS = 60_000;

/** Pairs of address and client that are remembered. To evict a pair, an attacker must fail with this many other pairs. */
const MAX_REMEMBERED = 10_000;

/** Longest client_id that can exist; a longer one belongs to no client. */
const MAX_KEY_LENGTH = MAX_CLIENT_ID_LENGTH + 1;

/**
 * Authenticates. Where this client's authentication failed too often from this address, those that fail are refused as too many, and those
 * that do not are taken: nobody can lock a client out by failing in its name.
 *
 * @throws {OAuthError} 429 `too_many_requests`, unless the limit is only observed; and what `authenticate` throws.
 */
export type LimitFailures = <T>(ip: string | undefined, clientId: string, authenticate: () => Promise<T>) => Promise<T>;

/**
 * Counts failures only, for each client and address, of IPv6 each /64: others behind the same address are not touched, and a success ends
 * the count. Over the limit one is authenticated after the other, so that signatures that are none keep one thread busy at most.
 *
 * @param perMinute Failures after which it refuses until a minute after the first is over.
 */
export function createFailureLimit(limit: { perMinute: number; enforce: boolean }, over: OverLimit): LimitFailures {
  const { perMinute, enforce } = limit;
  const failures = new LRUCache<string, number>({ max: MAX_REMEMBERED, ttl: WINDOW_MS });
  const inTurn = createTurns();

  function tell(ip: string | undefined, client_id: string): void {
    over({
      limit: 'failed_authentications',
      client_id,
      ...(ip === undefined ? {} : { ip }),
      allowed: perMinute,
      window_seconds: WINDOW_MS / 1000,
      enforce,
    });
  }

  return async (ip, clientId, authenticate) => {
    const key = `${ip === undefined ? '' : networkOf(ip)} ${clientId.slice(0, MAX_KEY_LENGTH)}`;
    const isOver = failures.size > 0 && (failures.get(key) ?? 0) >= perMinute;
    try {
      const authenticated = await (isOver ? inTurn(key, authenticate) : authenticate());
      if (failures.size > 0) failures.delete(key);
      return authenticated;
    } catch (error) {
      if (!(error instanceof OAuthError && error.status === 401)) throw error;
      failures.set(key, (failures.get(key) ?? 0) + 1, { ttl: failures.getRemainingTTL(key) || WINDOW_MS });
      if (!isOver) throw error;
      tell(ip, clientId);
      if (!enforce) throw error;
      throw new Refusal('too_many_requests', {
        detail: 'Too many failed attempts to authenticate',
        headers: rateHeaders(perMinute, 0, failures.getRemainingTTL(key), true),
        cause: error,
      });
    }
  };
}

/** Works on one at a time of each key, in their order. */
function createTurns(): <T>(key: string, work: () => Promise<T>) => Promise<T> {
  const last = new Map<string, Promise<unknown>>();
  return async (key, work) => {
    const turn = (last.get(key) ?? Promise.resolve()).then(work);
    const over = turn.catch(() => undefined);
    last.set(key, over);
    try {
      return await turn;
    } finally {
      if (last.get(key) === over) last.delete(key);
    }
  };
}
