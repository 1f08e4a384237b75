import assert from 'node:assert/strict';
import { generateKeyPairSync, randomUUID, type KeyObject } from 'node:crypto';
import { describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { decodeJwt, SignJWT } from 'jose';
import { JWT_BEARER } from '../../services/gateway/steps/read-assertion.ts';
import { clientsIn } from '../../shared/store/clients.ts';
import type { Management } from '../support/management.ts';
import { requestToken, type TokenAnswer } from '../support/token-request.ts';
import { withStack } from '../support/with-stack.ts';
import { grantClient, makeClient, openPatiently, refused, told, type Body } from './management-clients-fixtures.ts';

const SERVED_WITHIN_MS = 60_000;

let api: Management;
const stack = withStack({ own: true, hook: null }, async (started) => {
  api = await openPatiently(started);
});

type Pair = { pem: string; privateKey: KeyObject };
function newPair(modulusLength = 2_048): Pair {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength });
  return { pem: publicKey.export({ type: 'spki', format: 'pem' }), privateKey };
}

const RSA_ALGS = ['RS256', 'RS384', 'PS256', 'PS384'];
const CURVE_ALGS = { ES256: 'P-256', ES384: 'P-384', EdDSA: 'Ed25519', Ed25519: 'Ed25519' };

function newCurvePair(curve: string): Pair {
  const { publicKey, privateKey } =
    curve === 'Ed25519' ? generateKeyPairSync('ed25519') : generateKeyPairSync('ec', { namedCurve: curve });
  return { pem: publicKey.export({ type: 'spki', format: 'pem' }), privateKey };
}

type Signing = Pair & { client_id: string; credentialId: string };

/** A client that authenticates with the key alone, and is granted the demo API. */
async function signingClient(credential: Body = {}, pair = newPair()): Promise<Signing> {
  const { client_id, ...made } = await makeClient(api, {
    client_authentication_methods: { private_key_jwt: { credentials: [{ pem: pair.pem, ...credential }] } },
  });
  assert.deepEqual([made.client_secret, made.token_endpoint_auth_method], [undefined, null]);
  await grantClient(api, client_id, stack().audience, ['read:data']);
  const { private_key_jwt } = made.client_authentication_methods as {
    private_key_jwt: { credentials: [{ id: string }] };
  };
  return { ...pair, client_id, credentialId: private_key_jwt.credentials[0].id };
}

/** An assertion as the client makes it, with `claims` in place of its own. */
function sign({ client_id, privateKey }: Signing, claims: Body = {}, header: Body = {}): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  return new SignJWT({
    iss: client_id,
    sub: client_id,
    aud: `${stack().url}/`,
    iat: now,
    exp: now + 120,
    jti: randomUUID(),
    ...claims,
  })
    .setProtectedHeader({ alg: 'RS256', ...header })
    .sign(privateKey);
}

const ask = (client_assertion: string, more: Record<string, string> = {}): Promise<TokenAnswer> =>
  requestToken(stack(), {
    client_id: undefined,
    client_secret: undefined,
    client_assertion,
    client_assertion_type: JWT_BEARER,
    ...more,
  });

async function statusOf(assertion: Promise<string>): Promise<number> {
  return (await ask(await assertion)).status;
}

const UNSIGNED = 'The client_assertion is not signed with a valid key that is registered for this client, alg and kid';
const USED = 'The client_assertion was used before; sign a new one, with a new jti, for each request';

async function assertRefused(answer: Promise<TokenAnswer>, error_description: string): Promise<void> {
  const { status, body } = await answer;
  assert.deepEqual({ status, body }, { status: 401, body: { error: 'invalid_client', error_description } });
}

