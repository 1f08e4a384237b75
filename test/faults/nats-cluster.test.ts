import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { jetstream } from '@nats-io/jetstream';
import { EVENTS_STREAM, StreamEvents } from '../../shared/subjects/events.ts';
import { natsCluster, type ClusterWorld } from './groups/nats-cluster.ts';
import { delay } from './load.ts';
import { report, runFault } from './run-fault.ts';

const STORED_WITHIN_MS = 60_000;

let world: ClusterWorld;
let issued = 0;
before(async () => {
  world = await natsCluster.open();
});
after(() => world.stop());

for (const fault of natsCluster.faults) {
  test(`${fault.name}: nothing lost or refused, no token without its hook's claims, healed in time`, async () => {
    const outcome = await runFault(fault, world, 'short');
    issued += outcome.issued;
    report(outcome);
    assert.deepEqual(outcome.violations, []);
  });
}

/** The `jti` of each token that the stream tells of, as often as it does. */
async function toldTokens(): Promise<string[]> {
  const bus = await world.stack.bus();
  const consumer = await jetstream(bus).consumers.get(EVENTS_STREAM, { filter_subjects: 'hookmint.demo.token.issued' });
  const { num_pending: waiting } = await consumer.info();
  const told: string[] = [];
  if (waiting === 0) return told;
  for await (const message of await consumer.consume()) {
    for (const event of StreamEvents.parse(message.json()).events) {
      if (event.type === 'token.issued') told.push(event.jti ?? event.id);
    }
    if (message.info.pending === 0) break;
  }
  return told;
}

test('each token that was issued meanwhile has its event in the stream, once, and its log', async () => {
  const logs = (await world.stack.db()).collection('logs');
  const untilMs = Date.now() + STORED_WITHIN_MS;
  let [told, logged] = [await toldTokens(), 0];
  while (Date.now() < untilMs && (told.length < issued || logged < issued)) {
    await delay(250);
    [told, logged] = [await toldTokens(), await logs.countDocuments({ type: 'seccft' })];
  }
  process.stdout.write(
    `faults: cluster: ${String(issued)} tokens issued, ${String(told.length)} events, ${String(logged)} logs\n`,
  );
  assert.deepEqual(
    { events: told.length, tokens: new Set(told).size, logs: logged },
    { events: issued, tokens: issued, logs: issued },
  );
});
