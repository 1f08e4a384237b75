import type { Client } from '../../../shared/domain/client.ts';
import { createRateLimiter } from '../../../shared/rate-limiter.ts';
import { Refusal } from '../refusals.ts';
import type { TellHeaders } from './token-quotas.ts';
import type { OverLimit } from './tell-over-limit.ts';

/**
 * Counts a request of an authenticated client, so that a stranger cannot use up a client's rate.
 *
 * @throws {OAuthError} 429 `too_many_requests` (contract §2.3), unless the limit is only observed.
 */
export type CheckClientRate = (client: Client, tell: TellHeaders) => Promise<void>;

/**
 * @param perSecond Requests of each client that this gateway takes, on average.
 * @param burst So many at once; then it takes `burst / perSecond` seconds until as many are taken again.
 */
export function createClientRate(
  limit: { perSecond: number; burst: number; enforce: boolean },
  over: OverLimit,
): CheckClientRate {
  const { perSecond, burst, enforce } = limit;
  const windowSeconds = burst / perSecond;
  const take = createRateLimiter(burst, windowSeconds);
  return async (client, tell) => {
    const { isOver, headers } = await take(client.client_id);
    const { 'Retry-After': retryAfter, ...told } = headers;
    tell(told);
    if (!isOver) return;
    over({
      limit: 'client_rate',
      client_id: client.client_id,
      client_name: client.name,
      allowed: burst,
      window_seconds: windowSeconds,
      enforce,
    });
    if (enforce && retryAfter !== undefined) {
      throw new Refusal('too_many_requests', { detail: 'Rate limit exceeded', headers: { 'Retry-After': retryAfter } });
    }
  };
}
