import assert from 'node:assert/strict';
import { statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { jetstreamManager } from '@nats-io/jetstream';
import { MongoClient, type Collection, type Db } from 'mongodb';
import { logId } from '../../services/management/logs/log-id.ts';
import { logOfEvent } from '../../services/management/logs/log-of-event.ts';
import { MANAGEMENT_CONSUMER } from '../../shared/bus/streams/events.ts';
import { databaseName } from '../../shared/store/connect.ts';
import { logsIn, type StoredLog } from '../../shared/store/logs.ts';
import { EVENTS_STREAM } from '../../shared/subjects/events.ts';
import { openManagement, type Management } from '../support/management.ts';
import { startStack, TENANT, type Stack } from '../support/stack.ts';
import { until } from '../support/until.ts';
import { BACKLOG_CLIENT, publishBacklog } from './backlog.ts';
import { delay, HOOK, startLoad, type Load } from './load.ts';
import { startOwnServers, type OwnServers } from './own-servers.ts';
import { openSmallDisk, type SmallDisk } from './small-disk.ts';

// Volumes of 300 MB for MongoDB and of 50 MB for JetStream are run full under load.

const MIB = 1_048_576;
const MONGODB_KIB = 300 * 1_024;
const NATS_KIB = 50 * 1_024;
const STREAMS_MIB = 32;
/** Half of the volume is others', as MongoDB's own journal is where its files are made ahead. */
const OTHERS_BYTES = 150 * MIB;
/** A fifth of the volume. */
const RESERVE_BYTES = (MONGODB_KIB * 1_024) / 5;
/** Logs are put there until so much beyond the reserve is left; those of tokens take the rest. */
const LEFT_BYTES = 8 * MIB;
const BATCH = 5_000;
/** Between two looks at what is free: the journal goes once there is a checkpoint. */
const LOGS_BETWEEN = 40_000;
const JOURNAL_GOES_MS = 2_000;
const EVENTS_AT_ONCE = 10_000;
const EVENTS_PER_MESSAGE = 100;
/** More than the stream of events can hold: 13 MiB of some 200 bytes each. */
const EVENTS_WHILE_AWAY = 120_000;
const WITHIN_MS = 120_000;
const READ_WITHIN_MS = 10_000;
const BORN_MS = 1_700_000_000_000;
const DAYS_AGO_MS = 20 * 86_400_000;

/** Files of the journal are not made ahead, as they are on a larger volume; what expires goes sooner than once a minute. */
const MONGOD = [
  ...['--wiredTigerEngineConfigString', 'log=(prealloc=false,file_max=10MB)'],
  ...['--setParameter', 'ttlMonitorSleepSecs=2', '--syncdelay', '5'],
];

let disks: { mongodb: SmallDisk; nats: SmallDisk };
let servers: OwnServers;
let stack: Stack;
let logs: Collection<StoredLog>;
let admin: Db;
let management: Management;
let load: Load;
let leastFreeBytes = Infinity;
const cleanup = new AsyncDisposableStack();

function freeBytes(): number {
  const { bavail, bsize } = statfsSync(disks.mongodb.path);
  return bavail * bsize;
}
const mib = (bytes: number): string => `${String(Math.round(bytes / MIB))} MiB`;
const say = (text: string): void => void process.stdout.write(`full volumes: ${text}\n`);
const warnings = async (): Promise<string[]> => (await logs.distinct('description', { type: 'w' })).map(String);

before(async () => {
  disks = { mongodb: await openSmallDisk(MONGODB_KIB), nats: await openSmallDisk(NATS_KIB) };
  cleanup.defer(disks.mongodb.close);
  cleanup.defer(disks.nats.close);
  servers = await startOwnServers({ nats: disks.nats.path, mongodb: disks.mongodb.path }, MONGOD);
  cleanup.defer(servers.stop);
  writeFileSync(join(disks.mongodb.path, 'others'), Buffer.alloc(OTHERS_BYTES));
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
  admin = client.db('admin');
  management = await openManagement(stack);
  const watch = setInterval(() => (leastFreeBytes = Math.min(leastFreeBytes, freeBytes())), 50);
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
  const changed = await management.call('PATCH', `/hooks/${String(hook?.id)}`, { script: `${HOOK}\n// ${name}\n` });
  assert.equal(changed.status, 200, JSON.stringify(changed.body));
}

/** As old as logs are that have been there for days. */
function oldLog(index: number): StoredLog {
  const event = {
    ...{ type: 'token.issued' as const, id: `before-${String(index)}`, duration_ms: 3 },
    time_ms: Date.now() - DAYS_AGO_MS + index * 1_000,
    ...{ client_id: `client-${String(index % 50)}`, client_name: 'Worker', audience: stack.audience },
    ...{ ip: `10.0.0.${String(index % 50)}`, user_agent: 'undici', scope: 'read:data' },
  };
  const { log_id, ...log } = logOfEvent(event, logId(BORN_MS, index, 0), 'localhost');
  return { _id: log_id, ...log };
}

/** @returns How many there was room for. */
async function putLogs(): Promise<number> {
  const isFull = (): boolean => freeBytes() < RESERVE_BYTES + LEFT_BYTES;
  for (let count = 0; ; count += BATCH) {
    if (count % LOGS_BETWEEN === 0 || isFull()) {
      await admin.command({ fsync: 1 });
      await delay(JOURNAL_GOES_MS);
      if (isFull()) return count;
    }
    const batch = Array.from({ length: BATCH }, (_, n) => oldLog(count + n));
    await logs.insertMany(batch, { ordered: false });
  }
}

/** Events come, and become logs, or wait because none may be added. */
async function publish(): Promise<void> {
  await publishBacklog(stack, EVENTS_AT_ONCE, EVENTS_PER_MESSAGE);
  const { consumers } = await jetstreamManager(await stack.bus());
  const untilMs = performance.now() + READ_WITHIN_MS;
  while (performance.now() < untilMs) {
    if ((await consumers.info(EVENTS_STREAM, MANAGEMENT_CONSUMER)).num_pending < EVENTS_PER_MESSAGE) return;
    await delay(250);
  }
}

test('a volume of 300 MB under MongoDB is run full', async () => {
  const put = await putLogs();
  say(`${String(put)} logs put, ${mib(freeBytes())} free`);
  let rounds = 0;
  const toldOf = async (): Promise<string | undefined> =>
    (await warnings()).find((said) => said.includes('go before their time'));
  await until(
    'logs go before their time',
    async () => {
      await publish();
      await configure(`round ${String(++rounds)}`);
      return (await toldOf()) !== undefined;
    },
    WITHIN_MS,
  );
  const told = (await toldOf()) ?? '';
  say(`after ${String(rounds)} rounds: ${told}`);
  assert.match(told, /^The logs before 2\S+Z, some \d+, go before their time: MongoDB's disk has \d+ MiB free/);
  const oldest = logId(BORN_MS, 0, 0);
  await until('the oldest are gone', async () => (await logs.countDocuments({ _id: oldest })) === 0, WITHIN_MS);
  for (let round = 1; round <= 3; round++) {
    await publish();
    await configure(`later ${String(round)}`);
  }
  say(`least free ${mib(leastFreeBytes)} of ${mib(RESERVE_BYTES)} that are kept; ${mib(freeBytes())} now`);
  assert.ok(leastFreeBytes > RESERVE_BYTES / 4, mib(leastFreeBytes));
  assert.equal(servers.mongodStarts(), 1);
});

test('a JetStream of 50 MB is run full while management stands still', async () => {
  const { streams } = await jetstreamManager(await stack.bus());
  const [pid] = stack.pidsOf('management');
  assert.ok(pid !== undefined);
  process.kill(pid, 'SIGSTOP');
  let first = 0;
  try {
    await publishBacklog(stack, EVENTS_WHILE_AWAY, EVENTS_PER_MESSAGE);
    const { state, config } = await streams.info(EVENTS_STREAM);
    first = state.first_seq;
    say(`${mib(state.bytes)} of ${mib(config.max_bytes)} of events after ${String(EVENTS_WHILE_AWAY)} came`);
    assert.ok(state.bytes > config.max_bytes * 0.9, 'the stream is full');
  } finally {
    process.kill(pid, 'SIGCONT');
  }
  const told = /^Messages \d+ to (\d+) of the audit events, from 2\S+Z to 2\S+Z, were removed/;
  await until(
    'what was dropped is told',
    async () => (await warnings()).some((said) => Number(told.exec(said)?.[1]) >= first - 1),
    WITHIN_MS,
  );
  const last = `-${String(EVENTS_WHILE_AWAY / EVENTS_PER_MESSAGE)}-${String(EVENTS_PER_MESSAGE - 1)}`;
  await until(
    'what was kept is in the logs',
    async () => {
      const newest = await logs.find({ client_id: BACKLOG_CLIENT }).sort({ _id: -1 }).limit(1).toArray();
      return newest[0]?.event_id.endsWith(last) === true;
    },
    WITHIN_MS,
  );
  await configure('afterwards');
});

test('tokens went on all the time', async () => {
  const { asked, issued, refused, lost, unmodified } = await load.stop();
  say(`${String(issued)} tokens of ${String(asked)}`);
  assert.ok(issued > 500, String(issued));
  assert.deepEqual({ refused, lost, unmodified }, { refused: 0, lost: 0, unmodified: 0 });
});
