import { z } from 'zod';

/** `hookmint.<tenant>.keys.public`: gateway → signer, request/reply. The JWK Set that verifies the tenant's tokens. */
export function keysPublicSubject(tenant: string): string {
  return `hookmint.${tenant}.keys.public`;
}

export const KEYS_PUBLIC_QUEUE = 'signer';

export const KeysPublic = z.object({});
export type KeysPublic = z.infer<typeof KeysPublic>;

/** Public keys only: a key with a private member does not pass (RFC 7517 §4, RFC 7518 §6). */
export const PublicJwk = z.discriminatedUnion('kty', [
  z.strictObject({
    kty: z.literal('RSA'),
    kid: z.string(),
    alg: z.string(),
    use: z.literal('sig'),
    n: z.string(),
    e: z.string(),
  }),
  z.strictObject({
    kty: z.literal('EC'),
    kid: z.string(),
    alg: z.string(),
    use: z.literal('sig'),
    crv: z.string(),
    x: z.string(),
    y: z.string(),
  }),
]);
export type PublicJwk = z.infer<typeof PublicJwk>;

export const KeysPublicReply = z.object({ keys: z.array(PublicJwk) });
export type KeysPublicReply = z.infer<typeof KeysPublicReply>;
