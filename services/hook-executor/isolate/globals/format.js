import { kindOf } from './brands.js';
import {
  charCodeAt,
  getOwnPropertyDescriptor,
  getPrototypeOf,
  hasOwn,
  parseFloat,
  parseInt,
  slice,
  stringify,
} from './intrinsics.js';
import { formatNumber, inspect } from './inspect.js';

const toPrimitive = Symbol.toPrimitive;
const builtIn = new WeakSet();
for (const name of Object.getOwnPropertyNames(globalThis)) {
  const value = getOwnPropertyDescriptor(globalThis, name).value;
  if (typeof value === 'function') builtIn.add(value);
}
const isBuiltIn = builtIn.has.bind(builtIn);

/** Whether `String(value)` would run nothing but the language's own code. */
function printsAsBuiltIn(value) {
  if (typeof value.toString !== 'function') return typeof value[toPrimitive] !== 'function';
  if (hasOwn(value, 'toString') || hasOwn(value, toPrimitive)) return false;
  let owner = value;
  do owner = getPrototypeOf(owner);
  while (owner !== null && !hasOwn(owner, 'toString') && !hasOwn(owner, toPrimitive));
  const constructor = owner === null ? undefined : getOwnPropertyDescriptor(owner, 'constructor')?.value;
  return typeof constructor === 'function' && isBuiltIn(constructor);
}

function asString(value) {
  if (typeof value === 'number') return formatNumber(value);
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value !== 'object' || value === null) return String(value);
  if (kindOf(value) === 'Error' && !hasOwn(value, 'toString')) return inspect(value, { depth: 0 });
  return printsAsBuiltIn(value) ? inspect(value, { depth: 0 }) : String(value);
}

function asJson(value) {
  try {
    return `${stringify(value)}`;
  } catch (error) {
    if (error instanceof TypeError && error.message.startsWith('Converting circular')) return '[Circular]';
    throw error;
  }
}

function asNumber(value, convert) {
  if (typeof value === 'symbol') return 'NaN';
  if (typeof value === 'bigint') return `${value}n`;
  return formatNumber(convert(value));
}

const DIRECTIVES = {
  __proto__: null,
  s: asString,
  d: (value) => (typeof value === 'object' && value !== null ? formatNumber(Number(value)) : asNumber(value, Number)),
  i: (value) => asNumber(value, parseInt),
  f: (value) => (typeof value === 'symbol' ? 'NaN' : formatNumber(parseFloat(value))),
  j: asJson,
  o: (value) => inspect(value, { showHidden: true, depth: 4 }),
  O: (value) => inspect(value),
  c: () => '',
};

/** Node's util.format. */
export function format(args) {
  const first = args[0];
  let text = '';
  let next = 0;
  if (typeof first === 'string') {
    if (args.length === 1) return first;
    next = 1;
    let last = 0;
    for (let i = 0; i < first.length - 1; i++) {
      if (charCodeAt(first, i) !== 37) continue;
      const letter = first[++i];
      if (letter === '%') {
        text += slice(first, last, i);
        last = i + 1;
        continue;
      }
      const directive = DIRECTIVES[letter];
      if (directive === undefined || next >= args.length) continue;
      text += slice(first, last, i - 1) + directive(args[next++]);
      last = i + 1;
    }
    text += slice(first, last);
  }
  for (let i = next; i < args.length; i++) {
    const value = args[i];
    text += `${i === 0 ? '' : ' '}${typeof value === 'string' ? value : inspect(value)}`;
  }
  return text;
}
