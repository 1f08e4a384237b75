import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { decodeJwt } from 'jose';
import { allowInsecureRequests, clientCredentialsGrant, discovery, PrivateKeyJwt } from 'openid-client';
import { canary } from '../support/canary.ts';
import { askByAssertion, newClientKey, signAssertion, type ClientKey } from '../support/client-assertion.ts';
import { startJwksServer } from '../support/jwks-server.ts';
import type { Management } from '../support/management.ts';
import { requestToken } from '../support/token-request.ts';
import { withStack } from '../support/with-stack.ts';
import { grantClient, makeClient, openPatiently, refused, type Body } from './management-clients-fixtures.ts';

// Keys of clients as JWKs, and as JWK Sets that they publish (RFC 7517).

let api: Management;
const stack = withStack({ hook: null }, async (started) => {
  api = await openPatiently(started);
});

const server = await startJwksServer();
after(server.close);

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
      const [{ kid, alg: told, ...rest }] = body as [Body];
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
      const [credential] = body as [Body];
      assert.equal(credential.alg, used);
      assert.match(String(credential.kid), /^[\w-]{43}$/);
    }
  });

  it('signs for openid-client, as published', async () => {
    const key = newClientKey('ES256');
    const kid = 'the-key-of-2026';
    const clientId = await clientWith({ jwk: { ...key.jwk, kid } });
    const pkcs8 = key.privateKey.export({ type: 'pkcs8', format: 'der' });
    const algorithm = { name: 'ECDSA', namedCurve: 'P-256' };
    const privateKey = await crypto.subtle.importKey('pkcs8', pkcs8, algorithm, false, ['sign']);
    // The stack speaks HTTP, on the loopback address.
    // eslint-disable-next-line @typescript-eslint/no-deprecated
    const execute = [allowInsecureRequests];
    const auth = PrivateKeyJwt({ key: privateKey, kid });
    const config = await discovery(new URL(stack().url), clientId, undefined, auth, {
      execute,
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
    const k = canary('symmetric-key');
    for (const jwk of [
      secret,
      { ...rsa, p: secret.p },
      { kty: 'oct', k },
      { ...ec, k },
      { ...ec, d: canary('private-key') },
    ]) {
      await refused(
        api.call('POST', `/clients/${client_id}/credentials`, { credential_type: 'public_key', jwk }),
        400,
        message,
      );
    }
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

describe('a client with a jwks_uri', () => {
  async function publishing(jwks_uri: string): Promise<string> {
    const { client_id, ...made } = await makeClient(api, { jwks_uri });
    const { client_secret, token_endpoint_auth_method, client_authentication_methods } = made as Body;
    assert.deepEqual(
      [client_secret, token_endpoint_auth_method, client_authentication_methods, made.jwks_uri],
      [...[undefined, null, undefined], jwks_uri],
    );
    await grantClient(api, client_id, stack().audience, ['read:data']);
    return client_id;
  }

  it('authenticates by the keys that are there, and by nothing else', async () => {
    const [ec, rsa, other] = [newClientKey('ES256'), newClientKey('PS256'), newClientKey('ES256')];
    const ed = newClientKey('EdDSA');
    const uri = server.serve([
      { ...ed.jwk, kid: 'ed', alg: 'EdDSA' },
      { ...ec.jwk, kid: 'ec', alg: 'ES256', use: 'sig' },
      { ...rsa.jwk, kid: 'rsa' },
    ]);
    const clientId = await publishing(uri);
    assert.equal(await statusOf(clientId, ec, { kid: 'ec' }), 200);
    assert.equal(await statusOf(clientId, rsa, { kid: 'rsa' }), 200);
    for (const alg of ['EdDSA', 'Ed25519']) assert.equal(await statusOf(clientId, { ...ed, alg }), 200, alg);
    assert.equal(await statusOf(clientId, ec), 200);
    assert.equal(await statusOf(clientId, ec, { kid: 'rsa' }), 401);
    assert.equal(await statusOf(clientId, other, { kid: 'ec' }), 401);
    assert.equal(await statusOf(clientId, other, { kid: 'other' }), 401);
    assert.equal(server.requestsOf(uri), 1);
    const { jwk } = newClientKey();
    await api.call('POST', `/clients/${clientId}/credentials`, { credential_type: 'public_key', jwk });
    const rotated = await api.call('POST', `/clients/${clientId}/rotate-secret`, {});
    const { client_secret } = rotated.body as { client_secret: string };
    assert.equal((await requestToken(stack(), { client_id: clientId, client_secret })).status, 401);
  });

  it('uses an assertion once', async () => {
    const key = newClientKey();
    const clientId = await publishing(server.serve([key.jwk]));
    const assertion = await signAssertion(stack(), clientId, key);
    const answers = await Promise.all([1, 2, 3].map(() => askByAssertion(stack(), assertion)));
    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 401, 401]);
  });

  it('moves to another place, to credentials, and back to a secret', async () => {
    const [first, second, third] = [newClientKey(), newClientKey(), newClientKey()];
    const clientId = await publishing(server.serve([first.jwk]));
    const path = `/clients/${clientId}`;
    const patch = async (body: Body) => assert.equal((await api.call('PATCH', path, body)).status, 200);
    await patch({ name: 'Renamed' });
    assert.equal(await statusOf(clientId, first), 200);
    const moved = server.serve([second.jwk]);
    await patch({ jwks_uri: moved, token_endpoint_auth_method: null });
    assert.deepEqual([await statusOf(clientId, first), await statusOf(clientId, second)], [401, 200]);

    await refused(
      api.call('PATCH', path, { token_endpoint_auth_method: 'client_secret_post' }),
      400,
      "Payload validation error: 'the client authenticates by private_key_jwt; also send client_authentication_methods: null' on property token_endpoint_auth_method.",
    );
    const credential = { credential_type: 'public_key', jwk: third.jwk };
    const { body } = await api.call('POST', `${path}/credentials`, credential);
    const credentials = [{ id: (body as Body).id }];
    const private_key_jwt = { credentials };
    await refused(
      api.call('PATCH', path, { client_authentication_methods: { private_key_jwt }, jwks_uri: moved }),
      400,
      "Payload validation error: 'must be absent or null together with jwks_uri' on property client_authentication_methods.",
    );
    await patch({ client_authentication_methods: { private_key_jwt } });
    assert.deepEqual([await statusOf(clientId, second), await statusOf(clientId, third)], [401, 200]);
    assert.equal(((await api.call('GET', path)).body as Body).jwks_uri, undefined);

    await patch({ jwks_uri: moved });
    assert.deepEqual([await statusOf(clientId, second), await statusOf(clientId, third)], [200, 401]);
    await patch({ jwks_uri: null });
    assert.equal(await statusOf(clientId, second), 401);
    const { body: client } = await api.call('GET', path);
    assert.equal((client as Body).token_endpoint_auth_method, 'client_secret_post');
  });

  it('gets no token while its keys were never there, and is told when to try again', async () => {
    const key = newClientKey();
    const clientId = await publishing(server.refuse());
    const { status, body, headers } = await askByAssertion(stack(), await signAssertion(stack(), clientId, key));
    assert.deepEqual([status, body.error, headers.get('retry-after')], [503, 'temporarily_unavailable', '30']);
  });

  it('is refused with a jwks_uri that shows what must not be seen, or that anybody may answer for', async () => {
    for (const jwks_uri of [
      ...['http://keys.example.com/', 'ftp://keys.example.com/', 'keys.example.com', 'data:application/json,{}'],
      ...['https://user:word@keys.example.com/', 'https://keys.example.com/#a', 'https://keys.example.com:0/'],
      ...['http://127.0.0.1.example.com/', 'http://localhost.example.com/', 'javascript:alert(1)', ''],
    ]) {
      const { status, body } = await api.call('POST', '/clients', { name: 'x', app_type: 'non_interactive', jwks_uri });
      assert.deepEqual([status, (body as Body).errorCode], [400, 'invalid_body'], jwks_uri);
      assert.match(String((body as Body).message), /on property jwks_uri/);
    }
    const jwks_uri = 'https://keys.example.com/';
    for (const more of [{ client_secret: 's'.repeat(48) }, { token_endpoint_auth_method: 'client_secret_post' }]) {
      const { status } = await api.call('POST', '/clients', { name: 'x', jwks_uri, ...more });
      assert.equal(status, 400, JSON.stringify(more));
    }
  });
});
