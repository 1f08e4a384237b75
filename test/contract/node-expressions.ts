import { BUFFERS } from './node-expressions-buffer.ts';
import { assertions, derivations, readings, requests, streams, waits, webStreams } from './node-expressions-streams.ts';
import { consoles, emitters, runtime } from './node-expressions-runtime.ts';
import { paths, urls, windowsPaths } from './node-expressions-names.ts';
import { ANYTHING, TEXTS, QUERIES, DIGESTS, SHOWN, INSPECT_OPTIONS, each, pairs, triples } from './node-values.ts';

/** Modules that the expressions name, each under its own name; `/` and `.` are `_`. */
export const MODULES = [
  'assert',
  'buffer',
  'console',
  'crypto',
  'events',
  'fs',
  'http',
  'https',
  'net',
  'os',
  'path',
  'punycode',
  'querystring',
  'stream',
  'string_decoder',
  'timers/promises',
  'url',
  'util',
  'zlib',
];

const queries = [
  ...pairs(QUERIES, [`undefined`, `';'`, `'&'`], (text, separator) => `querystring.parse(${text}, ${separator})`),
  ...each(QUERIES, (text) => `querystring.unescape(${text})`),
  ...each(ANYTHING, (value) => `querystring.parse(${value})`),
  ...each(ANYTHING, (value) => `querystring.stringify(${value})`),
  ...each(
    ANYTHING.filter((value) => !value.startsWith('Symbol')),
    (value) => `querystring.stringify({ a: ${value} })`,
  ),
  ...each(ANYTHING, (value) => `querystring.escape(${value})`),
  ...each(QUERIES, (text) => `new URLSearchParams(${text}).toString()`),
];

const shown = [
  ...pairs(SHOWN, INSPECT_OPTIONS, (value, options) => `util.inspect(${value}, ${options})`),
  ...pairs(
    [`'%s'`, `'%d'`, `'%i'`, `'%f'`, `'%j'`, `'%o'`, `'%O'`, `'%c'`, `'%%'`, `'%x'`],
    [...ANYTHING, ...SHOWN.slice(0, 8)],
    (text, value) => `util.format(${text}, ${value})`,
  ),
  ...pairs(ANYTHING, ANYTHING, (a, b) => `util.isDeepStrictEqual(${a}, ${b})`),
  ...pairs(
    [
      'isDate',
      'isRegExp',
      'isMap',
      'isPromise',
      'isTypedArray',
      'isUint8Array',
      'isArrayBuffer',
      'isAnyArrayBuffer',
      'isDataView',
      'isNativeError',
      'isBoxedPrimitive',
      'isAsyncFunction',
      'isProxy',
    ],
    ANYTHING,
    (name, value) => `util.types.${name}(${value})`,
  ),
  ...each(ANYTHING, (value) => `util.stripVTControlCharacters(${value})`),
  ...each(ANYTHING, (value) => `util.toUSVString(${value})`),
  ...each(ANYTHING, (value) => `typeof util.promisify(${value})`),
  ...each(ANYTHING, (value) => `typeof util.deprecate(${value}, 'm')`),
];

