import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { addApi } from '../support/tenant-fixtures.ts';
import { requestToken } from '../support/token-request.ts';
import { withStack } from '../support/with-stack.ts';

const API = 'https://rfc9068.example.com/';
const AUTHZ_API = 'https://rfc9068-authz.example.com/';
const HOOK = `module.exports = (client, scope, audience, context, cb) =>
  cb(null, { 'https://foo.com/claim': 'bar', scope, jti: 'forged', client_id: 'forged', sub: 'forged' });`;

const stack = withStack({ hook: null }, async (started) => {
  await started.setHook(HOOK);
  const profile = { token_lifetime_seconds: 600, scopes: [{ value: 'read:data' }, { value: 'write:data' }] };
  const granted = ['read:data', 'write:data'];
  await addApi(started, { identifier: API, token_dialect: 'rfc9068_profile', ...profile }, granted);
  await addApi(
    started,
    { identifier: AUTHZ_API, token_dialect: 'rfc9068_profile_authz', enforce_policies: true, ...profile },
    granted,
  );
});

async function token(audience: string) {
  const { status, body } = await requestToken(stack(), { audience });
  assert.equal(status, 200);
  const keys = createRemoteJWKSet(new URL(`${stack().url}/.well-known/jwks.json`));
  return jwtVerify(String(body.access_token), keys, { issuer: `${stack().url}/`, audience, typ: 'at+jwt' });
}

describe('RFC 9068 §2.1 Header', () => {
  it('"MUST include this media type in the "typ" header parameter", signed with a kid of the JWK Set', async () => {
    const { protectedHeader } = await token(API);
    const { kid, ...header } = protectedHeader;
    assert.deepEqual(header, { alg: 'RS256', typ: 'at+jwt' });
    assert.match(String(kid), /^[\w-]{43}$/);
  });
});

describe('RFC 9068 §2.2 Data Structure', () => {
  it('has the REQUIRED iss, exp, aud, sub, client_id, iat and jti, the scope, the hook’s claim, and nothing else', async () => {
    const { payload } = await token(API);
    const { iat, exp, jti, ...claims } = payload;
    assert.deepEqual(claims, {
      iss: `${stack().url}/`,
      aud: API,
      sub: `${stack().clientId}@clients`,
      client_id: stack().clientId,
      scope: 'read:data write:data',
      'https://foo.com/claim': 'bar',
    });
    assert.equal((exp ?? 0) - (iat ?? 0), 600);
    assert.ok(Math.abs((iat ?? 0) - Date.now() / 1000) < 30);
    assert.match(String(jti), /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it('"jti": another one for every token', async () => {
    const ids = await Promise.all(Array.from({ length: 5 }, async () => (await token(API)).payload.jti));
    assert.equal(new Set(ids).size, 5);
  });

  it('§2.2.3.1 has permissions where the dialect and the API’s policies ask for them', async () => {
    const { payload } = await token(AUTHZ_API);
    assert.deepEqual(payload.permissions, ['read:data', 'write:data']);
    assert.equal(payload.scope, 'read:data write:data');
  });
});

describe('RFC 9068 §4 Validating JWT Access Tokens', () => {
  it('"the "typ" header value is "at+jwt"": a token of the vendor’s own dialect does not pass for one', async () => {
    const { body } = await requestToken(stack());
    const keys = createRemoteJWKSet(new URL(`${stack().url}/.well-known/jwks.json`));
    await assert.rejects(jwtVerify(String(body.access_token), keys, { typ: 'at+jwt' }), {
      code: 'ERR_JWT_CLAIM_VALIDATION_FAILED',
      message: 'unexpected "typ" JWT header value',
    });
  });
});
