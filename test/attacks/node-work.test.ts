import { attackedSandbox, hook } from './sandbox.ts';
import { neighboursOf } from './neighbours.ts';
import assert from 'node:assert/strict';
import { buildHook } from '../../hook-build/build-hook.ts';
import { test } from 'node:test';
import { statusOf } from './sandbox.ts';

// What a hook can have Node's own functions do for it, in the process that all hooks share.

const sandbox = attackedSandbox('functions of Node');
const { run, attack } = sandbox;
const { warmUp, whileRunning } = neighboursOf(sandbox);

const LIMITS = { cpu_ms: 300, wall_ms: 4_000, heap_mib: 64 };
const NEIGHBOUR_MS = 100;
const ATTEMPTS = 3;

/** Names what bodies use, which the bundler else leaves out or calls otherwise. */
const BODY = 'bodyOfTheHook(crypto, zlib, util, work, failure, cb);';
/** The same bundle for all: what is tried is what runs in it, and most bundles would take longer than that. */
const bundle = buildHook({
  code: `const crypto = require('crypto'), zlib = require('zlib'), util = require('util');
      const work = globalThis[Symbol.for('hookmint.work')];
      const failure = (run) => { try { run(); return 'done'; } catch (error) { return (error.code ?? error.name) + ': ' + error.message; } };
      ${hook(BODY)}`,
  dependencies: {},
});

/** A hook of this body with `crypto`, `zlib` and the way to the host. */
async function withModules(body: string): Promise<string> {
  const [before, after, ...more] = (await bundle).script.split(BODY);
  assert.ok(before !== undefined && after !== undefined && more.length === 0);
  return before + body + after;
}

async function resultOf(body: string, limits: Record<string, number> = {}): Promise<unknown> {
  return await sandbox.result(await withModules(body), { ...LIMITS, cpu_ms: 2_000, ...limits });
}

/** Some 2,048 rounds make 0.5 ms; the number of rounds stands in the key. */
const PASSPHRASE_KEY = `(() => {
  const pem = crypto.generateKeyPairSync('ec', { namedCurve: 'P-256', privateKeyEncoding: { type: 'pkcs8', format: 'der', cipher: 'aes-256-cbc', passphrase: 'p' }, publicKeyEncoding: { type: 'spki', format: 'pem' } }).privateKey;
  const at = pem.indexOf(Buffer.from([2, 2, 8, 0]));
  return Buffer.concat([pem.subarray(0, at), Buffer.from([2, 2, 127, 255]), pem.subarray(at + 4)]);
})()`;

