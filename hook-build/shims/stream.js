// Node's own streams, as readable-stream has them for everywhere else; web streams are the runtime's.
const stream = require('readable-stream/lib/stream.js');
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

module.exports = stream;
