import { z } from 'zod';
import { AssertionAlg } from '../../../shared/domain/client.ts';
import { isPrivate, keyFor, type PublicJwk } from '../../../shared/public-jwk.ts';
import { KeySetError } from './key-set-error.ts';
import { MAX_KEYS } from './limits.ts';

/** A key of a JWK Set, for one algorithm. */
export type FetchedKey = { alg: AssertionAlg; kid: string | undefined; jwk: PublicJwk };

const KeySet = z.object({ keys: z.array(z.unknown()).max(MAX_KEYS) });

/** What a key that verifies signatures may say of itself (RFC 7517 §4). */
const Jwk = z.looseObject({
  use: z.literal('sig').optional(),
  key_ops: z
    .array(z.unknown())
    .refine((operations) => operations.includes('verify'))
    .optional(),
  alg: z.string().optional(),
  kid: z.string().optional(),
});

/**
 * The keys of a JWK Set that may verify assertions. The others are passed over (RFC 7517 §5): symmetric and private ones, of other kinds
 * and sizes, and for other uses.
 *
 * @throws {KeySetError} `JWKS_INVALID`, with nothing of the text.
 */
export function parseKeySet(text: string): FetchedKey[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new KeySetError('JWKS_INVALID', 'what was fetched is not JSON');
  }
  const set = KeySet.safeParse(value);
  if (!set.success) {
    throw new KeySetError('JWKS_INVALID', `what was fetched is no JWK Set of at most ${String(MAX_KEYS)} keys`);
  }
  return set.data.keys.flatMap(usesOf);
}

function usesOf(member: unknown): FetchedKey[] {
  const { data: jwk } = Jwk.safeParse(member);
  if (jwk === undefined || isPrivate(jwk)) return [];
  return AssertionAlg.options.flatMap((alg) => {
    const key = jwk.alg === undefined || jwk.alg === alg ? keyFor(alg, jwk) : undefined;
    return key === undefined ? [] : [{ alg, kid: jwk.kid, jwk: key }];
  });
}