const REFUSED: Record<string, [expression: string, failure: RegExp]> = {
  'PBKDF2 of 1,000,000,000 rounds': [
    `crypto.pbkdf2Sync('p', 's', 1e9, 64, 'sha512')`,
    /^ERR_OVER_HOOK_LIMIT: an operation of about \d+ ms is over the CPU time that the run has left/,
  ],
  'the same, without waiting': [`crypto.pbkdf2('p', 's', 1e9, 64, 'sha512', () => {})`, /^QuotaExceededError: /],
  'a derived key of 1 GB': [`crypto.pbkdf2Sync('p', 's', 1, 2 ** 30, 'sha1')`, /a result is limited to 1048576 bytes/],
  'scrypt of 16 GB': [
    `crypto.scryptSync('p', 's', 64, { N: 2 ** 24, r: 8, p: 1, maxmem: 2 ** 35 })`,
    /^ERR_OVER_HOOK_LIMIT|^ERR_CRYPTO_INVALID_SCRYPT_PARAMS/,
  ],
  'scrypt of 128 MB': [
    `crypto.scryptSync('p', 's', 64, { N: 2 ** 10, r: 2 ** 10, p: 1, maxmem: 2 ** 35 })`,
    /^ERR_OVER_HOOK_LIMIT|^ERR_CRYPTO_INVALID_SCRYPT_PARAMS/,
  ],
  'PBKDF2 of a salt of 1 MB for each of 50,000 blocks': [
    `crypto.pbkdf2Sync('p', Buffer.alloc(1e6), 1, 1e6, 'sha1')`,
    /is over the CPU time that the run has left/,
  ],
  'scrypt of a salt of 1 MB for each block that is mixed': [
    `crypto.scryptSync('p', Buffer.alloc(1e6), 64, { N: 2, r: 8, p: 60_000, maxmem: 2 ** 31 })`,
    /is over the CPU time that the run has left/,
  ],
  'scrypt of 1 MB out of 60 MB': [
    `crypto.scryptSync('p', 's', 1e6, { N: 2, r: 8, p: 60_000, maxmem: 2 ** 31 })`,
    /is over the CPU time that the run has left/,
  ],
  'a hash of 1 GB that was opened': [
    `(() => { const id = JSON.parse(work('["open","hash","shake256",["object",{"outputLength":1073741824}]]')); if (id.error) throw id.error; })()`,
    /limited to 1048576 bytes/,
  ],
  'a hash of 1 GB that is a copy': [
    `(() => { const h = crypto.createHash('shake256').update(Buffer.alloc(2e5)); h.copy({ outputLength: 2 ** 30 }); })()`,
    /limited to 1048576 bytes/,
  ],
  'a hash of 1 GB at once': [
    `(() => { const { error } = JSON.parse(work('["hashOnce","shake256","x",["object",{"outputLength":1073741824}]]')); if (error) throw error; })()`,
    /limited to 1048576 bytes/,
  ],
  'such a key for a large signature': [
    `crypto.createSign('sha256').update(Buffer.alloc(2e5)).sign({ key: ${PASSPHRASE_KEY}, format: 'der', type: 'pkcs8', passphrase: 'p' })`,
    /limited to 16384 rounds/,
  ],
  'a key pair of the largest group': [`crypto.generateKeyPairSync('dh', { group: 'modp18' })`, /limited to 4096 bits/],
  'an RSA key of 16,384 bits': [`crypto.generateKeyPairSync('rsa', { modulusLength: 16384 })`, /limited to 4096/],
  'an RSA key with an exponent of its own': [
    `crypto.generateKeyPairSync('rsa', { modulusLength: 2048, publicExponent: 0xfffffff1 })`,
    /publicExponent must be 3 or 65537/,
  ],
  'a safe prime of 4,096 bits': [`crypto.createDiffieHellman(4096)`, /^ERR_OVER_HOOK_LIMIT/],
  'a prime that cannot be': [`crypto.generatePrimeSync(64, { add: 4n, rem: 2n })`, /"add" and "rem"/],
  'a prime of 1,000,000 bits': [`crypto.generatePrimeSync(1e6)`, /primes are limited to 4096 bits/],
  'a group with a prime of its own': [
    `crypto.createDiffieHellman(Buffer.alloc(256, 255))`,
    /none of the standard groups is limited to 1024 bits/,
  ],
  'the largest standard group': [`crypto.getDiffieHellman('modp18')`, /limited to 4096 bits/],
  'a hash of 1 GB': [`crypto.createHash('shake256', { outputLength: 2 ** 30 }).digest()`, /limited to 1048576 bytes/],
  'a key whose passphrase takes 32,767 rounds': [
    `crypto.createPrivateKey({ key: ${PASSPHRASE_KEY}, format: 'der', type: 'pkcs8', passphrase: 'p' })`,
    /limited to 16384 rounds/,
  ],
  'the same as PEM': [
    `crypto.createPrivateKey({ key: '-----BEGIN ENCRYPTED PRIVATE KEY-----\\n' + ${PASSPHRASE_KEY}.toString('base64').replace(/(.{64})/g, '$1\\n') + '\\n-----END ENCRYPTED PRIVATE KEY-----\\n', passphrase: 'p' })`,
    /limited to 16384 rounds/,
  ],
  'the same in a signature': [
    `crypto.sign('sha256', Buffer.alloc(1), { key: ${PASSPHRASE_KEY}, format: 'der', type: 'pkcs8', passphrase: 'p' })`,
    /limited to 16384 rounds/,
  ],
  'a key of a million characters': [`crypto.createPublicKey('x'.repeat(1e6))`, /a key is limited to 32768 characters/],
  'a bomb': [`zlib.gunzipSync(zlib.gzipSync(Buffer.alloc(20e6)))`, /^ERR_BUFFER_TOO_LARGE|a request is limited/],
  'Brotli with a window of 1 GB': [
    `zlib.brotliCompressSync('x', { params: { [zlib.constants.BROTLI_PARAM_LARGE_WINDOW]: 1, [zlib.constants.BROTLI_PARAM_LGWIN]: 30 } })`,
    /the large window of Brotli is limited to 0/,
  ],
  'that window by another spelling of its name': [
    `zlib.brotliCompressSync('x', { params: { '0x6': true, 2: 30 } })`,
    /parameters of BrotliCompress are whole numbers/,
  ],
  'Zstandard with all the memory': [
    `zlib.zstdCompressSync('x', { params: { [zlib.constants.ZSTD_c_compressionLevel]: 22 } })`,
    /the level of Zstandard is limited to 9/,
  ],
  'that level by another spelling of its name': [
    `zlib.createZstdCompress({ params: { '100.0': 22 } })`,
    /parameters of ZstdCompress are whole numbers/,
  ],
  'that level by a number that is another for Node': [
    `zlib.createZstdCompress({ params: { 100: 22 - 2 ** 32 } })`,
    /the level of Zstandard is limited to 9/,
  ],
  'Zstandard that looks for what is far away': [
    `zlib.zstdCompressSync('a', { params: { 160: 1, 161: 28 }, pledgedSrcSize: 1e9 })`,
    /this parameter of Zstandard is limited to 0/,
  ],
  'the tables of Zstandard': [
    `zlib.zstdCompressSync('a', { params: { [zlib.constants.ZSTD_c_hashLog]: 30 } })`,
    /the hash log of Zstandard is limited to 22/,
  ],
  'a piece of a stream of 1 MB': [
    `(() => { const { error } = JSON.parse(work('["zlibWrite",1,["bytes","Buffer","' + 'AAAA'.repeat(3e5) + '"]]')); if (error) throw error; })()`,
    /a piece is limited to 65536 bytes/,
  ],
  'a file of 100,000 variables': [
    `util.parseEnv('a=b\\n'.repeat(100_000))`,
    /^ERR_OVER_HOOK_LIMIT: an operation of about \d+ ms/,
  ],
  'a URL of 100,000 characters': [`new URL('http://a/' + 'x'.repeat(100_000))`, /a URL is limited to 65536 characters/],
  'a query of 100,000 characters': [
    `new URL('http://a/').search = 'x'.repeat(100_000)`,
    /a URL is limited to 65536 characters/,
  ],
  'data of 100 MB': [
    `crypto.createHmac('sha1', 'k').update(Buffer.alloc(0)).digest() && crypto.timingSafeEqual(Buffer.alloc(3e6), Buffer.alloc(3e6))`,
    /a request is limited/,
  ],
};

