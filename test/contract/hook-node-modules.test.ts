import './quiet.ts';
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { StringDecoder } from 'node:string_decoder';
import { after, before, describe, test } from 'node:test';
import { openSandboxPool, type SandboxPool } from '../../services/hook-executor/sandbox-pool.ts';
import { startStrongestSandbox } from '../support/strongest-wall.ts';
import { buildHook } from '../../hook-build/build-hook.ts';
import { hookArguments, revisionOf } from '../attacks/sandbox.ts';

// Expressions that answer in a hook what they answer in Node: a value, or an error's name and code.

const BUFFER_SOURCES = [
  `'key'`,
  `''`,
  `Buffer.from('key')`,
  `new Uint8Array([1, 2, 255])`,
  `new Uint8Array([1, 2, 255]).buffer`,
  `new Uint16Array([1, 512])`,
  `new DataView(new Uint8Array([9, 1, 2, 255, 9]).buffer, 1, 3)`,
  `new Uint8Array([9, 1, 2, 9]).subarray(1, 3)`,
  `new Uint8Array(200).fill(7)`,
];
const NO_KEYS = [
  `5`,
  `-0`,
  `5n`,
  `true`,
  `null`,
  `undefined`,
  `{}`,
  `{ length: 3, 0: 1 }`,
  `[1, 2]`,
  `() => 1`,
  `new Map()`,
];
const KEYS = [
  ...BUFFER_SOURCES,
  ...NO_KEYS,
  `crypto.createSecretKey('key', 'utf8')`,
  `crypto.createSecretKey(new DataView(new ArrayBuffer(3)))`,
];
const DIGESTS = ['md5', 'sha1', 'sha224', 'sha256', 'sha384', 'sha512', 'ripemd160'];
const NAMES = [
  'SHA256',
  'Sha256',
  'sha-256',
  'SHA-512',
  'RSA-SHA256',
  'rsa-sha1',
  'SHA2-256',
  'nope',
  '',
  'RIPEMD',
  'rmd160',
];
const NO_NAMES = ['5', 'null', 'undefined', '{}'];
const ENCODINGS = [
  'hex',
  'base64',
  'base64url',
  'latin1',
  'binary',
  'utf8',
  'ucs2',
  'ascii',
  'buffer',
  'HEX',
  'nope',
  undefined,
];

const literal = (encoding: string | undefined): string => (encoding === undefined ? '' : JSON.stringify(encoding));

