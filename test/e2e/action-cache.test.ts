import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decodeJwt } from 'jose';
import { canary } from '../support/canary.ts';
import { openManagement } from '../support/management.ts';
import { requestToken } from '../support/token-request.ts';
import { withStack } from '../support/with-stack.ts';

// `api.cache` is the trigger's (contract §6): whichever hook-executor runs an Action.

const VALUE = canary('upstream-token');
const PUTS = `exports.onExecuteCredentialsExchange = async (event, api) => {
  const runs = Number(api.cache.get('runs')?.value ?? 0) + 1;
  api.cache.set('runs', String(runs));
  if (runs === 1) api.cache.set('upstream', event.secrets.UPSTREAM, { ttl: 60_000 });
  if (event.request.body.deny) api.access.deny('invalid_request', 'counted all the same');
};`;
const READS = `exports.onExecuteCredentialsExchange = async (event, api) => {
  api.accessToken.setCustomClaim('runs', api.cache.get('runs')?.value);
  api.accessToken.setCustomClaim('length', api.cache.get('upstream')?.value.length);
  if (event.request.body.forget) api.accessToken.setCustomClaim('forgot', api.cache.delete('upstream').type);
};`;

const stack = withStack({ hook: null, args: ['--executors', '2'] }, async (started) => {
  const api = await openManagement(started);
  const supported_triggers = [{ id: 'credentials-exchange' }];
  const bindings: object[] = [];
  for (const [name, code] of Object.entries({ PUTS, READS })) {
    const secrets = name === 'PUTS' ? [{ name: 'UPSTREAM', value: VALUE }] : [];
    const { status, body } = await api.call('POST', '/actions/actions', {
      name,
      code,
      secrets,
      supported_triggers,
      deploy: true,
    });
    assert.equal(status, 201, JSON.stringify(body));
    bindings.push({ ref: { type: 'action_name', value: name } });
  }
  await api.call('PATCH', '/actions/triggers/credentials-exchange/bindings', { bindings });
});

async function claims(more: Record<string, string> = {}): Promise<Record<string, unknown>> {
  const { status, body } = await requestToken(stack(), more);
  if (status !== 200) return body;
  const { runs, length, forgot } = decodeJwt(String(body.access_token));
  return { runs, length, ...(forgot === undefined ? {} : { forgot }) };
}

describe("an Action's cache", () => {
  it('is read by the next Action of the same request, and by later requests, at any hook-executor', async () => {
    const seen: unknown[] = [];
    for (let i = 0; i < 12; i++) seen.push(await claims());
    assert.deepEqual(
      seen,
      Array.from({ length: 12 }, (_, i) => ({ runs: String(i + 1), length: VALUE.length })),
    );
  });

  it('is kept of an Action that denies, and forgets what the next one deletes', async () => {
    assert.equal((await claims({ deny: '1' })).error_description, 'counted all the same');
    assert.deepEqual(await claims({ forget: '1' }), { runs: '14', length: VALUE.length, forgot: 'success' });
    assert.deepEqual(await claims(), { runs: '15', length: undefined });
  });
});