for (const [what, [expression, expected]] of Object.entries(REFUSED)) {
  attack(`${what} is refused at once`, async () => {
    const script = await withModules(`cb(null, { is: failure(() => ${expression}) });`);
    const startedMs = performance.now();
    const { is } = (await sandbox.result(script, { ...LIMITS, cpu_ms: 2_000 })) as { is: string };
    assert.match(is, expected);
    assert.ok(performance.now() - startedMs < 2_000);
  });
}

const NO_REQUESTS = [
  `'{'`,
  `'5'`,
  `'null'`,
  `'["nope"]'`,
  `'["__proto__"]'`,
  `'["constructor"]'`,
  `'["toString"]'`,
  `'[["getHashes"]]'`,
  `'["createHash",{"a":1}]'`,
  `'["createHash",["key","private","AAAA"]]'`,
  `'["hash","sha1",["object",{"__proto__":["object",{"outputLength":5}]}],["bytes","Buffer",5]]'`,
  `'["call",1,"constructor"]'`,
  `'["open","__proto__"]'`,
  `'["toCryptoKey",["key","private","AAAA"],"AES-GCM",true,["array",["encrypt"]]]'`,
  `'["toCryptoKey",["object",{"toCryptoKey":5}],"AES-GCM",true,["array",["encrypt"]]]'`,
  `'["parseEnv",5]'`,
  `'["x509Method",["bytes","Buffer","AAAA"],"constructor"]'`,
  `'["certificate","constructor",["bytes","Buffer","AAAA"]]'`,
  `'["zlib","constructor",""]'`,
  `'["hash"' + ',[]'.repeat(690000) + ']'`,
  `'["zlibWrite",99,["bytes","Buffer","AAAA"]]'`,
  `'["getHashes"' + ',1'.repeat(1000) + ']'`,
  `'["createHash",' + '["array",['.repeat(5000) + ']]'.repeat(5000) + ']'`,
  `'["bigint",["bigint","' + '9'.repeat(100000) + '"]]'`,
  `'x'.repeat(3000000)`,
];
attack('requests that the modules would not make are refused, each with an error', async () => {
  const body = `cb(null, { answers: [${NO_REQUESTS.join(', ')}].map((text) => Object.keys(JSON.parse(work(text))).join()) });`;
  const { answers } = (await resultOf(body)) as { answers: string[] };
  answers.forEach((answer, i) => assert.equal(answer, 'error', NO_REQUESTS[i] ?? ''));
});

