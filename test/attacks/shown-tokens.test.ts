import assert from 'node:assert/strict';
import { decodeJwt, exportJWK, generateKeyPair, SignJWT } from 'jose';
import { grantClient, makeClient, openPatiently, type Body } from '../e2e/management-clients-fixtures.ts';
import { apiWorld, credentialsOf, tokenOf, type ApiWorld } from '../e2e/shown-token-fixtures.ts';
import { makeProof, newDpopKey } from '../support/dpop.ts';
import type { Management } from '../support/management.ts';
import { sendRaw } from '../support/raw-http.ts';
import { showToken } from '../support/shown-token.ts';
import { requestToken } from '../support/token-request.ts';
import { withStack } from '../support/with-stack.ts';
import { attackClass } from './attack-class.ts';
import { callAs, signerOf, untilIt } from './management-fixtures.ts';

let management: Management;
let world: ApiWorld;
const stack = withStack({ hook: null }, async (started) => {
  management = await openPatiently(started);
  world = await apiWorld(management, started, { token_dialect: 'rfc9068_profile' });
});

const INACTIVE = { active: false };
const introspect = async (token: string): Promise<Body | undefined> =>
  (await showToken(stack(), 'introspect', { ...credentialsOf(world.api), token })).body;

const confusion = attackClass('what is no access token');

confusion('a proof, an assertion and a token of another issuer are not active, and revoke nothing', async () => {
  const { audience, client } = world;
  const issuer = `${stack().url}/`;
  const { kid, alg } = JSON.parse(Buffer.from((await world.token()).split('.')[0] ?? '', 'base64url').toString()) as {
    kid: string;
    alg: string;
  };
  const { privateKey, publicKey } = await generateKeyPair('RS256');
  const sign = (claims: Body, header: Body = {}): Promise<string> =>
    new SignJWT({
      iss: issuer,
      sub: `${client.client_id}@clients`,
      aud: audience,
      client_id: client.client_id,
      ...claims,
    })
      .setProtectedHeader({ alg: 'RS256', ...header })
      .setIssuedAt()
      .setExpirationTime('1h')
      .sign(privateKey);
  assert.equal(alg, 'RS256');
  for (const [what, shown] of Object.entries({
    'a DPoP proof': await makeProof(await newDpopKey(), `${stack().url}/oauth/token`),
    'signed by another key, under a kid of ours': await sign({}, { kid, typ: 'at+jwt' }),
    'that brings its key': await sign({}, { kid: 'x', jwk: await exportJWK(publicKey) }),
    'that says where its key is': await sign({}, { kid: 'x', jku: 'http://127.0.0.1:9/' }),
    'of another issuer': await sign({ iss: 'https://other.example.com/' }, { kid }),
    'a client assertion': await sign({ iss: client.client_id, sub: client.client_id, aud: issuer }),
  })) {
    assert.deepEqual(await introspect(shown), INACTIVE, what);
    assert.equal((await showToken(stack(), 'revoke', { ...credentialsOf(client), token: shown })).status, 200, what);
  }
  assert.equal(await world.isActive(await world.token()), true);
});

confusion('what our own key signed for another issuer, another subject or without an end is not active', async () => {
  const { sign } = await signerOf(stack());
  const now = Math.floor(Date.now() / 1_000);
  const good = {
    iss: `${stack().url}/`,
    aud: world.audience,
    sub: `${world.client.client_id}@clients`,
    iat: now,
    exp: now + 60,
  };
  assert.equal((await introspect(await sign(good)))?.active, true);
  for (const [what, claims] of Object.entries({
    'another issuer': { ...good, iss: 'https://other.example.com/' },
    'several audiences': { ...good, aud: [world.audience, 'urn:other'] },
    'no client': { ...good, sub: world.client.client_id },
    'a client that is not there': { ...good, sub: 'nobody@clients' },
    'another client, without a grant': { ...good, sub: `${world.api.client_id}@clients` },
    'no end': Object.fromEntries(Object.entries(good).filter(([name]) => name !== 'exp')),
    'an end that was': { ...good, exp: now - 1 },
  })) {
    assert.deepEqual(await introspect(await sign(claims)), INACTIVE, what);
  }
});

confusion('a token of an earlier client of the same id, dated by a signer whose clock is ahead', async () => {
  const { sign } = await signerOf(stack());
  const client_id = `again-${String(process.pid)}`;
  const make = async (): Promise<Body> => {
    const made = await makeClient(management, { client_id });
    for (const audience of [world.audience, `${stack().url}/api/v2/`]) {
      const scope = audience === world.audience ? ['read'] : ['read:clients'];
      await grantClient(management, client_id, audience, scope);
    }
    return made;
  };
  const tokens = (): Promise<string[]> => {
    const iat = Math.floor(Date.now() / 1_000) + 4;
    const claims = { iss: `${stack().url}/`, sub: `${client_id}@clients`, iat, exp: iat + 600, scope: 'read:clients' };
    return Promise.all([world.audience, `${stack().url}/api/v2/`].map((aud) => sign({ ...claims, aud })));
  };
  const inForce = async ([forApi = '', forManagement = '']: string[]): Promise<[unknown, number]> => [
    (await introspect(forApi))?.active,
    (await callAs(stack(), forManagement, ['GET', `/clients/${client_id}`])).status,
  ];
  await make();
  const earlier = await tokens();
  assert.deepEqual(await inForce(earlier), [true, 200]);
  assert.equal((await management.call('DELETE', `/clients/${client_id}`)).status, 204);
  assert.deepEqual(await inForce(earlier), [false, 401]);
  const { client_secret } = await make();
  assert.deepEqual(await inForce(earlier), [false, 401], 'though the id is there again');
  // The new client's own tokens count as soon as they can be told from those.
  const asked = { client_id, client_secret: String(client_secret), audience: world.audience };
  const own = await untilIt(
    () => requestToken(stack(), asked),
    ({ status }) => status === 200,
  );
  assert.equal((await introspect(String(own.body.access_token)))?.active, true);
  assert.deepEqual(await inForce(earlier), [false, 401]);
});

