/** Modules that the expressions name, each under its own name; `/` and `.` are `_`. */
export const MODULES = [
  'assert',
  'buffer',
  'crypto',
  'events',
  'fs',
  'net',
  'os',
  'path',
  'punycode',
  'querystring',
  'stream',
  'string_decoder',
  'url',
  'util',
  'zlib',
];

const ANYTHING = [
  `undefined`,
  `null`,
  `true`,
  `0`,
  `-1`,
  `1.5`,
  `NaN`,
  `Infinity`,
  `2 ** 31`,
  `5n`,
  `''`,
  `'abc'`,
  `'é€😀'`,
  `'\\ud800x'`,
  `[]`,
  `[1, 256, -1, 'x']`,
  `{}`,
  `{ length: 2, 0: 7 }`,
  `Buffer.from('abc')`,
  `new Uint8Array([1, 2, 3])`,
  `new Uint16Array([1, 512])`,
  `new DataView(new ArrayBuffer(4))`,
  `new ArrayBuffer(4)`,
  `Symbol('s')`,
  `() => 1`,
  `new Date(0)`,
  `/x/`,
  `new Map([[1, 2]])`,
];
const TEXTS = [
  `''`,
  `'abc'`,
  `'616'`,
  `'6162zz'`,
  `'YWJj'`,
  `'_-8='`,
  `'a b+c%20'`,
  `'é€😀'`,
  `'\\ud83d'`,
  `'aGVs bG8'`,
];
const ENCODINGS = [
  `'utf8'`,
  `'UTF-8'`,
  `'hex'`,
  `'base64'`,
  `'base64url'`,
  `'latin1'`,
  `'binary'`,
  `'ascii'`,
  `'ucs2'`,
  `'utf16le'`,
  `'nope'`,
  `undefined`,
  `null`,
  `5`,
];
const BYTES = `Buffer.from([0x61, 0xc3, 0xa9, 0xf0, 0x9f, 0x98, 0x80, 0xff, 0x00, 0x80, 0x7f, 0x62])`;
const OFFSETS = [`undefined`, `0`, `1`, `4`, `5`, `-1`, `1.5`, `NaN`, `'1'`, `null`];
const NUMBERS = [`0`, `1`, `-1`, `127.9`, `255`, `256`, `-129`, `2 ** 32`, `2 ** 53`, `NaN`, `'7'`, `undefined`, `5n`];
const BIG = [`0n`, `-1n`, `2n ** 63n`, `2n ** 64n`, `5`, `undefined`];
const PATHS = [
  `''`,
  `'.'`,
  `'..'`,
  `'/'`,
  `'//'`,
  `'/a/b.c'`,
  `'/a/b/'`,
  `'a/../b'`,
  `'../../a'`,
  `'./a//b/./c'`,
  `'/..'`,
  `'a.b.c'`,
  `'.rc'`,
  `'.rc.js'`,
  `'a.'`,
  `'a\\\\b'`,
];
const NO_PATHS = [`undefined`, `null`, `5`, `{}`, `[]`];
const URLS = [
  `''`,
  `'/'`,
  `'.'`,
  `'..'`,
  `'?q'`,
  `'#h'`,
  `'//host/p'`,
  `'a/b/c'`,
  `'../x/./y'`,
  `'http://a.example'`,
  `'http://a.example/b/c?d=1&e=%20#f'`,
  `'http://user:pa%20ss@a.example:8080/p'`,
  `'HTTP://A.Example:80/../x'`,
  `'mailto:a@b.example'`,
  `'file:///etc/x'`,
  `'javascript:alert(1)'`,
  `'http://[::1]:3000/'`,
  `'http://ex.com/a b{c}'`,
  `'http:a/b'`,
  `'x:y'`,
  `'http://ü.example/ä?ö'`,
  `' http://a.example/ '`,
  `'http://a.example:port/'`,
  `'https://a.example/;p?q=;#f'`,
];
const QUERIES = [
  `'a=1&b=2'`,
  `'a=%zz'`,
  `'a=1&a=2&a=3'`,
  `'=x&y='`,
  `'a+b=c%2Bd'`,
  `'%E4%F6=1'`,
  `'a;b=1'`,
  `'__proto__=1'`,
  `'&&'`,
  `'a==b'`,
];
const DIGESTS = [
  'md5',
  'sha1',
  'SHA1',
  'sha224',
  'sha256',
  'SHA-256',
  'RSA-SHA256',
  'sha384',
  'sha512',
  'sha512-256',
  'sha3-256',
  'blake2b512',
  'ripemd160',
  'nope',
  '',
];
const SHOWN = [
  `new Map([[1, { a: 2 }]])`,
  `new Set(['a', [1]])`,
  `{ a: 1n, b: Symbol('x'), c: undefined, [Symbol('y')]: null }`,
  `[1, , 3]`,
  `Object.create(null)`,
  `class A {}`,
  `function f() {}`,
  `new (class Foo extends Map {})()`,
  `new Error('boom').message`,
  `Buffer.from('abc')`,
  `new Uint8Array(3)`,
  `-0`,
  `'it\\'s'`,
  `'a\\nb'`,
  `new Date(NaN)`,
  `{ get a() { return 1; }, set b(x) {} }`,
  `[['a', ['b', ['c', ['d']]]]]`,
  `'x'.repeat(200)`,
  `Array.from({ length: 120 }, (_, i) => i)`,
  `new URLSearchParams('a=1&b=2')`,
  `Object.assign(() => 1, { a: 1 })`,
  `new Proxy({ a: 1 }, {})`,
  `(() => { const o = {}; o.self = o; return o; })()`,
  `new WeakSet()`,
  `[undefined, null, NaN, true]`,
];
const INSPECT_OPTIONS = [
  `undefined`,
  `{ depth: 0 }`,
  `{ depth: null }`,
  `{ compact: false }`,
  `{ breakLength: 20 }`,
  `{ showHidden: true }`,
  `{ sorted: true }`,
  `{ getters: true }`,
  `{ maxArrayLength: 2 }`,
  `{ maxStringLength: 5 }`,
  `{ numericSeparator: true }`,
];

