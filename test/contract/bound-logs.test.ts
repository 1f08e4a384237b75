import './quiet.ts';
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import type { Db } from 'mongodb';
import { fitLogs } from '../../services/management/logs/bound-logs.ts';
import type { LogNote } from '../../services/management/logs/log-notes.ts';
import { logOfEvent } from '../../services/management/logs/log-of-event.ts';
import { logsIn } from '../../shared/store/logs.ts';
import type { TokenEvent } from '../../shared/subjects/token-events.ts';
import { until } from '../support/until.ts';
import { startStore, type StoreServer } from './store-fixtures.ts';

const LOGS = 30_000;
/** Stored at once. */
const BATCH = 1_000;
const AGE_SECONDS = 3_000;
const RETENTION_SECONDS = 30 * 86_400;
/** How often MongoDB looks for what has expired; else once a minute. */
const EXPIRY_INTERVAL_SECONDS = 1;

let store: StoreServer;
let owner: Db;
let management: Db;
const notes: LogNote[] = [];
const note = (said: LogNote): void => void notes.push(said);

/** When logs expire, seconds after their date. */
async function expiry(): Promise<number | undefined> {
  return (await logsIn(owner).collection.indexes()).find(({ name }) => name === 'expiry')?.expireAfterSeconds;
}

/** MongoDB counts what it has written to its files. */
const writeAll = (): Promise<unknown> => owner.client.db('admin').command({ fsync: 1 });

/** A token that a hook has shaped, of a request that is traced. */
const issued = (n: number, timeMs: number): TokenEvent => ({
  type: 'token.issued',
  id: `event-${String(n).padStart(16, '0')}`,
  time_ms: timeMs,
  trace_id: randomBytes(16).toString('hex'),
  ip: `10.0.0.${String(n % 50)}`,
  user_agent: 'undici',
  client_id: `client-${String(n % 50)}`,
  client_name: `Billing worker ${String(n % 50)}`,
  audience: 'https://api.example.com/',
  scope: 'read:invoices write:invoices',
  kid: 'kid',
  jti: randomBytes(16).toString('base64url'),
  custom_claims: ['https://example.com/plan'],
  hook: { id: 'hook', name: 'add-claims', revision: 'r'.repeat(43), outcome: 'ok', cpu_ms: 0.1, wall_ms: 0.3 },
  duration_ms: 4.2,
});

before(async () => {
  store = await startStore({ parameters: { ttlMonitorSleepSecs: EXPIRY_INTERVAL_SECONDS } });
  owner = await store.connect(store.urls.owner);
  management = await store.connect(store.urls.management);
  const logs = logsIn(management);
  await logs.createIndexes(RETENTION_SECONDS / 86_400);
  const nowMs = Date.now();
  for (let first = 0; first < LOGS; first += BATCH) {
    const batch = Array.from({ length: BATCH }, (_, i) => {
      const n = first + i;
      const event = issued(n, nowMs - (AGE_SECONDS * 1_000 * (LOGS - n)) / LOGS);
      return logOfEvent(event, String(n).padStart(29, '0'), 'auth.example.com');
    });
    await logs.append(batch);
  }
  await writeAll();
});
after(() => store.stop());

describe('the indexes of logs', () => {
  it('are made by who writes the configuration, and those of an earlier version are left to serve', async () => {
    const db = await store.emptyDatabase();
    const earlier = { client_id: 1, date: 1, _id: 1 } as const;
    await db.collection('logs').createIndex(earlier);
    for (let times = 1; times <= 2; times++) await logsIn(db).createIndexes(1);
    const indexes = await logsIn(db).collection.indexes();
    const ofClients = indexes.filter(({ key }) => 'client_id' in key);
    assert.deepEqual([ofClients.map(({ key }) => key), indexes.length], [[earlier], 18]);
    const found = logsIn(db).collection.find({ client_id: 'a' }).sort({ date: -1 });
    assert.doesNotMatch(JSON.stringify(await found.explain('queryPlanner')), /COLLSCAN|"SORT"/);
  });

  it('and the logs take less than 250 bytes a token', async () => {
    const { bytes } = await logsIn(management).size();
    process.stdout.write(`logs: ${String(Math.round(bytes / LOGS))} bytes a token on the disk\n`);
    assert.ok(bytes / LOGS < 250, String(bytes / LOGS));
  });
});

describe('logs that take more than they may', () => {
  it('are left as they are while they fit', async () => {
    const { bytes, changed } = await fitLogs(management, {
      maxBytes: 1_000_000_000,
      reserveBytes: 0,
      retentionSeconds: RETENTION_SECONDS,
      note,
      isMeasured: true,
    });
    assert.ok(bytes > LOGS * 100, `${String(bytes)} bytes`);
    assert.deepEqual(
      { changed, notes, expiry: await expiry() },
      { changed: false, notes: [], expiry: RETENTION_SECONDS },
    );
  });

  it('expire earlier, the oldest first, and it is told', async () => {
    const { bytes } = await logsIn(management).size();
    const bound = { maxBytes: bytes / 2, reserveBytes: 0, retentionSeconds: RETENTION_SECONDS, note, isMeasured: true };
    assert.equal((await fitLogs(management, bound)).changed, true);
    const kept = LOGS * 0.45;
    await until('the oldest are gone', async () => (await logsIn(owner).count({})) < kept * 1.1);
    const [oldest] = await logsIn(owner).list({}, { field: 'date', order: 1 }, { skip: 0, limit: 1 });
    assert.ok(Math.abs(LOGS - kept - Number(oldest?.log_id)) < LOGS * 0.05, `the oldest is ${String(oldest?.log_id)}`);
    assert.equal(notes.length, 1);
    assert.match(
      notes[0]?.description ?? '',
      /^The logs before 2.*Z, some 1\d{4}, go before their time: .*HOOKMINT_LOG_MAX_MIB allows$/,
    );
  });

  it('are told once, however many look', async () => {
    const { bytes } = await logsIn(management).size();
    const bound = {
      maxBytes: bytes * 0.99,
      reserveBytes: 0,
      retentionSeconds: RETENTION_SECONDS,
      note,
      isMeasured: true,
    };
    await logsIn(management).expireAfter(1, 'shorter');
    assert.equal((await fitLogs(management, bound)).changed, false);
    assert.equal(notes.length, 1);
  });

  it('are kept as long as is set again once there is room', async () => {
    const bound = {
      maxBytes: 1_000_000_000,
      reserveBytes: 0,
      retentionSeconds: RETENTION_SECONDS,
      note,
      isMeasured: true,
    };
    assert.equal((await fitLogs(management, bound)).changed, true);
    assert.equal(await expiry(), RETENTION_SECONDS);
  });

  it('expire as is set anew after the setting was changed', async () => {
    await logsIn(management).createIndexes(7);
    assert.equal(await expiry(), 7 * 86_400);
  });
});
