import { z } from 'zod';
import { SigningAlg } from '../../../../shared/domain/resource-server.ts';

const time = z.iso.datetime();

/** A signing key as the API shows it (contract §5.5). Auth0 has keys of one algorithm only, and so no `alg`. */
export const SigningKeyView = z
  .object({
    kid: z.string(),
    alg: SigningAlg,
    /** PEM. */
    cert: z.string(),
    /** PEM of PKCS #7 (RFC 2315 §9.1) that holds the certificate and signs nothing. */
    pkcs7: z.string(),
    /** SHA-1 of the certificate in hexadecimal, with colons and without. */
    fingerprint: z.string(),
    thumbprint: z.string(),
    current: z.boolean(),
    next: z.boolean(),
    previous: z.boolean(),
    revoked: z.boolean(),
    current_since: time.optional(),
    current_until: time.optional(),
    revoked_at: time.optional(),
  })
  .meta({ id: 'SigningKey' });
export type SigningKeyView = z.infer<typeof SigningKeyView>;

export const ChangedSigningKey = z.object({ kid: z.string(), cert: z.string() }).meta({ id: 'ChangedSigningKey' });
