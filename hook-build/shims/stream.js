// Node's own streams, as readable-stream has them for everywhere else; web streams are the runtime's.
const stream = require('./streams/library.js');
const { fromWeb, toWeb } = require('./streams/web.js');

const { Readable, Writable, Duplex } = stream;
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
