import { z } from 'zod';

/** A signing key's life: `next` is published but not used yet, `current` signs, `previous` still verifies, `revoked` is gone. */
export const SigningKeyState = z.enum(['next', 'current', 'previous', 'revoked']);
export type SigningKeyState = z.infer<typeof SigningKeyState>;
