/** Whether a text is base64url without padding (RFC 7515 §2), in the one way to write it; libraries take others. */
export function isBase64Url(text: string): boolean {
  return Buffer.from(text, 'base64url').toString('base64url') === text;
}
