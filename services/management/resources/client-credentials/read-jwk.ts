import { createPublicKey } from 'node:crypto';
import { z } from 'zod';
import { AssertionAlg, isSameAlg } from '../../../../shared/domain/client.ts';
import { isPrivate, keyFor, thumbprintOf } from '../../../../shared/public-jwk.ts';
import { invalidBody } from '../../api/api-error.ts';
import type { PublicKey } from './read-pem.ts';

/** Members of a JWK that say what it may be used for (RFC 7517 §4); of all others its own rule is to ignore them. */
const About = z.object({
  kty: z.enum(['RSA', 'EC', 'OKP'], 'must have the kty RSA, EC or OKP'),
  crv: z.unknown().optional(),
  use: z.literal('sig', 'must have the use sig, or none').optional(),
  key_ops: z
    .array(z.unknown(), 'must have key_ops that are a list')
    .refine((operations) => operations.includes('verify'), 'must have verify among its key_ops, or no key_ops')
    .optional(),
  alg: z.enum(AssertionAlg.options, `must have an alg of ${AssertionAlg.options.join(', ')}, or none`).optional(),
  kid: z
    .string('must have a kid that is a string')
    .regex(/^[\x21-\x7e]{1,128}$/, 'must have a kid of 1 to 128 visible ASCII characters')
    .optional(),
});

const WANTED = {
  RSA: 'an RSA key of 2048 to 4096 bits with the exponent AQAB',
  ES256: 'a key of P-256',
  ES384: 'a key of P-384',
  OKP: 'a key of Ed25519',
} as const;

/**
 * Reads a public key that is a JWK (RFC 7517).
 *
 * @param alg Absent: that of the JWK, or else the first for its kind of key.
 * @throws {ApiError} 400, never with a member of the key.
 */
export function readJwk(jwk: object, alg: AssertionAlg | undefined): PublicKey & { alg: AssertionAlg; kid?: string } {
  if (isPrivate(jwk)) {
    throw refused(
      'is a private or symmetric key, which must stay secret: send the public members alone; replace that key',
    );
  }
  const about = About.safeParse(jwk);
  if (!about.success) throw refused(about.error.issues[0]?.message ?? 'is no JWK');
  const { kid, alg: ownAlg } = about.data;
  if (alg !== undefined && ownAlg !== undefined && !isSameAlg(alg, ownAlg))
    throw refused(`is for ${ownAlg}, not for the alg ${alg}`);
  const used = alg ?? ownAlg ?? firstAlgOf(about.data);
  const key = keyFor(used, jwk);
  const pem = key === undefined ? undefined : pemOf(key);
  if (key === undefined || pem === undefined) throw refused(`must be ${wantedFor(used)} for ${used}`);
  return {
    pem,
    thumbprint: thumbprintOf(key),
    expiresAtMs: undefined,
    alg: used,
    ...(kid === undefined ? {} : { kid }),
  };
}

function firstAlgOf({ kty, crv }: z.infer<typeof About>): AssertionAlg {
  if (kty === 'RSA') return 'RS256';
  if (kty === 'OKP') return 'EdDSA';
  return crv === 'P-384' ? 'ES384' : 'ES256';
}

function wantedFor(alg: AssertionAlg): string {
  if (alg === 'ES256' || alg === 'ES384') return WANTED[alg];
  return alg === 'EdDSA' || alg === 'Ed25519' ? WANTED.OKP : WANTED.RSA;
}

/** Undefined for what is no point of its curve. */
function pemOf(key: object): string | undefined {
  try {
    return createPublicKey({ key, format: 'jwk' }).export({ type: 'spki', format: 'pem' });
  } catch {
    return undefined;
  }
}

const refused = (what: string) => invalidBody(`'${what}' on property jwk.`);
