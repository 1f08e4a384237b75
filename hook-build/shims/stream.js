// Node's own streams, as readable-stream has them for everywhere else; web streams are the runtime's.
const { AbortError, coded } = require('./errors.js');
const stream = require('./streams/library.js');
const { fromWeb, toWeb } = require('./streams/web.js');

const { Readable, Writable, Duplex, finished } = stream;
// As in Node 22.
stream.setDefaultHighWaterMark(false, 65_536);
for (const [Class, methods] of [
  [Readable, { fromWeb: fromWeb.readable, toWeb: toWeb.readable }],
  [Writable, { fromWeb: fromWeb.writable, toWeb: toWeb.writable }],
  [Duplex, { fromWeb: fromWeb.duplex, toWeb: toWeb.duplex }],
]) {
  for (const [name, method] of Object.entries(methods)) Object.defineProperty(method, 'name', { value: name });
  Object.assign(Class, methods);
}

// Any view of bytes is data, and what has ended without an error calls back with null.
stream._isUint8Array = ArrayBuffer.isView;
stream._uint8ArrayToBuffer = (view) => Buffer.from(view.buffer, view.byteOffset, view.byteLength);
const withNull = (argument) => (typeof argument === 'function' ? (error) => argument(error ?? null) : argument);
const { write, end } = Writable.prototype;
const writing = {
  /** @this {any} */
  write(chunk, encoding, callback) {
    return write.call(this, chunk, withNull(encoding), withNull(callback));
  },
  /** @this {any} */
  end(chunk, encoding, callback) {
    return end.call(this, withNull(chunk), withNull(encoding), withNull(callback));
  },
};
Object.assign(Writable.prototype, writing);
// What was written and is still kept is told of the end.
Object.assign(Duplex.prototype, writing, { destroy: Writable.prototype.destroy });
Writable.prototype[Symbol.asyncDispose] = /** @this {any} */ async function () {
  const error = this.destroyed || this.writableFinished ? null : new AbortError();
  this.destroy(error);
  await new Promise((resolve, reject) => {
    finished(this, (failure) => (failure && failure !== error ? reject(failure) : resolve(null)));
  });
};

/** The name is checked where a stream is made, and not when it first has a text. */
for (const State of [Readable.ReadableState, Writable.WritableState]) {
  const names = new WeakMap();
  Object.defineProperty(State.prototype, 'defaultEncoding', {
    get() {
      return names.get(this);
    },
    set(name) {
      if (!Buffer.isEncoding(name)) throw coded(TypeError, 'ERR_UNKNOWN_ENCODING', `Unknown encoding: ${name}`);
      names.set(this, name);
    },
    enumerable: true,
    configurable: true,
  });
}

/** Two that are each other's ends. */
function duplexPair(/** @type {any} */ options = undefined) {
  const ends = [];
  const end = (other) =>
    new Duplex({
      ...options,
      read() {
        const { waiting } = this;
        this.waiting = undefined;
        waiting?.();
      },
      write(chunk, _encoding, callback) {
        if (chunk.length === 0) return process.nextTick(callback);
        const reader = ends[other];
        reader.push(chunk);
        reader.waiting = callback;
        return undefined;
      },
      final(callback) {
        ends[other].on('end', callback);
        ends[other].push(null);
      },
    });
  ends.push(end(1), end(0));
  return ends;
}
stream.duplexPair = duplexPair;

module.exports = stream;
