// Compression is the platform's: data goes to Node's own functions, in the process around the isolate; streams send it piece by piece.
const { Transform } = require('stream');
const callable = require('./callable.js');
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
  'info',
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

/** What compresses or decompresses, as a stream. */
class ZlibBase extends Transform {
  #id;
  #isClosed = false;
  bytesWritten = 0;

  constructor(kind, options) {
    super({ autoDestroy: true, ...options });
    this.#id = host('zlibOpen', kind, optionsOf(options));
    this.once('close', () => this.#end());
  }
  #end() {
    if (!this.#isClosed) host('zlibClose', this.#id);
    this.#isClosed = true;
  }
  #step(callback, operation, ...args) {
    // What was still to come when it was destroyed is nobody's.
    if (this.#isClosed) return;
    hostLater(
      (error, result) => {
        if (error) return callback(error);
        const [output, written] = result;
        this.bytesWritten = written;
        if (output.length > 0 && !this.destroyed) this.push(output);
        callback();
      },
      operation,
      this.#id,
      ...args,
    );
  }
  _transform(chunk, _encoding, callback) {
    const kind = chunk[FLUSH];
    if (kind !== undefined) return this.#step(callback, 'zlibFlush', kind === NONE ? undefined : kind);
    const next = (at) =>
      at >= chunk.length
        ? callback()
        : this.#step(
            (error) => (error ? callback(error) : next(at + PIECE_BYTES)),
            'zlibWrite',
            chunk.subarray(at, at + PIECE_BYTES),
          );
    next(0);
    return undefined;
  }
  _flush(callback) {
    this.#step((error) => {
      this.#isClosed = true;
      callback(error);
    }, 'zlibEnd');
  }
  _final(callback) {
    callback();
  }
  flush(kind, callback) {
    if (typeof kind === 'function') [callback, kind] = [kind, undefined];
    if (this.writableFinished) process.nextTick(() => callback?.());
    else if (this.writableEnded) this.once('end', () => callback?.());
    // In its turn among what is written.
    else this.write(Object.assign(Buffer.alloc(0), { [FLUSH]: kind ?? NONE }), callback);
  }
  params(level, strategy, callback) {
    this.#step((error) => (error ? this.destroy(error) : callback?.()), 'zlibParams', level, strategy);
  }
  reset() {
    if (this.#isClosed) throw coded(Error, 'ERR_INTERNAL_ASSERTION', 'zlib binding closed');
    host('zlibReset', this.#id);
  }
  close(callback) {
    if (callback) this.once('close', callback);
    this.destroy();
  }
}

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
  const Class = {
    [kind]: class extends ZlibBase {
      constructor(options = undefined) {
        super(kind, options);
      }
    },
  }[kind];
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
    [kind]: callable(Class),
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
