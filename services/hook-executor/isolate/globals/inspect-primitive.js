import { includes, is, joinArray, push, slice, split, uncurry } from './intrinsics.js';
import { quote, spaces } from './inspect-text.js';

// How util.inspect shows what is no object.

const MAX_STRING_LENGTH = 10_000;

export const symbolToString = uncurry(Symbol.prototype.toString);

/** Text of `value`, against the budget. */
export function spend(ctx, text) {
  ctx.budget -= text.length;
  return text;
}

export function formatNumber(value) {
  return is(value, -0) ? '-0' : `${value}`;
}

export function formatPrimitive(ctx, value) {
  switch (typeof value) {
    case 'string':
      return formatString(ctx, value);
    case 'number':
      return formatNumber(value);
    case 'bigint':
      return `${value}n`;
    case 'symbol':
      return symbolToString(value);
    default:
      return `${value}`;
  }
}

function formatString(ctx, value) {
  let trailer = '';
  if (value.length > MAX_STRING_LENGTH) {
    const remaining = value.length - MAX_STRING_LENGTH;
    trailer = `... ${remaining} more character${remaining > 1 ? 's' : ''}`;
    value = slice(value, 0, MAX_STRING_LENGTH);
  }
  if (value.length <= 16 || value.length <= ctx.breakLength - ctx.indent - 4 || !includes(value, '\n')) {
    return quote(value) + trailer;
  }
  const lines = split(value, '\n');
  const quoted = [];
  for (let i = 0; i < lines.length; i++) {
    const last = i === lines.length - 1;
    if (!last || lines[i] !== '') push(quoted, quote(last ? lines[i] : `${lines[i]}\n`));
  }
  return joinArray(quoted, ` +\n${spaces(ctx.indent + 2)}`) + trailer;
}
