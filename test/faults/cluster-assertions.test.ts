import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { loadSecrets } from '../../deploy/local/local-secrets.ts';
import { createUseOnce, type UseOnce } from '../../services/gateway/steps/use-once.ts';
import { ensureStreams } from '../../shared/bus/streams/ensure-streams.ts';
import { startNatsCluster, type NatsCluster } from '../support/nats-cluster.ts';
import { TENANT } from '../support/stack.ts';

const ASSERTIONS = 300;

// Each assertion is shown to two gateways at once, at two nodes of three: a cluster is still storing the first use when it hears of the second.

const folder = mkdtempSync(join(tmpdir(), 'hookmint-assertions-'));
let cluster: NatsCluster;
let gateways: readonly [UseOnce, UseOnce];
const closing: (() => Promise<unknown>)[] = [];
before(async () => {
  const { secrets } = await loadSecrets(folder);
  const seeds = secrets.nats_nkey_seeds;
  cluster = await startNatsCluster(join(folder, 'cluster'), seeds);
  const setup = await cluster.connect('setup');
  closing.push(() => setup.close());
  const env = { ...cluster.env, NATS_NKEY_SEED: seeds.setup, NATS_STORAGE_NKEY_SEED: seeds['setup-storage'] };
  await ensureStreams(setup, env, 3);
  const connections = await Promise.all([cluster.connect('gateway', ['n1']), cluster.connect('gateway', ['n2'])]);
  closing.push(...connections.map((connection) => () => connection.close()));
  const [first, second] = connections.map((connection) => createUseOnce(connection, TENANT));
  assert.ok(first !== undefined && second !== undefined);
  gateways = [first, second];
});
after(async () => {
  await Promise.all(closing.map((close) => close()));
  await cluster.stop();
  rmSync(folder, { recursive: true, force: true });
});

test('of two uses of an assertion at the same moment one is the first, and the other is known to be the second', async () => {
  const came = { both: 0, none: 0, one: 0, unknown: 0 };
  for (let n = 0; n < ASSERTIONS; n++) {
    const uses = await Promise.allSettled(
      gateways.map((use) => use('Client assertions', ['client', `jti-${String(n)}`])),
    );
    const accepted = uses.filter((use) => use.status === 'fulfilled' && use.value).length;
    if (uses.some(({ status }) => status === 'rejected')) came.unknown++;
    else if (accepted === 2) came.both++;
    else if (accepted === 1) came.one++;
    else came.none++;
  }
  process.stdout.write(`faults: assertions shown to two gateways at once: ${JSON.stringify(came)}\n`);
  assert.deepEqual(came, { both: 0, none: 0, one: ASSERTIONS, unknown: 0 });
});
