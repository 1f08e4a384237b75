import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { TOKEN_EXCHANGE } from '../../shared/domain/subject-token.ts';
import {
  grantClient,
  makeClient,
  openPatiently,
  refused,
  type MadeClient,
} from '../e2e/management-clients-fixtures.ts';
import { makeProof, newDpopKey } from '../support/dpop.ts';
import { startJwksServer } from '../support/jwks-server.ts';
import type { Management } from '../support/management.ts';
import { basic } from '../support/post-token.ts';
import {
  ACCESS_TOKEN,
  BY_IDP,
  claimsOf,
  exchange,
  ID_TOKEN,
  IDP,
  JWT,
  makeActing,
  PARTNER,
  partnerKey,
  tokenOfUser,
  trustIssuers,
} from '../support/subject-tokens.ts';
import { addApi } from '../support/tenant-fixtures.ts';
import { requestToken, type TokenAnswer } from '../support/token-request.ts';
import { until } from '../support/until.ts';
import { withStack } from '../support/with-stack.ts';

// RFC 8693: a token for somebody else, by a token of theirs.

const FRONT = 'https://front.example.com/';
const BOUND = 'https://bound.example.com/';

let api: Management;
let agent: MadeClient;
const server = await startJwksServer();
after(server.close);
const stack = withStack({ hook: null }, async (started) => {
  api = await openPatiently(started);
  await addApi(started, { identifier: FRONT, scopes: [{ value: 'read:front' }, { value: 'write:front' }] }, [
    'read:front',
  ]);
  const mechanism = { mechanism: 'dpop', required: true } as const;
  await addApi(started, { identifier: BOUND, scopes: [{ value: 'read:data' }], proof_of_possession: mechanism });
  await trustIssuers(api, server);
  agent = await makeActing(api, started);
});

const itself = ({ client_id }: MadeClient) => ({ iss: `${stack().url}/`, sub: `${client_id}@clients` });

async function assertRefused(answer: Promise<TokenAnswer>, description: string, error = 'invalid_request') {
  const { status, body } = await answer;
  assert.deepEqual([status, body], [400, { error, error_description: description }]);
}

