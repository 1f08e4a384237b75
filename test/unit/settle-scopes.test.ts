import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inspect } from 'node:util';
import { settleScopes } from '../../services/gateway/steps/settle-scopes.ts';
import { ClientGrant } from '../../shared/domain/client-grant.ts';
import { ResourceServer } from '../../shared/domain/resource-server.ts';

const grant = ClientGrant.parse({
  id: 'cgr_1',
  client_id: 'id',
  audience: 'https://api/',
  scope: ['read:data', 'write:data'],
});
const api = ResourceServer.parse({
  id: 'api',
  identifier: 'https://api/',
  scopes: [{ value: 'read:data' }, { value: 'write:data', description: 'Write' }, { value: 'admin' }],
  signing_alg: 'RS256',
  token_dialect: 'access_token',
  enforce_policies: false,
  token_lifetime_seconds: 60,
});
const refused = (description: string) => ({ status: 403, error: 'access_denied', description });

describe('scopes of a token', () => {
  for (const requested of [undefined, [], ['read:data'], ['write:data', 'read:data'], ['read:data', 'read:data']]) {
    it(`are all that were granted when ${inspect(requested)} was asked for`, () => {
      assert.deepEqual(settleScopes(requested, grant, api), ['read:data', 'write:data']);
    });
  }

  it('are a copy that can be changed without changing the grant', () => {
    settleScopes(undefined, grant, api).push('extra');
    assert.deepEqual(grant.scope, ['read:data', 'write:data']);
  });

  it('are refused when one was not granted', () => {
    assert.throws(
      () => settleScopes(['read:data', 'admin'], grant, api),
      refused('Client has not been granted scopes: admin'),
    );
  });

  it('are refused naming all that were not granted', () => {
    assert.throws(() => settleScopes(['b', 'a'], grant, api), refused('Client has not been granted scopes: b, a'));
  });

  for (const scope of ['READ:DATA', 'read', 'read:data,write:data', '__proto__', 'length']) {
    it(`are compared whole and by case: ${scope}`, () => {
      assert.throws(() => settleScopes([scope], grant, api), refused(`Client has not been granted scopes: ${scope}`));
    });
  }

  it('are none when the grant has none', () => {
    assert.deepEqual(settleScopes(undefined, { ...grant, scope: [] }, api), []);
  });

  describe('of a grant of all scopes', () => {
    const ofAll = { ...grant, scope: ['read:data', 'gone'], allow_all_scopes: true };

    it('are all that the API has, in its order, whatever the grant names', () => {
      assert.deepEqual(settleScopes(undefined, ofAll, api), ['read:data', 'write:data', 'admin']);
      assert.deepEqual(settleScopes(['admin'], ofAll, api), ['read:data', 'write:data', 'admin']);
    });

    it('are refused when one is asked for that the API does not have', () => {
      assert.throws(() => settleScopes(['gone'], ofAll, api), refused('Client has not been granted scopes: gone'));
    });

    it('are none when the API has none', () => {
      assert.deepEqual(settleScopes(undefined, ofAll, { ...api, scopes: [] }), []);
    });
  });
});
