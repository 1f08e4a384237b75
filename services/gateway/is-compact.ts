import { isBase64Url } from '../../shared/base64url.ts';

/** Whether a text has the three parts of a signed JWT (RFC 7515 §7.1). */
export function isCompact(jwt: string): boolean {
  const parts = jwt.split('.', 4);
  return parts.length === 3 && parts.every(isBase64Url);
}
