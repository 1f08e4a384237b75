import './quiet.ts';
import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { Db } from 'mongodb';
import { forgetLeft } from '../../services/management/hook-revisions/forget-revisions.ts';
import { deployed, withDraft, withRevision } from '../../shared/domain/hook-history.ts';
import { DEFAULT_HOOK_LIMITS, MAX_HISTORY_REVISIONS, type Hook } from '../../shared/domain/hook.ts';
import { hooksIn } from '../../shared/store/hooks.ts';
import { leftRevisionsIn } from '../../shared/store/left-revisions.ts';
import { prepareConfiguration } from '../../shared/store/prepare.ts';
import { startStore, type StoreServer } from './store-fixtures.ts';

const NONE: ReadonlySet<string> = new Set();
const EDITS = 120;

let store: StoreServer;
before(async () => {
  store = await startStore();
});
after(() => store.stop());

async function tenant(): Promise<Db> {
  const db = await store.emptyDatabase();
  await prepareConfiguration(db);
  return db;
}

const put = (db: Db, hookId: string, code: string): Promise<string> =>
  hooksIn(db).putRevision({ hook_id: hookId, code, limits: DEFAULT_HOOK_LIMITS });
const there = async (db: Db): Promise<string[]> =>
  (await db.collection<{ _id: string }>('hook_revisions').distinct('_id')).sort();

/** A hook after so many edits, each deployed at once, or only the first of them. */
async function edited(db: Db, id: string, edits: number, { deploys = true } = {}): Promise<Hook> {
  const first = { id, kind: 'hook', name: id, trigger_id: 'credentials-exchange', current_revision: null } as const;
  let hook: Hook = { ...first, draft_revision: null, history: [], created_at_ms: 1, updated_at_ms: 1, profile: {} };
  for (let n = 1; n <= edits; n++) {
    const revision = await put(db, id, `module.exports = () => ${String(n)};`);
    hook = deploys || n === 1 ? withRevision(hook, revision, null) : withDraft(hook, revision, null);
  }
  await hooksIn(db).put(hook);
  return hook;
}

it('a hook keeps what its history has, and what left it goes when two looks have found it', async () => {
  const db = await tenant();
  const hook = await edited(db, 'often', EDITS);
  assert.equal((await there(db)).length, EDITS);
  const found = await forgetLeft(db, NONE);
  assert.equal(found.size, EDITS - MAX_HISTORY_REVISIONS);
  assert.equal((await there(db)).length, EDITS);
  assert.deepEqual(await forgetLeft(db, found), NONE);
  assert.deepEqual(await there(db), hook.history.map(({ revision }) => revision).sort());
});

it('what is deployed stays, however old it is, and can be gone back to', async () => {
  const db = await tenant();
  const { current_revision } = await edited(db, 'drafts', EDITS, { deploys: false });
  await forgetLeft(db, await forgetLeft(db, NONE));
  const hooks = hooksIn(db);
  assert.notEqual(await hooks.findRevision(current_revision ?? ''), undefined);
  const hook = await hooks.find('drafts');
  assert.ok(hook !== undefined && hook.draft_revision !== null);
  await hooks.put(deployed(hook, hook.draft_revision));
  await forgetLeft(db, await forgetLeft(db, NONE));
  for (const { revision } of hook.history) assert.notEqual(await hooks.findRevision(revision), undefined);
});

it('one that no hook came to name goes; one that a hook names by the second look stays', async () => {
  const db = await tenant();
  const [lost, late] = [await put(db, 'never', 'a'), await put(db, 'late', 'b')];
  const found = await forgetLeft(db, NONE);
  assert.deepEqual([...found].sort(), [lost, late].sort());
  const hook = await edited(db, 'late', 0);
  await hooksIn(db).put(withRevision(hook, late, null));
  await forgetLeft(db, found);
  assert.deepEqual(await there(db), [late]);
});

it('one that is written anew while it is removed is there in the end, whoever is faster', async () => {
  const db = await tenant();
  const hooks = hooksIn(db);
  for (let n = 0; n < 20; n++) {
    const id = `back-${String(n)}`;
    const hook = await edited(db, id, 0);
    const source = { hook_id: id, code: 'module.exports = () => 1;', limits: DEFAULT_HOOK_LIMITS };
    const revision = await hooks.putRevision(source);
    // As a change of the Management API does it.
    const written = (async (): Promise<void> => {
      await hooks.putRevision(source);
      await delay(n / 4);
      await hooks.put(withRevision(hook, revision, null));
      if (!(await hooks.hasRevision(revision))) await hooks.putRevision(source);
    })();
    await Promise.all([written, leftRevisionsIn(db).remove({ revision, hookId: id })]);
    assert.equal(await hooks.hasRevision(revision), true, String(n));
  }
});

it('addresses are read from the index alone', async () => {
  const db = await tenant();
  await edited(db, 'one', 3);
  const explained = await db
    .collection('hook_revisions')
    .find({}, { projection: { _id: 1, hook_id: 1 }, hint: { hook_id: 1, _id: 1 } })
    .sort({ hook_id: 1, _id: 1 })
    .explain('executionStats');
  const { totalDocsExamined } = (explained as { executionStats: { totalDocsExamined: number } }).executionStats;
  assert.equal(totalDocsExamined, 0);
});
