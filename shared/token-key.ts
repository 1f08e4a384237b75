import { createHash } from 'node:crypto';

/**
 * What a token is known by where tokens are revoked: its `jti`, or where its dialect has none the digest of what was signed. The signature is no
 * part of it, since of ES256 another that is valid can be made of any.
 */
export function tokenKeyOf(token: string, { jti }: { jti?: string | undefined }): string {
  if (jti !== undefined) return `jti:${jti}`;
  const signed = token.slice(0, token.lastIndexOf('.'));
  return `sha256:${createHash('sha256').update(signed).digest('base64url')}`;
}
