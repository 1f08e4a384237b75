/** Shorter texts cannot contain enough values to matter. */
const SHORT_CHARACTERS = 65_536;
const [QUOTE, BACKSLASH, COMMA, BRACKET, BRACE] = [0x22, 0x5c, 0x2c, 0x5b, 0x7b];

/**
 * Whether a JSON text holds more values than anybody means who speaks the truth: lists of millions of nothings cost whoever parses them
 * seconds and gigabytes, and are told by a look at the text.
 */
export function holdsMoreValuesThan(max: number, text: string): boolean {
  if (text.length < SHORT_CHARACTERS) return false;
  let values = 0;
  let isText = false;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (isText) {
      if (unit === BACKSLASH) at++;
      else if (unit === QUOTE) isText = false;
    } else if (unit === QUOTE) isText = true;
    else if ((unit === COMMA || unit === BRACKET || unit === BRACE) && ++values > max) return true;
  }
  return false;
}