describe('RFC 8693 §2 token exchange', () => {
  it('§2.2.1: the answer has "issued_token_type", and the token is of the subject, by the client, for the API', async () => {
    const answer = await exchange(stack(), agent, await tokenOfUser(stack()));
    const { access_token, expires_in, ...body } = answer.body;
    assert.equal(typeof access_token, 'string');
    assert.deepEqual(
      [answer.status, body],
      [200, { issued_token_type: ACCESS_TOKEN, token_type: 'Bearer', scope: 'read:data' }],
    );
    const { sub, azp, aud, act, gty, iat = 0, exp = 0, scope } = claimsOf(answer);
    assert.deepEqual(
      { sub, azp, aud, act, gty, scope },
      {
        sub: `${IDP}|alice`,
        azp: agent.client_id,
        aud: stack().audience,
        act: itself(agent),
        gty: TOKEN_EXCHANGE,
        scope: 'read:data',
      },
    );
    assert.equal(expires_in, exp - iat);
  });

  it('lives no longer than the token of the subject', async () => {
    const exp = Math.floor(Date.now() / 1000) + 7;
    const claims = claimsOf(await exchange(stack(), agent, await tokenOfUser(stack(), { claims: { exp } })));
    assert.equal(claims.exp, exp);
  });

  for (const [what, parameters, description] of [
    ['no subject_token', { subject_token: undefined }, 'Missing required parameter: subject_token'],
    ['no subject_token_type', { subject_token_type: undefined }, 'Missing required parameter: subject_token_type'],
    [
      'another subject_token_type',
      { subject_token_type: 'urn:ietf:params:oauth:token-type:saml2' },
      `subject_token_type must be one of ${ACCESS_TOKEN}, ${ID_TOKEN}, ${JWT}`,
    ],
    [
      'another requested_token_type',
      { requested_token_type: 'urn:ietf:params:oauth:token-type:refresh_token' },
      `requested_token_type must be ${ACCESS_TOKEN}`,
    ],
    [
      '§2.1 actor_token_type "MUST NOT be included otherwise"',
      { actor_token_type: ACCESS_TOKEN },
      'actor_token_type must come with actor_token',
    ],
    ['no actor_token_type', { actor_token: 'a.b.c' }, 'Missing required parameter: actor_token_type'],
  ] as const) {
    it(`refuses ${what}`, async () => {
      await assertRefused(exchange(stack(), agent, await tokenOfUser(stack()), parameters), description);
    });
  }

  it('§2.1: "requested_token_type" may say what is issued anyway', async () => {
    const token = await tokenOfUser(stack());
    assert.equal((await exchange(stack(), agent, token, { requested_token_type: ACCESS_TOKEN })).status, 200);
  });

  it('§2.1: scopes are those that are asked for, and none beyond the grant or, at the same API, the token', async () => {
    const ask = async (scope: string | undefined, claims: object) =>
      exchange(stack(), agent, await tokenOfUser(stack(), { claims: { ...claims } }), { scope });
    assert.equal(claimsOf(await ask('read:data', {})).scope, 'read:data');
    assert.equal((await ask('write:data', {})).body.error, 'access_denied');
    const both = [`${stack().url}/`, stack().audience];
    await api.call('PATCH', `/clients/${agent.client_id}`, { subject_tokens: [{ ...BY_IDP, audiences: both }] });
    assert.equal(claimsOf(await ask(undefined, { aud: both, scope: 'other read:data' })).scope, 'read:data');
    assert.equal(claimsOf(await ask(undefined, { aud: both, scope: 'other' })).scope, undefined);
    assert.equal(claimsOf(await ask(undefined, { aud: both })).scope, undefined);
    assert.equal((await ask('read:data', { aud: both, scope: 'other' })).status, 403);
    await api.call('PATCH', `/clients/${agent.client_id}`, { subject_tokens: [BY_IDP] });
  });

  it('is off where the grant type, or the conditions of the client, do not name it', async () => {
    const token = await tokenOfUser(stack());
    const ofCredentials = await makeActing(api, stack(), { grant_types: ['client_credentials'] });
    const { status, body } = await exchange(stack(), ofCredentials, token);
    assert.deepEqual([status, body.error], [403, 'unauthorized_client']);
    const withoutConditions = await makeActing(api, stack(), { subject_tokens: null });
    await assertRefused(
      exchange(stack(), withoutConditions, token),
      'The subject_token is not one that this client may use here',
    );
  });

  it('the conditions of a client decide whose tokens it may show', async () => {
    const NOT_THAT = 'The subject_token is not one that this client may use here';
    const client = await makeActing(api, stack(), {
      subject_tokens: [
        { ...BY_IDP, subject: 'alice' },
        { ...BY_IDP, subject_pattern: 'team:red:*', claims: { role: 'user' }, audiences: ['api://agents'] },
        { issuer: PARTNER, type: 'id_token', audiences: ['agents-at-partner'] },
      ],
    });
    const ask = async (claims: object, more: object = {}, header: object = {}) => {
      const signer = 'iss' in claims ? { signer: partnerKey } : {};
      const token = await tokenOfUser(stack(), { claims: { ...claims }, header: { ...header }, ...signer });
      return exchange(stack(), client, token, { ...more });
    };
    assert.equal(claimsOf(await ask({})).sub, `${IDP}|alice`);
    await assertRefused(ask({ sub: 'bob' }), NOT_THAT);
    const red = { sub: 'team:red:bob', role: 'user', aud: 'api://agents' };
    assert.equal(claimsOf(await ask(red)).sub, `${IDP}|team:red:bob`);
    await assertRefused(ask({ ...red, role: 'admin' }), NOT_THAT);
    await assertRefused(ask({ ...red, sub: 'team:blue:bob' }), NOT_THAT);
    await assertRefused(ask({ ...red, aud: `${stack().url}/` }), NOT_THAT);
    const idToken = { iss: PARTNER, aud: 'agents-at-partner' };
    assert.equal(
      claimsOf(await ask(idToken, { subject_token_type: ID_TOKEN }, { typ: 'JWT' })).sub,
      `${PARTNER}|alice`,
    );
    await assertRefused(ask(idToken, { subject_token_type: JWT }, { typ: 'JWT' }), NOT_THAT);
  });

  it('tokens of this service are exchanged by the API that they are for, while they are in force', async () => {
    const front = await makeActing(api, stack(), {
      name: 'front',
      resource_server_identifier: FRONT,
      subject_tokens: [{ issuer: `${stack().url}/`, type: 'access_token' }],
    });
    const { body } = await requestToken(stack(), { audience: FRONT });
    const token = String(body.access_token);
    const first = claimsOf(await exchange(stack(), front, token));
    assert.deepEqual(
      [first.sub, first.azp, first.act],
      [`${stack().clientId}@clients`, front.client_id, itself(front)],
    );

    const other = await requestToken(stack());
    const NOT_THAT = 'The subject_token is not one that this client may use here';
    await assertRefused(exchange(stack(), front, String(other.body.access_token)), NOT_THAT);
    await assertRefused(
      exchange(stack(), front, token, { subject_token_type: JWT }),
      'The subject_token is an access token and must be shown as one',
    );

    const authorization = basic(stack().clientId, stack().clientSecret);
    const form = new URLSearchParams({ token });
    const revoked = await fetch(`${stack().url}/oauth/revoke`, {
      method: 'POST',
      body: form,
      headers: { authorization },
    });
    assert.equal(revoked.status, 200);
    await assertRefused(exchange(stack(), front, token), 'The subject_token was revoked');
  });

  it('introspection tells of it, revocation ends it, and so does what ends the client that it speaks for', async () => {
    const owner = { app_type: 'resource_server', resource_server_identifier: stack().audience };
    const reader = await makeClient(api, owner);
    const introspect = async (token: string) => {
      const body = new URLSearchParams({ token });
      const headers = { authorization: basic(reader.client_id, reader.client_secret) };
      const response = await fetch(`${stack().url}/oauth/introspect`, { method: 'POST', body, headers });
      return (await response.json()) as Record<string, unknown>;
    };
    const ofUser = await exchange(stack(), agent, await tokenOfUser(stack()));
    const { active, sub, client_id, act } = await introspect(String(ofUser.body.access_token));
    assert.deepEqual([active, sub, client_id, act], [true, `${IDP}|alice`, agent.client_id, itself(agent)]);
    const headers = { authorization: basic(agent.client_id, agent.client_secret) };
    const body = new URLSearchParams({ token: String(ofUser.body.access_token) });
    assert.equal((await fetch(`${stack().url}/oauth/revoke`, { method: 'POST', body, headers })).status, 200);
    assert.deepEqual(await introspect(String(ofUser.body.access_token)), { active: false });

    // Of people who are called like clients nobody looks for a client.
    const named = await exchange(stack(), agent, await tokenOfUser(stack(), { claims: { sub: 'bob@clients' } }));
    assert.equal((await introspect(String(named.body.access_token))).active, true);

    const front = await makeActing(api, stack(), {
      resource_server_identifier: FRONT,
      subject_tokens: [{ issuer: `${stack().url}/`, type: 'access_token' }],
    });
    const caller = await makeClient(api);
    await grantClient(api, caller.client_id, FRONT, ['read:front']);
    const { client_id: id, client_secret } = caller;
    const shown = await requestToken(stack(), { client_id: id, client_secret, audience: FRONT });
    const derived = await exchange(stack(), front, String(shown.body.access_token));
    assert.equal((await introspect(String(derived.body.access_token))).active, true);
    assert.equal((await api.call('DELETE', `/clients/${id}`)).status, 204);
    assert.deepEqual(await introspect(String(derived.body.access_token)), { active: false });
  });

  it('a token is bound where the API has it so', async () => {
    await grantClient(api, agent.client_id, BOUND, ['read:data']);
    const bare = await exchange(stack(), agent, await tokenOfUser(stack()), { audience: BOUND });
    assert.deepEqual([bare.status, bare.body.error], [400, 'invalid_request']);
    const key = await newDpopKey();
    const DPoP = await makeProof(key, `${stack().url}/oauth/token`);
    const answer = await exchange(stack(), agent, await tokenOfUser(stack()), { audience: BOUND }, { DPoP });
    assert.deepEqual([answer.body.token_type, claimsOf(answer).cnf], ['DPoP', { jkt: key.jkt }]);
  });
});

