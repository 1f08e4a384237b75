import './quiet.ts';
import assert from 'node:assert/strict';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { test } from 'node:test';
import { signingKeysIn } from '../../shared/store/signing-keys.ts';
import { startStore } from './store-fixtures.ts';

const READS_AT_ONCE = 10;

test('signing keys that are read just as connections to the store close are not waited for for ever', async (t) => {
  const sockets: Socket[] = [];
  const collect = (message: unknown): void => void sockets.push((message as { socket: Socket }).socket);
  subscribe('net.client.socket', collect);
  t.after(() => unsubscribe('net.client.socket', collect));
  const own = await startStore();
  try {
    const keys = signingKeysIn(await own.emptyDatabase());
    await Promise.all(Array.from({ length: READS_AT_ONCE }, () => keys.list()));
    const open = sockets.filter(({ destroyed }) => !destroyed);
    // The driver is told of it after this, and has the connection still.
    const reads = open.map(
      (socket) =>
        new Promise<PromiseSettledResult<unknown>[]>((resolve) => {
          socket.prependOnceListener('close', () => resolve(Promise.allSettled([keys.list(), keys.list()])));
        }),
    );
    own.server.process.kill('SIGKILL');
    const outcomes = (await Promise.all(reads)).flat();
    assert.ok(outcomes.length >= 2);
    assert.deepEqual(new Set(outcomes.map(({ status }) => status)), new Set(['rejected']));
  } finally {
    await own.stop();
  }
});
