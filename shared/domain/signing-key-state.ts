import { z } from 'zod';

/** How long others may keep the JWK Set before they ask for it again, seconds. */
export const JWKS_MAX_AGE_SECONDS = 300;

/** A signing key's life: `next` is published but not used yet, `current` signs, `previous` still verifies, `revoked` is gone. */
export const SigningKeyState = z.enum(['next', 'current', 'previous', 'revoked']);
export type SigningKeyState = z.infer<typeof SigningKeyState>;
