import { z } from 'zod';

/** Signatures of DPoP proofs (RFC 9449 §5.1): those of FAPI 2.0 §5.4.1, and Ed25519 by its newer name too (RFC 9864). */
export const DpopAlg = z.enum(['ES256', 'ES384', 'EdDSA', 'Ed25519', 'PS256']);
export type DpopAlg = z.infer<typeof DpopAlg>;

/** SHA-256 thumbprint of a public key (RFC 7638), base64url. */
export const KeyThumbprint = z.string().regex(/^[A-Za-z0-9_-]{43}$/, 'must be a SHA-256 in base64url');

/** What a token is bound to: whoever uses it must prove to have the private key of that thumbprint (RFC 9449 §6.1). */
export const ProofOfPossession = z.strictObject({ mechanism: z.literal('dpop'), jkt: KeyThumbprint });
export type ProofOfPossession = z.infer<typeof ProofOfPossession>;

/** What an API says of it: its tokens may be bound, or must be. Without a policy they never are. */
export const ProofOfPossessionPolicy = z.strictObject({
  mechanism: z.literal('dpop', 'can only be dpop: hookmint has no mTLS'),
  required: z.boolean(),
  /** Every client that gets tokens here is confidential: with `public_clients` nothing is required of it. */
  required_for: z.enum(['public_clients', 'confidential_clients', 'all_clients']).optional(),
});
export type ProofOfPossessionPolicy = z.infer<typeof ProofOfPossessionPolicy>;
