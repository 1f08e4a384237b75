import type { ServerResponse } from 'node:http';
import { OAuthError, RETRY_AFTER_SECONDS } from '../../shared/oauth-error.ts';
import { requestsLimited } from '../../shared/telemetry/metrics.ts';

/**
 * Places for so many token requests at a time: those beyond are answered {@link BUSY} at once, with a body that was not even read. What
 * a request holds in memory while it waits for store, executor or signer is bounded by it.
 *
 * @returns Takes a place until the response is over; `false` when none is left.
 */
export function createPlaces(maxInFlight: number): (response: ServerResponse) => boolean {
  let inFlight = 0;
  const leave = (): void => {
    inFlight--;
  };
  return (response) => {
    if (inFlight >= maxInFlight) {
      requestsLimited.add(1, { 'hookmint.limit': 'in_flight', 'hookmint.limit.enforced': true });
      return false;
    }
    inFlight++;
    response.once('close', leave);
    return true;
  };
}

export const BUSY = new OAuthError(503, 'temporarily_unavailable', 'Too many requests are under way; try again', {
  headers: { 'Retry-After': String(RETRY_AFTER_SECONDS) },
});