describe('a client that signs assertions', () => {
  it('gets a token, with and without a client_id, and its assertion is not for hooks', async () => {
    const client = await signingClient();
    for (const more of [{}, { client_id: client.client_id }]) {
      const { status, body } = await ask(await sign(client), more);
      assert.equal(status, 200, JSON.stringify(body));
      assert.equal(decodeJwt(String(body.access_token)).sub, `${client.client_id}@clients`);
    }
  });

  for (const alg of RSA_ALGS) {
    it(`signs with the ${alg} of its credential, and no other`, async () => {
      const client = await signingClient({ alg });
      assert.equal(await statusOf(sign(client, {}, { alg })), 200);
      const others = RSA_ALGS.filter((other) => other !== alg);
      for (const other of others) await assertRefused(ask(await sign(client, {}, { alg: other })), UNSIGNED);
    });
  }

  for (const [alg, curve] of Object.entries(CURVE_ALGS)) {
    it(`signs with the ${alg} of its credential, by a key of ${curve}`, async () => {
      const client = await signingClient({ alg }, newCurvePair(curve));
      assert.equal(await statusOf(sign(client, {}, { alg })), 200);
      await assertRefused(ask(await sign({ ...client, ...newCurvePair(curve) }, {}, { alg })), UNSIGNED);
      await assertRefused(ask(await sign({ ...client, ...newPair() })), UNSIGNED);
      const bySecret = await makeClient(api);
      await assertRefused(ask(await sign({ ...client, client_id: bySecret.client_id }, {}, { alg })), UNSIGNED);
    });
  }

  it('writes either name of Ed25519, whichever its credential has', async () => {
    for (const [registered, written] of [
      ['EdDSA', 'Ed25519'],
      ['Ed25519', 'EdDSA'],
    ] as const) {
      const client = await signingClient({ alg: registered }, newCurvePair('Ed25519'));
      assert.equal(await statusOf(sign(client, {}, { alg: written })), 200, written);
      await assertRefused(ask(await sign({ ...client, ...newCurvePair('Ed25519') }, {}, { alg: written })), UNSIGNED);
    }
  });

  it("may name the token endpoint, and its credential's kid", async () => {
    const client = await signingClient();
    const { body } = await api.call('GET', `/clients/${client.client_id}/credentials/${client.credentialId}`);
    const { kid } = body as { kid: string };
    assert.equal(await statusOf(sign(client, { aud: `${stack().url}/oauth/token` }, { kid })), 200);
    await assertRefused(ask(await sign(client, {}, { kid: 'another' })), UNSIGNED);
  });

  it('is told the same by whatever the signature is not', async () => {
    const client = await signingClient();
    const other = await signingClient();
    const bySecret = await makeClient(api);
    for (const forged of [
      sign({ ...client, privateKey: other.privateKey }),
      sign({ ...client, client_id: other.client_id }),
      sign({ ...client, client_id: 'nobody' }),
      sign({ ...client, client_id: bySecret.client_id }),
    ]) {
      await assertRefused(ask(await forged), UNSIGNED);
    }
  });

  it('is told what is wrong with what it says', async () => {
    const client = await signingClient();
    const now = Math.floor(Date.now() / 1000);
    await assertRefused(ask(await sign(client, { exp: now - 60 })), 'The client_assertion has expired');
    await assertRefused(
      ask(await sign(client, { aud: stack().url })),
      `The client_assertion must have the aud ${stack().url}/`,
    );
  });

  it('uses an assertion once, however it is sent', async () => {
    const client = await signingClient();
    const assertion = await sign(client);
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask(assertion)));
    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, ...Array.from({ length: 19 }, () => 401)]);
    await assertRefused(ask(assertion), USED);
    const jti = String(decodeJwt(assertion).jti);
    await assertRefused(ask(await sign(client, { jti, exp: Math.floor(Date.now() / 1000) + 200 })), USED);
    assert.equal(await statusOf(sign(await signingClient(), { jti })), 200);
  });

  it('does not use up a jti by an assertion that is refused', async () => {
    const [client, other] = [await signingClient(), newPair()];
    const jti = 'a.b.> *';
    await assertRefused(ask(await sign({ ...client, ...other }, { jti })), UNSIGNED);
    assert.equal(await statusOf(sign(client, { jti })), 200);
  });

  it('has an assertion that was used remembered while the gateway and the bus start anew', async () => {
    const client = await signingClient();
    const assertion = await sign(client);
    assert.equal((await ask(assertion)).status, 200);
    for (const name of ['nats-server', 'gateway'] as const) {
      for (const pid of stack().pidsOf(name)) process.kill(pid, 'SIGKILL');
      await stack().untilPrinted(new RegExp(`^hookmint: ${name} is back`));
    }
    await assertRefused(
      untilServed(() => ask(assertion)),
      USED,
    );
  });
});

describe('while the bus cannot say whether an assertion was used', () => {
  it('none is accepted', async () => {
    const client = await signingClient();
    assert.equal(await statusOf(sign(client)), 200);
    const pids = stack().pidsOf('nats-server');
    assert.equal(pids.length, 1, 'the server of the bus');
    for (const pid of pids) process.kill(pid, 'SIGSTOP');
    try {
      const { status, body, headers } = await ask(await sign(client));
      assert.deepEqual([status, body.error, headers.get('retry-after')], [503, 'temporarily_unavailable', '1']);
    } finally {
      for (const pid of pids) process.kill(pid, 'SIGCONT');
    }
    const { status } = await untilServed(async () => ask(await sign(client)));
    assert.equal(status, 200);
  });
});