const words = attackClass('claims that speak for the issuer');

words('a claim called as a member of the answer changes none of it', async () => {
  await management.call('PATCH', '/tenants/settings', { custom_claims: 'relaxed' });
  try {
    const claims = { token_type: 'DPoP', username: 'admin', error: 'x' };
    const path = `/clients/${world.client.client_id}`;
    assert.equal((await management.call('PATCH', path, { claims })).status, 200);
    const body = await introspect(await world.token());
    assert.deepEqual([body?.active, body?.token_type, body?.client_id], [true, 'Bearer', world.client.client_id]);
    assert.equal((await management.call('PATCH', path, { claims: { active: true } })).status, 400);
    assert.equal((await management.call('PATCH', path, { claims: null })).status, 200);
  } finally {
    await management.call('PATCH', '/tenants/settings', { custom_claims: 'namespaced' });
  }
});

const requests = attackClass('requests that mean two things');
const rawTo = (endpoint: string, headers: readonly string[], body: string): string =>
  [`POST /oauth/${endpoint} HTTP/1.1`, 'Host: localhost', 'Connection: close', ...headers, '', body].join('\r\n');

for (const endpoint of ['introspect', 'revoke']) {
  requests(`to ${endpoint}: two clients, two tokens, two heads`, async () => {
    const caller = endpoint === 'introspect' ? world.api : world.client;
    const { client_id, client_secret } = caller;
    const token = await world.token();
    const basic = `Authorization: Basic ${btoa(`${client_id}:${client_secret}`)}`;
    const other = `Authorization: Basic ${btoa('other:other')}`;
    const form = 'Content-Type: application/x-www-form-urlencoded';
    for (const [what, headers, body] of [
      ['two heads', [basic, other], `token=${token}`],
      ['head and body', [basic], `token=${token}&client_id=${client_id}&client_secret=${client_secret}`],
      ['another client in the body', [basic], `token=${token}&client_id=other`],
      ['two tokens', [basic], `token=${token}&token=x`],
      ['a secret and an assertion', [basic], `token=${token}&client_assertion=x&client_assertion_type=y`],
      ['no form', [basic, 'Content-Type: multipart/form-data; boundary=x'], `token=${token}`],
      ['a token too large', [basic], `token=${'x'.repeat(40_000)}`],
    ] as const) {
      const all = [...headers, ...(what === 'no form' ? [] : [form]), `Content-Length: ${String(body.length)}`];
      const answer = await sendRaw(stack().url, rawTo(endpoint, all, body));
      assert(answer !== undefined && answer.status >= 400 && answer.status < 500, `${what}: ${String(answer?.status)}`);
      assert.equal(answer.body.includes('"active":true'), false, what);
    }
    assert.equal(await world.isActive(token), true);
  });
}

const leaks = attackClass('what is told');

leaks('neither token nor secret is in a log of the services', async () => {
  const { client, api } = world;
  const token = await world.token();
  await introspect(token);
  await showToken(stack(), 'introspect', { client_id: api.client_id, client_secret: 'wrong', token });
  assert.equal((await showToken(stack(), 'revoke', { ...credentialsOf(client), token })).status, 200);
  await stack().untilPrinted(/a token was revoked by its client/);
  const signature = token.slice(token.lastIndexOf('.') + 1);
  for (const secret of [signature, client.client_secret, api.client_secret]) {
    assert.equal(stack().output().includes(secret), false);
  }
  const { jti } = decodeJwt(token);
  const kept = await (
    await stack().db()
  )
    .collection<{ _id: string }>('revocations')
    .findOne({ _id: `jti:${String(jti)}` });
  assert.deepEqual(Object.keys(kept ?? {}).sort(), ['_id', 'client_id', 'expires_at', 'revoked_at']);
});

leaks('to whom a token is not told, it is as one that is not there', async () => {
  const stranger = await makeClient(management);
  await grantClient(management, stranger.client_id, world.audience, ['read']);
  for (const token of [await world.token(), await tokenOf(stack(), stranger, world.audience), 'x']) {
    const { status, body } = await showToken(stack(), 'introspect', { ...credentialsOf(stranger), token });
    assert.deepEqual([status, body], [200, INACTIVE]);
  }
});

leaks('a token that was revoked a hundred times at once is one entry, and stays revoked', async () => {
  const { body } = await requestToken(stack(), { ...credentialsOf(world.client), audience: world.audience });
  const token = String(body.access_token);
  const revoke = () => showToken(stack(), 'revoke', { ...credentialsOf(world.client), token });
  const answers = await Promise.all(Array.from({ length: 100 }, revoke));
  assert(answers.every(({ status }) => status === 200 || status === 503));
  assert.equal((await revoke()).status, 200);
  assert.equal(await world.isActive(token), false);
  const { jti } = decodeJwt(token);
  const entries = (await stack().db()).collection<{ _id: string }>('revocations');
  assert.equal(await entries.countDocuments({ _id: `jti:${String(jti)}` }), 1);
});
