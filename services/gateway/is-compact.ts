/** RFC 7515 §2: base64url without padding, in the one way to write it; libraries take others. */
export function isCompact(jwt: string): boolean {
  const parts = jwt.split('.', 4);
  return parts.length === 3 && parts.every(isBase64Url);
}

export function isBase64Url(text: string): boolean {
  return Buffer.from(text, 'base64url').toString('base64url') === text;
}
