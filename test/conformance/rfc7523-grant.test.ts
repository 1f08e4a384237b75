import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { JWT_BEARER_GRANT } from '../../shared/domain/subject-token.ts';
import { openPatiently, type MadeClient } from '../e2e/management-clients-fixtures.ts';
import { startJwksServer } from '../support/jwks-server.ts';
import type { Management } from '../support/management.ts';
import { askByBearer, assertionOfUser, claimsOf, IDP, makeActing, trustIssuers } from '../support/subject-tokens.ts';
import type { TokenAnswer } from '../support/token-request.ts';
import { withStack } from '../support/with-stack.ts';

// RFC 7523 §2.1: a token for somebody else, by an assertion of an issuer that is trusted; with client authentication.

let api: Management;
let agent: MadeClient;
const server = await startJwksServer();
after(server.close);
const stack = withStack({ hook: null }, async (started) => {
  api = await openPatiently(started);
  await trustIssuers(api, server);
  agent = await makeActing(api, started, { subject_tokens: [{ issuer: IDP, type: 'assertion' }] });
});

const ask = async (claims: object = {}, header: object = {}, more: Record<string, string> = {}) =>
  askByBearer(stack(), agent, await assertionOfUser(stack(), { claims: { ...claims }, header: { ...header } }), more);

async function assertRefused(answer: Promise<TokenAnswer>, description: string, error = 'invalid_grant') {
  const { status, body } = await answer;
  assert.deepEqual([status, body], [400, { error, error_description: description }]);
}

describe('RFC 7523 §2.1 JWT bearer grant', () => {
  it('gets a token of the subject, by the client that asked, for the lifetime of the assertion', async () => {
    const exp = Math.floor(Date.now() / 1000) + 60;
    const answer = await ask({ exp });
    assert.deepEqual(Object.keys(answer.body).sort(), ['access_token', 'expires_in', 'scope', 'token_type']);
    const claims = claimsOf(answer);
    assert.deepEqual(
      [claims.sub, claims.azp, claims.gty, claims.exp, claims.act],
      [
        `${IDP}|alice`,
        agent.client_id,
        JWT_BEARER_GRANT,
        exp,
        { iss: `${stack().url}/`, sub: `${agent.client_id}@clients` },
      ],
    );
  });

  it('§2.1: "assertion REQUIRED"', async () => {
    await assertRefused(askByBearer(stack(), agent, ''), 'Missing required parameter: assertion', 'invalid_request');
  });

  it('§3: aud "MUST contain a value that identifies the authorization server": issuer or token endpoint', async () => {
    assert.equal((await ask({ aud: `${stack().url}/oauth/token` })).status, 200);
    for (const aud of [
      stack().audience,
      'https://other.example.com',
      [`${stack().url}/`, 'https://other.example.com'],
    ]) {
      await assertRefused(ask({ aud }), 'The assertion is not one that this client may use here');
    }
  });

  for (const [what, claims, description] of [
    ['sub', { sub: undefined }, 'must have sub, a string'],
    ['exp', { exp: undefined }, 'must have exp, in seconds since the epoch'],
    ['iat', { iat: undefined }, 'must have iat, in seconds since the epoch'],
    ['jti', { jti: undefined }, 'must have a jti, a new one each time'],
  ] as const) {
    it(`must have ${what}`, async () => {
      await assertRefused(ask(claims), `The assertion ${description}`);
    });
  }

  it('is expired, not valid yet, or too long: refused', async () => {
    const now = Math.floor(Date.now() / 1000);
    await assertRefused(ask({ iat: now - 60, exp: now - 1 }), 'The assertion has expired');
    await assertRefused(ask({ nbf: now + 60 }), 'The assertion is not valid yet; check the clock');
    const TOO_LONG = 'The assertion lives too long; at most 300 seconds are allowed';
    await assertRefused(ask({ iat: now, exp: now + 301 }), TOO_LONG);
    await assertRefused(ask({ iat: now - 3_600, exp: now + 10 }), TOO_LONG);
  });

  it('§3: "jti … ensure that JWTs are not replayed": of many at once with one assertion exactly one gets a token', async () => {
    const assertion = await assertionOfUser(stack());
    const answers = await Promise.all(Array.from({ length: 12 }, () => askByBearer(stack(), agent, assertion)));
    assert.equal(answers.filter(({ status }) => status === 200).length, 1);
    await assertRefused(askByBearer(stack(), agent, assertion), 'The assertion was used before');
  });

  it('what is refused for another reason is not used up', async () => {
    const assertion = await assertionOfUser(stack());
    assert.equal((await askByBearer(stack(), agent, assertion, { scope: 'write:all' })).status, 403);
    assert.equal((await askByBearer(stack(), agent, assertion)).status, 200);
  });

  it('an identity assertion (oauth-id-jag+jwt) is for its client, its resource and its scopes', async () => {
    const typ = { typ: 'oauth-id-jag+jwt' };
    const mine = { client_id: agent.client_id, resource: stack().audience, scope: 'read:data other' };
    assert.equal(claimsOf(await ask(mine, typ)).scope, 'read:data');
    await assertRefused(ask({ ...mine, client_id: 'another' }, typ), 'The assertion is for another client');
    await assertRefused(
      ask({ ...mine, resource: 'https://other.example.com' }, typ),
      'The assertion is for another resource',
    );
    assert.equal(claimsOf(await ask({ ...mine, scope: 'other' }, typ)).scope, undefined);
  });
});
