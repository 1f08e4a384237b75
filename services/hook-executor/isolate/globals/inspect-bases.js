import {
  endsWith,
  functionToString,
  getOwnPropertyDescriptor,
  getPrototypeOf,
  hasOwn,
  includes,
  indexOf,
  indexOfItem,
  isArray,
  push,
  replaceAll,
  slice,
  splice,
  startsWith,
  uncurry,
} from './intrinsics.js';
import { prefixOf } from './inspect-names.js';
import { spaces } from './inspect-text.js';

// What util.inspect shows of functions and errors in front of their properties.

const errorToString = uncurry(Error.prototype.toString);

const FUNCTION_KINDS = ['GeneratorFunction', 'AsyncFunction', 'AsyncGeneratorFunction'];

export function functionBase(value, name, tag) {
  const source = functionToString(value);
  const ownName = getOwnPropertyDescriptor(value, 'name')?.value;
  const named = typeof ownName === 'string' && ownName !== '';
  if (startsWith(source, 'class') && endsWith(source, '}')) {
    const parent = getPrototypeOf(value);
    const superName = typeof parent === 'function' ? getOwnPropertyDescriptor(parent, 'name')?.value : undefined;
    let base = `class ${named ? ownName : '(anonymous)'}`;
    if (name !== 'Function' && name !== null) base += ` [${name}]`;
    if (tag !== '' && name !== tag) base += ` [${tag}]`;
    if (name === null) base += ' extends [null prototype]';
    else if (superName) base += ` extends ${superName}`;
    return `[${base}]`;
  }
  const type = indexOfItem(FUNCTION_KINDS, tag) >= 0 ? tag : 'Function';
  let base = `[${type}${name === null ? ' (null prototype)' : ''}${named ? `: ${ownName}` : ' (anonymous)'}]`;
  if (name !== type && name !== null) base += ` ${name}`;
  if (tag !== '' && name !== tag) base += ` [${tag}]`;
  return base;
}

const attempt = (read) => {
  try {
    return read();
  } catch {
    return undefined;
  }
};

function stackOf(error) {
  const stack = attempt(() => error.stack);
  if (typeof stack === 'string' && stack !== '') return stack;
  return attempt(() => errorToString(error)) ?? '[object Error]';
}

/** The stack, with the name and the class of the error in its first line; what the stack tells is no property to show. */
export function errorBase(ctx, error, constructor, tag, keys) {
  let stack = stackOf(error);
  const message = attempt(() => error.message);
  const name = attempt(() => error.name);
  const drop = (key, told) => {
    const index = indexOfItem(keys, key);
    if (index >= 0 && told) splice(keys, index, 1);
  };
  drop('stack', true);
  drop('message', typeof message !== 'string' || includes(stack, message));
  drop('name', typeof name !== 'string' || includes(stack, name));
  for (const key of ['cause', 'errors']) {
    if (hasOwn(error, key) && indexOfItem(keys, key) < 0 && (key === 'cause' || isArray(attempt(() => error.errors))))
      push(keys, key);
  }
  stack = improveStack(stack, constructor, typeof name === 'string' ? name : 'Error', tag);
  const after = typeof message === 'string' && message !== '' ? indexOf(stack, message) : -1;
  const frames = indexOf(stack, '\n    at', after < 0 ? 0 : after + message.length);
  if (frames < 0) stack = `[${stack}]`;
  return ctx.indent === 0 ? stack : replaceAll(stack, '\n', `\n${spaces(ctx.indent)}`);
}

function improveStack(stack, constructor, name, tag) {
  const length = name.length;
  const next = stack[length];
  const regular =
    endsWith(name, 'Error') && startsWith(stack, name) && (stack.length === length || next === ':' || next === '\n');
  if (!regular) return stack;
  const prefix = slice(prefixOf(constructor, tag, 'Error'), 0, -1);
  if (name === prefix) return stack;
  return includes(prefix, name) ? `${prefix}${slice(stack, length)}` : `${prefix} [${name}]${slice(stack, length)}`;
}
