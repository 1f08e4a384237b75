const STRICT = /^(?:\uFEFF|\s|\/\/[^\n]*\n|\/\*[^]*?\*\/)*(?=(["'])use strict\1)/;
const DIRECTIVE_LENGTH = '"use strict"'.length;

/**
 * A hook's code without effect of a `"use strict"` at its very beginning, at the same length. What is prepended to every hook
 * makes it inert (contract §1.2), so it must be in a bundle too.
 */
export function inertDirective(code: string): string {
  const before = STRICT.exec(code)?.[0];
  if (before === undefined) return code;
  return before + '(0)'.padEnd(DIRECTIVE_LENGTH) + code.slice(before.length + DIRECTIVE_LENGTH);
}
