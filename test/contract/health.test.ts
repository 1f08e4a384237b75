import './quiet.ts';
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { jetstreamManager } from '@nats-io/jetstream';
import { serveHealth, watchBus, type Health } from '../../shared/health.ts';
import {
  startBusWithUsers,
  startNatsWithoutJetStream,
  startPlainBus,
  type Bus,
  type PlainBus,
} from './bus-fixtures.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const TIMEOUT_MS = 30_000;

async function ask(health: Health, path: string): Promise<{ status: number; missing: string[] }> {
  const response = await fetch(`http://127.0.0.1:${String(health.port)}${path}`);
  const { missing = [] } = (await response.json()) as { missing?: string[] };
  return { status: response.status, missing };
}

describe("a service's health", () => {
  let bus: PlainBus;
  let health: Health;

  before(async () => {
    bus = await startPlainBus();
    health = await serveHealth(0);
  });
  // Apart: what did not start does not keep the other open.
  after(() => bus.end());
  after(() => health.close());

  async function untilReadyIs(status: number): Promise<string[]> {
    const deadlineMs = Date.now() + TIMEOUT_MS;
    for (;;) {
      const answer = await ask(health, '/readyz');
      if (answer.status === status) return answer.missing;
      assert(Date.now() < deadlineMs, `/readyz still says ${String(answer.status)}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  it('is alive and not ready while it starts', async () => {
    assert.equal((await ask(health, '/livez')).status, 200);
    assert.deepEqual(await ask(health, '/readyz'), { status: 503, missing: ['the service is starting'] });
    assert.equal((await ask(health, '/')).status, 404);
  });

  it('is ready with the bus, alive and not ready without it, and ready when it is back', async () => {
    health.readyUnless(watchBus(await bus.connect()));
    assert.equal((await ask(health, '/readyz')).status, 200);
    await bus.stop();
    assert.deepEqual(await untilReadyIs(503), ['the bus is not connected']);
    assert.equal((await ask(health, '/livez')).status, 200);
    await bus.start();
    await untilReadyIs(200);
  });

  it('is not ready any more once it is stopping', async () => {
    health.stopping();
    assert.deepEqual(await ask(health, '/readyz'), { status: 503, missing: ['the service is stopping'] });
  });

  it('tells of a port that is taken, and of none it serves nothing', async () => {
    await assert.rejects(serveHealth(health.port), { code: 'port_unavailable', message: /HOOKMINT_HEALTH_PORT/ });
    const none = await serveHealth(undefined);
    assert.equal(none.port, undefined);
    await none.close();
  });
});

describe('setting hookmint up', () => {
  let bus: Bus;

  before(async () => {
    bus = await startBusWithUsers();
  });
  after(() => bus.stop());

  async function setUp(env: Record<string, string>): Promise<{ code: number | null; output: string }> {
    const stdio: ['ignore', 'pipe', 'inherit'] = ['ignore', 'pipe', 'inherit'];
    const child = spawn(process.execPath, ['services/setup/main.ts'], {
      cwd: ROOT,
      env: { ...env, LOG_LEVEL: 'info' },
      stdio,
    });
    const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'close') as Promise<[number | null]>]);
    return { code, output };
  }

  it('makes the streams, and may be run again', async () => {
    const env = {
      NATS_URL: bus.url,
      NATS_NKEY_SEED: bus.seeds.setup,
      NATS_STORAGE_NKEY_SEED: bus.seeds['setup-storage'],
    };
    for (const time of ['first', 'second']) {
      const { code, output } = await setUp(env);
      assert.equal(code, 0, `${time}: ${output}`);
    }
    const namesFor = async (user: 'setup' | 'setup-storage'): Promise<string[]> => {
      const { streams } = await jetstreamManager(await bus.connect(user));
      const names: string[] = [];
      for await (const name of streams.names()) names.push(name);
      return names.sort();
    };
    assert.deepEqual(await namesFor('setup'), ['HOOKMINT_ASSERTIONS', 'HOOKMINT_EVENTS']);
    assert.deepEqual(await namesFor('setup-storage'), ['HOOKMINT_QUOTAS', 'KV_HOOKMINT_STORAGE']);
    const { streams } = await jetstreamManager(await bus.connect('setup'));
    assert.equal((await streams.info('HOOKMINT_EVENTS')).state.consumer_count, 1);
  });

  it('fails with a line that says why, and no seed in it', async () => {
    const asGateway = await setUp({ NATS_URL: bus.url, NATS_NKEY_SEED: bus.seeds.gateway });
    assert.equal(asGateway.code, 1);
    const plain = await startNatsWithoutJetStream();
    const withoutStore = await setUp({ NATS_URL: plain.url }).finally(() => plain.stop());
    assert.equal(withoutStore.code, 1);
    assert.match(withoutStore.output, /hookmint could not be set up: .*JetStream/);
    const unset = await setUp({});
    assert.equal(unset.code, 1);
    assert.match(unset.output, /NATS_URL is not set/);
    const wrongCluster = await setUp({
      NATS_URL: bus.url,
      NATS_NKEY_SEED: bus.seeds.setup,
      NATS_STORAGE_NKEY_SEED: bus.seeds['setup-storage'],
      HOOKMINT_STREAM_REPLICAS: '3',
    });
    assert.equal(wrongCluster.code, 1);
    assert.match(wrongCluster.output, /replicas/);
    for (const { output } of [asGateway, withoutStore, unset, wrongCluster])
      assert.doesNotMatch(output, /SU[A-Z0-9]{40}/);
  });
});
