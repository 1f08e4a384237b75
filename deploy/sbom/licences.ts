/**
 * Licences (SPDX) that a package of production may have. hookmint is Apache-2.0 and ships them unchanged, so only
 * licences that ask for nothing beyond keeping their notice.
 */
export const ALLOWED_LICENCES: Readonly<Record<string, string>> = {
  MIT: 'permissive, keeps its notice',
  ISC: 'as MIT',
  '0BSD': 'permissive, asks for nothing',
  'BSD-2-Clause': 'permissive, keeps its notice',
  'BSD-3-Clause': 'permissive, keeps its notice',
  'Apache-2.0': 'our own',
  'BlueOak-1.0.0': 'permissive, keeps its notice or a link to it',
  Zlib: 'permissive, keeps its notice',
  Unlicense: 'given up to the public',
  WTFPL: 'asks for nothing; ten lines that cut file names, in the CLI',
  'CC0-1.0': 'given up to the public; no code, the table of SPDX names',
};

/**
 * Whether a licence expression leaves a way that is allowed: one side of an `OR`, both of an `AND`. An exception to a licence (`WITH`) and
 * anything unknown is not allowed.
 */
export function isAllowed(expression: string): boolean {
  const inner = /^\((.*)\)$/.exec(expression.trim())?.[1];
  if (inner !== undefined && isBalanced(inner)) return isAllowed(inner);
  const either = splitAt(expression, ' OR ');
  if (either.length > 1) return either.some(isAllowed);
  const both = splitAt(expression, ' AND ');
  if (both.length > 1) return both.every(isAllowed);
  return Object.hasOwn(ALLOWED_LICENCES, expression.trim());
}

/** Outside parentheses only. */
function splitAt(expression: string, operator: string): string[] {
  const parts = [''];
  let depth = 0;
  for (let at = 0; at < expression.length; at++) {
    if (depth === 0 && expression.startsWith(operator, at)) {
      parts.push('');
      at += operator.length - 1;
      continue;
    }
    if (expression[at] === '(') depth += 1;
    if (expression[at] === ')') depth -= 1;
    parts.push(`${parts.pop() ?? ''}${expression[at] ?? ''}`);
  }
  return parts;
}

function isBalanced(text: string): boolean {
  let depth = 0;
  for (const character of text) {
    if (character === '(') depth += 1;
    if (character === ')') depth -= 1;
    if (depth < 0) return false;
  }
  return depth === 0;
}
