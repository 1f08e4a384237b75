import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { calculateJwkThumbprint, decodeProtectedHeader, importJWK, type JWK } from 'jose';
import { addApi } from '../support/tenant-fixtures.ts';
import { requestToken } from '../support/token-request.ts';
import { withStack } from '../support/with-stack.ts';

const ES256_API = 'https://es256.example.com/';
const stack = withStack({ hook: null }, (started) =>
  addApi(started, { identifier: ES256_API, signing_alg: 'ES256' }, []),
);
const jwks = async (): Promise<JWK[]> => {
  const response = await fetch(`${stack().url}/.well-known/jwks.json`);
  return ((await response.json()) as { keys: JWK[] }).keys;
};

describe('RFC 7517 §5 JWK Set Format', () => {
  it('"A JWK Set is a JSON object … MUST have a "keys" member", and nothing else here', async () => {
    const response = await fetch(`${stack().url}/.well-known/jwks.json`);
    assert.equal(response.status, 200);
    assert.equal(response.headers.get('content-type'), 'application/json; charset=utf-8');
    assert.equal(response.headers.get('cache-control'), 'public, max-age=300');
    assert.deepEqual(Object.keys((await response.json()) as object), ['keys']);
  });

  it('is only read: any method but GET and HEAD is refused', async () => {
    const response = await fetch(`${stack().url}/.well-known/jwks.json`, { method: 'POST' });
    assert.deepEqual([response.status, response.headers.get('allow')], [405, 'GET, HEAD']);
  });
});

describe('RFC 7517 §4 JSON Web Key Format', () => {
  it('has the current and the next key of each algorithm', async () => {
    assert.deepEqual((await jwks()).map(({ kty, alg, use }) => [kty, alg, use]).sort(), [
      ['EC', 'ES256', 'sig'],
      ['EC', 'ES256', 'sig'],
      ['RSA', 'RS256', 'sig'],
      ['RSA', 'RS256', 'sig'],
    ]);
  });

  it('holds no private member (RFC 7518 §6.2.2, §6.3.2), only what verifies', async () => {
    for (const key of await jwks()) {
      const members =
        key.kty === 'RSA' ? ['alg', 'e', 'kid', 'kty', 'n', 'use'] : ['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y'];
      assert.deepEqual(Object.keys(key).sort(), members);
    }
  });

  it('§4.5 "different keys within the JWK Set SHOULD use distinct "kid" values", each the key’s own thumbprint', async () => {
    const keys = await jwks();
    assert.equal(new Set(keys.map(({ kid }) => kid)).size, keys.length);
    for (const key of keys) assert.equal(key.kid, await calculateJwkThumbprint(key));
  });

  it('RFC 7518 §3.3 "A key of size 2048 bits or larger MUST be used", and §3.4 the curve P-256 for ES256', async () => {
    for (const key of await jwks()) {
      if (key.kty === 'RSA') {
        const modulus = Buffer.from(String(key.n), 'base64url');
        assert.deepEqual([modulus.length * 8, (modulus[0] ?? 0) >= 0x80, key.e], [2048, true, 'AQAB']);
      } else assert.equal(key.crv, 'P-256');
      await importJWK(key, key.alg);
    }
  });

  it('has the key of every token, under the alg the token says', async () => {
    const keys = await jwks();
    for (const [audience, alg] of [
      [stack().audience, 'RS256'],
      [ES256_API, 'ES256'],
    ] as const) {
      const { body } = await requestToken(stack(), { audience });
      const header = decodeProtectedHeader(String(body.access_token));
      assert.equal(header.alg, alg);
      assert.deepEqual(
        keys.filter(({ kid }) => kid === header.kid).map((key) => key.alg),
        [alg],
      );
    }
  });
});
