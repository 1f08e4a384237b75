// Compression is the platform's: data goes to Node's own functions, in the process around the isolate; streams send it piece by piece.
const { Transform } = require('stream');
const { coded, invalidArgType } = require('./errors.js');
const { host, hostLater } = require('./host.js');
const { constants, codes } = require('./zlib/constants.js');

const PIECE_BYTES = 65_536;

function inputOf(value) {
  if (typeof value === 'string') return Buffer.from(value);
  if (ArrayBuffer.isView(value) || Object.prototype.toString.call(value) === '[object ArrayBuffer]') return value;
  throw invalidArgType(
    'buffer',
    'of type string or an instance of Buffer, TypedArray, DataView, or ArrayBuffer',
    value,
  );
}

/** Options of zlib, without those of streams. */
const NAMES = [
  'flush',
  'finishFlush',
  'chunkSize',
  'windowBits',
  'level',
  'memLevel',
  'strategy',
  'dictionary',
  'maxOutputLength',
  'params',
  'pledgedSrcSize',
];
function optionsOf(options) {
  if (typeof options !== 'object' || options === null) return options ?? undefined;
  return Object.fromEntries(NAMES.flatMap((name) => (options[name] === undefined ? [] : [[name, options[name]]])));
}

/** By this an empty chunk tells how to flush. */
const FLUSH = Symbol('flush');
const NONE = Symbol('none');

/** What each stream has in the process around the isolate, by its number there. */
const engines = new WeakMap();
const engineOf = (stream) => engines.get(stream);

function close(stream) {
  const engine = engineOf(stream);
  if (!engine.isClosed) host('zlibClose', engine.id);
  engine.isClosed = true;
}

function step(stream, callback, operation, ...args) {
  const engine = engineOf(stream);
  // What was still to come when it was destroyed is nobody's.
  if (engine.isClosed) return;
  hostLater(
    (error, result) => {
      if (error) return callback(error);
      const [output, written] = result;
      stream.bytesWritten = written;
      if (output.length > 0 && !stream.destroyed) stream.push(output);
      callback();
    },
    operation,
    engine.id,
    ...args,
  );
}

const numberOr = (value, otherwise) => (typeof value === 'number' && !Number.isNaN(value) ? value : otherwise);

/**
 * What compresses or decompresses, as a stream. A function, for classes that inherit from it as they did before there were any.
 *
 * @this {any}
 */
function ZlibBase(kind, options) {
  const id = host('zlibOpen', kind, optionsOf(options));
  Transform.call(this, { autoDestroy: true, ...options });
  engines.set(this, { id, isClosed: false });
  this.bytesWritten = 0;
  this._level = numberOr(options?.level, constants.Z_DEFAULT_COMPRESSION);
  this._strategy = numberOr(options?.strategy, constants.Z_DEFAULT_STRATEGY);
}
const methods = {
  get _closed() {
    return engineOf(this).isClosed;
  },
  get _handle() {
    return this._closed ? null : {};
  },
  _transform(/** @type {any} */ chunk, _encoding, callback) {
    const kind = chunk[FLUSH];
    if (kind !== undefined) return step(this, callback, 'zlibFlush', kind === NONE ? undefined : kind);
    const input = inputOf(chunk);
    const next = (at) =>
      at >= input.length
        ? callback()
        : step(
            this,
            (error) => (error ? callback(error) : next(at + PIECE_BYTES)),
            'zlibWrite',
            input.subarray(at, at + PIECE_BYTES),
          );
    next(0);
    return undefined;
  },
  _flush(callback) {
    const ended = (error) => {
      engineOf(this).isClosed = true;
      callback(error);
    };
    step(this, ended, 'zlibEnd');
  },
  _final(callback) {
    callback();
  },
  _destroy(error, callback) {
    close(this);
    callback(error);
  },
  /** @this {any} */
  flush(kind, callback) {
    if (typeof kind === 'function') [callback, kind] = [kind, undefined];
    if (this.writableFinished) process.nextTick(() => callback?.());
    else if (this.writableEnded) this.once('end', () => callback?.());
    // In its turn among what is written.
    else this.write(Object.assign(Buffer.alloc(0), { [FLUSH]: kind ?? NONE }), callback);
  },
  /** @this {any} */
  params(level, strategy, callback) {
    const changed = (error) => {
      if (error) return this.destroy(error);
      this._level = level;
      this._strategy = strategy;
      callback?.();
    };
    step(this, changed, 'zlibParams', level, strategy);
  },
  reset() {
    const { id, isClosed } = engineOf(this);
    if (isClosed) throw coded(Error, 'ERR_INTERNAL_ASSERTION', 'zlib binding closed');
    host('zlibReset', id);
  },
  /** @this {any} */
  close(callback) {
    if (callback && this.closed) process.nextTick(callback);
    else if (callback) this.once('close', callback);
    this.destroy();
  },
};
Object.setPrototypeOf(ZlibBase.prototype, Transform.prototype);
Object.setPrototypeOf(ZlibBase, Transform);
Object.defineProperties(ZlibBase.prototype, Object.getOwnPropertyDescriptors(methods));

const KINDS = [
  'Deflate',
  'Inflate',
  'Gzip',
  'Gunzip',
  'DeflateRaw',
  'InflateRaw',
  'Unzip',
  'BrotliCompress',
  'BrotliDecompress',
  'ZstdCompress',
  'ZstdDecompress',
];

function family(kind) {
  /** @type {any} */
  const Class = /** @this {any} */ function (options) {
    if (!(this instanceof Class)) return new Class(options);
    ZlibBase.call(this, kind, options);
  };
  Object.defineProperty(Class, 'name', { value: kind });
  Object.setPrototypeOf(Class.prototype, ZlibBase.prototype);
  Object.setPrototypeOf(Class, ZlibBase);
  const shown = (result, options) => (options?.info ? { buffer: result, engine: new Class(options) } : result);
  const sync = (buffer, options = undefined) => shown(host('zlib', kind, inputOf(buffer), optionsOf(options)), options);
  const asynchronous = (buffer, options, callback) => {
    const done = typeof options === 'function' ? options : callback;
    if (typeof done !== 'function') throw invalidArgType('callback', 'of type function', done);
    const own = options === done ? undefined : options;
    hostLater(
      (error, result) => (error ? done(error) : done(null, shown(result, own))),
      'zlib',
      kind,
      inputOf(buffer),
      optionsOf(own),
    );
  };
  const lower = kind[0].toLowerCase() + kind.slice(1);
  const named = (name, fn) => Object.defineProperty(fn, 'name', { value: name, configurable: true });
  return {
    [kind]: Class,
    [`create${kind}`]: named(`create${kind}`, (options) => new Class(options)),
    [lower]: named(lower, asynchronous),
    [`${lower}Sync`]: named(`${lower}Sync`, sync),
  };
}

const crc32 = (data, value = 0) => host('crc32', data, value);

module.exports = Object.assign({}, ...KINDS.map(family), { codes, constants, crc32 });
for (const name of ['codes', 'constants'])
  Object.defineProperty(module.exports, name, { writable: false, configurable: false });
for (const [name, value] of Object.entries(constants)) {
  if (!name.startsWith('BROTLI')) Object.defineProperty(module.exports, name, { value, enumerable: false });
}
