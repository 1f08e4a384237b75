const base = require('browserify-zlib');
const { coded, outOfRange } = require('./errors.js');

const constants = Object.fromEntries(Object.entries(base).filter(([name]) => /^Z_/.test(name)));
const CODES = [
  'Z_OK',
  'Z_STREAM_END',
  'Z_NEED_DICT',
  'Z_ERRNO',
  'Z_STREAM_ERROR',
  'Z_DATA_ERROR',
  'Z_MEM_ERROR',
  'Z_BUF_ERROR',
];
for (const name of CODES) constants[name] ??= base[name] ?? base.codes?.[name];

const MAX_LENGTH = require('buffer').constants.MAX_LENGTH;
const CLASSES = ['Deflate', 'Inflate', 'Gzip', 'Gunzip', 'DeflateRaw', 'InflateRaw', 'Unzip'];

function inputOf(value) {
  if (Buffer.isBuffer(value)) return value;
  if (ArrayBuffer.isView(value)) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  return value instanceof ArrayBuffer ? Buffer.from(value) : value;
}

function maxLengthOf(options) {
  const max = options?.maxOutputLength ?? MAX_LENGTH;
  if (!(max >= 1 && max <= MAX_LENGTH)) throw outOfRange('options.maxOutputLength', `>= 1 and <= ${MAX_LENGTH}`, max);
  return max;
}

/** Throws as soon as `engine` has made more than it may: before the rest takes memory. */
function bound(engine, max) {
  const handle = engine._handle;
  let left = max;
  const { writeSync } = handle;
  handle.writeSync = (...args) => {
    const result = writeSync.apply(handle, args);
    left -= args[6] - result[1];
    if (left < 0) {
      throw coded(RangeError, 'ERR_BUFFER_TOO_LARGE', `Cannot create a Buffer larger than ${max} bytes`);
    }
    return result;
  };
  return engine;
}

function convenience(Class) {
  const sync = (input, options = undefined) => {
    const bytes = typeof input === 'string' ? Buffer.from(input) : inputOf(input);
    if (!Buffer.isBuffer(bytes)) throw new TypeError('Not a string or buffer');
    const engine = bound(new Class(options), maxLengthOf(options));
    return engine._processChunk(bytes, engine._finishFlushFlag);
  };
  const asynchronous = (input, options, callback = options) => {
    let result;
    let error = null;
    if (maxLengthOf(options) === MAX_LENGTH) {
      const name = Class.name[0].toLowerCase() + Class.name.slice(1);
      return base[name](inputOf(input), typeof options === 'function' ? {} : options, callback);
    }
    try {
      result = sync(input, options);
    } catch (thrown) {
      error = thrown;
    }
    queueMicrotask(() => (error === null ? callback(null, result) : callback(error)));
    return undefined;
  };
  return { sync, asynchronous };
}

const functions = {};
for (const name of CLASSES) {
  const { sync, asynchronous } = convenience(base[name]);
  const lower = name[0].toLowerCase() + name.slice(1);
  functions[lower] = asynchronous;
  functions[`${lower}Sync`] = sync;
}

module.exports = { ...base, ...functions, constants };