attack('a detached buffer is an empty one, and one that is changed after the call does not count', async () => {
  const body = `
    const detached = new Uint8Array([1, 2, 3]); structuredClone(detached.buffer, { transfer: [detached.buffer] });
    const empty = crypto.createHash('sha1').digest('hex');
    const bytes = Buffer.from('abc'), hash = crypto.createHash('sha1').update(bytes), key = Buffer.from('key'), hmac = crypto.createHmac('sha1', key);
    bytes.fill(0); key.fill(0);
    cb(null, { detached: crypto.createHash('sha1').update(detached).digest('hex') === empty,
      hash: hash.digest('hex') === crypto.createHash('sha1').update('abc').digest('hex'),
      hmac: hmac.digest('hex') === crypto.createHmac('sha1', 'key').digest('hex') });`;
  assert.deepEqual(await resultOf(body), { detached: true, hash: true, hmac: true });
});

attack('ciphers that are left open make room for others, which are right', async () => {
  const body = `
    const open = () => crypto.createCipheriv('aes-128-ctr', Buffer.alloc(16), Buffer.alloc(16));
    const first = open();
    for (let i = 0; i < 500; i++) open().update('x');
    cb(null, { first: failure(() => first.update('x')), last: open().update('abc', 'utf8', 'hex') });`;
  const { first, last } = (await resultOf(body)) as { first: string; last: string };
  assert.match(first, /no more than 64 ciphers/);
  assert.match(last, /^[0-9a-f]{6}$/);
});

attack('what another hook has opened cannot be used', async () => {
  await resultOf(`crypto.createCipheriv('aes-128-ctr', Buffer.alloc(16), Buffer.alloc(16)); cb(null, {});`);
  const { is } = (await resultOf(
    `cb(null, { is: failure(() => { const { error } = JSON.parse(work('["call",1,"update",["bytes","Buffer","AAAA"]]')); throw error; }) });//2`,
  )) as { is: string };
  assert.match(is, /no more than 64 ciphers/);
});