const TABLE: Record<string, string[]> = {
  'keys of an HMAC': KEYS.map((key) => `crypto.createHmac('sha256', ${key}).update('data').digest('hex')`),
  'encodings of an HMAC key': [`'6b6579'`, `'a2V5'`].map(
    (key) => `crypto.createHmac('sha256', ${key}, { encoding: 'hex' }).digest('hex')`,
  ),
  'secret keys': KEYS.map((key) => `crypto.createSecretKey(${key}).export()`),
  'data of a hash': [...BUFFER_SOURCES, ...NO_KEYS].map(
    (data) => `crypto.createHash('sha256').update(${data}).digest('hex')`,
  ),
  'data of an HMAC': [...BUFFER_SOURCES, ...NO_KEYS].map(
    (data) => `crypto.createHmac('sha256', 'k').update(${data}).digest('hex')`,
  ),
  HKDF: KEYS.map((key) => `Buffer.from(crypto.hkdfSync('sha256', ${key}, 'salt', 'info', 40))`).concat(
    BUFFER_SOURCES.map((salt) => `Buffer.from(crypto.hkdfSync('sha384', 'key', ${salt}, ${salt}, 40))`),
    [`crypto.hkdfSync('sha256', 'k', '', '', 255 * 32 + 1)`, `crypto.hkdfSync('sha256', 'k', '', 'x'.repeat(1025), 1)`],
  ),
  PBKDF2: [
    ...[...BUFFER_SOURCES, ...NO_KEYS].map((key) => `crypto.pbkdf2Sync(${key}, 'salt', 2, 20, 'sha256')`),
    ...[...BUFFER_SOURCES, ...NO_KEYS].map((salt) => `crypto.pbkdf2Sync('key', ${salt}, 2, 20, 'sha512')`),
    ...['0', '-1', '1.5', `'1'`, 'undefined', '2 ** 31', 'NaN'].map(
      (rounds) => `crypto.pbkdf2Sync('key', 'salt', ${rounds}, 20, 'sha1')`,
    ),
    ...['-1', '1.5', `'1'`, '2 ** 31'].map((length) => `crypto.pbkdf2Sync('key', 'salt', 1, ${length}, 'sha1')`),
  ],
  'keys and IVs of ciphers': [
    ...[
      'Buffer.alloc(16, 1)',
      'new Uint8Array(16).fill(1).buffer',
      'new DataView(new ArrayBuffer(16))',
      `'0123456789abcdef'`,
      `crypto.createSecretKey(Buffer.alloc(16))`,
      ...NO_KEYS,
    ].flatMap((key) => [
      `(() => { const c = crypto.createCipheriv('aes-128-cbc', ${key}, Buffer.alloc(16)); return Buffer.concat([c.update('text'), c.final()]); })()`,
      `(() => { const c = crypto.createCipheriv('aes-128-gcm', ${key}, Buffer.alloc(12)); return Buffer.concat([c.update('text'), c.final(), c.getAuthTag()]); })()`,
    ]),
    ...[
      'Buffer.alloc(16)',
      'new ArrayBuffer(16)',
      'new DataView(new ArrayBuffer(16))',
      `'0123456789abcdef'`,
      '5',
      '{}',
      'undefined',
    ].map(
      (iv) =>
        `(() => { const c = crypto.createCipheriv('aes-128-cbc', Buffer.alloc(16), ${iv}); return Buffer.concat([c.update('text'), c.final()]); })()`,
    ),
    `crypto.createCipheriv('aes-128-gcm', Buffer.alloc(16), Buffer.alloc(0))`,
  ],
  'names of digests': [...DIGESTS, ...NAMES].flatMap((name) => [
    `crypto.createHash('${name}').update('a').digest('hex')`,
    `crypto.createHmac('${name}', 'k').update('a').digest('hex')`,
    `crypto.pbkdf2Sync('k', 's', 1, 8, '${name}')`,
    `Buffer.from(crypto.hkdfSync('${name}', 'k', 's', 'i', 8))`,
  ]),
  'digests without a name': NO_NAMES.flatMap((name) => [
    `crypto.createHash(${name})`,
    `crypto.createHmac(${name}, 'k')`,
    `crypto.pbkdf2Sync('k', 's', 1, 8, ${name})`,
  ]),
  'encodings of a digest': ENCODINGS.flatMap((encoding) => [
    `crypto.createHash('sha256').update('a').digest(${literal(encoding)})`,
    `crypto.createHmac('sha256', 'k').update('a').digest(${literal(encoding)})`,
    `crypto.createHash('sha256').update('é61', ${literal(encoding) || 'undefined'}).digest('hex')`,
  ]),
  'a digest is had once': [
    `(() => { const h = crypto.createHash('sha256'); h.digest(); return h.digest('hex'); })()`,
    `(() => { const h = crypto.createHash('sha256'); h.digest(); return h.update('a'); })()`,
    `(() => { const h = crypto.createHash('sha256'); h.digest(); return h.copy(); })()`,
    `(() => { const h = crypto.createHmac('sha256', 'k'); h.digest(); return [h.digest('hex'), h.digest()]; })()`,
    `(() => { const h = crypto.createHmac('sha256', 'k'); h.digest(); return h.update('a'); })()`,
    ...DIGESTS.map(
      (name) =>
        `(() => { const h = crypto.createHash('${name}').update('x'.repeat(150)); const c = h.copy(); return [h.update('a').digest('hex'), c.update('b').digest('hex')]; })()`,
    ),
    `[crypto.createHash('md5') instanceof crypto.Hash, crypto.createHmac('md5', 'k') instanceof crypto.Hmac]`,
    `(() => { const h = crypto.createHash('sha1'); h.end('abc'); return h.read(); })()`,
  ],
  'signatures by any name of a digest': ['SHA256', 'sha-384', 'RSA-SHA512', 'nope'].map(
    (name) => `crypto.createVerify('${name}') !== null && crypto.createSign('${name}') !== null`,
  ),
  'comparing in constant time': [
    `crypto.timingSafeEqual('abc', 'abc')`,
    `crypto.timingSafeEqual(Buffer.from('abc'), 'abc')`,
    `crypto.timingSafeEqual(Buffer.from('abc'), new Uint8Array([97, 98, 99]).buffer)`,
    `crypto.timingSafeEqual(new DataView(new ArrayBuffer(2)), new Uint16Array(1))`,
    `crypto.timingSafeEqual(Buffer.from('abc'), Buffer.from('ab'))`,
    `crypto.timingSafeEqual(null, undefined)`,
    `crypto.timingSafeEqual({ byteLength: 1 }, { byteLength: 1 })`,
  ],
  'random numbers': [
    `crypto.randomInt(1)`,
    `crypto.randomInt(5, 6)`,
    `crypto.randomInt(2 ** 48)`,
    `crypto.randomInt(-(2 ** 48), 5)`,
    `crypto.randomInt(0)`,
    `crypto.randomInt(5, 2)`,
    `crypto.randomInt('5')`,
    `crypto.randomInt(1.5)`,
    `crypto.randomInt(0, 2 ** 53)`,
    `crypto.randomInt(NaN)`,
  ],
  addresses: [
    '1.2.3.4',
    '01.2.3.4',
    '1.2.3',
    '1.2.3.4.5',
    '256.1.1.1',
    '1.2.3.4 ',
    ' 1.2.3.4',
    '0.0.0.0',
    '00.0.0.0',
    '1.2.3.04',
    '1e1.2.3.4',
    '',
    '::',
    '::1',
    ':::',
    '1::2::3',
    'fe80::1%eth0',
    'fe80::2008%eth0@1',
    'fe80::1%',
    '%eth0',
    '1:2:3:4:5:6:7:8',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7::',
    '::2:3:4:5:6:7:8',
    '1::8',
    ':1::8',
    '1::8:',
    '::ffff:1.2.3.4',
    '::ffff:01.2.3.4',
    '1:2:3:4:5:6:1.2.3.4',
    '1:2:3:4:5:6:7:1.2.3.4',
    '1.2.3.4::',
    '::1.2.3.4:5',
    '12345::',
    'g::',
    '::1.2.3',
    '[::1]',
    '0:0:0:0:0:0:0:0',
    'FE80::ABCD',
  ].map((text) => `[net.isIP('${text}'), net.isIPv4('${text}'), net.isIPv6('${text}')]`),
  'no addresses': [`net.isIP(5)`, `net.isIP(null)`, `net.isIP({ toString: () => '1.2.3.4' })`, `net.isIP([1, 2])`],
  'queries that are read': [
    'a=%zz',
    'a=%',
    '%=%2',
    'a=%E4',
    'a=%c3%a9',
    'a=1&a=2&a=3',
    '__proto__=1',
    'constructor=1',
    '&&a=1&',
    '=',
    '=b',
    'a',
    'a=b=c',
    'a+b=c+d',
    'a=%2B+',
    '%u2345=1',
    'a=%F0%9F',
    'hasOwnProperty=x',
  ]
    .flatMap((text) => [
      `querystring.parse('${text}')`,
      `querystring.unescape('${text}')`,
      `Object.getPrototypeOf(querystring.parse('${text}'))`,
      `url.parse('/?${text}', true).query`,
    ])
    .concat([
      `querystring.parse('a:1;b:2', ';', ':')`,
      `querystring.parse('a=>1||b=>2', '||', '=>')`,
      `Object.keys(querystring.parse('a&'.repeat(3000) + 'z')).length`,
      `querystring.parse('a=1&b=2&c=3', null, null, { maxKeys: 2 })`,
      `Object.keys(querystring.parse(Array.from({ length: 1500 }, (_, i) => 'k' + i).join('&'))).length`,
      `querystring.parse('a=b%20c', null, null, { decodeURIComponent: (s) => s.toUpperCase() })`,
      `querystring.parse('a=%zz+c', null, null, { decodeURIComponent: (s) => { throw new Error(); } })`,
      `querystring.parse(5)`,
      `querystring.parse(null)`,
      `querystring.parse(['a=1'])`,
    ]),
  'queries that are written': [
    `{ a: 5n }`,
    `{ a: [1, true, null, undefined, NaN, Infinity, 'x', 5n, {}] }`,
    `{ a: {}, b: null, c: undefined }`,
    `{ 'é &': '=+ ' }`,
    `[1, 2]`,
    `'text'`,
    `5`,
    `null`,
    `{ a: '\\ud800' }`,
    `{ a: [] }`,
    `Object.create({ a: 1 })`,
    `{ a: '\\u{1F600}!*()~' }`,
  ]
    .flatMap((value) => [`querystring.stringify(${value})`, `querystring.stringify(${value}, ';', ':')`])
    .concat([`querystring.escape({ toString: () => 'a b' })`, `querystring.escape(5)`]),
  'decompressing within bounds': ['gunzip', 'inflate', 'unzip', 'inflateRaw', 'brotli'].flatMap((name) => {
    const pack =
      { gunzip: 'gzipSync', inflate: 'deflateSync', unzip: 'gzipSync', inflateRaw: 'deflateRawSync', brotli: '' }[
        name
      ] ?? '';
    if (pack === '') return [];
    const bomb = `zlib.${pack}(Buffer.alloc(300000))`;
    return [
      `zlib.${name}Sync(${bomb}, { maxOutputLength: 1000 })`,
      `zlib.${name}Sync(${bomb}, { maxOutputLength: 300000 }).length`,
      `zlib.${name}Sync(${bomb}, { maxOutputLength: 299999 })`,
      `zlib.${name}Sync(${bomb}, { maxOutputLength: 0 })`,
      `zlib.${name}Sync(new Uint8Array(${bomb})).length`,
      `new Promise((resolve) => zlib.${name}(${bomb}, { maxOutputLength: 1000 }, (e, r) => resolve([e?.name, e?.code, r?.length])))`,
      `new Promise((resolve) => zlib.${name}(${bomb}, { maxOutputLength: 300000 }, (e, r) => resolve([e, r?.length])))`,
      `new Promise((resolve) => zlib.${name}(${bomb}, (e, r) => resolve([e, r?.length])))`,
    ];
  }),
  'what decodes strings': ['base64url', 'base64', 'hex', 'utf8'].map(
    (encoding) =>
      `(() => { const d = new StringDecoder('${encoding}'); return [d.encoding, d.write(Buffer.from([251, 255])), d.write(Buffer.from([254])), d.end(Buffer.from([1]))]; })()`,
  ),
  'equal buffers': [
    `Buffer.from('abc').equals(new Uint8Array([97, 98, 99]))`,
    `Buffer.from('abc').equals(new Uint8Array([9, 97, 98, 99]).subarray(1))`,
    `Buffer.from('abc').equals('abc')`,
    `Buffer.from('abc').equals(Buffer.from('abd'))`,
  ],
};

