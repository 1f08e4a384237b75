const { coded, invalidArgType, outOfRange, requireInteger } = require('../errors.js');
const { host, hostLater } = require('../host.js');

const webcrypto = globalThis.crypto;
/** Of one call of the platform. */
const MAX_FILLED_BYTES = 65_536;
const MAX_INT32 = 2 ** 31 - 1;
const MAX_RANDOM_RANGE = 2 ** 48 - 1;
const BUFFERS = 'an instance of ArrayBuffer, Buffer, TypedArray, or DataView';

const isArrayBuffer = (value) => Object.prototype.toString.call(value) === '[object ArrayBuffer]';
const later = (callback, ...results) => setImmediate(() => callback(null, ...results));

function requireCallback(callback) {
  if (typeof callback !== 'function') throw invalidArgType('callback', 'of type function', callback);
}

function fill(bytes) {
  for (let at = 0; at < bytes.length; at += MAX_FILLED_BYTES) {
    webcrypto.getRandomValues(bytes.subarray(at, at + MAX_FILLED_BYTES));
  }
}

function randomBytes(size, callback = undefined) {
  if (typeof size !== 'number') throw invalidArgType('size', 'of type number', size);
  if (!(size >= 0 && size <= MAX_INT32)) throw outOfRange('size', `>= 0 && <= ${MAX_INT32}`, size);
  if (callback !== undefined) requireCallback(callback);
  const bytes = Buffer.from(new ArrayBuffer(Math.trunc(size)));
  fill(bytes);
  if (callback === undefined) return bytes;
  later(callback, bytes);
  return undefined;
}

/** Of typed arrays these count elements, as Node has it. */
function partOf(target, offset, size) {
  if (!ArrayBuffer.isView(target) && !isArrayBuffer(target)) throw invalidArgType('buf', BUFFERS, target);
  const width = target.BYTES_PER_ELEMENT ?? 1;
  const length = target.byteLength;
  if (typeof offset !== 'number') throw invalidArgType('offset', 'of type number', offset);
  const start = offset * width;
  if (Number.isNaN(start) || start > MAX_INT32 || start < 0 || start > length) {
    throw outOfRange('offset', `>= 0 && <= ${length}`, start);
  }
  if (size !== undefined && typeof size !== 'number') throw invalidArgType('size', 'of type number', size);
  const bytes = size === undefined ? length - start : size * width;
  if (Number.isNaN(bytes) || bytes > MAX_INT32 || bytes < 0) throw outOfRange('size', `>= 0 && <= ${MAX_INT32}`, bytes);
  if (start + bytes > length) throw outOfRange('size + offset', `<= ${length}`, start + bytes);
  return isArrayBuffer(target)
    ? new Uint8Array(target, start, bytes)
    : new Uint8Array(target.buffer, target.byteOffset + start, bytes);
}

function randomFillSync(target, offset = 0, size = undefined) {
  fill(partOf(target, offset, size));
  return target;
}

function randomFill(target, ...rest) {
  if (!ArrayBuffer.isView(target) && !isArrayBuffer(target)) throw invalidArgType('buf', BUFFERS, target);
  const at = rest.findIndex((argument) => typeof argument === 'function');
  requireCallback(at < 0 ? rest.at(-1) : rest[at]);
  const [offset = 0, size] = rest.slice(0, at);
  fill(partOf(target, offset, size));
  later(rest[at], target);
}

function randomInt(...args) {
  const callback = typeof args.at(-1) === 'function' ? args.pop() : undefined;
  const [min, max] = args.length === 1 ? [0, args[0]] : args;
  const range = max - min;
  if (!Number.isSafeInteger(min)) throw invalidArgType('min', 'a safe integer', min);
  if (!Number.isSafeInteger(max)) throw invalidArgType('max', 'a safe integer', max);
  if (range <= 0) throw outOfRange('max', `greater than the value of "min" (${min})`, max);
  if (range > MAX_RANDOM_RANGE) {
    throw outOfRange(args.length === 1 ? 'max' : 'max - min', `<= ${MAX_RANDOM_RANGE}`, range);
  }
  const limit = 2 ** 48 - (2 ** 48 % range);
  let drawn;
  do drawn = randomBytes(6).readUIntBE(0, 6);
  while (drawn >= limit);
  const result = min + (drawn % range);
  if (callback === undefined) return result;
  later(callback, result);
  return undefined;
}

/** @param {{ disableEntropyCache?: boolean }} [options] */
function randomUUID(options = undefined) {
  if (options !== undefined && (typeof options !== 'object' || options === null))
    throw invalidArgType('options', 'of type object', options);
  const cached = options?.disableEntropyCache;
  if (cached !== undefined && typeof cached !== 'boolean') {
    const message = `The "options.disableEntropyCache" property must be of type boolean.`;
    throw coded(
      TypeError,
      'ERR_INVALID_ARG_TYPE',
      `${message} ${invalidArgType('', '', cached).message.split('. ').at(-1)}`,
    );
  }
  return webcrypto.randomUUID();
}

function generatePrimeSync(size, options = undefined) {
  return host('generatePrime', size, options);
}

function generatePrime(size, options, callback) {
  const done = typeof options === 'function' ? options : callback;
  requireInteger('size', size, 1, MAX_INT32);
  requireCallback(done);
  hostLater(done, 'generatePrime', size, options === done ? undefined : options);
}

const checkPrimeSync = (candidate, options = undefined) => host('checkPrime', candidate, options);

function checkPrime(candidate, options, callback) {
  const done = typeof options === 'function' ? options : callback;
  requireCallback(done);
  hostLater(done, 'checkPrime', candidate, options === done ? undefined : options);
}

module.exports = {
  checkPrime,
  checkPrimeSync,
  generatePrime,
  generatePrimeSync,
  prng: randomBytes,
  pseudoRandomBytes: randomBytes,
  randomBytes,
  randomFill,
  randomFillSync,
  randomInt,
  randomUUID,
  rng: randomBytes,
};
