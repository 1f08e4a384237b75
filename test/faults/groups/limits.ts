import assert from 'node:assert/strict';
import { jetstreamManager, type JetStreamManager } from '@nats-io/jetstream';
import { decodeJwt } from 'jose';
import { ASSERTIONS_STREAM } from '../../../shared/subjects/assertion-used.ts';
import { EVENTS_STREAM } from '../../../shared/subjects/events.ts';
import { HOOK_STORAGE_STREAM } from '../../../shared/subjects/hook-storage.ts';
import { QUOTAS_STREAM } from '../../../shared/subjects/quota-counted.ts';
import { startStack } from '../../support/stack.ts';
import { requestToken } from '../../support/token-request.ts';
import { until } from '../../support/until.ts';
import { BACKLOG_CLIENT, publishBacklog } from '../backlog.ts';
import { burst, prepareClients } from '../burst.ts';
import type { FaultGroup, World } from '../fault.ts';
import { CLAIM, delay, HOOK } from '../load.ts';
import { WALL_MS } from '../run-fault.ts';

type Limits = World & { continuedMs?: number };

const BACKLOG_EVENTS = { short: 12_000, long: 60_000 };
/** Twice as many as come meanwhile. */
const MIN_READ_PER_SECOND = 200;

/** A stream may hold no more than it does; gives back what it was. */
async function fill({ streams }: JetStreamManager, name: string): Promise<() => Promise<unknown>> {
  const { config, state } = await streams.info(name);
  await streams.update(name, { ...config, max_bytes: Math.max(state.bytes, 1) });
  return () => streams.update(name, config);
}

const managers = async ({ stack }: World): Promise<[JetStreamManager, JetStreamManager]> => [
  await jetstreamManager(await stack.bus()),
  await jetstreamManager(await stack.storageBus()),
];

const STORED = 'https://faults.example/stored';
const STORING_HOOK = `module.exports = function (client, scope, audience, context, cb) {
  context.webtask.storage.set({ filler: 'x'.repeat(4000 + Math.round(1000 * Math.random())) }, { force: 1 }, function (error) {
    cb(null, { scope: (scope || []).concat('extra'), ${JSON.stringify(CLAIM)}: 'there', ${JSON.stringify(STORED)}: error ? 'refused' : 'kept' });
  });
};`;

async function stored({ stack }: World): Promise<unknown> {
  const { status, body } = await requestToken(stack);
  assert.equal(status, 200, JSON.stringify(body));
  return decodeJwt(String(body.access_token))[STORED];
}

const CLIENTS = { short: 1_000, long: 10_000 };

