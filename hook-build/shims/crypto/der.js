// As much of DER as keys need.
const TAG = { integer: 0x02, bits: 0x03, octets: 0x04, null: 0x05, oid: 0x06, sequence: 0x30 };

function encode(tag, ...parts) {
  const content = Buffer.concat(parts);
  if (content.length < 0x80) return Buffer.concat([Buffer.from([tag, content.length]), content]);
  const length = [];
  for (let rest = content.length; rest > 0; rest = Math.floor(rest / 256)) length.unshift(rest & 0xff);
  return Buffer.concat([Buffer.from([tag, 0x80 | length.length, ...length]), content]);
}

function unsigned(bytes) {
  let start = 0;
  while (start < bytes.length - 1 && bytes[start] === 0) start += 1;
  const digits = bytes.subarray(start);
  return encode(TAG.integer, digits[0] & 0x80 ? Buffer.concat([Buffer.from([0]), digits]) : digits);
}

/** One element: its tag, its content, the whole of it and what follows. */
function decode(bytes) {
  if (bytes.length < 2) throw new Error('not a key: the data ends too early');
  let length = bytes[1];
  let start = 2;
  if (length & 0x80) {
    const count = length & 0x7f;
    if (count === 0 || count > 4) throw new Error('not a key: a length that cannot be');
    length = 0;
    for (let i = 0; i < count; i += 1) length = length * 256 + bytes[start + i];
    start += count;
  }
  const end = start + length;
  if (!(end <= bytes.length)) throw new Error('not a key: the data ends too early');
  return {
    tag: bytes[0],
    content: bytes.subarray(start, end),
    whole: bytes.subarray(0, end),
    rest: bytes.subarray(end),
  };
}

function elements(bytes, tag = TAG.sequence) {
  const outer = decode(bytes);
  if (outer.tag !== tag) throw new Error('not a key: of another structure');
  const found = [];
  for (let { content } = outer; content.length > 0;) {
    const element = decode(content);
    found.push(element);
    content = element.rest;
  }
  return found;
}

/** The digits of an INTEGER without its sign. */
function digits(element) {
  const { content } = element;
  return content.length > 1 && content[0] === 0 ? content.subarray(1) : content;
}

module.exports = { TAG, encode, unsigned, decode, elements, digits };
