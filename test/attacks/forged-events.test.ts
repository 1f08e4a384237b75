import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { jetstreamManager } from '@nats-io/jetstream';
import { connectBus } from '../../shared/bus/connect.ts';
import { EVENTS_STREAM } from '../../shared/subjects/events.ts';
import { hookStorageReadSubject, hookStorageSubject } from '../../shared/subjects/hook-storage.ts';
import { openManagement } from '../support/management.ts';
import { requestToken } from '../support/token-request.ts';
import { TENANT } from '../support/stack.ts';
import { until } from '../support/until.ts';
import { withStack } from '../support/with-stack.ts';

const stack = withStack();

/** The server publishes what it reads for whoever asks, wherever they say, within the account of who asks: no events are kept there. */
test('a compromised executor cannot have the server put its own document among the events, and no log comes of it', async () => {
  const { nats_nkey_seeds: seeds } = JSON.parse(readFileSync(join(stack().dataDir, 'secrets.json'), 'utf8')) as {
    nats_nkey_seeds: { 'hook-executor': string };
  };
  const bus = await connectBus('hook-executor', { NATS_URL: stack().natsUrl, NATS_NKEY_SEED: seeds['hook-executor'] });
  const forged = {
    events: [{ type: 'token.issued', id: 'forged', time_ms: Date.now(), client_id: 'forged-client', duration_ms: 1 }],
  };
  await bus.request(hookStorageSubject(TENANT, 'attack'), JSON.stringify(forged));
  bus.publish(hookStorageReadSubject(TENANT, 'attack'), '', { reply: `hookmint.${TENANT}.token.issued` });
  await bus.flush();
  await bus.close();
  const { streams } = await jetstreamManager(await stack().bus());
  const issued = { last_by_subj: `hookmint.${TENANT}.token.issued` };
  assert.doesNotMatch((await streams.getMessage(EVENTS_STREAM, issued))?.string() ?? '', /forged/);

  const { status } = await requestToken(stack(), {}, { 'user-agent': 'after-the-attack' });
  assert.equal(status, 200);
  const management = await openManagement(stack());
  const logs = async (q: string): Promise<unknown[]> =>
    (await management.call('GET', `/logs?q=${encodeURIComponent(q)}`)).body as unknown[];
  await until('the token is a log', async () => (await logs('user_agent:"after-the-attack"')).length > 0);
  assert.deepEqual(await logs('client_id:"forged-client"'), []);
  process.stdout.write('attacks: forged events: 1 tried, 1 held\n');
});
