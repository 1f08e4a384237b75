// Whatever has no glyph of its own: controls, formats (bidi among them), surrogates without a pair, and what ends lines.
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** Longest text that is shown without being asked for. */
export const MAX_SHOWN_LENGTH = 4_000;

/** Text of a hook as it is: what would be invisible, or turn the rest around, as its code point. Line ends and tabs stay. */
export const shown = (text: string): string =>
  text.replace(UNSEEN, (character) =>
    character === '\n' || character === '\t'
      ? character
      : `⟨U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}⟩`,
  );