const ANSWER = `async (expression) => {
  const shown = (value) =>
    ArrayBuffer.isView(value) ? ['bytes', Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('hex')]
    : Array.isArray(value) ? value.map(shown)
    : typeof value === 'object' && value !== null && !(value instanceof Date) ? Object.entries(value).map(([k, v]) => [k, shown(v)])
    : typeof value === 'bigint' || typeof value === 'undefined' || Number.isNaN(value) ? String(value) : value;
  try {
    return JSON.stringify(shown(await eval(expression)));
  } catch (error) {
    return JSON.stringify(['error', error.name, error.code]);
  }
}`;
const MODULES = ['crypto', 'net', 'querystring', 'url', 'zlib'];

let pool: SandboxPool | undefined;
const inHook = new Map<string, unknown>();
before(async () => {
  pool = await openSandboxPool(1, startStrongestSandbox);
  const { script } = await buildHook({
    code: `${MODULES.map((name) => `const ${name} = require('${name}');`).join(' ')} const { StringDecoder } = require('string_decoder');
      module.exports = async (client, scope, audience, context, cb) => {
        const answer = ${ANSWER};
        const answers = [];
        for (const expression of context.body.expressions) answers.push(await answer(expression));
        cb(null, { answers });
      };`,
    dependencies: {},
  });
  const limits = { cpu_ms: 10_000, wall_ms: 20_000, result_bytes: 262_144, heap_mib: 128 };
  // All of these modules together are longer than an author's file may be.
  const revision = { ...revisionOf('all of them', limits), script };
  for (const expressions of Object.values(TABLE)) {
    const outcome = await pool.run(revision, hookArguments({ expressions }), Date.now() + 60_000);
    if (outcome.status !== 'ok') assert.fail(JSON.stringify(outcome).slice(0, 500));
    const { answers } = JSON.parse(outcome.result ?? '') as { answers: unknown[] };
    expressions.forEach((expression, index) => inHook.set(expression, answers[index]));
  }
});
after(() => pool?.close());

