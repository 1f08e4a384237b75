import { kindOf } from './brands.js';
import {
  Bytes,
  getOwnPropertyDescriptor,
  indexOfItem,
  isArray,
  isNaN,
  keys as keysOf,
  matches,
  min,
  pop,
  push,
  SafeMap,
  slice,
  uncurry,
  viewLength,
} from './intrinsics.js';
import { errorBase, functionBase } from './inspect-bases.js';
import { constructorName, INDEX, prefixOf, shownKeys, tagOf } from './inspect-names.js';
import { formatPrimitive, spend, symbolToString } from './inspect-primitive.js';
import { BREAK_LENGTH, layOut, quote } from './inspect-text.js';

export { formatNumber } from './inspect-primitive.js';

// What Node's util.inspect prints, for console and errors. Never runs a getter or a custom inspector of what it is shown.

/** Characters after which the rest is left out. */
const MAX_OUTPUT_LENGTH = 131_072;
const IDENTIFIER = /^[a-zA-Z_][a-zA-Z_0-9]*$/;

const mapSize = uncurry(getOwnPropertyDescriptor(Map.prototype, 'size').get);
const mapForEach = uncurry(Map.prototype.forEach);
const setSize = uncurry(getOwnPropertyDescriptor(Set.prototype, 'size').get);
const setForEach = uncurry(Set.prototype.forEach);
const getTime = uncurry(Date.prototype.getTime);
const toIso = uncurry(Date.prototype.toISOString);
const regExpSource = uncurry(getOwnPropertyDescriptor(RegExp.prototype, 'source').get);
const regExpFlags = uncurry(getOwnPropertyDescriptor(RegExp.prototype, 'flags').get);
const unbox = {
  Number: uncurry(Number.prototype.valueOf),
  String: uncurry(String.prototype.valueOf),
  Boolean: uncurry(Boolean.prototype.valueOf),
  BigInt: uncurry(BigInt.prototype.valueOf),
  Symbol: uncurry(Symbol.prototype.valueOf),
};

/** Kinds of objects of the runtime itself, whose state is private: `test` tells them, `describe` gives what is shown. */
const own = [];
export const describeAs = (test, describe) => push(own, { test, describe });

export function inspect(
  value,
  { depth = 2, showHidden = false, maxArrayLength = 100, breakLength = BREAK_LENGTH } = {},
) {
  const ctx = {
    depth: depth === null ? Infinity : depth,
    showHidden,
    maxArrayLength,
    breakLength,
    budget: MAX_OUTPUT_LENGTH,
    indent: 0,
    currentDepth: 0,
    seen: [],
    circular: new SafeMap(),
  };
  try {
    return formatValue(ctx, value, 0);
  } catch {
    return '[value that cannot be shown]';
  }
}

function formatValue(ctx, value, depth) {
  if (value === null) return spend(ctx, 'null');
  if (typeof value !== 'object' && typeof value !== 'function') return spend(ctx, formatPrimitive(ctx, value));
  if (ctx.budget < 0) return '…';
  if (indexOfItem(ctx.seen, value) >= 0) {
    let index = ctx.circular.get(value);
    if (index === undefined) {
      index = ctx.circular.size + 1;
      ctx.circular.set(value, index);
    }
    return spend(ctx, `[Circular *${index}]`);
  }
  return formatObject(ctx, value, depth);
}

const remainingText = (count) => `... ${count} more item${count > 1 ? 's' : ''}`;

