import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Configuration } from '../../services/gateway/configuration-cache.ts';
import { authenticateClient, readCredentials } from '../../services/gateway/steps/authenticate-client.ts';
import type { TokenParameters } from '../../services/gateway/steps/parse-parameters.ts';
import { JWT_BEARER, readAssertion } from '../../services/gateway/steps/read-assertion.ts';
import { hashClientSecret } from '../../shared/client-secret.ts';
import { Client } from '../../shared/domain/client.ts';
import { without } from '../support/without.ts';

const ISSUER = 'https://auth.example.com/';
const AUDIENCES = [ISSUER, `${ISSUER}oauth/token`];
const NOW_MS = 1_800_000_000_500;
const NOW = 1_800_000_000;
const GOOD = { iss: 'id', sub: 'id', aud: ISSUER, exp: NOW + 120, jti: 'j' };

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
/** Signed by nobody: what is read here is read before any key is known. */
const jwt = (claims: object = {}, header: object = { alg: 'RS256' }): string =>
  `${part(header)}.${part({ ...GOOD, ...claims })}.c2ln`;
const refusal = (what: string, status = 401, error = 'invalid_client') => ({ status, error, description: what });
const read = (token: string) => readAssertion(token, AUDIENCES, NOW_MS);

describe('a client assertion', () => {
  it('is read', () => {
    const token = jwt({}, { alg: 'PS256', kid: 'k', typ: 'JWT' });
    assert.deepEqual(read(token), { jwt: token, clientId: 'id', aud: ISSUER, jti: 'j', alg: 'PS256', kid: 'k' });
  });

  for (const [what, claims] of [
    ['the token endpoint as its aud', { aud: `${ISSUER}oauth/token` }],
    ['one aud in an array', { aud: [ISSUER] }],
    ['both of our aud', { aud: [`${ISSUER}oauth/token`, ISSUER] }],
    ['an exp that has just passed', { exp: NOW - 9 }],
    ['the longest lifetime there may be, by a clock that is ahead', { exp: NOW + 310, iat: NOW + 10, nbf: NOW + 10 }],
    ['an exp that is no whole number', { exp: NOW + 1.5 }],
  ] as const) {
    it(`may have ${what}`, () => assert.equal(read(jwt(claims)).clientId, 'id'));
  }

  const ids = 'The client_assertion must have the client_id as both iss and sub';
  const audience = `The client_assertion must have the aud ${ISSUER}`;
  const noAudience = 'The client_assertion must have an aud, a string or a list of strings';
  const jti = 'The client_assertion must have a jti, a new one each time';
  const early = 'The client_assertion is not valid yet; check the clock';
  const long = 'The client_assertion lives too long; at most 300 seconds are allowed';
  const none = undefined;
  for (const [what, claims, description] of [
    ['no iss', { iss: none }, ids],
    ['no sub', { sub: none }, ids],
    ['an iss that is not its sub', { iss: 'other' }, ids],
    ['no aud', { aud: none }, noAudience],
    ['an empty list of aud', { aud: [] }, noAudience],
    ['eleven aud', { aud: Array.from({ length: 11 }, () => ISSUER) }, noAudience],
    ['a list of aud that holds another', { aud: [ISSUER, 'https://other/'] }, audience],
    ['another aud', { aud: 'https://other/' }, audience],
    ['the issuer without its slash', { aud: ISSUER.slice(0, -1) }, audience],
    ['no exp', { exp: none }, 'The client_assertion must have exp, in seconds since the epoch'],
    ['a text for its exp', { exp: String(NOW + 60) }, 'The client_assertion must have exp, in seconds since the epoch'],
    ['an exp in milliseconds', { exp: NOW_MS + 60_000 }, long],
    ['an exp long past', { exp: NOW - 10 }, 'The client_assertion has expired'],
    ['an exp too far ahead', { exp: NOW + 312 }, long],
    ['a lifetime that is too long, though most of it is over', { iat: NOW - 290, exp: NOW + 11 }, long],
    ['an iat ahead', { iat: NOW + 12 }, early],
    ['an nbf ahead', { nbf: NOW + 12 }, early],
    ['no jti', { jti: none }, jti],
    ['an empty jti', { jti: '' }, jti],
    ['a number for its jti', { jti: 1 }, jti],
  ] as const) {
    it(`is refused with ${what}`, () => assert.throws(() => read(jwt(claims)), refusal(description)));
  }

  for (const typ of ['at+jwt', 'dpop+jwt', 'application/at+jwt', '', 1, null]) {
    it(`is refused with the typ ${JSON.stringify(typ)}`, () => {
      const description = 'The client_assertion must have the typ JWT or client-authentication+jwt, or none';
      assert.throws(() => read(jwt({}, { alg: 'RS256', typ })), refusal(description));
    });
  }

  for (const typ of ['jwt', 'application/JWT', 'client-authentication+jwt']) {
    it(`may have the typ ${typ}`, () => assert.equal(read(jwt({}, { alg: 'RS256', typ })).clientId, 'id'));
  }

  for (const alg of ['none', 'HS256', 'RS512', 'PS512', 'ES512', 'ES256K', '']) {
    it(`is refused when it is signed with ${alg === '' ? 'nothing' : alg}`, () => {
      assert.throws(
        () => read(jwt({}, { alg })),
        refusal('The client_assertion must be signed with RS256, RS384, PS256, PS384, ES256, ES384, EdDSA, Ed25519'),
      );
    });
  }

  for (const [what, header] of [
    ['b64: false', { b64: false, crit: ['b64'] }],
    ['b64: false that nothing calls critical', { b64: false }],
    ['b64: true', { b64: true, crit: ['b64'] }],
    ['an extension that is critical', { crit: ['exp'], exp: 1 }],
    ['an empty crit', { crit: [] }],
  ] as const) {
    it(`is refused with ${what}`, () => {
      const description = 'The client_assertion must have no crit, and no b64, in its header (RFC 7797 §7)';
      assert.throws(() => read(jwt({}, { alg: 'RS256', ...header })), refusal(description));
    });
  }

  for (const [what, token] of [
    ['padding', `${jwt()}=`],
    ['much padding', `${jwt()}====`],
    ['padding behind its header', jwt().replace('.', '=.')],
    ['a line feed behind it', `${jwt()}\n`],
    ['a space within', jwt().replace('.', ' .')],
    ['the other alphabet of base64', `${part({ alg: 'RS256' })}.${part(GOOD)}.+/+/`],
    ['bits behind its signature', jwt().replace(/c2ln$/, 'c2l')],
    ['a fourth part', `${jwt()}.`],
  ] as const) {
    it(`is refused with ${what}`, () => assert.throws(() => read(token), refusal('The client_assertion is no JWT')));
  }

  for (const token of ['x', 'x.y.z', '..', '', `${part({ alg: 'RS256' })}.${part('text')}.c2ln`]) {
    it(`is refused when it is ${JSON.stringify(token)}`, () => {
      assert.throws(() => read(token), refusal('The client_assertion is no JWT'));
    });
  }
});

