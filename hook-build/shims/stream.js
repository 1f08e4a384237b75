const base = require('stream-browserify');
const { promisify } = require('util');

// The library's streams are event emitters only; in Node each is a Stream too, and node-fetch asks for that.
for (const Class of [base.Readable, base.Writable]) {
  Object.setPrototypeOf(Class, base);
  Object.setPrototypeOf(Class.prototype, base.prototype);
}

const stream = Object.assign(base, {
  Stream: base,
  destroy: (target, error) => target.destroy(error),
  addAbortSignal(signal, target) {
    signal.addEventListener('abort', () => target.destroy(signal.reason), { once: true });
    return target;
  },
  isReadable: (value) => value?.readable === true,
  isErrored: (value) => value?.errored != null,
  isDisturbed: (value) => value?.readableFlowing != null,
  getDefaultHighWaterMark: (objectMode) => (objectMode ? 16 : 16384),
});
stream.promises = { pipeline: promisify(base.pipeline), finished: promisify(base.finished) };

module.exports = stream;