/** What is particular to the kind: the text before the braces, the braces, the entries before the properties. */
function shapeOf(ctx, value, name, tag) {
  for (let i = 0; i < own.length; i++) {
    if (own[i].test(value)) {
      const { target = value, base, entries } = own[i].describe(value);
      const keys = target === value ? shownKeys(ctx, value, false) : keysOf(target);
      return {
        base,
        target,
        keys,
        braces: [`${prefixOf(name, tag, 'Object')}{`, '}'],
        entries,
        bare: base !== undefined,
      };
    }
  }
  if (isArray(value)) {
    const prefix = name !== 'Array' || tag !== '' ? prefixOf(name, tag, 'Array', `(${value.length})`) : '';
    return { list: value, keys: shownKeys(ctx, value, true), braces: [`${prefix}[`, ']'], entries: arrayEntries };
  }
  const kind = kindOf(value);
  const shape = { keys: undefined, braces: ['{', '}'], entries: undefined, base: undefined, bare: false };
  switch (kind) {
    case 'Map':
    case 'Set': {
      const size = kind === 'Map' ? mapSize(value) : setSize(value);
      shape.braces[0] = `${prefixOf(name, tag, kind, `(${size})`)}{`;
      shape.entries = kind === 'Map' ? mapEntries : setEntries;
      break;
    }
    case 'Function':
      shape.base = functionBase(value, name, tag);
      shape.bare = true;
      break;
    case 'RegExp':
      shape.base = `${name === 'RegExp' ? '' : prefixOf(name, tag, kind)}/${regExpSource(value)}/${regExpFlags(value)}`;
      shape.bare = true;
      break;
    case 'Date':
      shape.base = `${name === 'Date' ? '' : prefixOf(name, tag, kind)}${isNaN(getTime(value)) ? 'Invalid Date' : toIso(value)}`;
      shape.bare = true;
      break;
    case 'Error':
      shape.keys = shownKeys(ctx, value, false);
      shape.base = errorBase(ctx, value, name, tag, shape.keys);
      shape.bare = true;
      break;
    case 'ArrayBuffer':
    case 'SharedArrayBuffer':
      shape.braces[0] = `${prefixOf(name, tag, kind)}{`;
      shape.entries = bufferEntries;
      break;
    case 'Promise':
    case 'WeakMap':
    case 'WeakSet':
    case 'WeakRef':
      shape.braces[0] = `${prefixOf(name, tag, kind)}{`;
      shape.entries = () => [kind === 'Promise' ? '<state unknown>' : '<items unknown>'];
      break;
    case 'Number':
    case 'String':
    case 'Boolean':
    case 'BigInt':
    case 'Symbol':
      shape.keys = shownKeys(ctx, value, kind === 'String');
      shape.base = `[${kind}${name === kind ? '' : ` (${name ?? 'null prototype'})`}: ${formatPrimitive(ctx, unbox[kind](value))}]`;
      shape.bare = true;
      break;
    case 'Object':
      if (name !== 'Object' || tag !== '') shape.braces[0] = `${prefixOf(name, tag, 'Object')}{`;
      break;
    case 'DataView':
      shape.braces[0] = `${prefixOf(name, tag, kind)}{`;
      break;
    default:
      shape.list = value;
      shape.keys = shownKeys(ctx, value, true);
      shape.braces = [`${prefixOf(name, tag, kind, `(${viewLength(value)})`)}[`, ']'];
      shape.entries = viewEntries;
  }
  shape.keys ??= shownKeys(ctx, value, false);
  return shape;
}

function formatObject(ctx, value, depth) {
  const name = constructorName(value);
  const shape = shapeOf(ctx, value, name, tagOf(value));
  const { keys, braces, target = value, list } = shape;
  let base = shape.base ?? '';
  if (keys.length === 0) {
    if (shape.bare) return spend(ctx, base);
    if (shape.entries === undefined) return spend(ctx, `${braces[0]}}`);
  }
  if (depth > ctx.depth) {
    if (list === undefined && braces[0] === '{') return spend(ctx, '[Object]');
    if (isArray(value)) return spend(ctx, keys.length === 0 && value.length === 0 ? `${braces[0]}]` : '[Array]');
    return spend(ctx, `[${slice(prefixOf(name, tagOf(value), 'Object'), 0, -1)}]`);
  }
  push(ctx.seen, value);
  ctx.currentDepth = depth + 1;
  const output = shape.entries === undefined ? [] : shape.entries(ctx, target, depth + 1);
  for (let i = 0; i < keys.length && ctx.budget >= 0; i++)
    push(output, formatProperty(ctx, target, keys[i], depth + 1));
  pop(ctx.seen);
  if (ctx.budget < 0) push(output, '…');
  const index = ctx.circular.get(value);
  if (index !== undefined) base = base === '' ? `<ref *${index}>` : `<ref *${index}> ${base}`;
  if (output.length === 0) return `${base === '' ? '' : `${base} `}${braces[0]}${braces[1]}`;
  return layOut(ctx, output, base, braces, depth + 1, list);
}

