import { isLoopbackName } from '../loopback.ts';

/** Longest URL of a JWK Set, characters. */
export const MAX_JWKS_URI_LENGTH = 2_048;

/** Whether keys may be fetched from a URL: over TLS, or from this machine itself; and whoever sees it sees no password. */
export function isJwksUri(text: string): boolean {
  const url = URL.parse(text);
  if (url === null || text.length > MAX_JWKS_URI_LENGTH || url.port === '0') return false;
  if (url.username !== '' || url.password !== '' || url.hash !== '') return false;
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopbackName(url.hostname));
}
