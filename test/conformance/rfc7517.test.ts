import assert from 'node:assert/strict';
import { createHash, X509Certificate } from 'node:crypto';
import { describe, it } from 'node:test';
import { calculateJwkThumbprint, createLocalJWKSet, decodeProtectedHeader, importJWK, jwtVerify, type JWK } from 'jose';
import { addApi } from '../support/tenant-fixtures.ts';
import { requestToken } from '../support/token-request.ts';
import { withStack } from '../support/with-stack.ts';

const ALGS = ['RS256', 'PS256', 'ES256', 'EdDSA'] as const;
const apiOf = (alg: string): string => `https://${alg.toLowerCase()}.example.com/`;
const stack = withStack({ own: true, hook: null }, async (started) => {
  for (const alg of ALGS) await addApi(started, { identifier: apiOf(alg), signing_alg: alg }, []);
});
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
      ['OKP', 'EdDSA', 'sig'],
      ['OKP', 'EdDSA', 'sig'],
      ['RSA', 'PS256', 'sig'],
      ['RSA', 'PS256', 'sig'],
      ['RSA', 'RS256', 'sig'],
      ['RSA', 'RS256', 'sig'],
    ]);
  });

  it('holds no private member (RFC 7518 §6.2.2, §6.3.2, RFC 8037 §2), only what verifies', async () => {
    const ofType = new Map([
      ['RSA', ['e', 'n']],
      ['EC', ['crv', 'x', 'y']],
      ['OKP', ['crv', 'x']],
    ]);
    for (const key of await jwks()) {
      const members = ['alg', 'kid', 'kty', 'use', 'x5c', 'x5t', ...(ofType.get(key.kty ?? '') ?? [])];
      assert.deepEqual(Object.keys(key).sort(), members.sort());
    }
  });

  it('§4.7 "The key in the first certificate MUST match the public key", DER in base64 and not base64url, and issued to the issuer', async () => {
    for (const key of await jwks()) {
      const [der = '', ...chain] = key.x5c ?? [];
      assert.equal(Buffer.from(der, 'base64').toString('base64'), der);
      const certificate = new X509Certificate(Buffer.from(der, 'base64'));
      const { x, y, n, e } = certificate.publicKey.export({ format: 'jwk' });
      assert.deepEqual([x, y, n, e], [key.x, key.y, key.n, key.e]);
      assert.deepEqual([certificate.subject, certificate.issuer, chain], ['CN=127.0.0.1', 'CN=127.0.0.1', []]);
      assert(certificate.verify(certificate.publicKey));
    }
  });

  it('§4.8 "x5t" is the base64url of the SHA-1 of that certificate', async () => {
    for (const { x5c, x5t } of await jwks()) {
      const der = Buffer.from(x5c?.[0] ?? '', 'base64');
      assert.equal(x5t, createHash('sha1').update(der).digest('base64url'));
    }
  });

  it('§4.5 "different keys within the JWK Set SHOULD use distinct "kid" values", each the key’s own thumbprint', async () => {
    const keys = await jwks();
    assert.equal(new Set(keys.map(({ kid }) => kid)).size, keys.length);
    for (const key of keys) assert.equal(key.kid, await calculateJwkThumbprint(key));
  });

  it('RFC 7518 §3.3 "A key of size 2048 bits or larger MUST be used", §3.4 the curve P-256 for ES256, RFC 8037 §3.1 Ed25519 for EdDSA', async () => {
    for (const key of await jwks()) {
      if (key.kty === 'RSA') {
        const modulus = Buffer.from(String(key.n), 'base64url');
        assert.deepEqual([modulus.length * 8, (modulus[0] ?? 0) >= 0x80, key.e], [2048, true, 'AQAB']);
      } else assert.equal(key.crv, key.alg === 'ES256' ? 'P-256' : 'Ed25519');
      await importJWK(key, key.alg);
    }
  });

  it('has the key of every token, under the alg the token says, and it verifies the token', async () => {
    const keys = await jwks();
    for (const alg of ALGS) {
      const { body } = await requestToken(stack(), { audience: apiOf(alg) });
      const token = String(body.access_token);
      const header = decodeProtectedHeader(token);
      await jwtVerify(token, createLocalJWKSet({ keys }), { audience: apiOf(alg), algorithms: [alg] });
      assert.equal(header.alg, alg);
      assert.deepEqual(
        keys.filter(({ kid }) => kid === header.kid).map((key) => key.alg),
        [alg],
      );
    }
  });
});