function formatProperty(ctx, value, key, depth) {
  const descriptor = getOwnPropertyDescriptor(value, key);
  const text = formatDescriptor(ctx, descriptor, depth);
  let name;
  if (typeof key === 'symbol') name = symbolToString(key);
  else if (key === '__proto__') name = "['__proto__']";
  else name = matches(IDENTIFIER, key) ? key : quote(key);
  if (descriptor?.enumerable === false) name = `[${name}]`;
  spend(ctx, name);
  return `${name}: ${text}`;
}

function formatDescriptor(ctx, descriptor, depth) {
  if (descriptor === undefined) return 'undefined';
  if (descriptor.get !== undefined) return descriptor.set === undefined ? '[Getter]' : '[Getter/Setter]';
  if (descriptor.set !== undefined) return '[Setter]';
  ctx.indent += 2;
  const text = formatValue(ctx, descriptor.value, depth);
  ctx.indent -= 2;
  return text;
}

function arrayEntries(ctx, list, depth) {
  const output = [];
  const shown = min(ctx.maxArrayLength, list.length);
  let index = 0;
  while (index < list.length && output.length < shown && ctx.budget >= 0) {
    const descriptor = getOwnPropertyDescriptor(list, index);
    if (descriptor !== undefined) {
      push(output, formatDescriptor(ctx, descriptor, depth));
      index++;
      continue;
    }
    const next = nextIndex(list, index);
    push(output, `<${next - index} empty item${next - index > 1 ? 's' : ''}>`);
    index = next;
  }
  if (index < list.length && ctx.budget >= 0) push(output, remainingText(list.length - index));
  return output;
}

/** The first index after a hole, without a walk through all of a large one. */
function nextIndex(list, from) {
  const indices = keysOf(list);
  for (let i = 0; i < indices.length; i++) {
    if (!matches(INDEX, indices[i])) break;
    if (+indices[i] > from) return +indices[i];
  }
  return list.length;
}

function viewEntries(ctx, view) {
  const output = [];
  const length = viewLength(view);
  const shown = min(ctx.maxArrayLength, length);
  for (let i = 0; i < shown; i++) push(output, spend(ctx, formatPrimitive(ctx, view[i])));
  if (length > shown) push(output, remainingText(length - shown));
  return output;
}

function bufferEntries(ctx, buffer) {
  let bytes;
  try {
    bytes = new Bytes(buffer);
  } catch {
    return ['(detached)'];
  }
  let text = '';
  const shown = min(ctx.maxArrayLength === 100 ? 50 : ctx.maxArrayLength, bytes.length);
  for (let i = 0; i < shown; i++) text += (i === 0 ? '' : ' ') + (bytes[i] < 16 ? '0' : '') + toHex(bytes[i], 16);
  const remaining = bytes.length - shown;
  if (remaining > 0) text += ` ... ${remaining} more byte${remaining > 1 ? 's' : ''}`;
  return [`[Uint8Contents]: <${text}>`, `[byteLength]: ${bytes.length}`];
}
const toHex = uncurry(Number.prototype.toString);

function mapEntries(ctx, map, depth) {
  const output = [];
  ctx.indent += 2;
  mapForEach(map, (value, key) => {
    if (output.length >= ctx.maxArrayLength || ctx.budget < 0) return;
    push(output, `${formatValue(ctx, key, depth)} => ${formatValue(ctx, value, depth)}`);
  });
  ctx.indent -= 2;
  if (mapSize(map) > output.length) push(output, remainingText(mapSize(map) - output.length));
  return output;
}

function setEntries(ctx, set, depth) {
  const output = [];
  ctx.indent += 2;
  setForEach(set, (value) => {
    if (output.length < ctx.maxArrayLength && ctx.budget >= 0) push(output, formatValue(ctx, value, depth));
  });
  ctx.indent -= 2;
  if (setSize(set) > output.length) push(output, remainingText(setSize(set) - output.length));
  return output;
}