/** The first answer that is none of a service that has not started yet. */
async function untilServed(request: () => Promise<TokenAnswer>): Promise<TokenAnswer> {
  for (const untilMs = Date.now() + SERVED_WITHIN_MS; Date.now() < untilMs;) {
    const answer = await request().catch(() => undefined);
    if (answer !== undefined && answer.status !== 503) return answer;
    await delay(100);
  }
  throw new Error('nothing is served');
}

describe('a credential', () => {
  it('is made, read and told without its key', async () => {
    const { client_id } = await makeClient(api);
    const path = `/clients/${client_id}/credentials`;
    const expires_at = new Date(Date.now() + 3_600_000).toISOString();
    const made = await api.call('POST', path, {
      credential_type: 'public_key',
      name: 'k',
      pem: newPair().pem,
      alg: 'PS256',
      expires_at,
    });
    assert.equal(made.status, 201);
    const credential = made.body as Body;
    assert.match(String(credential.id), /^cred_[A-Za-z0-9]{22}$/);
    assert.match(String(credential.kid), /^[\w-]{43}$/);
    const { id, kid, created_at, updated_at, ...rest } = credential;
    assert.deepEqual(rest, { name: 'k', alg: 'PS256', credential_type: 'public_key', expires_at });
    assert.equal(created_at, updated_at);
    assert.deepEqual(await told(api.call('GET', path)), [200, [credential]]);
    assert.deepEqual(await told(api.call('GET', `${path}/${String(id)}`)), [200, credential]);
    const { body } = await api.call('PATCH', `${path}/${String(id)}`, { expires_at: null });
    assert.deepEqual([(body as Body).expires_at, (body as Body).kid], [undefined, kid]);
    assert.deepEqual(await told(api.call('DELETE', `${path}/${String(id)}`)), [204, undefined]);
    await refused(api.call('GET', `${path}/${String(id)}`), 404, 'The client credential does not exist');
  });

  it('authenticates its client once it is named, while its secret does not, and the other way round', async () => {
    const pair = newPair();
    const { client_id, client_secret } = await makeClient(api);
    await grantClient(api, client_id, stack().audience, ['read:data']);
    const path = `/clients/${client_id}`;
    const bySecret = async () => (await requestToken(stack(), { client_id, client_secret })).status;
    const { body } = await api.call('POST', `${path}/credentials`, { credential_type: 'public_key', pem: pair.pem });
    const credentialId = String((body as Body).id);
    const byKey = () => statusOf(sign({ ...pair, client_id, credentialId }));
    assert.deepEqual([await bySecret(), await byKey()], [200, 401]);

    const methods = { private_key_jwt: { credentials: [{ id: credentialId }] } };
    const switched = await api.call('PATCH', path, { client_authentication_methods: methods });
    const { client_authentication_methods, token_endpoint_auth_method } = switched.body as Body;
    assert.deepEqual([client_authentication_methods, token_endpoint_auth_method], [methods, null]);
    assert.deepEqual([await bySecret(), await byKey()], [401, 200]);
    await refused(
      api.call('DELETE', `${path}/credentials/${credentialId}`),
      409,
      'The client authenticates with this credential; remove it from client_authentication_methods first.',
    );
    await refused(
      api.call('PATCH', path, { token_endpoint_auth_method: 'client_secret_post' }),
      400,
      "Payload validation error: 'the client authenticates by private_key_jwt; also send client_authentication_methods: null' on property token_endpoint_auth_method.",
    );

    const back = { client_authentication_methods: null, token_endpoint_auth_method: 'client_secret_basic' };
    assert.equal((await api.call('PATCH', path, back)).status, 200);
    assert.deepEqual([await bySecret(), await byKey()], [200, 401]);
    assert.equal((await api.call('DELETE', `${path}/credentials/${credentialId}`)).status, 204);
  });

  it('that has expired signs nothing, and its successor does', async () => {
    const client = await signingClient();
    for (let lifetimeMs = 1_000; ; lifetimeMs *= 2) {
      const atMs = Date.now() + lifetimeMs;
      const expires_at = new Date(atMs).toISOString();
      await api.call('PATCH', `/clients/${client.client_id}/credentials/${client.credentialId}`, { expires_at });
      const status = await statusOf(sign(client));
      // On a busy machine it may have expired before it signed.
      if (Date.now() >= atMs && lifetimeMs < 60_000) continue;
      assert.equal(status, 200);
      await delay(atMs - Date.now() + 100);
      break;
    }
    await assertRefused(ask(await sign(client)), UNSIGNED);
    const next = newPair();
    const made = await api.call('POST', `/clients/${client.client_id}/credentials`, {
      credential_type: 'public_key',
      pem: next.pem,
    });
    const credentials = [{ id: client.credentialId }, { id: (made.body as Body).id }];
    const methods = { client_authentication_methods: { private_key_jwt: { credentials } } };
    assert.equal((await api.call('PATCH', `/clients/${client.client_id}`, methods)).status, 200);
    assert.equal(await statusOf(sign({ ...client, ...next })), 200);
  });

  const post = async (body: Body) => {
    const { client_id } = await makeClient(api);
    return api.call('POST', `/clients/${client_id}/credentials`, { credential_type: 'public_key', ...body });
  };
  const pem = newPair().pem;
  for (const [what, body, message] of [
    [
      'another type',
      { credential_type: 'password', pem },
      "'must be one of public_key, x509_cert, cert_subject_dn, cert_san_dns, cert_san_uri, cert_san_ip, cert_san_email' on property credential_type.",
    ],
    [
      'another alg',
      { pem, alg: 'HS256' },
      "'must be one of RS256, RS384, PS256, PS384, ES256, ES384, EdDSA, Ed25519' on property alg.",
    ],
    ['a key of RSA for ES256', { pem, alg: 'ES256' }, "'must be a key of P-256 for ES256' on property pem."],
    [
      'a key of another curve',
      { pem: newCurvePair('P-384').pem, alg: 'ES256' },
      "'must be a key of P-256 for ES256' on property pem.",
    ],
    [
      'a key of Ed448',
      { pem: generateKeyPairSync('ed448').publicKey.export({ type: 'spki', format: 'pem' }), alg: 'EdDSA' },
      "'must be a key of Ed25519 for EdDSA' on property pem.",
    ],
    [
      'a key of a curve for RS256',
      { pem: newCurvePair('P-256').pem },
      "'must be an RSA key of 2048 to 4096 bits' on property pem.",
    ],
    ['no key', { pem: 'x' }, "'must be a public key (SPKI) or an X.509 certificate, PEM' on property pem."],
    [
      'a private key',
      { pem: newPair().privateKey.export({ type: 'pkcs8', format: 'pem' }) },
      "'is a private key, which must stay secret; send the public key or a certificate' on property pem.",
    ],
    ['a short key', { pem: newPair(1_024).pem }, "'must be an RSA key of 2048 to 4096 bits' on property pem."],
    [
      'a key of another kind',
      { pem: generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' }) },
      "'must be an RSA key of 2048 to 4096 bits' on property pem.",
    ],
    [
      'a time that has passed',
      { pem, expires_at: '2020-01-01T00:00:00Z' },
      "'must be in the future' on property expires_at.",
    ],
    [
      'the expiry of a bare key',
      { pem, parse_expiry_from_cert: true },
      "'needs a certificate in pem, not a bare key' on property parse_expiry_from_cert.",
    ],
  ] as const) {
    it(`is refused with ${what}`, () => refused(post(body), 400, `Payload validation error: ${message}`));
  }

  it('is refused when the client has its key already', async () => {
    const client = await signingClient();
    const answer = await api.call('POST', `/clients/${client.client_id}/credentials`, {
      credential_type: 'public_key',
      pem: client.pem,
    });
    assert.deepEqual([answer.status, (answer.body as Body).errorCode], [409, 'credential_conflict']);
  });

  it('is not lost among many that are made at once, nor is one too many made', async () => {
    const { client_id } = await makeClient(api);
    const pems = Array.from({ length: 12 }, () => newPair().pem);
    const answers = await Promise.all(
      pems.map((one) =>
        api.call('POST', `/clients/${client_id}/credentials`, { credential_type: 'public_key', pem: one }),
      ),
    );
    const made = answers.filter(({ status }) => status === 201);
    assert.equal(made.length, 10);
    const stored = await clientsIn(await stack().db()).find(client_id);
    assert.deepEqual(stored?.credentials.map(({ id }) => id).sort(), made.map(({ body }) => (body as Body).id).sort());
  });

  it('of another method, or that the client does not have, is refused', async () => {
    const { client_id } = await makeClient(api);
    const patch = (client_authentication_methods: Body) =>
      api.call('PATCH', `/clients/${client_id}`, { client_authentication_methods });
    await refused(
      patch({ private_key_jwt: { credentials: [{ id: 'cred_x' }] } }),
      400,
      "Payload validation error: 'the client has no credential cred_x; create it with POST /clients/{client_id}/credentials' on property client_authentication_methods.",
    );
    await refused(
      patch({
        private_key_jwt: { credentials: [{ id: 'cred_x' }] },
        tls_client_auth: { credentials: [{ id: 'cred_x' }] },
      }),
      400,
      "Payload validation error: 'must have one of private_key_jwt, self_signed_tls_client_auth, tls_client_auth and federated_jwt' on property client_authentication_methods.",
    );
  });
});
