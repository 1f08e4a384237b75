import { ANYTHING, each, pairs } from './node-values.ts';

// What takes time: streams, of Node and of the web, timers that are waited for, and requests before they are sent.

const CHUNKS = [`'abc'`, `new Uint8Array([1, 2])`, `new Int16Array([1, 2])`, `new DataView(new ArrayBuffer(2))`];
const WRITERS = ['Writable', 'Duplex', 'Transform', 'PassThrough'];
/** Of any kind, that writes and reads nothing. */
const STILL = `{ read() {}, write(c, e, cb) { cb(); }, transform(c, e, cb) { cb(); } }`;

export const streams = [
  ...each(
    ['Deflate', 'Gzip', 'DeflateRaw', 'BrotliCompress'],
    (kind) =>
      `new Promise((resolve) => { function Own() { zlib.${kind}.call(this, {}); } Object.setPrototypeOf(Own.prototype, zlib.${kind}.prototype); const s = new Own(); const open = s._closed; const seen = []; s.on('data', (chunk) => seen.push(chunk)).on('end', () => resolve([Buffer.concat(seen).length, open, zlib.${kind}() instanceof zlib.${kind}])); s.end('abc'); })`,
  ),
  `(() => { const s = zlib.createGzip({ level: NaN, strategy: NaN }); const seen = [s._level, s._strategy, s._closed]; s.destroy(); return [...seen, s._closed, s._handle]; })()`,
  ...pairs(
    WRITERS,
    [...CHUNKS, ...ANYTHING],
    (Class, chunk) =>
      `(() => { const seen = []; const s = new stream.${Class}({ read() {}, write(c, e, cb) { seen.push(c, e); cb(); }, transform(c, e, cb) { seen.push(c, e); cb(); } }); s.on('error', () => {}); s.write(${chunk}); return seen; })()`,
  ),
  ...pairs(
    WRITERS,
    [`s.end(done)`, `s.end('a', done)`, `s.end('a', 'utf8', done)`, `s.write('a', done)`, `s.write('a', 'hex', done)`],
    (Class, call) =>
      `new Promise((done) => { const s = new stream.${Class}(${STILL}); s.on('error', () => {}); ${call}; }).then((error) => error?.code ?? error)`,
  ),
  ...pairs(
    WRITERS,
    [`s.cork(); s.write('a', done)`, `s.write('a'); s.end(done)`],
    (Class, calls) =>
      `new Promise((done) => { const s = new stream.${Class}(${STILL}); s.on('error', () => {}); ${calls}; s.destroy(); }).then((error) => error?.code ?? error)`,
  ),
  ...pairs(
    ['Readable', 'Writable', 'Duplex'],
    [`'hex'`, `'latin1'`, `'nope'`, `null`, `''`, `5`],
    (Class, encoding) =>
      `(() => { const { readableObjectMode, writableObjectMode } = new stream.${Class}({ ...${STILL}, defaultEncoding: ${encoding} }); return [readableObjectMode, writableObjectMode]; })()`,
  ),
  ...each(
    ['null', 'undefined', `''`, `'hex'`, `'nope'`, '5'],
    (encoding) => `new stream.Readable().setEncoding(${encoding}).readableEncoding`,
  ),
  ...each(
    ['Readable', 'Writable', 'Duplex'],
    (Class) =>
      `(async () => { const s = new stream.${Class}(${STILL}); s.on('error', () => {}); await s[Symbol.asyncDispose](); return s.destroyed; })()`,
  ),
];

