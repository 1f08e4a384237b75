import { z } from 'zod';
import { AssertionAlg, isSameAlg } from './domain/client.ts';
import { isPrivate, keyFor, type PublicJwk } from './public-jwk.ts';

/** A key of a JWK Set, for one algorithm. */
export type KeyOfSet = { alg: AssertionAlg; kid: string | undefined; jwk: PublicJwk };

/** Which key of a set an assertion means. */
export type WantedKey = Pick<KeyOfSet, 'alg' | 'kid'>;

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

/** For which algorithms a JWK may verify assertions; for none one that is symmetric or private, of another kind or size, or for another use. */
export function usesOf(member: unknown): KeyOfSet[] {
  const { data: jwk } = Jwk.safeParse(member);
  if (jwk === undefined || isPrivate(jwk)) return [];
  return AssertionAlg.options.flatMap((alg) => {
    const key = jwk.alg === undefined || isSameAlg(jwk.alg, alg) ? keyFor(alg, jwk) : undefined;
    return key === undefined ? [] : [{ alg, kid: jwk.kid, jwk: key }];
  });
}

/** A kid that is there twice names neither key. */
export function onlyKey(keys: readonly KeyOfSet[], { alg, kid }: WantedKey): KeyOfSet | undefined {
  const found = keys.filter((key) => key.alg === alg && (kid === undefined || key.kid === kid));
  return found.length === 1 ? found[0] : undefined;
}
