import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { Management } from '../support/management.ts';
import { showToken } from '../support/shown-token.ts';
import { until } from '../support/until.ts';
import { withStack } from '../support/with-stack.ts';
import { openPatiently } from './management-clients-fixtures.ts';
import { apiWorld, credentialsOf } from './shown-token-fixtures.ts';

let management: Management;
const stack = withStack({ own: true, hook: null }, async (started) => {
  management = await openPatiently(started);
});

/** Those servers stand still meanwhile. */
async function without(name: 'mongod' | 'nats-server', act: () => Promise<void>): Promise<void> {
  const pids = stack().pidsOf(name);
  assert(pids.length > 0);
  for (const pid of pids) process.kill(pid, 'SIGSTOP');
  try {
    await act();
  } finally {
    for (const pid of pids) process.kill(pid, 'SIGCONT');
  }
}

it('while it cannot be known whether a token was revoked, no gateway says that it is active', async () => {
  const of = await apiWorld(management, stack());
  const token = await of.token();
  assert.equal(await of.isActive(token), true);
  const introspect = () => showToken(stack(), 'introspect', { ...credentialsOf(of.api), token });

  await without('mongod', async () => {
    for (const answer of [
      await introspect(),
      await showToken(stack(), 'revoke', { ...credentialsOf(of.client), token }),
    ]) {
      assert.deepEqual([answer.status, answer.body?.error], [503, 'temporarily_unavailable']);
      assert.equal(answer.headers.get('retry-after'), '1');
    }
  });
  await until('the store answers', async () => (await introspect()).status === 200);

  await without('nats-server', async () => {
    await until('the gateway is cut off', async () => (await fetch(`${stack().url}/readyz`)).status === 503);
    assert.deepEqual([(await introspect()).status, (await introspect()).body?.active], [503, undefined]);
    // By a key that this gateway may not have heard of yet.
    const unknown = await showToken(stack(), 'revoke', { ...credentialsOf(of.client), token: ofAnotherKey(token) });
    assert.deepEqual([unknown.status, unknown.headers.get('retry-after')], [503, '1']);
    // The store is there: what is revoked now is revoked.
    assert.equal((await showToken(stack(), 'revoke', { ...credentialsOf(of.client), token })).status, 200);
  });
  await until('the bus is back', async () => (await introspect()).status === 200);
  assert.equal(await of.isActive(token), false);
  // Signers answer again, and know no such key.
  const unknown = await showToken(stack(), 'revoke', { ...credentialsOf(of.client), token: ofAnotherKey(token) });
  assert.equal(unknown.status, 200);
});

/** The token, with the header of one that a key of tomorrow has signed. */
function ofAnotherKey(token: string): string {
  const [header = '', ...rest] = token.split('.');
  const { kid, ...others } = JSON.parse(Buffer.from(header, 'base64url').toString()) as { kid: string };
  const renamed = JSON.stringify({ ...others, kid: `${kid.slice(1)}_` });
  return [Buffer.from(renamed).toString('base64url'), ...rest].join('.');
}