export const webStreams = [
  ...each(
    [
      `new ReadableStream({ start(c) { c.close(); } })`,
      `new ReadableStream({ start(c) { c.error(new RangeError('r')); } })`,
      `new WritableStream({ start(c) { c.error(new RangeError('r')); } })`,
      `(() => { const s = new WritableStream(); s.close(); return s; })()`,
      `new Response('abc').body.pipeThrough(new CompressionStream('gzip')).pipeThrough(new DecompressionStream('gzip')).pipeThrough(new TransformStream())`,
    ],
    (source) =>
      `new Promise((resolve) => { const s = ${source}; if (s.pipeTo && !s.locked) stream.finished(s, (error) => resolve(String(error))); else stream.finished(s, (error) => resolve(String(error))); s.cancel?.().catch(() => {}); })`,
  ),
  ...each(
    [`new ReadableStream()`, `new WritableStream()`],
    (source) =>
      `(async () => { const abort = new AbortController(); const s = stream.addAbortSignal(abort.signal, ${source}); abort.abort(); const end = s.getReader?.() ?? s.getWriter(); return end.closed.catch(({ name }) => name); })()`,
  ),
  ...pairs(
    [`'gzip'`, `'deflate'`, `'deflate-raw'`],
    [`''`, `'abc'`, `'abc'.repeat(50_000)`],
    (format, text) =>
      `new Response(new Response(${text}).body.pipeThrough(new CompressionStream(${format})).pipeThrough(new DecompressionStream(${format}))).text()`,
  ),
  ...pairs(
    ['CompressionStream', 'DecompressionStream'],
    [...ANYTHING, `'br'`],
    (Class, format) => `String(new ${Class}(${format}))`,
  ),
  ...each(
    ['new Uint8Array([1, 2, 3])', `'abc'`],
    (chunk) =>
      `(async () => { const s = new DecompressionStream('gzip'); const w = s.writable.getWriter(); w.write(${chunk}).catch(() => {}); w.close().catch(() => {}); return new Response(s.readable).text().catch(({ name }) => name); })()`,
  ),
  ...each(
    ['TextEncoderStream', 'TextDecoderStream', 'ReadableStream', 'WritableStream', 'TransformStream'],
    (Class) => `util.inspect(new ${Class}())`,
  ),
  ...each(ANYTHING, (value) => `ReadableStream.from(${value}) instanceof ReadableStream`),
];

const WAITS = ['setTimeout(1, 5', 'setImmediate(5'];
export const waits = [
  ...each(
    ['setTimeout', 'setInterval'],
    (name) =>
      `new Promise((resolve) => { process.once('warning', ({ name, message }) => resolve([name, message])); clearTimeout(${name}(() => {}, 2 ** 31)); })`,
  ),
  `typeof setTimeout(() => {}, 1).unref.call({})`,
  `(() => { const abort = new AbortController(); const seen = []; abort.signal.addEventListener('abort', (event) => event.stopImmediatePropagation()); events.addAbortListener(abort.signal, ({ type }) => seen.push(type)); abort.abort(); return seen; })()`,
  ...pairs(
    WAITS,
    [`{ signal: AbortSignal.abort(new RangeError('r')) }`, `{ ref: 5 }`, `{ signal: 5 }`, ...ANYTHING],
    (call, options) =>
      `timers_promises.${call}, ${options}).catch((error) => [error.name, error.code, error.message, error.cause?.name])`,
  ),
  ...each(ANYTHING, (delay) => `timers_promises.setTimeout(${delay}, 'x')`),
  ...each(
    [`{}`, `{ signal: AbortSignal.abort() }`, `{ signal: 5 }`],
    (options) =>
      `(async () => { const seen = []; for await (const value of timers_promises.setInterval(1, 'x', ${options})) if (seen.push(value) === 3) break; return seen; })()`,
  ),
  `(async () => { const abort = new AbortController(); setTimeout(() => abort.abort(), 5); try { await timers_promises.setTimeout(10_000, 1, abort); } catch (error) { return [error.name, error.code, error.constructor.name]; } })()`,
  `(async () => [await timers_promises.scheduler.wait(1), await timers_promises.scheduler.yield()])()`,
  `timers_promises.scheduler.wait.call({}, 1)`,
  `new timers_promises.scheduler.constructor()`,
];

const sent = (module: string, options: string): string =>
  `(() => { const r = ${module}.request(${options}); r.on('error', () => {}); r.destroy(); return [r.method, r.path, r.host, r.protocol, r.getHeader('host') !== undefined]; })()`;
export const requests = [
  ...pairs(
    ['http', 'https'],
    [
      `'http://a.example/b?c'`,
      `'https://a.example/b?c'`,
      `url.parse('file:///a')`,
      `{ protocol: 'ftp:' }`,
      `{ path: '/a b' }`,
      `{ path: '/\\uffe2' }`,
      `{ method: 'a b' }`,
      `{ method: 5 }`,
      `{ headers: { host: [] } }`,
      `{ headers: { 'a b': 1 } }`,
      `{ headers: { a: '\\n' } }`,
    ],
    sent,
  ),
  ...pairs(
    ['hostname', 'host'],
    ANYTHING.filter((value) => !/undefined|null|''/.test(value)),
    (name, value) => sent('http', `{ ${name}: ${value} }`),
  ),
  ...each(
    [`{}`, `{ host: 'a', port: 1, family: 6 }`, `{ rejectUnauthorized: false, servername: 'b', sigalgs: 'c' }`],
    (options) => `[new http.Agent().getName(${options}), new https.Agent().getName(${options})]`,
  ),
  `http.METHODS.includes('QUERY')`,
];

