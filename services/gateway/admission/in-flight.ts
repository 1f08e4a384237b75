import type { ServerResponse } from 'node:http';
import { createFairShares, type Holder } from '../../../shared/bus/fair-shares.ts';
import { OAuthError, RETRY_AFTER_SECONDS } from '../../../shared/oauth-error.ts';
import { requestsLimited } from '../../../shared/telemetry/metrics.ts';

/**
 * Places for requests that are under way. What a request holds in memory while it waits for another service, and what all of them ask of
 * the event loop at once, is bounded by them.
 */
export type Places = {
  /** Whether none is left: then a request is answered {@link BUSY} with a body that was not even read. */
  areTaken: () => boolean;
  /**
   * Takes one until the response is over, for a request that has arrived completely: one that is only announced delays no other.
   *
   * @param network Of the client: no network has more than three quarters of all, nor has a hosted tenant.
   * @returns `false` when there is none for it.
   */
  take(network: string, response: ServerResponse): boolean;
};

/** Places as one hosted tenant has them, which shares them with all others. */
export function placesOf(tenant: string, places: PlacesOfAll): Places {
  return {
    areTaken: places.areTaken,
    take: (network, response) => places.take([tenant, `${tenant} ${network}`], response),
  };
}

export type PlacesOfAll = { areTaken: () => boolean; take(holder: Holder, response: ServerResponse): boolean };

/** @param limit Its name in the metric of what is refused. */
export function createPlaces(maxInFlight: number, limit: 'in_flight' | 'forwarded_in_flight'): PlacesOfAll {
  const shares = createFairShares();
  let inFlight = 0;
  const countRefusal = (): void => requestsLimited.add(1, { 'hookmint.limit': limit, 'hookmint.limit.enforced': true });
  return {
    areTaken: () => {
      if (inFlight < maxInFlight) return false;
      countRefusal();
      return true;
    },
    take: (holder, response) => {
      if (!shares.take(holder, maxInFlight - inFlight)) {
        countRefusal();
        return false;
      }
      inFlight++;
      response.once('close', () => {
        inFlight--;
        shares.giveBack(holder);
      });
      return true;
    },
  };
}

export const BUSY = new OAuthError(503, 'temporarily_unavailable', 'Too many requests are under way; try again', {
  headers: { 'Retry-After': String(RETRY_AFTER_SECONDS) },
});
