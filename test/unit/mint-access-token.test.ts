import assert from 'node:assert/strict';
import { KeyObject } from 'node:crypto';
import { describe, it } from 'node:test';
import { generateKeyPair, jwtVerify } from 'jose';
import { mintAccessToken } from '../../services/signer/access-token.ts';
import type { KeyRing } from '../../services/signer/keys.ts';
import { TokenSign } from '../../shared/subjects/token-sign.ts';

const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
const keys: KeyRing = {
  current: () => ({ kid: 'kid-1', key: KeyObject.from(privateKey) }),
  publicKeys: () => [],
  version: () => 1,
  ageMs: () => 0,
  signingSinceMs: () => 0,
  reload: () => Promise.resolve(),
};
const request = (overrides: Partial<TokenSign> = {}): TokenSign => ({
  signing_alg: 'ES256',
  token_dialect: 'access_token',
  token_lifetime_seconds: 60,
  iss: 'https://auth.example.com/',
  client_id: 'id',
  aud: 'https://api/',
  custom_claims: {},
  ...overrides,
});

describe('the signer, which takes nobody’s word', () => {
  for (const name of [
    ...['iss', 'sub', 'aud', 'exp', 'iat', 'nbf', 'jti', 'azp', 'gty', 'client_id', 'scope', 'permissions', 'org_id'],
    ...['cnf', 'act', 'x5t#S256', '__proto__', 'constructor', 'prototype'],
  ]) {
    it(`refuses a token whose hook claims ${name}`, async () => {
      const custom_claims = JSON.parse(`{"https://foo.com/c": 1, ${JSON.stringify(name)}: "forged"}`) as object;
      await assert.rejects(
        mintAccessToken(request({ custom_claims: custom_claims as Record<string, unknown> }), keys),
        {
          name: 'HookmintError',
          code: 'reserved_claim',
          message: `The claim "${name}" is reserved for the issuer.`,
        },
      );
    });
  }

  for (const contract of ['logto', 'cognito-lambda'] as const) {
    it(`holds claims of ${contract} to its rules where it is told, to Auth0's where it is not, and to its own in both`, async () => {
      // `version` and `cognito:username` may be claims of the configuration, which Cognito would keep from a trigger.
      const custom_claims = { roles: ['ops'], org_id: 'o', version: 2, 'cognito:username': 'u' };
      const { access_token } = await mintAccessToken(request({ custom_claims, contract }), keys);
      assert.partialDeepStrictEqual((await jwtVerify(access_token, publicKey)).payload, custom_claims);
      await assert.rejects(mintAccessToken(request({ custom_claims }), keys), { code: 'reserved_claim' });
      for (const name of [
        ...[
          'iss',
          'sub',
          'aud',
          'exp',
          'iat',
          'nbf',
          'jti',
          'azp',
          'gty',
          'client_id',
          'scope',
          'cnf',
          'act',
          'may_act',
        ],
        ...[
          'permissions',
          'authorization_details',
          'active',
          'token_type',
          'constructor',
          'prototype',
          'Sub',
          'ｉｓｓ',
        ],
      ]) {
        const forged = { [name]: 'forged' };
        await assert.rejects(mintAccessToken(request({ custom_claims: forged, contract }), keys), {
          code: 'reserved_claim',
        });
      }
    });
  }

  for (const token_dialect of ['access_token', 'rfc9068_profile_authz'] as const) {
    it(`binds a token of ${token_dialect} to the key that the gateway names, and to none that a hook names`, async () => {
      const cnf = { jkt: 'j'.repeat(43) };
      const { access_token } = await mintAccessToken(request({ token_dialect, cnf }), keys);
      assert.deepEqual((await jwtVerify(access_token, publicKey)).payload.cnf, cnf);
      for (const custom_claims of [{ cnf: { jkt: 'forged' } }, { cnf: null }, { CNF: {} }, { 'c\u00adnf': {} }]) {
        await assert.rejects(mintAccessToken(request({ token_dialect, cnf, custom_claims }), keys), {
          code: 'reserved_claim',
        });
      }
      for (const forged of [{}, { jkt: 'short' }, { ...cnf, 'x5t#S256': cnf.jkt }, null, 'j'.repeat(43)]) {
        assert.equal(TokenSign.safeParse({ ...request(), cnf: forged }).success, false);
      }
    });
  }

  it('signs what it was asked for, and no more', async () => {
    const custom_claims = { 'https://foo.com/c': { deep: [1] } };
    const { access_token, ...reply } = await mintAccessToken(request({ custom_claims, scope: 'a b' }), keys);
    assert.deepEqual(reply, { kid: 'kid-1', key_set_version: 1 });
    const { payload, protectedHeader } = await jwtVerify(access_token, publicKey);
    assert.deepEqual(protectedHeader, { alg: 'ES256', typ: 'JWT', kid: 'kid-1' });
    assert.deepEqual(payload, {
      'https://foo.com/c': { deep: [1] },
      iss: 'https://auth.example.com/',
      sub: 'id@clients',
      aud: 'https://api/',
      iat: payload.iat,
      exp: (payload.iat ?? 0) + 60,
      scope: 'a b',
      gty: 'client-credentials',
      azp: 'id',
    });
  });
});
