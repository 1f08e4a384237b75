// Each at its place and once: one pattern for all of them would try every way to take a row of comments apart.
const BLANK_OR_COMMENT = /\s+|\/\/[^\n]*\n|\/\*[^]*?\*\//y;
const STRICT = /(["'])use strict\1/y;
const DIRECTIVE_LENGTH = '"use strict"'.length;

/**
 * A hook's code without effect of a `"use strict"` at its very beginning, at the same length. What is prepended to every hook
 * makes it inert (contract §1.2), so it must be in a bundle too.
 */
export function inertDirective(code: string): string {
  let start = 0;
  for (let end = endOf(BLANK_OR_COMMENT, code, start); end !== undefined; end = endOf(BLANK_OR_COMMENT, code, start)) {
    start = end;
  }
  const end = endOf(STRICT, code, start);
  return end === undefined ? code : code.slice(0, start) + '(0)'.padEnd(DIRECTIVE_LENGTH) + code.slice(end);
}

/** Where a sticky pattern's match ends that starts at a place; undefined when there is none. */
function endOf(pattern: RegExp, code: string, start: number): number | undefined {
  pattern.lastIndex = start;
  return pattern.test(code) ? pattern.lastIndex : undefined;
}
