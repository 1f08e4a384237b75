const MAX_SHOWN_LENGTH = 200;

/**
 * What a client sent, as an `error_description` repeats it: the characters that RFC 6749 §5.2 allows, others as `?`, and not too many.
 * Parameters that were joined by `;` are one to us, and a secret may be the second: what follows is left out.
 */
export function shown(sent: string): string {
  const [first = ''] = sent.split(/[;&]/, 1);
  const text = first.slice(0, MAX_SHOWN_LENGTH).replaceAll(/[^\x20\x21\x23-\x5B\x5D-\x7E]/g, '?');
  return text.length < sent.length ? `${text}...` : text;
}