const each = (first: string[], make: (a: string) => string): string[] => first.map(make);
const pairs = (first: string[], second: string[], make: (a: string, b: string) => string): string[] =>
  first.flatMap((a) => second.map((b) => make(a, b)));
const triples = (
  first: string[],
  second: string[],
  third: string[],
  make: (a: string, b: string, c: string) => string,
): string[] => first.flatMap((a) => pairs(second, third, (b, c) => make(a, b, c)));

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

const buffers = [
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

const paths = ['path', 'path.win32'].flatMap((module) => [
  ...pairs(
    ['basename', 'dirname', 'extname', 'normalize', 'isAbsolute', 'parse'],
    [...PATHS, ...NO_PATHS],
    (name, text) => `${module}.${name}(${text})`,
  ),
  ...pairs(PATHS, PATHS, (a, b) => `${module}.join(${a}, ${b})`),
  ...pairs(
    PATHS.slice(0, 10),
    PATHS.slice(0, 10),
    (a, b) => `${module}.resolve('/r/s', ${a}, ${b}).replace(/^[A-Z]:/, '')`,
  ),
  ...pairs(PATHS.slice(3, 9), PATHS.slice(3, 9), (a, b) => `${module}.relative('/x/' + ${a}, '/x/' + ${b})`),
  ...each(
    [`{ dir: '/a', base: 'b' }`, `{ root: '/', name: 'n', ext: 'x' }`, `{}`, `null`, `5`, `{ dir: 'd', name: 'n' }`],
    (value) => `${module}.format(${value})`,
  ),
  `${module}.sep + ${module}.delimiter`,
]);
const windowsPaths = pairs(
  ['basename', 'dirname', 'extname', 'normalize', 'isAbsolute', 'parse'],
  [`'C:\\\\a\\\\b.c'`, `'C:a'`, `'C:'`, `'C:\\\\'`, `'\\\\\\\\server\\\\share\\\\a'`, `'C:/a/../b/'`, `'\\\\a'`],
  (name, text) => `path.win32.${name}(${text})`,
);

const urls = [
  ...pairs(URLS, [`false`, `true`], (text, query) => `url.parse(${text}, ${query})`),
  ...pairs(URLS, URLS, (from, to) => `url.resolve(${from}, ${to})`),
  ...each(URLS, (text) => `url.format(${text})`),
  ...each(URLS, (text) => `new URL(${text}).href`),
  ...each(ANYTHING, (value) => `url.parse(${value})`),
  ...each(ANYTHING, (value) => `url.format(${value})`),
  ...each(
    [
      `{ hostname: '::1' }`,
      `{ hostname: '[::1]' }`,
      `{ protocol: 'http', host: 'a', pathname: 'b?c#d', search: 'e' }`,
      `{ query: { a: [1, 2] } }`,
      `{ auth: 'u:p@', host: 'h', slashes: true }`,
    ],
    (value) => `url.format(${value})`,
  ),
  ...each(
    [`{ fragment: false }`, `{ auth: false }`, `{ search: false }`, `{ unicode: true }`, `5`],
    (options) => `url.format(new URL('http://u:p@xn--tda.example/a?b#c'), ${options})`,
  ),
  ...each(
    [`'/a b#?%'`, `'a'`, `'/a/'`, `'/\\\\x'`, `'/ü'`, `5`],
    (text) => `url.pathToFileURL(${text}).pathname.split('/').at(-1)`,
  ),
  ...each(
    [`'file:///a%20b'`, `'file://host/a'`, `'file:///a%2fb'`, `'http://a/'`, `'nope'`, `5`, `new URL('file:///x')`],
    (text) => `url.fileURLToPath(${text})`,
  ),
  ...each(
    [`'ü.example'`, `'xn--tda.example'`, `'a b'`, `''`, `'EXAMPLE'`],
    (text) => `[url.domainToASCII(${text}), url.domainToUnicode(${text})]`,
  ),
  ...each(URLS.slice(9, 13), (text) => `url.urlToHttpOptions(new URL(${text}))`),
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
];

/** Of the kinds of things that a function takes, everything with everything. */
export const EXPRESSIONS: Record<string, string[]> = {
  buffer: buffers,
  path: [...paths, ...windowsPaths],
  url: urls,
  querystring: queries,
  util: shown,
  crypto: cryptography,
  zlib: compression,
  others,
};
