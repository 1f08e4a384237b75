import { z } from 'zod';
import { usesOf, type KeyOfSet } from '../../../shared/key-set.ts';
import { KeySetError } from './key-set-error.ts';
import { MAX_KEYS } from './limits.ts';

const KeySet = z.object({ keys: z.array(z.unknown()).max(MAX_KEYS) });

/**
 * The keys of a JWK Set that may verify assertions. The others are passed over (RFC 7517 §5): symmetric and private ones, of other kinds
 * and sizes, and for other uses.
 *
 * @throws {KeySetError} `JWKS_INVALID`, with nothing of the text.
 */
export function parseKeySet(text: string): KeyOfSet[] {
  const set = KeySet.safeParse(parsedJson(text, 'JWKS_INVALID'));
  if (set.success) return set.data.keys.flatMap(usesOf);
  throw new KeySetError('JWKS_INVALID', `what was fetched is no JWK Set of at most ${String(MAX_KEYS)} keys`);
}

const Metadata = z.object({ issuer: z.string(), jwks_uri: z.string() });

/**
 * Where the keys of an issuer are, by its own metadata (OpenID Connect Discovery §4.3).
 *
 * @throws {KeySetError} `DISCOVERY_INVALID`, also for metadata of another issuer.
 */
export function parseDiscovery(text: string, issuer: string): string {
  const metadata = Metadata.safeParse(parsedJson(text, 'DISCOVERY_INVALID'));
  if (metadata.success && metadata.data.issuer === issuer) return metadata.data.jwks_uri;
  throw new KeySetError('DISCOVERY_INVALID', 'what was fetched is no metadata of that issuer with a jwks_uri');
}

function parsedJson(text: string, code: 'JWKS_INVALID' | 'DISCOVERY_INVALID'): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new KeySetError(code, 'what was fetched is not JSON');
  }
}