describe('the credentials of a client that sends an assertion', () => {
  const now = Math.floor(Date.now() / 1000);
  const fresh = jwt({ exp: now + 60 });
  const parameters = (more: Partial<TokenParameters> = {}): TokenParameters => ({
    clientId: undefined,
    clientSecret: undefined,
    audience: undefined,
    scope: undefined,
    body: {},
    clientAssertion: fresh,
    clientAssertionType: JWT_BEARER,
    ...more,
  });

  for (const clientId of [undefined, 'id']) {
    it(`are the assertion, ${clientId === undefined ? 'without' : 'with'} a client_id`, () => {
      assert.deepEqual(readCredentials(undefined, parameters({ clientId }), AUDIENCES), {
        jwt: fresh,
        clientId: 'id',
        aud: ISSUER,
        jti: 'j',
        alg: 'RS256',
        kid: undefined,
      });
    });
  }

  it('are refused with the client_id of another', () => {
    assert.throws(
      () => readCredentials(undefined, parameters({ clientId: 'other' }), AUDIENCES),
      refusal('The client_assertion must have the client_id as both iss and sub'),
    );
  });

  const twice = refusal('Send a client_assertion or a client secret, not both', 400, 'invalid_request');
  it('are refused with a secret besides', () => {
    assert.throws(() => readCredentials(undefined, parameters({ clientSecret: 's' }), AUDIENCES), twice);
    assert.throws(() => readCredentials('Basic aWQ6cw==', parameters(), AUDIENCES), twice);
  });

  it('are refused when they are of another type', () => {
    const untyped = without(parameters(), 'clientAssertionType');
    assert.throws(
      () => readCredentials(undefined, untyped, AUDIENCES),
      refusal('Missing required parameter: client_assertion_type', 400, 'invalid_request'),
    );
    assert.throws(
      () => readCredentials(undefined, parameters({ clientAssertionType: 'saml' }), AUDIENCES),
      refusal(`client_assertion_type must be ${JWT_BEARER}`),
    );
  });
});

describe('the secret of a client that signs assertions', () => {
  it('is of no use', async () => {
    const key = Buffer.alloc(32, 1);
    const client = (private_key_jwt: string[] | null): Client =>
      Client.parse({
        client_id: 'id',
        name: 'Client',
        client_secrets: [{ hash: hashClientSecret('secret', key), expires_at_ms: null }],
        token_endpoint_auth_method: null,
        grant_types: ['client_credentials'],
        client_metadata: {},
        private_key_jwt,
      });
    const authenticate = (stored: Client) =>
      authenticateClient(
        { clientId: 'id', clientSecret: 'secret', basic: false },
        { client: () => Promise.resolve(stored) } as unknown as Configuration,
        key,
      );
    const secretClient = client(null);
    assert.equal(await authenticate(secretClient), secretClient);
    for (const signing of [['cred_a'], []]) {
      await assert.rejects(authenticate(client(signing)), refusal('Unauthorized', 401, 'access_denied'));
    }
  });
});
