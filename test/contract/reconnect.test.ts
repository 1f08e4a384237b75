import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { onReconnect } from '../../shared/bus/connect.ts';
import { startPlainBus } from './bus-fixtures.ts';

const SERVICES = 30;
/** Those who come in step are all there within a fraction of it. */
const MIN_SPREAD_MS = 80;
const OUTAGE_MS = 1_000;

test('services that lost the bus do not come back in step', async (t) => {
  const bus = await startPlainBus();
  t.after(() => bus.end());
  const connections = await Promise.all(Array.from({ length: SERVICES }, () => bus.connect()));
  const back = connections.map(
    (connection) => new Promise<number>((resolve) => void onReconnect(connection, () => resolve(performance.now()))),
  );
  await bus.stop();
  await delay(OUTAGE_MS);
  await bus.start();
  const times = await Promise.all(back);
  const spreadMs = Math.max(...times) - Math.min(...times);
  t.diagnostic(`${String(SERVICES)} came back within ${spreadMs.toFixed(0)} ms`);
  assert.ok(spreadMs > MIN_SPREAD_MS, `all came back within ${spreadMs.toFixed(0)} ms`);
});
