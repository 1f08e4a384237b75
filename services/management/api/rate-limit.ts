import type { Response } from 'express';
import { createRateLimiter } from '../../../shared/rate-limiter.ts';
import { ApiError } from './api-error.ts';

/** @throws {ApiError} 429 */
export type RateLimit = (clientId: string, response: Response) => Promise<void>;

/** Counts the requests of each client in this process, and says so in the headers of each answer (contract §5). */
export function createRateLimit(requestsPerSecond: number): RateLimit {
  const take = createRateLimiter(requestsPerSecond, 1);
  return async (clientId, response) => {
    const { isOver, headers } = await take(clientId);
    response.set(headers);
    if (!isOver) return;
    throw new ApiError(
      429,
      'too_many_requests',
      'Too many requests. Check the X-RateLimit-Limit, X-RateLimit-Remaining and X-RateLimit-Reset headers.',
    );
  };
}
