import { charCodeAt, matches } from './intrinsics.js';

const WIDE =
  /[\u1100-\u115f\u2329\u232a\u2e80-\u303e\u3040-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6b\uff01-\uff60\uffe0-\uffe6]/;

/** Columns that a text takes: two for wide characters, none for combining ones. */
export function widthOf(text) {
  let width = 0;
  for (let i = 0; i < text.length; i++) {
    const code = charCodeAt(text, i);
    if (code >= 0x20 && code < 0x7f) width++;
    else if ((code & 0xfc00) === 0xd800) {
      i++;
      width += 2;
    } else if (code < 0x20 || (code >= 0x7f && code < 0xa0) || (code >= 0x300 && code <= 0x36f) || code === 0x200b)
      continue;
    else width += matches(WIDE, text[i]) ? 2 : 1;
  }
  return width;
}