const LONG: Record<string, string> = {
  'hashes without an end': `for (;;) crypto.createHash('sha512').update('x').digest();`,
  'hashes of what is large': `const d = Buffer.alloc(1e6); for (;;) crypto.createHash('sha512').update(d).digest();`,
  'signatures of RSA': `const { privateKey } = crypto.generateKeyPairSync('rsa', { modulusLength: 1024 }); for (;;) crypto.sign('sha256', Buffer.alloc(1), privateKey);`,
  'key pairs that are waited for': `for (;;) crypto.generateKeyPairSync('rsa', { modulusLength: 2048 });`,
  'PBKDF2 that is waited for': `for (;;) { try { crypto.pbkdf2Sync('p', 's', 50_000, 64, 'sha512'); } catch {} }`,
  'PBKDF2 that is not': `for (;;) { try { crypto.pbkdf2('p', 's', 50_000, 64, 'sha512', () => {}); } catch {} }`,
  'scrypt that is not': `(async () => { for (;;) { try { crypto.scrypt('p', 's', 64, () => {}); } catch {} await null; } })();`,
  '3DES': `const c = crypto.createCipheriv('des-ede3-cbc', Buffer.alloc(24, 1), Buffer.alloc(8)); const d = Buffer.alloc(1e6); for (;;) c.update(d);`,
  'compression at its best': `const d = crypto.randomBytes(1e6); for (;;) { try { zlib.brotliCompressSync(d); } catch {} }`,
  'compression in streams': `const d = crypto.randomBytes(60_000); for (;;) { const s = zlib.createBrotliCompress(); s.on('error', () => {}); s.write(d); s.end(); }`,
  'streams that stay open': `const open = []; for (;;) { const s = zlib.createGzip(); s.on('error', () => {}); s.write('x'); open.push(s); if (open.length > 100) open.length = 0; }`,
  'small bombs of Brotli': `const d = zlib.brotliCompressSync(Buffer.alloc(1e6)); for (;;) { try { zlib.brotliDecompressSync(d); } catch {} }`,
  bombs: `const d = zlib.gzipSync(Buffer.alloc(1e6)); for (;;) { try { zlib.gunzipSync(d); } catch {} }`,
  'requests of empty lists': `const s = '["hash"' + ',[]'.repeat(690_000) + ']'; for (;;) work(s);`,
  'requests of empty objects': `const s = '["hash"' + ',{}'.repeat(690_000) + ']'; for (;;) work(s);`,
  'requests of lists in lists': `const s = '['.repeat(1_000_000) + ']'.repeat(1_000_000); for (;;) work(s);`,
  'requests of characters that are escaped': `const s = '["hash","' + '\\\\u0041'.repeat(340_000) + '"]'; for (;;) work(s);`,
  'requests that are none': `const s = 'x'.repeat(2e6); for (;;) work(s);`,
  'files of variables': `const s = Array.from({ length: 2_000 }, (_, i) => i.toString(36) + '="').join('\\n'); for (;;) try { util.parseEnv(s); } catch {}`,
  'the names of errors': `for (;;) work('["systemErrors"]');`,
  'keys for WebCrypto': `const { privateKey } = crypto.generateKeyPairSync('rsa', { modulusLength: 2048 }); for (;;) privateKey.toCryptoKey({ name: 'RSA-PSS', hash: 'SHA-256' }, true, ['sign']);`,
  'compression in streams of the web': `const d = crypto.randomBytes(60_000); for (;;) { const w = new CompressionStream('gzip').writable.getWriter(); w.write(d).catch(() => {}); w.close().catch(() => {}); }`,
  'bombs in streams of the web': `(async () => { const d = zlib.gzipSync(Buffer.alloc(7e6)); for (;;) await new Response(new Response(d).body.pipeThrough(new DecompressionStream('gzip'))).arrayBuffer().catch(() => {}); })();`,
  'long URLs': `const s = 'http://a/' + '\\u4e00'.repeat(65_500); for (;;) new URL(s);`,
  'long URLs that are changed': `const u = new URL('http://a/' + '\\u4e00'.repeat(65_500)); for (;;) u.hash = 'x';`,
  'compression at its best in pieces': `const d = crypto.randomBytes(64_000).toString('hex').slice(0, 65_536); for (let i = 0; ; i++) { const s = zlib.createBrotliCompress(); s.on('error', () => {}); s.write(d + i); }`,
  'what is unpacked into large chunks': `const s = zlib.deflateRawSync(Buffer.alloc(1 << 20), { finishFlush: zlib.constants.Z_FULL_FLUSH, level: 9 }), d = Buffer.concat(Array(500).fill(s)); for (;;) try { zlib.inflateRawSync(d, { chunkSize: 6e8, maxOutputLength: 3.5e6 }); } catch {}`,
  'what is unpacked into small chunks': `const d = zlib.deflateRawSync(Buffer.alloc(7e6)); for (;;) try { zlib.inflateRawSync(d, { chunkSize: 64 }); } catch {}`,
  certificates: `for (;;) try { new crypto.X509Certificate('x'); } catch {}`,
};
for (const [what, body] of Object.entries(LONG)) {
  attack(`${what}: ends at its limit, and costs no neighbour its answer or much time`, async () => {
    let medianMs = Infinity;
    for (let attempt = 1; attempt <= ATTEMPTS && medianMs >= NEIGHBOUR_MS; attempt++) {
      await warmUp();
      const found = await whileRunning([`${await withModules(body)}//${String(attempt)}`], LIMITS);
      for (const end of found.ends)
        assert.ok(
          ['timed_out cpu', 'timed_out wall', 'timed_out callback', 'out_of_memory', 'threw'].includes(end),
          end,
        );
      ({ medianMs } = found);
    }
    assert.ok(medianMs < NEIGHBOUR_MS, `neighbours waited ${String(medianMs)} ms`);
  });
}

