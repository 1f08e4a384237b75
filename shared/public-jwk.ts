import { createHash } from 'node:crypto';
import { z } from 'zod';
import { isBase64Url } from './base64url.ts';
import type { AssertionAlg } from './domain/client.ts';

/** Members of private and symmetric keys (RFC 7518 §6). */
const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];

const MIN_RSA_BYTES = 256;
/** A verification costs with the square of it. */
const MAX_RSA_BYTES = 512;

const bytesOf = (text: string): Buffer => Buffer.from(text, 'base64url');

const coordinate = (bytes: number) => z.string().refine((text) => isBase64Url(text) && bytesOf(text).length === bytes);

const ec = (crv: string, bytes: number) =>
  z.object({ kty: z.literal('EC'), crv: z.literal(crv), x: coordinate(bytes), y: coordinate(bytes) });

const ed25519 = z.object({ kty: z.literal('OKP'), crv: z.literal('Ed25519'), x: coordinate(32) });

/** Zeros before the number would make a short one look long. */
const modulus = z.string().refine((text) => {
  const bytes = bytesOf(text);
  return isBase64Url(text) && bytes.length >= MIN_RSA_BYTES && bytes.length <= MAX_RSA_BYTES && (bytes[0] ?? 0) >= 0x80;
});

/** The exponent that all keys have; a long one would make each verification as slow as a signature. */
const rsa = z.object({ kty: z.literal('RSA'), n: modulus, e: z.literal('AQAB') });

/** The key that an algorithm wants, and no more of the JWK than is the key. */
const KEYS = {
  ES256: ec('P-256', 32),
  ES384: ec('P-384', 48),
  EdDSA: ed25519,
  Ed25519: ed25519,
  RS256: rsa,
  RS384: rsa,
  PS256: rsa,
  PS384: rsa,
} as const satisfies Record<AssertionAlg, z.ZodType>;

/** A public key, and nothing else of its JWK (RFC 7517). */
export type PublicJwk = z.infer<(typeof KEYS)[AssertionAlg]>;

/** Whether a JWK has more than its owner may show. */
export function isPrivate(jwk: object): boolean {
  return PRIVATE_MEMBERS.some((member) => member in jwk);
}

/** The public key of a JWK, or undefined where it is none that the algorithm may be used with. */
export function keyFor(alg: AssertionAlg, jwk: object): PublicJwk | undefined {
  return KEYS[alg].safeParse(jwk).data;
}

/** RFC 7638 §3: of the members that make the key, and no others, in the order of their names. */
export function thumbprintOf(jwk: PublicJwk): string {
  return createHash('sha256')
    .update(JSON.stringify(jwk, Object.keys(jwk).sort()))
    .digest('base64url');
}