const require = createRequire(import.meta.url);
const inNode = (
  (0, eval)(`((${MODULES.join(', ')}, StringDecoder, Buffer) => ${ANSWER})`) as (
    ...values: unknown[]
  ) => (expression: string) => Promise<unknown>
)(...MODULES.map((name) => require(name) as unknown), StringDecoder, Buffer);

describe('modules of Node answer in a hook what they answer in Node', () => {
  for (const [name, expressions] of Object.entries(TABLE)) {
    test(name, async () => {
      const different: string[] = [];
      for (const expression of expressions) {
        const expected = await inNode(expression);
        const actual = inHook.get(expression);
        if (actual !== expected) different.push(`${expression}\n  Node ${String(expected)}\n  hook ${String(actual)}`);
      }
      assert.deepEqual(different, []);
    });
  }
});

const FILE_THAT_IS_NOT_THERE = `(fs) => {
  const seen = [];
  const noting = (how) => (error) => void seen.push([how, error.code, error.syscall, error.message]);
  const promises = require('fs/promises');
  const waited = [fs.promises, promises].map(({ readFile }) => readFile('/nothing/here', 'utf8').catch(noting('rejects')));
  const called = ['readFile', 'stat', 'readdir', 'open'].map(
    (name) =>
      new Promise((resolve) => {
        fs[name]('/nothing/here', (error) => resolve(noting(name + ' calls back')(error)));
        seen.push([name + ' returns first']);
      }),
  );
  try {
    fs.readFileSync('/nothing/here');
  } catch (error) {
    noting('throws')(error);
  }
  return Promise.all([...waited, ...called]).then(() => seen.map((one) => JSON.stringify(one)).sort());
}`;

