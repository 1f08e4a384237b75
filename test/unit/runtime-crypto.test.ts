import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { runSubtle } from '../../services/hook-executor/sandbox/host-calls/subtle.ts';
import { createRuntime, runInNode } from './runtime-driver.ts';

type Runtime = Awaited<ReturnType<typeof createRuntime>>;
let runtime: Runtime;
before(async () => void (runtime = await createRuntime()));
after(() => runtime[Symbol.asyncDispose]());

const HELPERS = `
  const s = crypto.subtle, utf8 = (t) => new TextEncoder().encode(t), data = utf8('data to sign');
  const hex = (b) => Array.from(new Uint8Array(b), (x) => x.toString(16).padStart(2, '0')).join('');
  const failure = async (use) => { try { return await use(); } catch (e) { return e.name; } };
  const shown = (k) => [k.type, k.extractable, k.usages, JSON.parse(JSON.stringify(k.algorithm, (n, v) => v instanceof Uint8Array ? hex(v) : v)), Object.prototype.toString.call(k)];
`;
const same = (name: string, source: string) =>
  void test(name, async () =>
    assert.deepEqual(await runtime.run(HELPERS + source, { timeoutMs: 20_000 }), await runInNode(HELPERS + source)),
  );

describe('crypto as in Node', () => {
  same(
    'digests',
    `return await Promise.all(['SHA-1', 'SHA-256', { name: 'sha-384' }, 'SHA-512'].map(async (a) => hex(await s.digest(a, data)))).then(async (d) => [d, await failure(() => s.digest('MD5', data)), await failure(() => s.digest('SHA-256', 'text'))]);`,
  );
  same(
    'HMAC',
    `const k = await s.importKey('raw', utf8('secret'), { name: 'HMAC', hash: 'SHA-256' }, true, ['sign', 'verify']); const sig = await s.sign('HMAC', k, data);
    const jwk = await s.exportKey('jwk', k); const again = await s.importKey('jwk', jwk, { name: 'HMAC', hash: { name: 'SHA-256' } }, false, ['verify']);
    return [hex(sig), await s.verify('HMAC', again, sig, data), await s.verify('HMAC', again, sig, utf8('other')), shown(k), shown(again), jwk, hex(await s.exportKey('raw', k)), await failure(() => s.exportKey('raw', again)), await failure(() => s.sign('HMAC', again, data)), await failure(() => s.sign('HMAC', {}, data))];`,
  );
  const pairs: [string, string, string][] = [
    [
      'RSASSA-PKCS1-v1_5',
      `{ name: 'RSASSA-PKCS1-v1_5', modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]), hash: 'SHA-256' }`,
      `'RSASSA-PKCS1-v1_5'`,
    ],
    [
      'RSA-PSS',
      `{ name: 'RSA-PSS', modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]), hash: 'SHA-384' }`,
      `{ name: 'RSA-PSS', saltLength: 48 }`,
    ],
    ['ECDSA', `{ name: 'ECDSA', namedCurve: 'P-256' }`, `{ name: 'ECDSA', hash: 'SHA-256' }`],
    ['ECDSA P-521', `{ name: 'ECDSA', namedCurve: 'P-521' }`, `{ name: 'ECDSA', hash: { name: 'SHA-512' } }`],
    ['Ed25519', `{ name: 'Ed25519' }`, `'Ed25519'`],
  ];
  for (const [name, generate, sign] of pairs) {
    same(
      `${name}: generated, exported, imported, signed, verified`,
      `const { publicKey, privateKey } = await s.generateKey(${generate}, true, ['sign', 'verify']); const formats = ['jwk', 'pkcs8', 'spki'];
      const imported = await Promise.all([['jwk', privateKey, ['sign']], ['pkcs8', privateKey, ['sign']], ['jwk', publicKey, ['verify']], ['spki', publicKey, ['verify']]].map(async ([f, k, u]) => s.importKey(f, await s.exportKey(f, k), ${generate}, false, u)));
      const sigs = await Promise.all([privateKey, imported[0], imported[1]].map((k) => s.sign(${sign}, k, data)));
      const checks = await Promise.all(sigs.flatMap((sig) => [publicKey, imported[2], imported[3]].map((k) => s.verify(${sign}, k, sig, data))));
      return [shown(publicKey), shown(privateKey), imported.map(shown), checks, await s.verify(${sign}, publicKey, sigs[0], utf8('x')), await failure(() => s.exportKey('pkcs8', imported[0])), Object.keys(await s.exportKey('jwk', publicKey)).sort()];`,
    );
  }
  same(
    'AES',
    `const k = await s.importKey('raw', new Uint8Array(32).fill(7), 'AES-GCM', false, ['encrypt', 'decrypt']); const iv = new Uint8Array(12).fill(1); const e = await s.encrypt({ name: 'AES-GCM', iv, additionalData: utf8('aad'), tagLength: 128 }, k, data);
    const c = await s.importKey('raw', new Uint8Array(16).fill(3), 'AES-CBC', true, ['encrypt', 'decrypt']); const f = await s.encrypt({ name: 'AES-CBC', iv: new Uint8Array(16) }, c, data); const g = await s.generateKey({ name: 'AES-GCM', length: 256 }, true, ['encrypt']);
    return [hex(e), hex(await s.decrypt({ name: 'AES-GCM', iv, additionalData: utf8('aad') }, k, e)), await failure(() => s.decrypt({ name: 'AES-GCM', iv }, k, e)), hex(f), hex(await s.decrypt({ name: 'AES-CBC', iv: new Uint8Array(16) }, c, f)), shown(g), shown(k), (await s.exportKey('jwk', g)).alg];`,
  );
  same(
    'RSA-OAEP',
    `const p = await s.generateKey({ name: 'RSA-OAEP', modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]), hash: 'SHA-256' }, false, ['encrypt', 'decrypt']); const e = await s.encrypt({ name: 'RSA-OAEP', label: utf8('l') }, p.publicKey, data); return [hex(await s.decrypt({ name: 'RSA-OAEP', label: utf8('l') }, p.privateKey, e)), shown(p.privateKey), shown(p.publicKey)];`,
  );
  same(
    'key derivation',
    `const h = await s.importKey('raw', utf8('ikm'), 'HKDF', false, ['deriveBits', 'deriveKey']); const p = await s.importKey('raw', utf8('pw'), 'PBKDF2', false, ['deriveBits', 'deriveKey']); const hk = { name: 'HKDF', hash: 'SHA-256', salt: utf8('salt'), info: utf8('info') }, pb = { name: 'PBKDF2', hash: 'SHA-256', salt: utf8('salt'), iterations: 1000 };
    const k = await s.deriveKey(hk, h, { name: 'AES-GCM', length: 128 }, true, ['encrypt']); return [hex(await s.deriveBits(hk, h, 256)), hex(await s.deriveBits(pb, p, 128)), hex(await s.exportKey('raw', k)), shown(k), shown(h), await failure(() => s.importKey('raw', utf8('x'), 'PBKDF2', true, ['deriveBits']))];`,
  );
  same(
    'ECDH and X25519',
    `const seen = []; for (const a of [{ name: 'ECDH', namedCurve: 'P-256' }, { name: 'X25519' }]) { const x = await s.generateKey(a, true, ['deriveBits']), y = await s.generateKey(a, true, ['deriveBits']);
    const one = await s.deriveBits({ name: a.name, public: y.publicKey }, x.privateKey, 256), two = await s.deriveBits({ name: a.name, public: x.publicKey }, y.privateKey, 256); seen.push(hex(one) === hex(two), one.byteLength); } return seen;`,
  );
  same(
    'wrapping',
    `const w = await s.importKey('raw', new Uint8Array(16).fill(1), 'AES-KW', false, ['wrapKey', 'unwrapKey']); const g = await s.importKey('raw', new Uint8Array(16).fill(2), 'AES-GCM', false, ['wrapKey', 'unwrapKey']); const k = await s.importKey('raw', new Uint8Array(16).fill(9), 'AES-CBC', true, ['encrypt']);
    const iv = new Uint8Array(12); const a = await s.wrapKey('raw', k, w, 'AES-KW'), b = await s.wrapKey('jwk', k, g, { name: 'AES-GCM', iv }); const x = await s.unwrapKey('raw', a, w, 'AES-KW', 'AES-CBC', true, ['encrypt']), y = await s.unwrapKey('jwk', b, g, { name: 'AES-GCM', iv }, 'AES-CBC', true, ['encrypt']);
    return [hex(a), hex(await s.exportKey('raw', x)), hex(await s.exportKey('raw', y))];`,
  );
  same(
    'keys that are none',
    `return [await failure(() => s.importKey('raw', new Uint8Array(5), 'AES-GCM', true, ['encrypt'])), await failure(() => s.importKey('spki', new Uint8Array(5), { name: 'ECDSA', namedCurve: 'P-256' }, true, ['verify'])), await failure(() => s.importKey('raw', utf8('k'), { name: 'HMAC', hash: 'SHA-256' }, true, ['encrypt'])), await failure(() => s.importKey('jwk', { kty: 'RSA' }, { name: 'RSA-PSS', hash: 'SHA-256' }, true, ['verify'])), await failure(() => s.generateKey({ name: 'Nope' }, true, [])), await failure(() => s.sign())];`,
  );
  same(
    'random values',
    `const a = new Uint8Array(40), b = new Uint32Array(4), u = crypto.randomUUID(); return [crypto.getRandomValues(a) === a, a.some((x) => x), crypto.getRandomValues(b) === b, b.some((x) => x), u.length, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(u), new Set(Array.from({ length: 500 }, () => crypto.randomUUID())).size,
    await failure(async () => crypto.getRandomValues(new Uint8Array(65537))), await failure(async () => crypto.getRandomValues(new Float32Array(1))), crypto.getRandomValues(new Uint8Array(65536)).length, Object.prototype.toString.call(crypto), typeof crypto.subtle.digest];`,
  );
});