describe('RFC 8693 §4.1 act, §4.4 may_act', () => {
  it('"the outermost act claim represents the current actor", and what was before is kept', async () => {
    const act = { sub: 'service16', act: { iss: PARTNER, sub: 'service77', extra: 1 } };
    const claims = claimsOf(await exchange(stack(), agent, await tokenOfUser(stack(), { claims: { act } })));
    assert.deepEqual(claims.act, {
      ...itself(agent),
      act: { iss: IDP, sub: 'service16', act: { iss: PARTNER, sub: 'service77' } },
    });
  });

  it('with semantics: impersonation the client is not named, and what was before still is', async () => {
    const client = await makeActing(api, stack(), { subject_tokens: [{ ...BY_IDP, semantics: 'impersonation' }] });
    assert.equal('act' in claimsOf(await exchange(stack(), client, await tokenOfUser(stack()))), false);
    const claims = { act: { sub: 'service16' } };
    const handedOn = claimsOf(await exchange(stack(), client, await tokenOfUser(stack(), { claims })));
    assert.deepEqual(handedOn.act, { iss: IDP, sub: 'service16' });
  });

  it('an actor_token names who acts, and only one that the client may show', async () => {
    const client = await makeActing(api, stack(), {
      actor_tokens: [
        { issuer: PARTNER, type: 'jwt', subject: 'robot' },
        { issuer: `${stack().url}/`, type: 'access_token', audiences: [stack().audience] },
      ],
    });
    const robot = (claims: object = {}) =>
      tokenOfUser(stack(), {
        claims: { iss: PARTNER, sub: 'robot', ...claims },
        header: { typ: 'JWT' },
        signer: partnerKey,
      });
    const ask = async (actor_token: string, actor_token_type = JWT, claims: object = {}) =>
      exchange(stack(), client, await tokenOfUser(stack(), { claims: { ...claims } }), {
        actor_token,
        actor_token_type,
      });
    const exp = Math.floor(Date.now() / 1000) + 20;
    const claims = claimsOf(await ask(await robot({ exp })));
    assert.deepEqual([claims.act, claims.exp], [{ iss: PARTNER, sub: 'robot' }, exp]);
    await assertRefused(ask(await robot({ sub: 'alice' })), 'The actor_token is not one that this client may use here');
    await assertRefused(ask(await robot({ act: { sub: 'x' } })), 'The actor_token speaks for somebody else already');

    const { client_id, client_secret } = client;
    const own = await requestToken(stack(), { client_id, client_secret });
    assert.deepEqual(claimsOf(await ask(String(own.body.access_token), ACCESS_TOKEN)).act, itself(client));
    const others = await requestToken(stack());
    await assertRefused(
      ask(String(others.body.access_token), ACCESS_TOKEN),
      'The actor_token was issued to another client',
    );
    await assertRefused(
      exchange(stack(), agent, await tokenOfUser(stack()), { actor_token: await robot(), actor_token_type: JWT }),
      'The actor_token is not one that this client may use here',
    );
  });

  it('§4.4: may_act "makes a statement that one party is authorized to become the actor": no other does', async () => {
    const ask = async (may_act: unknown) =>
      exchange(stack(), agent, await tokenOfUser(stack(), { claims: { may_act } }));
    for (const may_act of [itself(agent), { sub: agent.client_id }]) assert.equal((await ask(may_act)).status, 200);
    for (const may_act of [
      { sub: 'somebody' },
      { iss: IDP, sub: agent.client_id },
      { sub: itself(agent).sub },
      { ...itself(agent), aud: 'else' },
      {},
      'all',
      null,
      [itself(agent)],
    ]) {
      await assertRefused(ask(may_act), 'The subject_token has a may_act that names somebody else');
    }
  });
});