export const derivations = [
  ...each([...ANYTHING, '13.37'], (generator) => `typeof crypto.createDiffieHellman('abcdef', ${generator})`),
  ...each(
    ['{ toString() { throw new RangeError(); } }', `{ toString: () => 'hex' }`],
    (encoding) => `[crypto.createHash('sha1').digest(${encoding}), crypto.createHmac('sha1', 'k').digest(${encoding})]`,
  ),
  `crypto.getDiffieHellman('modp5').constructor === crypto.DiffieHellmanGroup`,
  ...each(
    [``, `1`, `'sha256', 1`, `'sha256', 'a', 1`, `'sha256', 'a', 'b', 1`, `'sha256', 'a', 'b', 'c', 8`],
    (args) => `crypto.hkdf(${args})`,
  ),
  ...each([``, `'a'`, `'a', 'b', 1, 8, 'sha1'`, `'a', 'b', 1, 8, () => {}`], (args) => `crypto.pbkdf2(${args})`),
  ...each(
    [``, `'a'`, `'a', 'b', 8`, `'a', 'b', 8, {}`, `'a', 'b', 8, { N: 3 }, () => {}`],
    (args) => `crypto.scrypt(${args})`,
  ),
];

const ASSERTIONS = [
  ...pairs(
    [
      'strictEqual',
      'deepStrictEqual',
      'deepEqual',
      'partialDeepStrictEqual',
      'equal',
      'notStrictEqual',
      'notDeepStrictEqual',
      'notDeepEqual',
      'notEqual',
    ],
    [
      `1, 2`,
      `'a', 'a'`,
      `'hello world foo', 'hello world bar'`,
      `-0, 0`,
      `{ a: 1, b: [1, 2] }, { a: 1, b: [1, 3] }`,
      `[1], [1]`,
      `Array.from({ length: 70 }, (_, i) => i), Array.from({ length: 70 }, (_, i) => (i === 30 ? 'x' : i))`,
      `new Map([[1, { a: 2 }]]), new Map([[1, { a: 3 }]])`,
      `new Error('a', { cause: 1 }), new Error('a', { cause: 2 })`,
      `1, 2, 'own'`,
      `1, 2, new RangeError('own')`,
      `'x'.repeat(600), 'y'`,
    ],
    (name, args) => `assert.${name}(${args})`,
  ),
  ...pairs(
    ['throws', 'doesNotThrow'],
    [
      ``,
      `Error`,
      `TypeError, 'm'`,
      `/b/`,
      `{ message: 'b' }`,
      `{ message: /a/ }`,
      `{}`,
      `new Error('b')`,
      `'a'`,
      `'b'`,
      `5`,
      `function own() { return 5; }`,
      `() => true`,
    ],
    (name, args) => `assert.${name}(() => { throw new Error('a'); }, ${args})`,
  ),
  ...each([``, `Error`, `Error, 'm'`, `'m'`], (args) => `assert.throws(() => {}, ${args})`),
  ...pairs(
    ['rejects', 'doesNotReject'],
    [`Promise.resolve()`, `Promise.reject(new Error('a'))`, `() => 5`, `5`],
    (name, promise) => `assert.${name}(${promise})`,
  ),
  ...pairs(
    ['match', 'doesNotMatch'],
    [`'a', /a/`, `'a', /b/`, `5, /a/`, `'a', 'a'`],
    (name, args) => `assert.${name}(${args})`,
  ),
  ...each([``, `null`, `'m'`, `new RangeError('r')`], (args) => `assert.fail(${args})`),
  ...each(ANYTHING, (value) => `assert.ifError(${value})`),
];
/** What an assertion says that does not hold. */
export const assertions = ASSERTIONS.map(
  (expression) =>
    `(async () => { try { await ${expression}; } catch (error) { return [error.message, error.generatedMessage, error.operator, Object.keys(error), error.stack.split('\\n')[0]]; } })()`,
);

