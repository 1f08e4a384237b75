import { attackedSandbox } from './sandbox.ts';
import assert from 'node:assert/strict';

const { run, attack } = attackedSandbox('assignments that do nothing');

const action = (body: string): string => `exports.onExecuteCredentialsExchange = async (event, api) => { ${body} };`;
const SET_CLAIM = 'api.accessToken.setCustomClaim(name, value)';
const SET_SCOPES = 'api.transaction.setTargetScopes(scopes)';

const WRITES: [body: string, path: string, use: string][] = [
  [`api.accessToken['https://a/b'] = 1;`, `api.accessToken["https://a/b"]`, SET_CLAIM],
  [`api['https://a/b'] = 1;`, `api["https://a/b"]`, SET_CLAIM],
  [`api.accessToken = { 'https://a/b': 1 };`, `api["accessToken"]`, SET_CLAIM],
  [`api.accessToken.setCustomClaim = { 'https://a/b': 1 };`, `api.accessToken["setCustomClaim"]`, SET_CLAIM],
  [`api.access.denied = true;`, `api.access["denied"]`, 'api.access.deny(code, reason)'],
  [`api.access.deny = 'no';`, `api.access["deny"]`, 'api.access.deny(code, reason)'],
  [`api.cache.plan = 'full';`, `api.cache["plan"]`, 'api.cache.set(key, value)'],
  [`api.transaction.target_scopes = ['read'];`, `api.transaction["target_scopes"]`, SET_SCOPES],
  [`event.accessToken.customClaims['https://a/b'] = 1;`, `event.accessToken.customClaims["https://a/b"]`, SET_CLAIM],
  [`event.accessToken.customClaims = { a: 1 };`, `event.accessToken["customClaims"]`, SET_CLAIM],
  [`event.accessToken['https://a/b'] = 1;`, `event.accessToken["https://a/b"]`, SET_CLAIM],
  [`event.accessToken.scope.push('more');`, `event.accessToken.scope`, SET_SCOPES],
  [`event.accessToken.scope = [];`, `event.accessToken["scope"]`, SET_SCOPES],
  [`event.accessToken = {};`, `event["accessToken"]`, SET_CLAIM],
  [`event.transaction.target_scopes.push('more');`, `event.transaction.target_scopes`, SET_SCOPES],
  [`event.transaction.target_scopes = [];`, `event.transaction.target_scopes`, SET_SCOPES],
  [`event.transaction = {};`, `event["transaction"]`, SET_SCOPES],
];
for (const [body, path, use] of WRITES) {
  attack(body, async () => {
    const outcome = await run(action(body));
    assert.ok(outcome.status === 'ok', JSON.stringify(outcome));
    assert.deepEqual(outcome.ignored_writes, [path]);
    assert.deepEqual(outcome.console, [{ level: 'warn', text: `an assignment to ${path} does nothing: call ${use}` }]);
    assert.deepEqual(JSON.parse(outcome.result ?? ''), { scope: ['read'] });
  });
}

attack('calls are told as nothing, and do what they do', async () => {
  const outcome = await run(
    action(`event.client.metadata.seen = true; event.note = 1;
      api.accessToken.setCustomClaim('https://a/b', 1); api.cache.set('a', 'b'); api.transaction.removeTargetScope('read');`),
  );
  assert.ok(outcome.status === 'ok', JSON.stringify(outcome));
  assert.deepEqual([outcome.ignored_writes, outcome.console], [undefined, []]);
  assert.deepEqual(JSON.parse(outcome.result ?? ''), { 'https://a/b': 1, scope: [] });
});

attack('thousands of them, and long names, are cut; a trap of the hook’s in their place costs no token', async () => {
  const many = await run(action(`for (let i = 0; i < 1e4; i++) api.accessToken['\\u0000'.repeat(500) + i] = 1;`));
  assert.ok(many.status === 'ok', JSON.stringify(many).slice(0, 300));
  assert.equal(many.ignored_writes?.length, 20);
  const trap = await run(action(`event.transaction.target_scopes = { toJSON() { throw new Error('x'); } };`));
  assert.equal(trap.status, 'ok', JSON.stringify(trap));
});