/** Where something is full, has piled up, or comes all at once. */
export const limits: FaultGroup<Limits> = {
  title: 'Limits and backlogs',
  open: async () => {
    // All clients of the test have one address.
    const many = { HOOKMINT_MAX_CONNECTIONS: '20000', HOOKMINT_MAX_CONNECTIONS_PER_ADDRESS: '20000' };
    const stack = await startStack({ hook: HOOK, env: many });
    await stack.setHook(HOOK, { wall_ms: WALL_MS });
    return { stack, gateways: [stack.url], stop: () => stack.stop() };
  },
  faults: [
    {
      name: 'Management away while events pile up',
      how:
        'Management stands still while as many events come as gateways publish in ten minutes at 100 tokens a second, 60,000, ten to a message (a ' +
        'fifth of them in the tests); then it goes on and reads them, at twice the rate at which they come at least. So an hour of 360,000 events, some 250 MB of the 1 GiB that is kept, is ' +
        'read within half an hour.',
      allowed: 'Nothing: management takes no part in tokens, and events are kept until it is back.',
      mayRefuse: false,
      keepsEvents: true,
      begin: async (world, form) => {
        const [pid] = world.stack.pidsOf('management');
        assert.ok(pid !== undefined);
        process.kill(pid, 'SIGSTOP');
        await publishBacklog(world.stack, BACKLOG_EVENTS[form]).catch((error: unknown) => {
          process.kill(pid, 'SIGCONT');
          throw error;
        });
        return () => {
          process.kill(pid, 'SIGCONT');
          world.continuedMs = performance.now();
        };
      },
      afterwards: async ({ stack, continuedMs = 0 }, form) => {
        const readPerSecond = BACKLOG_EVENTS[form] / ((performance.now() - continuedMs) / 1_000);
        const logs = (await stack.db()).collection('logs');
        assert.equal(await logs.countDocuments({ client_id: BACKLOG_CLIENT }), BACKLOG_EVENTS[form]);
        assert.ok(
          readPerSecond > MIN_READ_PER_SECOND,
          `${String(Math.round(readPerSecond))} events a second were read`,
        );
      },
    },
    {
      name: 'JetStream at its limit',
      how: 'The streams of events, of assertions and of counted tokens may hold no more than they do.',
      allowed:
        'Tokens: nothing. Events that have become logs go first. Clients with `private_key_jwt` are refused with 503: a full stream of assertions forgets none.',
      mayRefuse: false,
      keepsEvents: true,
      lastsMs: { short: 3_000, long: 15_000 },
      begin: async (world) => {
        const [events, storage] = await managers(world);
        const restore = await Promise.all([
          fill(events, EVENTS_STREAM),
          fill(events, ASSERTIONS_STREAM),
          fill(storage, QUOTAS_STREAM),
        ]);
        return () => Promise.all(restore.map((one) => one()));
      },
    },
    {
      name: 'Storage of hooks full',
      how: "The bucket of hooks' documents may hold no more than it does, while each run of the hook writes its document.",
      allowed: 'Tokens: nothing; the hook is told that its document is not kept.',
      mayRefuse: false,
      keepsEvents: true,
      lastsMs: { short: 3_000, long: 15_000 },
      begin: async (world) => {
        await world.stack.setHook(STORING_HOOK, { wall_ms: WALL_MS });
        await until('a document is kept', async () => (await stored(world)) === 'kept');
        const restore = await fill((await managers(world))[1], HOOK_STORAGE_STREAM);
        return restore;
      },
      during: async (world) => {
        await until('a document is refused', async () => (await stored(world)) === 'refused');
      },
      untilHealed: async (world) => {
        await until('documents are kept', async () => (await stored(world)) === 'kept');
      },
      afterwards: async ({ stack }) => {
        await stack.setHook(HOOK, { wall_ms: WALL_MS });
        await delay(500);
      },
    },
    {
      name: '10,000 clients at once after a restart',
      how: 'SIGKILL to the only gateway; 10,000 clients that the next one does not know ask it at once, and again when they were told to come later.',
      allowed:
        'Lost requests while no gateway listens. Of the 10,000 refusals with `Retry-After`, and none lost; each has its token in the end. Answers may take 30 s: clients share the cores with all services.',
      mayRefuse: true,
      maxAnswerMs: 30_000,
      mayLose: true,
      lastsMs: { short: 1_000, long: 60_000 },
      begin: async (world, form) => {
        await prepareClients(world.stack, CLIENTS[form]);
        const [pid] = world.stack.pidsOf('gateway');
        assert.ok(pid !== undefined);
        process.kill(pid, 'SIGKILL');
        return undefined;
      },
      during: async ({ stack }, form) => {
        await until('another gateway', () =>
          fetch(`${stack.url}/readyz`).then(
            ({ ok }) => ok,
            () => false,
          ),
        );
        const { lost, refused, slowestMs } = await burst(stack, CLIENTS[form]);
        process.stdout.write(
          `faults: ${String(CLIENTS[form])} clients: refused ${String(refused)}, lost ${String(lost)}, the last had its token after ${String(Math.round(slowestMs / 100) / 10)} s\n`,
        );
        assert.equal(lost, 0);
      },
    },
  ],
};