const ARGUMENTS = [
  `['-f', '--bar', 'b']`,
  `['-fbx']`,
  `['--bar=1']`,
  `['-ff']`,
  `['--nope']`,
  `['--bar']`,
  `['--f=1']`,
  `['x']`,
  `['--', '-x']`,
  `['--bar', '-z']`,
  `['--no-f']`,
  `[]`,
];
export const readings = [
  ...each(['gzip', 'deflate', 'deflateRaw'], (name) => `zlib.${name}Sync('abc', { info: true }).buffer.length`),
  `util.inspect({ a: new URL('http://a.example') }, { depth: 0 })`,
  `(() => { const decoder = {}; string_decoder.StringDecoder.call(decoder); return decoder.encoding; })()`,
  ...each(
    ['{}', '5', 'undefined'],
    (key) =>
      `(async () => { const { privateKey } = await crypto.subtle.generateKey({ name: 'ECDH', namedCurve: 'P-256' }, true, ['deriveBits']); return crypto.subtle.deriveBits({ name: 'ECDH', public: ${key} }, privateKey, 128); })()`,
  ),
  ...pairs(
    ARGUMENTS,
    [`{}`, `{ allowPositionals: true, tokens: true }`, `{ strict: false, tokens: true }`, `{ allowNegative: true }`],
    (args, rules) =>
      `(() => { try { return util.parseArgs({ args: ${args}, options: { f: { type: 'boolean', short: 'f', multiple: true }, bar: { type: 'string', short: 'b', default: 'q' } }, ...${rules} }); } catch (error) { return [error.code, error.message]; } })()`,
  ),
  ...each(
    [
      `{ args: 5 }`,
      `{ strict: 5 }`,
      `{ options: 5 }`,
      `{ options: { a: 5 } }`,
      `{ options: { a: { type: 'string', short: 'ab' } } }`,
      `{ options: { a: { type: 'string', default: 5 } } }`,
    ],
    (config) => `util.parseArgs(${config})`,
  ),
  ...each(
    [
      `'text/html; charset=utf-8'`,
      `'Text/HTML;Charset="UTF-8";a=b;a=c'`,
      `'text'`,
      `'a/b;c;d='`,
      `'a/b;x="y\\"z" ; d = e'`,
      `' a/b ;q=1'`,
      `'a/b c'`,
      ...ANYTHING,
    ],
    (type) =>
      `(() => { const m = new util.MIMEType(${type}); m.params.set('own', 'a b'); return [String(m), m.essence, [...m.params], JSON.stringify(m)]; })()`,
  ),
  ...each(ANYTHING, (value) => `util.getSystemErrorName(${value})`),
  ...each(
    ['-2', '-13', '-9999'],
    (value) =>
      `[util.getSystemErrorName(${value}), util.getSystemErrorMessage(${value}), util.getSystemErrorMap().get(${value})]`,
  ),
  ...each([`'A=1\\nB="x y"\\n#c'`, `''`, `'=b'`, ...ANYTHING], (text) => `util.parseEnv(${text})`),
  ...each(ANYTHING, (value) => `util.getCallSites(${value}).length > 0`),
  ...pairs(
    [`'utf8'`, `'utf16le'`, `'base64'`, `'base64url'`, `'hex'`],
    [
      `[0xe2, 0x82], [0xac, 0x61]`,
      `[0xf0, 0x9f], [0x98]`,
      `[0xe0, 0x80], [0x61]`,
      `[0x3d, 0xd8], [0x4d, 0xdc]`,
      `[97], [98, 99]`,
      `[0xff, 0xfe], [0xc3]`,
      `[0x3d, 0xd8, 0x4d], [0xdc]`,
      `[0x3d], [0xd8, 1]`,
      `[0xf6, 0x9b], [0x9b]`,
      `[0xc0], [0x80]`,
      `[0x3d, 0xd8], [0x4d], [0xdc]`,
    ],
    (encoding, chunks) =>
      `(() => { const d = new string_decoder.StringDecoder(${encoding}); return [...[${chunks}].map((chunk) => [d.write(Buffer.from(chunk)), d.lastNeed, d.lastTotal]), d.end(), d.write(Buffer.from('abc')), d.end()]; })()`,
  ),
  ...each(
    [
      `crypto.createSecretKey(Buffer.alloc(16)).toCryptoKey('AES-GCM', true, ['encrypt'])`,
      `crypto.createSecretKey(Buffer.alloc(16)).toCryptoKey({ name: 'HMAC', hash: 'SHA-1' }, false, ['sign'])`,
      `crypto.createSecretKey(Buffer.alloc(16)).toCryptoKey('nope', true, ['sign'])`,
      `crypto.createSecretKey(Buffer.alloc(15)).toCryptoKey('AES-GCM', true, ['encrypt'])`,
      `crypto.generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.toCryptoKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['verify'])`,
      `crypto.generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.toCryptoKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign'])`,
    ],
    (key) =>
      `(() => { const { type, extractable, algorithm, usages } = ${key}; return [type, extractable, algorithm.name, usages]; })()`,
  ),
];
