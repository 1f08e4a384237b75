import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decodeJwt } from 'jose';
import { allowInsecureRequests, clientCredentialsGrant, discovery, PrivateKeyJwt } from 'openid-client';
import { askByAssertion, newClientKey, signAssertion, type ClientKey } from '../support/client-assertion.ts';
import type { Management } from '../support/management.ts';
import { withStack } from '../support/with-stack.ts';
import { grantClient, makeClient, openPatiently, refused, type Body } from './management-clients-fixtures.ts';

// Keys of clients as JWKs (RFC 7517).

let api: Management;
const stack = withStack({ hook: null }, async (started) => {
  api = await openPatiently(started);
});

/** A client that authenticates with these keys alone, and is granted the demo API. */
async function clientWith(...credentials: Body[]): Promise<string> {
  const { client_id } = await makeClient(api, {
    client_authentication_methods: { private_key_jwt: { credentials } },
  });
  await grantClient(api, client_id, stack().audience, ['read:data']);
  return client_id;
}

async function statusOf(clientId: string, key: ClientKey, header: Body = {}): Promise<number> {
  return (await askByAssertion(stack(), await signAssertion(stack(), clientId, key, { header }))).status;
}

describe('a credential that is a JWK', () => {
  it('is a key like one in PEM, with the kid and alg that it has', async () => {
    for (const alg of ['RS256', 'PS384', 'ES256', 'ES384', 'EdDSA', 'Ed25519']) {
      const key = newClientKey(alg);
      const jwk = { ...key.jwk, alg, use: 'sig', key_ops: ['verify'], kid: `2026.${alg}`, x5c: ['of no interest'] };
      const clientId = await clientWith({ jwk });
      assert.equal(await statusOf(clientId, key), 200, alg);
      assert.equal(await statusOf(clientId, key, { kid: `2026.${alg}` }), 200, alg);
      assert.equal(await statusOf(clientId, key, { kid: 'another' }), 401, alg);
      assert.equal(await statusOf(clientId, newClientKey(alg)), 401, alg);
      const { body } = await api.call('GET', `/clients/${clientId}/credentials`);
      const [{ kid, alg: told, ...rest } = {}] = body as Body[];
      assert.deepEqual([kid, told, 'jwk' in rest, 'pem' in rest], [`2026.${alg}`, alg, false, false]);
    }
  });

  it('has the alg of its kind, and its thumbprint as kid, where nothing says otherwise', async () => {
    for (const [alg, used] of [
      ['PS256', 'RS256'],
      ['ES256', 'ES256'],
      ['ES384', 'ES384'],
      ['EdDSA', 'EdDSA'],
    ] as const) {
      const key = newClientKey(alg);
      const clientId = await clientWith({ jwk: key.jwk });
      assert.equal(await statusOf(clientId, { ...key, alg: used }), 200, alg);
      const { body } = await api.call('GET', `/clients/${clientId}/credentials`);
      const [credential] = body as Body[];
      assert.equal(credential?.alg, used);
      assert.match(String(credential?.kid), /^[\w-]{43}$/);
    }
  });

  it('signs for openid-client, as published', async () => {
    const key = newClientKey('ES256');
    const kid = 'the-key-of-2026';
    const clientId = await clientWith({ jwk: { ...key.jwk, kid } });
    const pkcs8 = key.privateKey.export({ type: 'pkcs8', format: 'der' });
    const algorithm = { name: 'ECDSA', namedCurve: 'P-256' };
    const privateKey = await crypto.subtle.importKey('pkcs8', pkcs8, algorithm, false, ['sign']);
    const auth = PrivateKeyJwt({ key: privateKey, kid });
    const config = await discovery(new URL(stack().url), clientId, undefined, auth, {
      execute: [allowInsecureRequests],
      algorithm: 'oauth2',
    });
    const { access_token } = await clientCredentialsGrant(config, { audience: stack().audience });
    assert.equal(decodeJwt(access_token).sub, `${clientId}@clients`);
  });

  const { jwk: ec } = newClientKey('ES256');
  const { jwk: rsa } = newClientKey('RS256');
  const long = (bytes: number) => Buffer.alloc(bytes, 0xff).toString('base64url');
  const RSA = 'must be an RSA key of 2048 to 4096 bits with the exponent AQAB for RS256';
  for (const [what, jwk, message, more] of [
    ['another use', { ...ec, use: 'enc' }, 'must have the use sig, or none'],
    ['other operations', { ...ec, key_ops: ['encrypt'] }, 'must have verify among its key_ops, or no key_ops'],
    ['another kty', { kty: 'AKP', pub: 'x' }, 'must have the kty RSA, EC or OKP'],
    [
      'an alg of its own that differs',
      { ...ec, alg: 'ES256' },
      'is for ES256, not for the alg ES384',
      { alg: 'ES384' },
    ],
    ['an alg of another kind', { ...ec, alg: 'RS256' }, RSA],
    ['a kid that is no text', { ...ec, kid: 7 }, 'must have a kid that is a string'],
    ['a kid with a line feed', { ...ec, kid: 'a\nb' }, 'must have a kid of 1 to 128 visible ASCII characters'],
    ['half a point', { ...ec, y: undefined }, 'must be a key of P-256 for ES256'],
    ['no point of the curve', { ...ec, y: ec.x }, 'must be a key of P-256 for ES256'],
    ['a short modulus', { ...rsa, n: long(128) }, RSA],
    ['a long modulus', { ...rsa, n: long(1_024) }, RSA],
    ['another exponent', { ...rsa, e: 'Aw' }, RSA],
  ] as [string, Body, string, Body?][]) {
    it(`is refused with ${what}`, async () => {
      const { client_id } = await makeClient(api);
      const body = { credential_type: 'public_key', jwk, ...more };
      const message_ = `Payload validation error: '${message}' on property jwk.`;
      await refused(api.call('POST', `/clients/${client_id}/credentials`, body), 400, message_);
    });
  }

  it('is refused when it is private or symmetric, and nothing of it is repeated anywhere', async () => {
    const { client_id } = await makeClient(api);
    const message =
      "Payload validation error: 'is a private or symmetric key, which must stay secret: send the public members alone; replace that key' on property jwk.";
    const secret = newClientKey('RS256').privateKey.export({ format: 'jwk' });
    const k = Buffer.from('a symmetric key that must stay secret').toString('base64url');
    for (const jwk of [secret, { ...rsa, p: secret.p }, { kty: 'oct', k }, { ...ec, k }]) {
      await refused(
        api.call('POST', `/clients/${client_id}/credentials`, { credential_type: 'public_key', jwk }),
        400,
        message,
      );
    }
    for (const part of [secret.d, secret.p, secret.qi, k]) assert(!stack().output().includes(String(part)));
  });

  it('is refused beside pem, with a kid of another, and with neither', async () => {
    const { client_id } = await makeClient(api);
    const post = (body: Body) =>
      api.call('POST', `/clients/${client_id}/credentials`, { credential_type: 'public_key', ...body });
    const either = "Payload validation error: 'must have either pem or jwk' on property pem.";
    await refused(post({ jwk: ec, pem: 'x' }), 400, either);
    await refused(post({}), 400, either);
    await refused(
      post({ jwk: { ...ec, kid: 'one-of-mine' }, kid: 'another-one' }),
      400,
      "Payload validation error: 'must be the kid of the jwk, or absent' on property kid.",
    );
  });
});
