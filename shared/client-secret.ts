import { createHmac, randomBytes, randomInt, timingSafeEqual } from 'node:crypto';

/** A new client_id: 32 alphanumeric characters (contract §5.3). */
export function newClientId(): string {
  return Array.from({ length: 32 }, () => ALPHANUMERIC[randomInt(ALPHANUMERIC.length)]).join('');
}

const ALPHANUMERIC = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** A new client secret: 64 URL-safe characters, 384 bits (contract §5.3). */
export function newClientSecret(): string {
  return randomBytes(48).toString('base64url');
}

/**
 * The keyed hash a client secret is stored as: HMAC-SHA-256, base64url. A key suffices where a slow hash would be needed for
 * passwords: the secrets are random, and without the key a stolen database cannot even be guessed against.
 */
export function hashClientSecret(secret: string, key: Buffer): string {
  return createHmac('sha256', key).update(secret).digest('base64url');
}

/** Whether `secret` has one of the `hashes`, in a time that reveals nothing about either; no hashes takes as long as one. */
export function clientSecretMatches(secret: string, hashes: readonly string[], key: Buffer): boolean {
  const given = createHmac('sha256', key).update(secret).digest();
  const candidates = hashes.length > 0 ? hashes : [Buffer.alloc(given.length).toString('base64url')];
  let matches = false;
  for (const hash of candidates) {
    const expected = Buffer.from(hash, 'base64url');
    const equal = expected.length === given.length && timingSafeEqual(expected, given);
    matches = equal || matches;
  }
  return matches && hashes.length > 0;
}
