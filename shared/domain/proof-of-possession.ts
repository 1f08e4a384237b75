import { z } from 'zod';

/** Signatures of DPoP proofs (RFC 9449 §5.1): those of FAPI 2.0 §5.4.1, and Ed25519 by its newer name too (RFC 9864). */
export const DpopAlg = z.enum(['ES256', 'ES384', 'EdDSA', 'Ed25519', 'PS256']);
export type DpopAlg = z.infer<typeof DpopAlg>;

/** SHA-256, base64url: the thumbprint of a public key (RFC 7638), or of a certificate (RFC 8705 §3.1). */
export const Thumbprint = z.string().regex(/^[A-Za-z0-9_-]{43}$/, 'must be a SHA-256 in base64url');

/** How whoever uses a token proves to have the key that it is bound to: by a DPoP proof, or by TLS with the key's certificate. */
export const BindingMechanism = z.enum(['dpop', 'mtls'], 'must be dpop or mtls');
export type BindingMechanism = z.infer<typeof BindingMechanism>;

/** What a token is bound to: a key (RFC 9449 §6.1), or a certificate (RFC 8705 §3.1). */
export const ProofOfPossession = z.discriminatedUnion('mechanism', [
  z.strictObject({ mechanism: z.literal('dpop'), jkt: Thumbprint }),
  z.strictObject({ mechanism: z.literal('mtls'), 'x5t#S256': Thumbprint }),
]);
export type ProofOfPossession = z.infer<typeof ProofOfPossession>;

/** The claim `cnf` of a token that is bound (RFC 7800 §3.1). */
export const Confirmation = z.union([z.strictObject({ jkt: Thumbprint }), z.strictObject({ 'x5t#S256': Thumbprint })]);
export type Confirmation = z.infer<typeof Confirmation>;

export const confirmationOf = (binding: ProofOfPossession): Confirmation =>
  binding.mechanism === 'dpop' ? { jkt: binding.jkt } : { 'x5t#S256': binding['x5t#S256'] };

/** What an API says of it: its tokens may be bound, or must be. Without a policy they never are. */
export const ProofOfPossessionPolicy = z.strictObject({
  mechanism: BindingMechanism,
  required: z.boolean(),
  /** Every client that gets tokens here is confidential: with `public_clients` nothing is required of it. */
  required_for: z.enum(['public_clients', 'confidential_clients', 'all_clients']).optional(),
});
export type ProofOfPossessionPolicy = z.infer<typeof ProofOfPossessionPolicy>;
