import { z } from 'zod';

/** `hookmint.<tenant>.keys.public`: gateway → signer, request/reply. The JWK Set that verifies the tenant's tokens. */
export function keysPublicSubject(tenant: string): string {
  return `hookmint.${tenant}.keys.public`;
}

export const KEYS_PUBLIC_QUEUE = 'signer';

export const KeysPublic = z.object({});
export type KeysPublic = z.infer<typeof KeysPublic>;

const common = {
  kid: z.string(),
  alg: z.string(),
  use: z.literal('sig'),
  /** The key's certificate, DER in base64 (RFC 7517 §4.7), and its SHA-1 in base64url (§4.8). */
  x5c: z.array(z.base64()).length(1).exactOptional(),
  x5t: z.base64url().length(27).exactOptional(),
};

/** Public keys only: a key with a private member does not pass (RFC 7517 §4, RFC 7518 §6, RFC 8037 §2). */
export const PublicJwk = z.discriminatedUnion('kty', [
  z.strictObject({ kty: z.literal('RSA'), ...common, n: z.string(), e: z.string() }),
  z.strictObject({ kty: z.literal('EC'), ...common, crv: z.string(), x: z.string(), y: z.string() }),
  z.strictObject({ kty: z.literal('OKP'), ...common, crv: z.string(), x: z.string() }),
]);
export type PublicJwk = z.infer<typeof PublicJwk>;

export const KeysPublicReply = z.object({
  keys: z.array(PublicJwk),
  /** Of two sets the one with the higher version is the newer. Signers of older versions tell none. */
  version: z.int().min(0).exactOptional(),
  /** By the signer's clock. */
  time_ms: z.number().exactOptional(),
});
export type KeysPublicReply = z.infer<typeof KeysPublicReply>;
