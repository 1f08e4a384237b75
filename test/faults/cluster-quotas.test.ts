import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { NatsConnection } from '@nats-io/transport-node';
import { loadSecrets } from '../../deploy/local/local-secrets.ts';
import { createCounts, type Counts } from '../../shared/quotas/counts.ts';
import { shareCounts } from '../../services/gateway/admission/share-counts.ts';
import { windowsAt } from '../../shared/quotas/windows.ts';
import { ensureStreams } from '../../shared/bus/streams/ensure-streams.ts';
import { startNatsCluster, type NodeName } from '../support/nats-cluster.ts';
import { TENANT } from '../support/stack.ts';
import { until } from '../support/until.ts';
import { delay } from './load.ts';
import { startTcpProxy, type TcpProxy } from './tcp-proxy.ts';

const CLIENT = 'client';
/** Longer than the servers take to see that they are alone, shorter than any client takes to leave one. */
const PARTED_MS = 3_000;
/** An election of the stream's leader, and the next report of each. */
const RIGHT_WITHIN_MS = 30_000;

// Two gateways at two of three NATS servers, whose connections to each other break and come back: no client of theirs is told.

type Gateway = { counts: Counts; bus: NatsConnection; close: () => Promise<void> };
const folder = mkdtempSync(join(tmpdir(), 'hookmint-quotas-'));
const proxies: TcpProxy[] = [];
const cleanup = new AsyncDisposableStack();
cleanup.defer(() => rmSync(folder, { recursive: true, force: true }));
let [first, second]: (Gateway | undefined)[] = [];
const windows = windowsAt(Date.now());

before(async () => {
  const { secrets } = await loadSecrets(folder);
  const seeds = secrets.nats_nkey_seeds;
  const cluster = await startNatsCluster(join(folder, 'cluster'), seeds, async (port) => {
    const proxy = await startTcpProxy(port);
    proxies.push(proxy);
    return proxy.port;
  });
  cleanup.defer(() => Promise.all(proxies.map((proxy) => proxy.close())).then(() => undefined));
  cleanup.defer(() => cluster.stop());
  const setup = await cluster.connect('setup');
  cleanup.defer(() => setup.close());
  const env = { ...cluster.env, NATS_NKEY_SEED: seeds.setup, NATS_STORAGE_NKEY_SEED: seeds['setup-storage'] };
  await ensureStreams(setup, env, 3);
  const open = async (name: string, node: NodeName): Promise<Gateway> => {
    const bus = await cluster.connect('gateway', [node]);
    cleanup.defer(() => bus.close());
    const counts = createCounts(name);
    const { close } = await shareCounts(bus, TENANT, counts);
    cleanup.defer(close);
    return { counts, bus, close };
  };
  [first, second] = [await open('first', 'n1'), await open('second', 'n2')];
});
after(() => cleanup.disposeAsync());

test('what was issued while NATS servers were parted is known to all gateways within 30 s of their being together again', async () => {
  assert.ok(first !== undefined && second !== undefined);
  const gateways = [first, second];
  const used = (): number[] => gateways.map(({ counts }) => counts.used(CLIENT, windows).per_day);
  let reconnected = 0;
  for (const { bus } of gateways) {
    void (async () => {
      for await (const { type } of bus.status()) if (type === 'reconnect') reconnected++;
    })();
  }
  first.counts.add(CLIENT, windows);
  await until('the other has heard of a token', () => used().every((tokens) => tokens === 1));

  await Promise.all(proxies.map((proxy) => proxy.shut()));
  first.counts.add(CLIENT, windows);
  second.counts.add(CLIENT, windows);
  await delay(PARTED_MS);
  assert.deepEqual(used(), [2, 2], 'each side counts for itself');

  await Promise.all(proxies.map((proxy) => proxy.open()));
  const healedMs = performance.now();
  await until('both know of all', () => used().every((tokens) => tokens === 3), RIGHT_WITHIN_MS);
  const seconds = ((performance.now() - healedMs) / 1_000).toFixed(1);
  process.stdout.write(`faults: counts of tokens after a partition of NATS: right after ${seconds} s\n`);
  assert.equal(reconnected, 0, 'a connection was lost: that is another fault');
});
