// What is copied and filled, with Node's checks and errors.
const { coded, invalidArgType, outOfRange } = require('../errors.js');
const inspect = require('../inspect.js');
const { encodingOf, toBytes } = require('./encodings.js');

const MAX_LENGTH = 2 ** 53 - 1;
const whole = (value, otherwise) => (value === undefined ? otherwise : Math.trunc(+value) || 0);
const unknownEncoding = (encoding) => coded(TypeError, 'ERR_UNKNOWN_ENCODING', `Unknown encoding: ${encoding}`);

function requireRange(name, value, min, max) {
  if (typeof value !== 'number') throw invalidArgType(name, 'of type number', value);
  if (!(value >= min && value <= max)) throw outOfRange(name, `>= ${min} && <= ${max}`, value);
}

/** @type {Record<string, any>} */
const contents = {
  copy(target, targetStart = 0, sourceStart = 0, sourceEnd = undefined) {
    if (!ArrayBuffer.isView(target)) throw invalidArgType('target', 'an instance of Buffer or Uint8Array', target);
    const at = whole(targetStart, 0);
    if (at < 0) throw outOfRange('targetStart', '>= 0', at);
    const from = whole(sourceStart, 0);
    if (from < 0 || from > this.length) throw outOfRange('sourceStart', `>= 0 && <= ${this.length}`, from);
    const to = whole(sourceEnd, this.length);
    if (to < 0) throw outOfRange('sourceEnd', '>= 0', to);
    if (at >= target.byteLength || from >= to) return 0;
    const bytes = new Uint8Array(target.buffer, target.byteOffset, target.byteLength);
    const part = Uint8Array.prototype.subarray.call(this, from, Math.min(to, from + bytes.length - at));
    bytes.set(part, at);
    return part.length;
  },
  fill(value, offset, end, encoding) {
    if (typeof value === 'string') {
      if (offset === undefined || typeof offset === 'string') [encoding, offset, end] = [offset, undefined, undefined];
      else if (typeof end === 'string') [encoding, end] = [end, undefined];
      if (encoding !== undefined && typeof encoding !== 'string')
        throw invalidArgType('encoding', 'of type string', encoding);
      if (typeof encoding === 'string' && encoding !== '' && encodingOf(encoding) === undefined)
        throw unknownEncoding(encoding);
    }
    if (offset === undefined) [offset, end] = [0, this.length];
    else {
      requireRange('offset', offset, 0, MAX_LENGTH);
      if (end === undefined) end = this.length;
      else requireRange('end', end, 0, this.length);
      if (offset >= end) return this;
    }
    const pattern =
      typeof value === 'string'
        ? toBytes(value, encodingOf(encoding || 'utf8'))
        : ArrayBuffer.isView(value)
          ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
          : undefined;
    if (pattern === undefined || (value === '' && pattern.length === 0)) {
      Uint8Array.prototype.fill.call(this, typeof value === 'boolean' ? +value : value & 255, offset, end);
      return this;
    }
    if (pattern.length === 0)
      throw coded(TypeError, 'ERR_INVALID_ARG_VALUE', `The argument 'value' is invalid. Received ${inspect(value)}`);
    for (let i = offset; i < end; i++) this[i] = pattern[(i - offset) % pattern.length];
    return this;
  },
};

module.exports = { contents };