const UNENDED: Record<string, string> = {
  'closed while its level changes': `const s = zlib.createDeflate(); s.on('error', () => {}); s.write(crypto.randomBytes(60_000)); s.params(5, 1, () => {}); s.close();`,
  'made room for while its level changes': `const s = zlib.createDeflate(); s.on('error', () => {}); s.write(crypto.randomBytes(60_000)); s.params(5, 1, () => {}); for (let i = 0; i < 40; i++) zlib.createGzip().on('error', () => {});`,
  'destroyed while it ends': `const text = crypto.randomBytes(32_500).toString('hex'); for (let i = 0; i < 4; i++) { const s = zlib.createBrotliCompress({ params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 5 } }); s.on('error', () => {}); s.resume(); await new Promise((done) => s.write(text, done)); s.end(); await new Promise((done) => setTimeout(done, 5)); s.destroy(); }`,
  'closed while what it unpacks is wrong, by requests': `for (let i = 0; i < 4; i++) { const id = JSON.parse(work('["zlibOpen","Inflate",["undefined"]]')).value; const write = '["zlibWrite",' + id + ',["bytes","Buffer","AAAA"]]'; for (const request of [write, write, '["zlibEnd",' + id + ']']) Promise.resolve(work.begin(request)).catch(() => {}); work('["zlibClose",' + id + ']'); await new Promise((done) => setTimeout(done, 20)); }`,
  'closed while it is written to, by requests': `for (let i = 0; i < 5; i++) { const id = JSON.parse(work('["zlibOpen","Gzip",["undefined"]]')).value; work.begin('["zlibWrite",' + id + ',["bytes","Buffer","AAAA"]]').catch(() => {}); work.begin('["zlibEnd",' + id + ']').catch(() => {}); work('["zlibClose",' + id + ']'); }`,
};
for (const [what, body] of Object.entries(UNENDED))
  attack(`a stream of zlib that is ${what}: the process goes on, and so does this hook's cryptography`, async () => {
    const result = await resultOf(`(async () => {
      ${body}
      await new Promise((done) => setTimeout(done, 100));
      const digest = await globalThis.crypto.subtle.digest('SHA-256', new Uint8Array(3));
      cb(null, { bytes: digest.byteLength });
    })().catch(cb);`);
    assert.deepEqual(result, { bytes: 32 });
  });

attack('a signature of Ed448 counts in its context alone', async () => {
  const result = await resultOf(`(async () => {
    const { subtle } = globalThis.crypto, data = new Uint8Array([1, 2, 3]);
    const { privateKey, publicKey } = await subtle.generateKey('Ed448', false, ['sign', 'verify']);
    const context = (bytes) => ({ name: 'Ed448', context: new Uint8Array(bytes) });
    const signature = await subtle.sign(context([1, 2]), privateKey, data);
    const isValid = (algorithm) => subtle.verify(algorithm, publicKey, signature, data);
    cb(null, { same: await isValid(context([1, 2])), other: await isValid(context([7])), none: await isValid('Ed448') });
  })().catch(cb);`);
  assert.deepEqual(result, { same: true, other: false, none: false });
});

attack('a run that waits is ended at its limit, and its thread with it', async () => {
  // Estimated as less than it may use, it takes as much as it takes: what it is charged is what the process used meanwhile.
  const code = await withModules(`for (;;) crypto.pbkdf2Sync('p', 's', 80_000, 64, 'sha512');`);
  const startedMs = performance.now();
  const outcome = await run(code, { cpu_ms: 120, wall_ms: 8_000 });
  assert.match(statusOf(outcome), /^timed_out cpu|^threw/);
  assert.ok(performance.now() - startedMs < 3_000);
});

test('what one token needs is done', async () => {
  const body = `(async () => {
    const key = crypto.pbkdf2Sync('password', 'salt', 100_000, 32, 'sha256');
    const hash = crypto.scryptSync('password', 'salt', 32);
    const { privateKey, publicKey } = await util.promisify(crypto.generateKeyPair)('rsa', { modulusLength: 2048 });
    const signature = crypto.createSign('SHA256').update('text').sign(privateKey);
    const packed = zlib.brotliCompressSync('text'.repeat(1000));
    cb(null, { key: key.length, hash: hash.length, isValid: crypto.verify('sha256', Buffer.from('text'), publicKey, signature), unpacked: zlib.brotliDecompressSync(packed).length });
  })().catch(cb);`;
  assert.deepEqual(await resultOf(body, { cpu_ms: 1_000 }), { key: 32, hash: 32, isValid: true, unpacked: 4000 });
});