const cryptography = [
  ...pairs(
    DIGESTS,
    [`'hex'`, `'base64url'`, `undefined`, `'nope'`],
    (name, encoding) => `crypto.createHash('${name}').update('abc').digest(${encoding})`,
  ),
  ...pairs(
    DIGESTS,
    [`'key'`, `Buffer.alloc(200, 1)`],
    (name, key) => `crypto.createHmac('${name}', ${key}).update('abc').digest('hex')`,
  ),
  ...each(ANYTHING, (value) => `crypto.createHash(${value})`.concat(`.digest('hex')`)),
  ...each(ANYTHING, (value) => `crypto.createHash('sha1').update(${value}).digest('hex')`),
  ...each(ANYTHING, (value) => `crypto.createHmac('sha1', ${value}).digest('hex')`),
  ...each(ANYTHING, (value) => `crypto.createHmac(${value}, 'k').digest('hex')`),
  ...each(ANYTHING, (value) => `crypto.createSecretKey(${value}).export()`),
  ...each(ANYTHING, (value) => `crypto.createPublicKey(${value}).type`),
  ...each(ANYTHING, (value) => `crypto.createPrivateKey(${value}).type`),
  ...each(ANYTHING, (value) => `crypto.sign('sha256', Buffer.alloc(1), ${value})`),
  ...each(ANYTHING, (value) => `crypto.verify('sha256', Buffer.alloc(1), ${value}, Buffer.alloc(1))`),
  ...each(ANYTHING, (value) => `crypto.timingSafeEqual(${value}, Buffer.from('abc'))`),
  ...pairs(
    DIGESTS,
    [`0`, `20`, `65`],
    (name, length) => `Buffer.from(crypto.hkdfSync('${name}', 'k', 's', 'i', ${length}))`,
  ),
  ...pairs(DIGESTS, [`0`, `20`, `65`], (name, length) => `crypto.pbkdf2Sync('p', 's', 2, ${length}, '${name}')`),
  ...each(ANYTHING, (value) => `crypto.pbkdf2Sync(${value}, 's', 1, 8, 'sha1')`),
  ...each(ANYTHING, (value) => `crypto.pbkdf2Sync('p', 's', ${value === '2 ** 31' ? '2 ** 32' : value}, 8, 'sha1')`),
  ...each(ANYTHING, (value) => `crypto.scryptSync('p', ${value}, 8, { N: 16 })`),
  ...each(
    [`{ N: 15 }`, `{ N: 16, r: 1, p: 1 }`, `{ N: 2 ** 20, r: 8 }`, `{ cost: 16, N: 16 }`, `5`, `{ N: 'x' }`],
    (options) => `crypto.scryptSync('p', 's', 8, ${options})`,
  ),
  ...pairs(
    [
      'aes-128-cbc',
      'aes-256-gcm',
      'AES-128-CTR',
      'aes-128-ecb',
      'chacha20-poly1305',
      'des-ede3-cbc',
      'nope',
      'id-aes128-wrap',
    ],
    [`null`, `Buffer.alloc(16)`, `Buffer.alloc(12)`, `undefined`, `'0123456789abcdef'`, `5`],
    (name, iv) =>
      `(() => { const c = crypto.createCipheriv('${name}', Buffer.alloc(crypto.getCipherInfo('${name}')?.keyLength ?? 16), ${iv}, { authTagLength: 16 }); return [c.update('some text', 'utf8', 'hex'), c.final('hex')]; })()`,
  ),
  ...each(ANYTHING, (value) => `crypto.createCipheriv('aes-128-cbc', ${value}, Buffer.alloc(16)).final('hex')`),
  ...each(ANYTHING, (value) => `crypto.getCipherInfo(${value})`),
  ...each(ANYTHING, (value) => `crypto.createECDH(${value}).getPublicKey()`),
  ...each(ANYTHING, (value) => `crypto.generateKeyPairSync(${value})`),
  ...each(
    ['rsa', 'ec', 'ed25519', 'x448', 'dsa'],
    (type) => `crypto.generateKeyPairSync('${type}', {})?.publicKey?.asymmetricKeyType`,
  ),
  ...each(ANYTHING, (value) => `crypto.generateKeySync('hmac', { length: ${value} }).symmetricKeySize`),
  ...each(ANYTHING, (value) => `crypto.randomBytes(${['2 ** 31', '5n'].includes(value) ? `'x'` : value}).length`),
  ...each(ANYTHING, (value) => `crypto.checkPrimeSync(${value})`),
  ...each(ANYTHING, (value) => `new crypto.X509Certificate(${value}).subject`),
  ...each(ANYTHING, (value) => `crypto.diffieHellman(${value})`),
  ...each(ANYTHING, (value) => `crypto.createSign(${value}) !== null`),
  ...each(DIGESTS, (name) => `crypto.createVerify('${name}') !== null`),
  ...pairs(
    ['export', 'equals'],
    ANYTHING,
    (name, value) => `crypto.createSecretKey(Buffer.from('abc')).${name}(${value})`,
  ),
  `crypto.getHashes().length > 10 && crypto.getCiphers().length > 50 && crypto.getCurves().includes('prime256v1')`,
];