test('what one operation may cost is bounded', async () => {
  const refused = (await runtime.run(`${HELPERS}
    const wrong = []; const see = async (use) => { try { await use(); wrong.push('accepted'); } catch (e) { wrong.push(e.name + ': ' + e.message); } };
    await see(() => s.digest('SHA-256', new Uint8Array(1048577)));
    await see(() => s.generateKey({ name: 'RSA-PSS', modulusLength: 8192, publicExponent: new Uint8Array([1, 0, 1]), hash: 'SHA-256' }, true, ['sign']));
    await see(() => s.generateKey({ name: 'RSA-PSS', modulusLength: 2048, publicExponent: new Uint8Array(64).fill(255), hash: 'SHA-256' }, true, ['sign']));
    const p = await s.importKey('raw', utf8('pw'), 'PBKDF2', false, ['deriveBits']);
    await see(() => s.deriveBits({ name: 'PBKDF2', hash: 'SHA-256', salt: utf8('s'), iterations: 1000001 }, p, 128));
    await see(() => s.deriveBits({ name: 'PBKDF2', hash: 'SHA-256', salt: utf8('s'), iterations: 1 }, p, 1e6));
    return wrong;`)) as string[];
  assert.deepEqual(refused, [
    'OperationError: data is limited to 1048576 bytes',
    'OperationError: modulusLength is limited to 4096',
    'OperationError: publicExponent must be 3 or 65537',
    'OperationError: iterations is limited to 1000000',
    'OperationError: at most 65536 bits can be derived',
  ]);
});

test('malformed requests are answered, not fatal', async () => {
  for (const json of [
    '',
    'null',
    '{}',
    '[]',
    '{"operation":"__proto__"}',
    '{"operation":"constructor"}',
    '{"operation":"sign","algorithm":{"name":"HMAC"}}',
    '{"operation":"sign","algorithm":{"name":"HMAC"},"key":{"data":"raw:","algorithm":{"name":"HMAC"},"usages":[1]},"data":"x"}',
    '{"operation":"digest","algorithm":{"name":{}},"data":5}',
  ]) {
    await assert.rejects(runSubtle(json), { name: 'CallError' }, json);
  }
});
