import { createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { addressOf } from './address.ts';

/** Names the client's address to the management service, in the gateway's word. */
export const VOUCHED_ADDRESS_HEADER = 'x-hookmint-client-address';

/** What clocks of services may differ by, and a request may take from one to the other. */
const MAX_AGE_MS = 60_000;

type About = Pick<IncomingMessage, 'method' | 'url'>;

/**
 * Says who asks, such that the management service can tell that the gateway says it: whoever reaches that service directly can send any
 * other header. Bound to the request's method and URL, and to its time.
 *
 * @param clientSecretKey Only the two services have it.
 */
export function vouchFor(address: string, request: About, clientSecretKey: Buffer, nowMs = Date.now()): string {
  const timeMs = String(nowMs);
  return [timeMs, address, macOf(timeMs, address, request, clientSecretKey).toString('base64url')].join(' ');
}

/** The address that the gateway vouches for; `undefined` where it does not. */
export function vouchedAddress(
  request: About & Pick<IncomingMessage, 'headers'>,
  clientSecretKey: Buffer,
  nowMs = Date.now(),
): string | undefined {
  const header = request.headers[VOUCHED_ADDRESS_HEADER];
  if (typeof header !== 'string') return undefined;
  const [timeMs = '', address = '', mac = ''] = header.split(' ');
  const [given, due] = [Buffer.from(mac, 'base64url'), macOf(timeMs, address, request, clientSecretKey)];
  if (given.length !== due.length || !timingSafeEqual(given, due)) return undefined;
  return Math.abs(nowMs - Number(timeMs)) > MAX_AGE_MS ? undefined : addressOf(address);
}

function macOf(timeMs: string, address: string, { method = '', url = '' }: About, clientSecretKey: Buffer): Buffer {
  // A key of its own: nothing that is said here is the hash of a client's secret.
  const key = createHmac('sha256', clientSecretKey).update('hookmint client address').digest();
  return createHmac('sha256', key)
    .update(JSON.stringify([timeMs, address, method, url]))
    .digest();
}
