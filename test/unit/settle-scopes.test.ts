import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inspect } from 'node:util';
import { settleScopes } from '../../services/gateway/steps/settle-scopes.ts';

const grant = { id: 'cgr_1', client_id: 'id', audience: 'https://api/', scope: ['read:data', 'write:data'] };
const refused = (description: string) => ({ status: 403, error: 'access_denied', description });

describe('scopes of a token', () => {
  for (const requested of [undefined, [], ['read:data'], ['write:data', 'read:data'], ['read:data', 'read:data']]) {
    it(`are all that were granted when ${inspect(requested)} was asked for`, () => {
      assert.deepEqual(settleScopes(requested, grant), ['read:data', 'write:data']);
    });
  }

  it('are a copy that can be changed without changing the grant', () => {
    settleScopes(undefined, grant).push('extra');
    assert.deepEqual(grant.scope, ['read:data', 'write:data']);
  });

  it('are refused when one was not granted', () => {
    assert.throws(
      () => settleScopes(['read:data', 'admin'], grant),
      refused('Client has not been granted scopes: admin'),
    );
  });

  it('are refused naming all that were not granted', () => {
    assert.throws(() => settleScopes(['b', 'a'], grant), refused('Client has not been granted scopes: b, a'));
  });

  for (const scope of ['READ:DATA', 'read', 'read:data,write:data', '__proto__', 'length']) {
    it(`are compared whole and by case: ${scope}`, () => {
      assert.throws(() => settleScopes([scope], grant), refused(`Client has not been granted scopes: ${scope}`));
    });
  }

  it('are none when the grant has none', () => {
    assert.deepEqual(settleScopes(undefined, { ...grant, scope: [] }), []);
  });
});
