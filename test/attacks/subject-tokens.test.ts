import assert from 'node:assert/strict';
import { createHmac, randomUUID } from 'node:crypto';
import { after } from 'node:test';
import { decodeJwt } from 'jose';
import { JWT_BEARER_GRANT } from '../../shared/domain/subject-token.ts';
import { makeClient, openPatiently, type MadeClient } from '../e2e/management-clients-fixtures.ts';
import { newClientKey, signAssertion } from '../support/client-assertion.ts';
import { startJwksServer } from '../support/jwks-server.ts';
import type { Management } from '../support/management.ts';
import {
  ACCESS_TOKEN,
  askByBearer,
  assertionOfUser,
  BY_IDP,
  exchange,
  ID_TOKEN,
  IDP,
  idpKey,
  JWT,
  makeActing,
  PARTNER,
  partnerKey,
  tokenOfUser,
  trustIssuers,
} from '../support/subject-tokens.ts';
import { requestToken, type TokenAnswer } from '../support/token-request.ts';
import { withStack } from '../support/with-stack.ts';
import { attackClass } from './attack-class.ts';

// Tokens for somebody else (RFC 8693, RFC 7523 §2.1): what looks like a token of theirs, and is none.

const attack = attackClass('tokens of subjects');

let api: Management;
let agent: MadeClient;
const server = await startJwksServer();
after(server.close);
const stack = withStack({ hook: null }, async (started) => {
  api = await openPatiently(started);
  await trustIssuers(api, server);
  agent = await makeActing(api, started, {
    subject_tokens: [
      BY_IDP,
      { issuer: IDP, type: 'id_token', audiences: ['agents'] },
      { issuer: IDP, type: 'assertion' },
      { issuer: PARTNER, type: 'access_token' },
      { issuer: PARTNER, type: 'jwt' },
    ],
  });
});

type Signed = Parameters<typeof tokenOfUser>[1];

async function assertRefused(answer: Promise<TokenAnswer>, label: string, error = 'invalid_request'): Promise<void> {
  const { status, body } = await answer;
  assert.deepEqual(
    [status, body.error, 'access_token' in body],
    [400, error, false],
    `${label}: ${JSON.stringify(body)}`,
  );
}

const shown = async (signed: Signed, more: Record<string, string> = {}) =>
  exchange(stack(), agent, await tokenOfUser(stack(), signed), more);

attack('a token of one type is none of another: access token, ID token, JWT, assertion, logout, proof', async () => {
  const idToken = { claims: { aud: 'agents' }, header: { typ: 'JWT' } };
  assert.equal((await shown(idToken, { subject_token_type: ID_TOKEN })).status, 200);
  await assertRefused(shown(idToken), 'an ID token as an access token');
  await assertRefused(shown({ claims: { aud: 'agents' }, header: { typ: undefined } }), 'the same without a typ');
  await assertRefused(
    shown({ claims: { aud: 'agents' } }, { subject_token_type: ID_TOKEN }),
    'an access token as an ID token',
  );
  await assertRefused(shown({}, { subject_token_type: JWT }), 'an access token as any JWT');
  await assertRefused(shown(idToken, { subject_token_type: JWT }), 'an ID token as any JWT');
  for (const typ of [
    'client-authentication+jwt',
    'dpop+jwt',
    'logout+jwt',
    'secevent+jwt',
    'token-introspection+jwt',
    'JOSE',
  ]) {
    for (const subject_token_type of [ACCESS_TOKEN, ID_TOKEN, JWT]) {
      await assertRefused(shown({ header: { typ } }, { subject_token_type }), `${typ} as ${subject_token_type}`);
    }
    const assertion = await assertionOfUser(stack(), { header: { typ } });
    await assertRefused(askByBearer(stack(), agent, assertion), `${typ} as an assertion`, 'invalid_grant');
  }
  const logout = {
    claims: { aud: 'agents', events: { 'http://schemas.openid.net/event/backchannel-logout': {} } },
    header: { typ: 'JWT' },
  };
  await assertRefused(shown(logout, { subject_token_type: ID_TOKEN }), 'a logout token as an ID token');
  const asAssertion = await tokenOfUser(stack());
  await assertRefused(askByBearer(stack(), agent, asAssertion), 'an access token as an assertion', 'invalid_grant');
});