const compression = [
  ...pairs(
    ['gzip', 'deflate', 'deflateRaw', 'brotliCompress'],
    ANYTHING,
    (name, value) => `zlib.${name}Sync(${value}).length > 0`,
  ),
  ...pairs(
    ['gunzip', 'inflate', 'inflateRaw', 'unzip', 'brotliDecompress'],
    ANYTHING,
    (name, value) => `zlib.${name}Sync(${value})`,
  ),
  ...each(ANYTHING, (value) => `zlib.deflateSync('aaaa', { level: ${value} })`),
  ...each(ANYTHING, (value) => `zlib.crc32(${value})`),
  ...pairs(
    [
      ['gzip', 'gunzip'],
      ['deflate', 'inflate'],
      ['deflateRaw', 'inflateRaw'],
      ['gzip', 'unzip'],
      ['brotliCompress', 'brotliDecompress'],
    ].map((pair) => pair.join()),
    TEXTS,
    (pair, text) => `zlib.${pair.split(',')[1] ?? ''}Sync(zlib.${pair.split(',')[0] ?? ''}Sync(${text})).toString()`,
  ),
];

const others = [
  ...each(
    [`'latin1'`, `'utf-16le'`, `'nope'`, `'\\0utf-8'`, `'gbk'`],
    (label) => `new TextDecoder(${label}).decode(Buffer.from([0x61, 0xe9, 0x62, 0x63]))`,
  ),
  ...each(ANYTHING, (value) => `[net.isIP(${value}), net.isIPv4(${value}), net.isIPv6(${value})]`),
  ...triples(
    ['utf8', 'ucs2', 'base64', 'base64url', 'hex', 'latin1', 'nope'].map((name) => `'${name}'`),
    [`[0xe2, 0x82]`, `[0xf0, 0x9f, 0x98]`, `[0x61]`, `[]`],
    [`[0xac, 0x62]`, `[0x80]`, `[]`],
    (e, a, b) =>
      `(() => { const d = new string_decoder.StringDecoder(${e}); return [d.write(Buffer.from(${a})), d.write(Buffer.from(${b})), d.end()]; })()`,
  ),
  ...pairs(
    ['ok', 'equal', 'strictEqual', 'deepEqual', 'deepStrictEqual', 'notStrictEqual', 'notDeepStrictEqual'],
    ANYTHING,
    (name, value) => `assert.${name}(${value}, 'abc')`,
  ),
  ...pairs(
    ['readFileSync', 'statSync', 'readdirSync', 'unlinkSync', 'existsSync', 'accessSync', 'realpathSync'],
    [`'/nothing/here'`, `undefined`, `{}`],
    (name, path) => `fs.${name}(${path})`,
  ),
  ...each([`'/nothing/here'`, `{}`], (path) => `fs.promises.readFile(${path})`),
  ...pairs(
    ['toASCII', 'toUnicode', 'encode', 'decode'],
    [`'ü.example'`, `'xn--tda.example'`, `'tda'`, `'abc'`],
    (name, text) => `punycode.${name}(${text})`,
  ),
  ...each(ANYTHING, (value) => `new events.EventEmitter().on('x', ${value}).listenerCount('x')`),
  ...each(ANYTHING, (value) => `new events.EventEmitter().emit('error', ${value})`),
  ...each(ANYTHING, (value) => `new events.EventEmitter().setMaxListeners(${value}).getMaxListeners()`),
  ...each(
    [`undefined`, `5`, `'abc'`, `[1, 2]`, `new Map([[1, 2]])`, `Buffer.from('abc')`, `{}`],
    (value) => `stream.Readable.from(${value}).toArray()`,
  ),
  ...each(
    [`['a', 'b']`, `[1, 2, 3]`, `[{}]`],
    (value) => `stream.Readable.from(${value}).map((x) => [x]).take(2).toArray()`,
  ),
  `os.EOL + os.platform()`,
  ...each(
    [`''`, `'/x/'`, `'/'`],
    (path) =>
      `(() => { const { TMPDIR = '' } = process.env; process.env.TMPDIR = ${path}; const found = os.tmpdir(); process.env.TMPDIR = TMPDIR; return found; })()`,
  ),
];

/** Of the kinds of things that a function takes, everything with everything. */
export const EXPRESSIONS: Record<string, string[]> = {
  buffer: BUFFERS,
  path: [...paths, ...windowsPaths],
  url: urls,
  querystring: queries,
  util: shown,
  crypto: cryptography,
  zlib: compression,
  others,
  events: emitters,
  console: consoles,
  runtime,
  stream: streams,
  'web streams': webStreams,
  timers: waits,
  requests,
  derivations,
  assertions,
  readings,
};
