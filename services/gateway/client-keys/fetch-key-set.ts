import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { LookupFunction } from 'node:net';
import { isJwksUri } from '../../../shared/domain/jwks-uri.ts';
import { checkedLookup, refusedLiteral } from '../../../shared/egress/checked-lookup.ts';
import { addressFilter } from '../../../shared/egress/public-addresses.ts';
import type { KeyOfSet } from '../../../shared/key-set.ts';
import { createTurns } from '../../../shared/turns.ts';
import { KeySetError } from './key-set-error.ts';
import { FETCH_TIMEOUT_MS, MAX_FETCHES, MAX_KEY_SET_BYTES, MAX_LOOKUPS } from './limits.ts';
import { parseDiscovery, parseKeySet } from './parse-key-set.ts';

/** A JWK Set by its URL, or that of an issuer by its metadata (OpenID Connect Discovery §4). */
export type KeySetPlace = string | { issuer: string };

export type FetchKeySet = (place: KeySetPlace) => Promise<KeyOfSet[]>;

/**
 * Fetches JWK Sets, from public addresses, as hooks' requests are made. Redirects are not followed, and nothing is sent that tells who
 * asks or for whom.
 *
 * @param allowedAddresses Addresses and blocks that may be reached although they are not public.
 * @returns What throws `KeySetError`.
 */
export function createFetchKeySet(allowedAddresses: readonly string[]): FetchKeySet {
  const mayReach = addressFilter(allowedAddresses);
  const busy = (): KeySetError => new KeySetError('JWKS_BUSY', 'too many JWK Sets are fetched at once');
  const fetches = createTurns({ atOnce: MAX_FETCHES, maxWaiting: 0, full: busy });
  const lookups = createTurns({ atOnce: MAX_LOOKUPS, maxWaiting: MAX_FETCHES, full: busy });
  const lookup = checkedLookup(mayReach, notAllowed);

  const lookupInTurn =
    (signal: AbortSignal): LookupFunction =>
    (hostname, options, callback) => {
      const work = (): Promise<void> =>
        new Promise((resolve) => {
          lookup(hostname, options, (...answer) => {
            resolve();
            callback(...answer);
          });
        });
      lookups(work, { signal }).catch((error: unknown) => callback(error as NodeJS.ErrnoException, '', 0));
    };

  async function fetchText(uri: string, signal: AbortSignal): Promise<string> {
    if (!isJwksUri(uri)) throw new KeySetError('JWKS_URI_INVALID', 'the jwks_uri is none that keys are fetched from');
    const url = new URL(uri);
    const literal = refusedLiteral(url, mayReach);
    if (literal !== undefined) throw notAllowed();
    return readBody(await send(url, lookupInTurn(signal), signal));
  }

  async function fetchOne(place: KeySetPlace): Promise<KeyOfSet[]> {
    const signal = AbortSignal.timeout(FETCH_TIMEOUT_MS);
    try {
      const uri =
        typeof place === 'string'
          ? place
          : parseDiscovery(await fetchText(metadataOf(place.issuer), signal), place.issuer);
      return parseKeySet(await fetchText(uri, signal));
    } catch (error) {
      throw asKeySetError(error, signal);
    }
  }

  return (place) => fetches(() => fetchOne(place));
}

/** OpenID Connect Discovery §4.1. */
const metadataOf = (issuer: string): string => `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;

const notAllowed = (): KeySetError =>
  new KeySetError(
    'JWKS_ADDRESS_NOT_ALLOWED',
    'the address of the host is not public; to allow it, add it to HOOKMINT_JWKS_ALLOWED_ADDRESSES of the gateways',
  );

function send(url: URL, lookup: LookupFunction, signal: AbortSignal): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request = url.protocol === 'https:' ? httpsRequest : httpRequest;
    request(url, {
      agent: false,
      lookup,
      signal,
      headers: { Accept: 'application/jwk-set+json, application/json', 'User-Agent': 'hookmint' },
    })
      .on('response', resolve)
      .on('error', reject)
      .on('close', () => reject(new KeySetError('JWKS_UNREACHABLE', 'the connection was closed without a response')))
      .end();
  });
}

async function readBody(response: IncomingMessage): Promise<string> {
  try {
    if (response.statusCode !== 200) {
      throw new KeySetError('JWKS_STATUS', `the answer is ${String(response.statusCode)}, not 200`);
    }
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of response as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > MAX_KEY_SET_BYTES) {
        throw new KeySetError('JWKS_TOO_LARGE', `a JWK Set is limited to ${String(MAX_KEY_SET_BYTES)} bytes`);
      }
      chunks.push(chunk);
    }
    return Buffer.concat(chunks).toString('utf8');
  } finally {
    response.destroy();
  }
}

/** A set that drips is cut off like one that does not come. */
function asKeySetError(error: unknown, signal: AbortSignal): KeySetError {
  if (error instanceof KeySetError) return error;
  if (signal.aborted)
    return new KeySetError('JWKS_TIMED_OUT', `nothing whole came within ${String(FETCH_TIMEOUT_MS)} ms`);
  return new KeySetError('JWKS_UNREACHABLE', 'the host cannot be reached', { cause: error });
}
