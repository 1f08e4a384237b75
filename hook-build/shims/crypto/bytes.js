// What functions of crypto take for bytes. Whatever else is given is refused: the libraries below would take it for none.
const { coded, invalidArgType } = require('../errors.js');

const BUFFERS = 'ArrayBuffer, Buffer, TypedArray, or DataView';

const isArrayBuffer = (value) => Object.prototype.toString.call(value) === '[object ArrayBuffer]';

/** The same bytes as a Buffer; undefined of anything else. */
function viewOf(value) {
  if (ArrayBuffer.isView(value)) {
    return /** @type {any} */ (value.buffer).detached
      ? Buffer.alloc(0)
      : Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  }
  return isArrayBuffer(value) ? Buffer.from(value) : undefined;
}

function bytesArgument(name, value, encoding = undefined) {
  const bytes = typeof value === 'string' ? Buffer.from(value, encodingOf(encoding)) : viewOf(value);
  if (bytes === undefined) throw invalidArgType(name, `of type string or an instance of ${BUFFERS}`, value);
  return bytes;
}

function bufferArgument(name, value) {
  const bytes = viewOf(value);
  if (bytes === undefined) throw invalidArgType(name, `an instance of ${BUFFERS}`, value);
  return bytes;
}

/** Data to be hashed, signed or enciphered, which may be no bare ArrayBuffer. */
function dataArgument(name, value, encoding = undefined) {
  if (typeof value === 'string') {
    const known = encodingOf(encoding);
    if (known.toLowerCase() === 'hex' && value.length % 2 === 1) {
      const message = `The argument 'encoding' is invalid for data of length ${value.length}. Received '${known}'`;
      throw coded(TypeError, 'ERR_INVALID_ARG_VALUE', message);
    }
    return Buffer.from(value, known);
  }
  if (!ArrayBuffer.isView(value))
    throw invalidArgType(name, 'of type string or an instance of Buffer, TypedArray, or DataView', value);
  return viewOf(value);
}

const encodingOf = (encoding) => (Buffer.isEncoding(encoding) ? encoding : 'utf8');

module.exports = { bufferArgument, bytesArgument, dataArgument, encodingOf, viewOf };