attack('what authenticates a client speaks for nobody', async () => {
  const key = newClientKey('ES256');
  const methods = { private_key_jwt: { credentials: [{ jwk: key.jwk, alg: 'ES256' }] } };
  const keyed = await makeActing(api, stack(), { client_authentication_methods: methods });
  const own = () => signAssertion(stack(), keyed.client_id, key);
  const by = { client_id: keyed.client_id, client_secret: undefined as unknown as string };
  const authenticated = async () => ({
    client_assertion: await own(),
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
  });
  for (const subject_token_type of [ACCESS_TOKEN, ID_TOKEN, JWT]) {
    await assertRefused(
      exchange(stack(), by, await own(), { ...(await authenticated()), subject_token_type }),
      `its own assertion as ${subject_token_type}`,
    );
  }
  const answer = requestToken(stack(), {
    ...(await authenticated()),
    client_id: keyed.client_id,
    client_secret: undefined,
    grant_type: JWT_BEARER_GRANT,
    assertion: await own(),
  });
  await assertRefused(answer, 'its own assertion as a grant', 'invalid_grant');
});

attack(
  'whoever did not sign it: another key, no key, a public key as a secret, another algorithm, an extension',
  async () => {
    const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const claims = part(decodeJwt(await tokenOfUser(stack())));
    const secret = JSON.stringify(idpKey.jwk);
    for (const [what, header] of [
      ['none', { alg: 'none', typ: 'at+jwt' }],
      ['HS256', { alg: 'HS256', typ: 'at+jwt', kid: 'k1' }],
    ] as const) {
      const input = `${part(header)}.${claims}`;
      const signature = createHmac('sha256', secret).update(input).digest('base64url');
      for (const end of ['', signature]) await assertRefused(exchange(stack(), agent, `${input}.${end}`), what);
    }
    const stranger = newClientKey('ES256');
    await assertRefused(shown({ signer: stranger }), 'another key');
    await assertRefused(shown({ signer: stranger, header: { jwk: stranger.jwk } }), 'a key that it brings along');
    await assertRefused(shown({ signer: newClientKey('RS256') }), 'an algorithm that the issuer has no key for');
    await assertRefused(shown({ header: { kid: 'k2' } }), 'a kid that is not there');
    await assertRefused(shown({ signer: partnerKey }), "another issuer's key");
    const token = await tokenOfUser(stack());
    const [head = '', , signature = ''] = token.split('.');
    await assertRefused(
      exchange(stack(), agent, `${head}.${part({ ...decodeJwt(token), sub: 'admin' })}.${signature}`),
      'another payload',
    );
  },
);

attack('issuers, audiences and times', async () => {
  const now = Math.floor(Date.now() / 1000);
  for (const [what, claims] of [
    ['an issuer that nobody trusts', { iss: 'https://evil.example.com' }],
    ['an issuer with a slash', { iss: `${IDP}/` }],
    ['no issuer', { iss: undefined }],
    ['this service as issuer', { iss: `${stack().url}/` }],
    ['another audience', { aud: 'https://other.example.com' }],
    ['an audience of others too', { aud: [`${stack().url}/`, 'https://other.example.com'] }],
    ['no audience', { aud: [] }],
    ['the API as audience', { aud: stack().audience }],
    ['expired', { iat: now - 100, exp: now }],
    ['not valid yet', { nbf: now + 60 }],
    ['issued in the future', { iat: now + 60 }],
    ['times that are no times', { exp: String(now + 60) }],
    ['a life without end', { exp: Number.MAX_SAFE_INTEGER }],
    ['a life of years before', { iat: -Number.MAX_SAFE_INTEGER }],
    ['a day', { exp: now + 86_400 }],
    ['no subject', { sub: '' }],
    ['a subject nobody sees', { sub: 'alice\u200b' }],
    ['a subject with a line', { sub: 'alice\n' }],
    ['a long subject', { sub: 'a'.repeat(256) }],
    ['a subject that is an object', { sub: { name: 'alice' } }],
  ] as const) {
    await assertRefused(shown({ claims }), what);
  }
});

attack('one name of two issuers is two subjects, and none is a client', async () => {
  const subOf = async (signed: Signed): Promise<unknown> => {
    const { body } = await shown(signed);
    return decodeJwt(String(body.access_token)).sub;
  };
  assert.deepEqual(
    [await subOf({}), await subOf({ claims: { iss: PARTNER }, signer: partnerKey })],
    [`${IDP}|alice`, `${PARTNER}|alice`],
  );
  const victim = `${stack().clientId}@clients`;
  assert.equal(await subOf({ claims: { sub: victim } }), `${IDP}|${victim}`);
  assert.equal(await subOf({ claims: { sub: `${PARTNER}|alice` } }), `${IDP}|${PARTNER}|alice`);
  const act = { iss: `${stack().url}/`, sub: victim };
  await assertRefused(shown({ claims: { act } }), 'an actor of this service, as another issuer says');
});