describe('what a token for somebody else is', () => {
  it('is announced, told to hooks, and in the log with who acted for whom', async () => {
    const metadata = (await (await fetch(`${stack().url}/.well-known/oauth-authorization-server`)).json()) as {
      grant_types_supported: string[];
    };
    assert.ok(metadata.grant_types_supported.includes(TOKEN_EXCHANGE));
    const made = await api.call('POST', '/hooks', {
      name: 'tells',
      triggerId: 'credentials-exchange',
      enabled: true,
      script: `module.exports = (client, scope, audience, context, cb) => cb(null, { scope: [...(scope ?? []), 'admin'],
        'https://e.example/told': { protocol: context.protocol, subject: context.subject?.subject, claims: context.subject?.claims.team,
          body: Object.keys(context.body) } });`,
    });
    assert.equal(made.status, 201, JSON.stringify(made.body));
    const { id } = made.body as { id: string };
    const claims = claimsOf(await exchange(stack(), agent, await tokenOfUser(stack(), { claims: { team: 'red' } })));
    assert.deepEqual(claims['https://e.example/told'], {
      protocol: 'oauth2-token-exchange',
      subject: 'alice',
      claims: 'red',
      body: ['grant_type', 'client_id', 'audience', 'subject_token_type'],
    });
    assert.equal(claims.scope, 'read:data');
    const own = claimsOf(await requestToken(stack()));
    assert.deepEqual(
      [own['https://e.example/told'], own.scope],
      [{ body: ['grant_type', 'client_id', 'audience'] }, 'read:data admin'],
    );
    assert.equal((await api.call('DELETE', `/hooks/${id}`)).status, 204);

    const wanted = {
      grant_type: TOKEN_EXCHANGE,
      subject: { issuer: IDP, subject: 'alice' },
      actors: [{ issuer: itself(agent).iss, subject: itself(agent).sub }],
    };
    await until('the log tells', async () => {
      const query = encodeURIComponent(`client_id:${agent.client_id} AND type:seccft`);
      const { body } = await api.call('GET', `/logs?q=${query}&per_page=50`);
      return (body as { description: string; details: { on_behalf_of?: unknown; dropped?: unknown[] } }[]).some(
        ({ description, details }) =>
          description === 'Token Exchange for Access Token' &&
          JSON.stringify(details.on_behalf_of) === JSON.stringify(wanted) &&
          JSON.stringify(details.dropped) === '[{"kind":"scope","name":"admin","reason":"not_granted"}]',
      );
    });
  });

  it('never is one for the Management API', async () => {
    await grantClient(api, agent.client_id, `${stack().url}/api/v2/`, ['read:clients']);
    const token = await tokenOfUser(stack());
    await assertRefused(
      exchange(stack(), agent, token, { audience: `${stack().url}/api/v2/` }),
      'Tokens of the Management API speak for their client alone',
      'invalid_target',
    );
  });

  it('conditions that could not be meant are refused', async () => {
    const body = (condition: object) => ({ name: 'x', subject_tokens: [condition] });
    const property = 'on property subject_tokens.0.';
    await refused(
      api.call('POST', '/clients', body({ ...BY_IDP, issuer: 'https://nobody.example.com' })),
      400,
      "Payload validation error: 'the issuer https://nobody.example.com is not trusted; create it with POST /client-assertion-issuers' on property subject_tokens.",
    );
    const { status } = await api.call('POST', '/clients', body({ ...BY_IDP, type: 'id_token' }));
    assert.equal(status, 400, property);
    const both = { ...BY_IDP, subject: 'a', subject_pattern: 'team:red:*' };
    assert.equal((await api.call('POST', '/clients', body(both))).status, 400);
  });
});
