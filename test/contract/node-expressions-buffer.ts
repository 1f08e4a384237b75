import { ANYTHING, TEXTS, ENCODINGS, BYTES, OFFSETS, NUMBERS, BIG, each, pairs, triples } from './node-values.ts';

const READS = [
  'UInt8',
  'Int8',
  'UInt16LE',
  'UInt16BE',
  'Int16LE',
  'UInt32BE',
  'Int32LE',
  'FloatLE',
  'DoubleBE',
  'BigInt64LE',
  'BigUInt64BE',
];
const WRITES = READS.filter((name) => !name.startsWith('Big'));

export const BUFFERS = [
  ...each(ANYTHING, (value) => `Buffer.from(${value})`),
  ...pairs(TEXTS, ENCODINGS, (text, encoding) => `Buffer.from(${text}, ${encoding})`),
  ...pairs(TEXTS, ENCODINGS, (text, encoding) => `Buffer.byteLength(${text}, ${encoding})`),
  ...each(ANYTHING, (value) => `Buffer.byteLength(${value})`),
  ...each(ANYTHING, (value) => `Buffer.isEncoding(${value})`),
  ...each(ANYTHING, (value) => `Buffer.alloc(${value === '2 ** 31' ? '3' : value})`),
  ...pairs(ANYTHING, ENCODINGS.slice(0, 5), (value, encoding) => `Buffer.alloc(5, ${value}, ${encoding})`),
  ...each(ANYTHING, (value) => `Buffer.concat(${value})`),
  ...each(ANYTHING, (value) => `Buffer.concat([Buffer.from('x'), ${value}])`),
  ...each(ANYTHING, (value) => `Buffer.compare(Buffer.from('abc'), ${value})`),
  ...each(ANYTHING, (value) => `Buffer.from('abc').equals(${value})`),
  ...each(ANYTHING, (value) => `Buffer.from('abc').compare(${value})`),
  ...triples(ENCODINGS, OFFSETS, [`undefined`, `3`, `100`, `-2`], (e, s, t) => `${BYTES}.toString(${e}, ${s}, ${t})`),
  ...pairs(READS, OFFSETS, (name, offset) => `${BYTES}.read${name}(${offset})`),
  ...triples(
    WRITES,
    NUMBERS,
    [`undefined`, `1`, `12`, `'0'`],
    (name, value, offset) =>
      `(() => { const b = Buffer.alloc(12); return [b.write${name}(${value}, ${offset}), b]; })()`,
  ),
  ...triples(
    ['BigInt64LE', 'BigUInt64BE'],
    BIG,
    [`0`, `4`, `9`],
    (name, value, offset) =>
      `(() => { const b = Buffer.alloc(12); return [b.write${name}(${value}, ${offset}), b]; })()`,
  ),
  ...triples(
    ['UIntLE', 'UIntBE', 'IntLE', 'IntBE'],
    OFFSETS,
    [`1`, `3`, `6`, `7`, `0`, `undefined`],
    (name, offset, bytes) => `${BYTES}.read${name}(${offset}, ${bytes})`,
  ),
  ...triples(
    ['UIntLE', 'IntBE'],
    NUMBERS,
    [`1`, `3`, `6`, `7`],
    (name, value, bytes) =>
      `(() => { const b = Buffer.alloc(12); return [b.write${name}(${value}, 1, ${bytes}), b]; })()`,
  ),
  ...triples(
    ['indexOf', 'lastIndexOf', 'includes'],
    ANYTHING,
    [`undefined`, `1`, `-2`, `NaN`, `'hex'`],
    (name, value, offset) => `Buffer.from('abcabc').${name}(${value}, ${offset})`,
  ),
  ...triples(
    TEXTS,
    ENCODINGS,
    [`0`, `3`, `9`],
    (text, encoding, offset) =>
      `(() => { const b = Buffer.alloc(8); return [b.write(${text}, ${offset}, ${encoding}), b]; })()`,
  ),
  ...triples(
    ANYTHING,
    [`undefined`, `2`, `9`, `-1`],
    [`undefined`, `4`, `'hex'`],
    (value, offset, end) => `Buffer.alloc(6).fill(${value}, ${offset}, ${end})`,
  ),
  ...triples(
    [`0`, `2`, `-1`, `9`, `NaN`],
    [`0`, `2`, `99`, `-1`],
    [`undefined`, `3`, `0`, `-1`],
    (a, b, c) =>
      `(() => { const b = Buffer.alloc(6); return [Buffer.from('abcdef').copy(b, ${a}, ${b}, ${c}), b]; })()`,
  ),
  ...pairs(OFFSETS, OFFSETS, (a, b) => `Buffer.from('abcdef').subarray(${a}, ${b})`),
  ...pairs(OFFSETS, OFFSETS, (a, b) => `Buffer.from('abcdef').slice(${a}, ${b})`),
  ...each(['16', '32', '64'], (bits) => `Buffer.from('abcdefgh').swap${bits}()`),
  ...each(['16', '32', '64'], (bits) => `Buffer.from('abcdefghi').swap${bits}()`),
  ...each(ANYTHING, (value) => `buffer.isUtf8(${value})`),
  ...each(ANYTHING, (value) => `buffer.isAscii(${value})`),
  ...pairs(
    [`'utf8'`, `'latin1'`, `'ucs2'`, `'ascii'`, `'hex'`],
    [`'utf8'`, `'latin1'`, `'ucs2'`, `'ascii'`],
    (a, b) => `buffer.transcode(Buffer.from('é€x'), ${a}, ${b})`,
  ),
  ...each(ANYTHING, (value) => `Buffer.copyBytesFrom(${value}, 1)`),
  `JSON.stringify(Buffer.from('abc'))`,
  `util.inspect(Buffer.from('abc'))`,
  `Buffer.from('abc').toString()`,
  `[...Buffer.from('abc').entries()]`,
];
