import assert from 'node:assert/strict';
import { statfsSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { jetstreamManager } from '@nats-io/jetstream';
import { MongoClient, type Collection } from 'mongodb';
import { logId } from '../../services/management/logs/log-id.ts';
import { logOfEvent } from '../../services/management/logs/log-of-event.ts';
import { databaseName } from '../../shared/store/connect.ts';
import { logsIn, type StoredLog } from '../../shared/store/logs.ts';
import { EVENTS_STREAM } from '../../shared/subjects/events.ts';
import { openManagement, type Management } from '../support/management.ts';
import { startStack, TENANT, type Stack } from '../support/stack.ts';
import { until } from '../support/until.ts';
import { BACKLOG_CLIENT, publishBacklog } from './backlog.ts';
import { HOOK, startLoad, type Load } from './load.ts';
import { startOwnServers, type OwnServers } from './own-servers.ts';
import { openSmallDisk, type SmallDisk } from './small-disk.ts';

// Volumes of 300 MB for MongoDB and of 50 MB for JetStream are run full under load.

const MIB = 1_048_576;
const MONGODB_KIB = 300 * 1_024;
const NATS_KIB = 50 * 1_024;
const STREAMS_MIB = 32;
/** A fifth of the volume. */
const RESERVE_BYTES = (MONGODB_KIB * 1_024) / 5;
/** Logs are put there until so much beyond the reserve is left; those of tokens take the rest. */
const LEFT_BYTES = 8 * MIB;
const BATCH = 5_000;
const EVENTS_AT_ONCE = 20_000;
/** More than the stream of events can hold: 13 MiB of some 200 bytes each. */
const EVENTS_WHILE_AWAY = 120_000;
const WITHIN_MS = 120_000;

/** Files of the journal are not made ahead, as they are on a larger volume; what expires goes sooner than once a minute. */
const MONGOD = [
  ...['--wiredTigerEngineConfigString', 'log=(prealloc=false,file_max=10MB)'],
  ...['--setParameter', 'ttlMonitorSleepSecs=2', '--syncdelay', '5'],
];

let disks: { mongodb: SmallDisk; nats: SmallDisk };
let servers: OwnServers;
let stack: Stack;
let logs: Collection<StoredLog>;
let management: Management;
let load: Load;
let watch: NodeJS.Timeout;
let leastFreeBytes = Infinity;
const cleanup = new AsyncDisposableStack();

const freeBytes = (): number => {
  const { bavail, bsize } = statfsSync(disks.mongodb.path);
  return bavail * bsize;
};
const mib = (bytes: number): string => `${String(Math.round(bytes / MIB))} MiB`;
const warnings = async (): Promise<string[]> => (await logs.distinct('description', { type: 'w' })).map(String);

before(async () => {
  disks = { mongodb: await openSmallDisk(MONGODB_KIB), nats: await openSmallDisk(NATS_KIB) };
  cleanup.defer(disks.mongodb.close);
  cleanup.defer(disks.nats.close);
  servers = await startOwnServers({ nats: disks.nats.path, mongodb: disks.mongodb.path }, MONGOD);
  cleanup.defer(servers.stop);
  const mongodbUrl = servers.mongodbUrl(servers.mongodPort);
  stack = await startStack({
    hook: HOOK,
    env: {
      NATS_URL: `nats://127.0.0.1:${String(servers.natsPort)}`,
      MONGODB_URL: mongodbUrl,
      HOOKMINT_STREAMS_MIB: String(STREAMS_MIB),
    },
  });
  cleanup.defer(() => stack.stop());
  const client = await MongoClient.connect(mongodbUrl);
  cleanup.defer(() => client.close());
  logs = logsIn(client.db(databaseName(TENANT))).collection;
  management = await openManagement(stack);
  watch = setInterval(() => (leastFreeBytes = Math.min(leastFreeBytes, freeBytes())), 50);
  cleanup.defer(() => clearInterval(watch));
  load = startLoad(stack, [stack.url], 4);
  cleanup.defer(async () => {
    await load.stop();
  });
});
after(() => cleanup.disposeAsync());

/** What an administrator does: a client, and a hook's next revision. */
async function configure(name: string): Promise<void> {
  const made = await management.call('POST', '/clients', { name, app_type: 'non_interactive' });
  assert.equal(made.status, 201, JSON.stringify(made.body));
  const { body } = await management.call('GET', '/hooks');
  const [hook] = body as { id: string }[];
  const script = `${HOOK}\n// ${name}\n`;
  const changed = await management.call('PATCH', `/hooks/${String(hook?.id)}`, { script });
  assert.equal(changed.status, 200, JSON.stringify(changed.body));
}

/** As old as logs are that have been there for days. */
async function putLogs(): Promise<number> {
  const beganMs = Date.now() - 20 * 86_400_000;
  let count = 0;
  for (; freeBytes() > RESERVE_BYTES + LEFT_BYTES; count += BATCH) {
    const batch = Array.from({ length: BATCH }, (_, n) => {
      const index = count + n;
      const event = {
        ...{ type: 'token.issued' as const, id: `before-${String(index)}`, time_ms: beganMs + index * 1_000 },
        ...{ client_id: `client-${String(index % 50)}`, audience: stack.audience, duration_ms: 3 },
        ...{ ip: `10.0.0.${String(index % 50)}`, user_agent: 'undici', client_name: 'Worker', scope: 'read:data' },
      };
      const { log_id, ...log } = logOfEvent(event, logId(1_700_000_000_000, index, 0), 'localhost');
      return { _id: log_id, ...log };
    });
    await logs.insertMany(batch, { ordered: false });
  }
  return count;
}

test('a volume of 300 MB under MongoDB is run full', async () => {
  const put = await putLogs();
  process.stdout.write(`full volumes: ${String(put)} logs put, ${mib(freeBytes())} free\n`);
  const [mongod] = stack.pidsOf('mongod');
  await until(
    'logs go before their time',
    async () => {
      await publishBacklog(stack, EVENTS_AT_ONCE);
      await configure(`at ${mib(freeBytes())}`);
      return (await warnings()).some((said) => said.includes('go before their time'));
    },
    WITHIN_MS,
  );
  const told = (await warnings()).find((said) => said.includes('go before their time')) ?? '';
  process.stdout.write(`full volumes: ${told}\n`);
  assert.match(told, /^The logs before 2\S+Z, some \d+, go before their time: MongoDB's disk has \d+ MiB free/);
  await until(
    'the oldest are gone',
    async () => (await logs.countDocuments({ _id: logId(1_700_000_000_000, 0, 0) })) === 0,
  );
  for (let round = 1; round <= 3; round++) {
    await publishBacklog(stack, EVENTS_AT_ONCE);
    await configure(`round ${String(round)}`);
  }
  process.stdout.write(`full volumes: least free ${mib(leastFreeBytes)} of ${mib(RESERVE_BYTES)} kept\n`);
  assert.ok(leastFreeBytes > RESERVE_BYTES / 4, mib(leastFreeBytes));
  assert.deepEqual(stack.pidsOf('mongod'), mongod === undefined ? [] : [mongod]);
});

test('a JetStream of 50 MB is run full while management stands still', async () => {
  const { streams } = await jetstreamManager(await stack.bus());
  const [pid] = stack.pidsOf('management');
  assert.ok(pid !== undefined);
  process.kill(pid, 'SIGSTOP');
  let first = 0;
  try {
    await publishBacklog(stack, EVENTS_WHILE_AWAY);
    const { state, config } = await streams.info(EVENTS_STREAM);
    first = state.first_seq;
    process.stdout.write(
      `full volumes: ${mib(state.bytes)} of ${mib(config.max_bytes)} of events, ${String(EVENTS_WHILE_AWAY)} came\n`,
    );
    assert.ok(state.bytes > config.max_bytes * 0.9, 'the stream is full');
  } finally {
    process.kill(pid, 'SIGCONT');
  }
  const told = new RegExp(
    `^Messages \\d+ to ${String(first - 1)} of the audit events, from 2\\S+Z to 2\\S+Z, were removed`,
  );
  await until('what was dropped is told', async () => (await warnings()).some((said) => told.test(said)), WITHIN_MS);
  await until(
    'what was kept is in the logs',
    async () => {
      const newest = await logs.find({ client_id: BACKLOG_CLIENT }).sort({ _id: -1 }).limit(1).toArray();
      return newest[0]?.event_id.endsWith(`-${String(EVENTS_WHILE_AWAY / 10)}-9`) === true;
    },
    WITHIN_MS,
  );
  await configure('afterwards');
});

test('tokens went on all the time', async () => {
  const { asked, issued, refused, lost, unmodified } = await load.stop();
  process.stdout.write(`full volumes: ${String(issued)} tokens of ${String(asked)}\n`);
  assert.ok(issued > 500, String(issued));
  assert.deepEqual({ refused, lost, unmodified }, { refused: 0, lost: 0, unmodified: 0 });
});