attack('a token of this service is taken from the API that it is for, alive, and of nobody else', async () => {
  const ofOwn = [{ issuer: `${stack().url}/`, type: 'access_token' }];
  const nobody = await makeActing(api, stack(), { subject_tokens: ofOwn });
  const itself = await makeActing(api, stack(), {
    subject_tokens: ofOwn,
    resource_server_identifier: stack().audience,
  });
  const { body } = await requestToken(stack());
  const token = String(body.access_token);
  assert.equal((await exchange(stack(), itself, token)).status, 200);
  await assertRefused(exchange(stack(), nobody, token), 'a client that is no API');
  await assertRefused(exchange(stack(), agent, token), 'a client that may not');
  await assertRefused(exchange(stack(), itself, `${token.slice(0, -4)}AAAA`), 'another signature');
  const ofAdministration = await makeActing(api, stack(), {
    subject_tokens: [{ ...ofOwn[0], audiences: [`${stack().url}/api/v2/`] }],
  });
  await assertRefused(exchange(stack(), ofAdministration, api.token), 'a token of the Management API');
  // What a token for somebody else gives is no more than it has: it is not handed on for ever.
  let handedOn = token;
  const statuses: number[] = [];
  for (let turn = 0; turn < 7; turn++) {
    const answer = await exchange(stack(), itself, handedOn);
    statuses.push(answer.status);
    if (answer.status === 200) handedOn = String(answer.body.access_token);
  }
  assert.deepEqual(statuses, [200, 200, 200, 200, 200, 400, 400]);
  const [first, last] = [decodeJwt(token), decodeJwt(handedOn)];
  assert.deepEqual([last.sub, last.exp, last.scope], [first.sub, first.exp, first.scope]);
});

attack('chains of actors are bounded, in depth and in size', async () => {
  const chain = (depth: number, sub = 'x'): object => (depth === 1 ? { sub } : { sub, act: chain(depth - 1, sub) });
  assert.equal((await shown({ claims: { act: chain(4) } })).status, 200);
  for (const [what, act] of [
    ['five before', chain(5)],
    ['a hundred before', chain(100)],
    ['five hundred before', chain(500)],
    ['a long name', { sub: 'a'.repeat(256) }],
    ['no name', {}],
    ['a text', 'service'],
    ['null', null],
    ['a list', [{ sub: 'x' }]],
    ['a name that is a number', { sub: 1 }],
  ] as const) {
    await assertRefused(shown({ claims: { act } }), what);
  }
});

attack('what is huge or broken is refused at once', async () => {
  await assertRefused(shown({ claims: { groups: 'g'.repeat(9_000) } }), 'more than 8 KiB of claims');
  for (const token of [
    '',
    'a',
    'a.b.c',
    '..',
    'a.b.c.d',
    `${'a'.repeat(30_000)}.b.c`,
    'eyJhbGciOiJFUzI1NiJ9.e30.',
    '☃.☃.☃',
  ]) {
    await assertRefused(exchange(stack(), agent, token), token.slice(0, 20));
  }
  const twice = new URLSearchParams([
    ['grant_type', 'urn:ietf:params:oauth:grant-type:token-exchange'],
    ['client_id', agent.client_id],
    ['client_secret', agent.client_secret],
    ['subject_token', await tokenOfUser(stack())],
    ['subject_token', await tokenOfUser(stack(), { claims: { sub: 'bob' } })],
    ['subject_token_type', ACCESS_TOKEN],
  ]);
  assert.equal((await fetch(`${stack().url}/oauth/token`, { method: 'POST', body: twice })).status, 400);
});

attack('a token that counts once does so for both grants and for authentication', async () => {
  const { body } = await api.call('GET', '/client-assertion-issuers');
  const { id } = (body as { id: string; issuer: string }[]).find(({ issuer }) => issuer === IDP) ?? { id: '' };
  const change = { single_use: true, max_lifetime_seconds: 300 };
  assert.equal((await api.call('PATCH', `/client-assertion-issuers/${id}`, change)).status, 200);
  const jti = randomUUID();
  assert.equal((await shown({ claims: { jti } })).status, 200);
  await assertRefused(shown({ claims: { jti } }), 'again');
  const assertion = await assertionOfUser(stack(), { claims: { jti } });
  await assertRefused(askByBearer(stack(), agent, assertion), 'as an assertion', 'invalid_grant');
  await assertRefused(shown({ claims: { jti: undefined } }), 'without a jti');
});

attack('nobody else may use them: a client without the grant, a public one, a wrong secret', async () => {
  const token = await tokenOfUser(stack());
  const publicClient = await makeActing(api, stack(), { token_endpoint_auth_method: 'none' });
  const answers = [
    await exchange(stack(), { ...agent, client_secret: 'wrong' }, token),
    await exchange(stack(), { client_id: publicClient.client_id, client_secret: '' }, token),
    await exchange(stack(), await makeClient(api), token),
    await askByBearer(stack(), await makeClient(api), await assertionOfUser(stack())),
  ];
  assert.deepEqual(
    answers.map(({ status }) => status),
    [401, 403, 403, 403],
  );
});
