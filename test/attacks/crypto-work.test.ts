import { attackedSandbox, hook } from './sandbox.ts';
import assert from 'node:assert/strict';

const { result, attack } = attackedSandbox('cryptography of the host');

const ROOMY = { cpu_ms: 10_000, wall_ms: 15_000 };
const HELPERS = `
  const { subtle } = crypto;
  const failure = (asked) => asked.then(() => 'ok', (error) => error instanceof DOMException && error.name + ': ' + error.message);
  const rsa = (modulusLength, publicExponent = [1, 0, 1]) => subtle.generateKey({ name: 'RSA-PSS', modulusLength, publicExponent: new Uint8Array(publicExponent), hash: 'SHA-256' }, true, ['sign', 'verify']);
  const password = () => subtle.importKey('raw', new Uint8Array(8), 'PBKDF2', false, ['deriveBits', 'deriveKey']);
  const pbkdf2 = (iterations, hash = 'SHA-512') => ({ name: 'PBKDF2', hash, salt: new Uint8Array(8), iterations });
  const deny = (error) => cb(error);`;

const failureOf = async (expression: string): Promise<unknown> => {
  const code = hook(
    `${HELPERS} (async () => cb(null, { is: await failure((async () => ${expression})()) }))().catch(deny);`,
  );
  return ((await result(code, ROOMY)) as { is: unknown }).is;
};

for (const [what, expression, expected] of [
  [
    'PBKDF2 of 1,000,000,000 rounds',
    'subtle.deriveBits(pbkdf2(1e9), await password(), 256)',
    'OperationError: iterations is limited to 1000000',
  ],
  [
    'a key derived in 1,000,000,000 rounds',
    `subtle.deriveKey(pbkdf2(1e9), await password(), { name: 'AES-GCM', length: 256 }, true, ['encrypt'])`,
    'OperationError: iterations is limited to 1000000',
  ],
  ['an RSA key of 16,384 bits', 'rsa(16_384)', 'OperationError: modulusLength is limited to 4096'],
  [
    'an RSA key with an exponent of its own',
    'rsa(2_048, [0xff, 0xff, 0xff, 0xff, 0xff])',
    'OperationError: publicExponent must be 3 or 65537',
  ],
  [
    '100 blocks of PBKDF2 of 1,000,000 rounds each',
    'subtle.deriveBits(pbkdf2(1e6), await password(), 51_200)',
    /^QuotaExceededError: the cryptography of a run is limited to about 4000 ms/,
  ],
  [
    'an HMAC key of 65,536 bits from PBKDF2',
    `subtle.deriveKey(pbkdf2(1e6, 'SHA-1'), await password(), { name: 'HMAC', hash: 'SHA-1', length: 65_536 }, true, ['sign'])`,
    /^QuotaExceededError: /,
  ],
  [
    'a private key with exponents of a million bits',
    `subtle.importKey('pkcs8', new Uint8Array(100_000), { name: 'RSA-PSS', hash: 'SHA-256' }, true, ['sign'])`,
    'OperationError: a public or private key is limited to 8192 bytes',
  ],
  [
    'such a key as a JWK',
    `subtle.importKey('jwk', { kty: 'RSA', n: 'AQAB', e: 'AQAB', d: 'x'.repeat(100_000) }, { name: 'RSA-PSS', hash: 'SHA-256' }, true, ['sign'])`,
    'OperationError: a public or private key is limited to 8192 bytes',
  ],
] as const) {
  attack(`${what} is refused at once`, async () => {
    const startedMs = performance.now();
    const failure = await failureOf(expression);
    if (typeof expected === 'string') assert.equal(failure, expected);
    else assert.match(String(failure), expected);
    assert.ok(performance.now() - startedMs < 1_500);
  });
}

attack('many operations of one run are refused when they come to too much, and another run has its own', async () => {
  const code = hook(`${HELPERS} (async () => {
    const count = {};
    await Promise.all(Array.from({ length: 60 }, async () => {
      const end = (await failure(subtle.deriveBits(pbkdf2(200_000, 'SHA-256'), await password(), 256))).split(':')[0];
      count[end] = (count[end] ?? 0) + 1;
    }));
    cb(null, count);
  })().catch(deny);`);
  for (let run = 1; run <= 2; run++) {
    const count = (await result(code, ROOMY)) as Record<string, number>;
    assert.ok((count.ok ?? 0) >= 30 && (count.ok ?? 0) < 40, JSON.stringify(count));
    assert.equal((count.ok ?? 0) + (count.QuotaExceededError ?? 0), 60);
  }
});

attack('what one token needs is allowed', async () => {
  const code = hook(`${HELPERS} (async () => {
    const key = await rsa(2_048);
    const derived = await subtle.deriveBits(pbkdf2(600_000, 'SHA-256'), await password(), 256);
    const signatures = [];
    for (let i = 0; i < 20; i++) signatures.push(await subtle.sign({ name: 'RSA-PSS', saltLength: 32 }, key.privateKey, new Uint8Array(derived)));
    const k = await subtle.importKey('jwk', { kty: 'oct', k: 'A'.repeat(8_000) }, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
    cb(null, { signatures: signatures.length, hmac: (await subtle.sign('HMAC', k, new Uint8Array(1e6))).byteLength });
  })().catch(deny);`);
  assert.deepEqual(await result(code, ROOMY), { signatures: 20, hmac: 32 });
});
