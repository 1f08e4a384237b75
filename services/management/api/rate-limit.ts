import type { Response } from 'express';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { ApiError } from './api-error.ts';

/** @throws {ApiError} 429 */
export type RateLimit = (clientId: string, response: Response) => Promise<void>;

/** Counts the requests of each client in this process, and says so in the headers of each answer (contract §5). */
export function createRateLimit(requestsPerSecond: number): RateLimit {
  const limiter = new RateLimiterMemory({ points: requestsPerSecond, duration: 1 });
  return async (clientId, response) => {
    const taken = await limiter.consume(clientId).catch((rejected: unknown) => {
      if (rejected instanceof RateLimiterRes) return rejected;
      throw rejected;
    });
    const resetAtSeconds = Math.ceil((Date.now() + taken.msBeforeNext) / 1000);
    response.set({
      'X-RateLimit-Limit': String(requestsPerSecond),
      'X-RateLimit-Remaining': String(taken.remainingPoints),
      'X-RateLimit-Reset': String(resetAtSeconds),
    });
    if (taken.consumedPoints <= requestsPerSecond) return;
    throw new ApiError(
      429,
      'too_many_requests',
      'Too many requests. Check the X-RateLimit-Limit, X-RateLimit-Remaining and X-RateLimit-Reset headers.',
      { headers: { 'Retry-After': String(Math.max(1, Math.ceil(taken.msBeforeNext / 1000))) } },
    );
  };
}
