import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';

/** What became of one request that was counted. */
export type Taken = {
  isOver: boolean;
  /** `X-RateLimit-*`, and `Retry-After` for one that is over (contract §5). */
  headers: Record<string, string>;
};

/**
 * Counts requests by their key in this process's memory, for as long as a window lasts.
 *
 * @param requests Allowed in each window of `windowSeconds`, which begins with the key's first request.
 */
export function createRateLimiter(requests: number, windowSeconds: number): (key: string) => Promise<Taken> {
  const limiter = new RateLimiterMemory({ points: requests, duration: windowSeconds });
  return async (key) => {
    const taken = await limiter.consume(key).catch((rejected: unknown) => {
      if (rejected instanceof RateLimiterRes) return rejected;
      throw rejected;
    });
    const isOver = taken.consumedPoints > requests;
    return { isOver, headers: rateHeaders(requests, taken.remainingPoints, taken.msBeforeNext, isOver) };
  };
}

/** @param resetMs Until the window is over. */
export function rateHeaders(
  limit: number,
  remaining: number,
  resetMs: number,
  isOver: boolean,
): Record<string, string> {
  return {
    'X-RateLimit-Limit': String(limit),
    'X-RateLimit-Remaining': String(remaining),
    'X-RateLimit-Reset': String(Math.ceil((Date.now() + resetMs) / 1000)),
    ...(isOver ? { 'Retry-After': String(Math.max(1, Math.ceil(resetMs / 1000))) } : {}),
  };
}
