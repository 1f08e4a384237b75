import './quiet.ts';
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Db } from 'mongodb';
import { fitLogs } from '../../services/management/logs/bound-logs.ts';
import type { LogNote } from '../../services/management/logs/keep-logs.ts';
import { logsIn } from '../../shared/store/logs.ts';
import { until } from '../support/until.ts';
import { startStore, type StoreServer } from './store-fixtures.ts';

const LOGS = 30_000;
const AGE_SECONDS = 3_000;
const RETENTION_SECONDS = 30 * 86_400;
/** MongoDB looks for what has expired once a minute at first. */
const REMOVED_WITHIN_MS = 80_000;

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

before(async () => {
  store = await startStore();
  owner = await store.connect(store.urls.owner);
  management = await store.connect(store.urls.management);
  await owner.client.db('admin').command({ setParameter: 1, ttlMonitorSleepSecs: 1 });
  const logs = logsIn(management);
  await logs.createIndexes(RETENTION_SECONDS / 86_400);
  const nowMs = Date.now();
  await logs.append(
    Array.from({ length: LOGS }, (_, n) => ({
      log_id: String(n).padStart(29, '0'),
      event_id: `event-${String(n)}`,
      date: new Date(nowMs - (AGE_SECONDS * 1_000 * (LOGS - n)) / LOGS),
      type: 'seccft' as const,
      description: 'Client Credentials for Access Token',
      client_id: `client-${String(n % 50)}`,
      hostname: 'auth.example.com',
      details: '{}',
    })),
  );
  await writeAll();
});
after(() => store.stop());

describe('logs that take more than they may', () => {
  it('are left as they are while they fit', async () => {
    const { bytes, changed } = await fitLogs(management, {
      maxBytes: 1_000_000_000,
      retentionSeconds: RETENTION_SECONDS,
      note,
    });
    assert.ok(bytes > LOGS * 100, `${String(bytes)} bytes`);
    assert.deepEqual(
      { changed, notes, expiry: await expiry() },
      { changed: false, notes: [], expiry: RETENTION_SECONDS },
    );
  });

  it('expire earlier, the oldest first, and it is told', async () => {
    const { bytes } = await logsIn(management).size();
    const bound = { maxBytes: bytes / 2, retentionSeconds: RETENTION_SECONDS, note };
    assert.equal((await fitLogs(management, bound)).changed, true);
    const kept = LOGS * 0.45;
    await until('the oldest are gone', async () => (await logsIn(owner).count({})) < kept * 1.1, REMOVED_WITHIN_MS);
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
    const bound = { maxBytes: bytes * 0.99, retentionSeconds: RETENTION_SECONDS, note };
    await logsIn(management).expireAfter(1, 'shorter');
    assert.equal((await fitLogs(management, bound)).changed, false);
    assert.equal(notes.length, 1);
  });

  it('are kept as long as is set again once there is room', async () => {
    const bound = { maxBytes: 1_000_000_000, retentionSeconds: RETENTION_SECONDS, note };
    assert.equal((await fitLogs(management, bound)).changed, true);
    assert.equal(await expiry(), RETENTION_SECONDS);
  });

  it('expire as is set anew after the setting was changed', async () => {
    await logsIn(management).createIndexes(7);
    assert.equal(await expiry(), 7 * 86_400);
  });
});
