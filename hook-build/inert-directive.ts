// Each at its place and once: one pattern for all of them would try every way to take a row of comments apart.
const BLANK_OR_COMMENT = /\s+|\/\/[^\n]*\n|\/\*[^]*?\*\//y;
const SEMICOLON = /;/y;
const DIRECTIVE = /"(?:[^"\\\n\r]|\\.)*"|'(?:[^'\\\n\r]|\\.)*'/y;
const STRICT = /(["'])use strict\1/y;
const STRICT_LENGTH = '"use strict"'.length;

/**
 * A hook's code without effect of a `"use strict"` at its beginning, also after other directives, at the same length. What is prepended to
 * every hook makes it inert (contract §1.2), so it must be in a bundle too.
 */
export function inertDirective(code: string): string {
  for (let start = blankUntil(code, 0); ;) {
    const strict = endOf(STRICT, code, start);
    if (strict !== undefined) return code.slice(0, start) + '(0)'.padEnd(STRICT_LENGTH) + code.slice(strict);
    const directive = endOf(DIRECTIVE, code, start);
    if (directive === undefined) return code;
    const end = blankUntil(code, directive);
    const semicolon = endOf(SEMICOLON, code, end);
    // Without one, a directive ends with its line.
    if (semicolon === undefined && !code.slice(directive, end).includes('\n')) return code;
    start = blankUntil(code, semicolon ?? end);
  }
}

function blankUntil(code: string, start: number): number {
  let at = start;
  for (let end = endOf(BLANK_OR_COMMENT, code, at); end !== undefined; end = endOf(BLANK_OR_COMMENT, code, at))
    at = end;
  return at;
}

/** Where a sticky pattern's match ends that starts at a place; undefined when there is none. */
function endOf(pattern: RegExp, code: string, start: number): number | undefined {
  pattern.lastIndex = start;
  return pattern.test(code) ? pattern.lastIndex : undefined;
}
