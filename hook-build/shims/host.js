// Node's own functions, in the process around the isolate. Arguments go there as they are and Node says what it has against them: strings,
// booleans, null and finite numbers are themselves in JSON, everything else is a list that begins with what it is.
const work = globalThis[Symbol.for('hookmint.work')];
/** Gives `{ type, data }` of a CryptoKey, undefined of anything else. */
const materialOf = globalThis[Symbol.for('hookmint.keyMaterial')];
const { isView } = ArrayBuffer;
const tagOf = (value) => Object.prototype.toString.call(value).slice(8, -1);
const bytesOf = ({ buffer, byteOffset, byteLength }) =>
  buffer.detached ? new Uint8Array() : new Uint8Array(buffer, byteOffset, byteLength);

/** Under which an object tells what it is sent as. */
const WIRE = Symbol('wire');
const MAX_DEPTH = 4;

/** @returns {any} */
function encode(value, depth = 0) {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      return Number.isFinite(value) && !Object.is(value, -0)
        ? value
        : ['number', `${Object.is(value, -0) ? '-0' : value}`];
    case 'undefined':
      return ['undefined'];
    case 'bigint':
      return ['bigint', `${value}`];
    case 'symbol':
      return ['symbol', value.description ?? ''];
    case 'function':
      return ['function', `${value.name}`];
  }
  if (value === null) return null;
  if (value[WIRE] !== undefined) return value[WIRE];
  if (isView(value)) return ['bytes', Buffer.isBuffer(value) ? 'Buffer' : tagOf(value), bytesOf(value).toBase64()];
  if (tagOf(value) === 'ArrayBuffer') return ['bytes', 'ArrayBuffer', new Uint8Array(value).toBase64()];
  const key = materialOf(value);
  if (key !== undefined) return ['key', key.type, key.data.slice(key.data.indexOf(':') + 1)];
  if (depth >= MAX_DEPTH) return ['undefined'];
  if (Array.isArray(value)) return ['array', value.map((item) => encode(item, depth + 1))];
  const name = Object.getPrototypeOf(value)?.constructor?.name;
  const isPlain = name === 'Object' || (Object.getPrototypeOf(value) === null && Object.keys(value).length > 0);
  if (!isPlain) return ['instance', name === undefined ? null : `${name}`];
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return ['object', Object.fromEntries(members.map(([key, member]) => [key, encode(member, depth + 1)]))];
}

/** Makes of a key that came what a hook has for one: set by whoever has the class. */
/** @type {(parts: any[], details: any) => any} */
let makeKey = (parts) => parts;
const madeBy = (make) => void (makeKey = make);

function decode(value) {
  if (!Array.isArray(value)) return value;
  const [kind, first, second] = value;
  switch (kind) {
    case 'bigint':
      return BigInt(first);
    case 'bytes': {
      const bytes = Uint8Array.fromBase64(second);
      return first === 'Buffer' ? Buffer.from(bytes.buffer) : bytes.buffer;
    }
    case 'array':
      return first.map(decode);
    case 'object':
      return Object.fromEntries(Object.entries(first).map(([name, member]) => [name, decode(member)]));
    case 'key':
      return makeKey(value, decode(value[4]));
  }
  return undefined;
}

const CLASSES = { TypeError, RangeError, SyntaxError, Error };

function thrown({ name, message, ...details }) {
  if (details.domName !== undefined) return new globalThis.DOMException(message, details.domName);
  const Class = Object.hasOwn(CLASSES, name) ? CLASSES[name] : Error;
  const error = new Class(message);
  return Object.assign(error, details);
}

function settled(answer) {
  const { value, error } = typeof answer === 'string' ? JSON.parse(answer) : answer;
  if (error !== undefined) throw thrown(error);
  return decode(value);
}

const request = (operation, args) => JSON.stringify([operation, ...args.map((arg) => encode(arg))]);

/** Does it, and throws what Node throws. */
const host = (operation, ...args) => settled(work(request(operation, args)));

/** Does it, and calls back when it is done. What Node has against the arguments is thrown at once. */
function hostLater(callback, operation, ...args) {
  const answer = work.begin(request(operation, args));
  const isDone = typeof answer === 'string';
  const result = isDone ? settled(answer) : undefined;
  const call = (error, value) => setImmediate(() => (error === null ? callback(null, value) : callback(error)));
  if (isDone) call(null, result);
  else answer.then(settled).then((value) => call(null, value), call);
}

const isCryptoKey = (value) => typeof value === 'object' && value !== null && materialOf(value) !== undefined;

module.exports = { WIRE, host, hostLater, isCryptoKey, madeBy };