test('a file that is not there is an error as Node has it: rejected, called back, or thrown', async () => {
  const { script } = await buildHook({
    code: `const look = ${FILE_THAT_IS_NOT_THERE};
      module.exports = async (client, scope, audience, context, cb) => cb(null, { seen: await look(require('fs')) });`,
    dependencies: {},
  });
  const outcome = await pool?.run({ ...revisionOf(script), script }, hookArguments({}), Date.now() + 30_000);
  if (outcome?.status !== 'ok') assert.fail(JSON.stringify(outcome).slice(0, 500));
  const look = (0, eval)(`((require) => ${FILE_THAT_IS_NOT_THERE})`) as (
    of: typeof require,
  ) => (fs: unknown) => Promise<string[]>;
  const expected = await look(require)(require('fs'));
  assert.equal(expected.filter((one) => one.includes('ENOENT')).length, 7);
  assert.deepEqual((JSON.parse(outcome.result ?? '') as { seen: string[] }).seen, expected);
});

test('what a hook writes to the two outputs that are open is its console', async () => {
  const { script } = await buildHook({
    code: `const fs = require('fs');
      module.exports = (client, scope, audience, context, cb) => {
        fs.writeSync(1, 'one\\n');
        fs.write(2, Buffer.from('xtwo'), 1, 3, (error, bytes) => cb(error, { bytes }));
      };`,
    dependencies: {},
  });
  const outcome = await pool?.run({ ...revisionOf(script), script }, hookArguments({}), Date.now() + 30_000);
  if (outcome?.status !== 'ok') assert.fail(JSON.stringify(outcome).slice(0, 500));
  assert.equal(outcome.result, '{"bytes":3}');
  assert.deepEqual(outcome.console, [
    { level: 'log', text: 'one' },
    { level: 'error', text: 'two' },
  ]);
});
