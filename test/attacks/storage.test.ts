import { hook, hookArguments, revisionOf } from './sandbox.ts';
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openSandboxPool, type SandboxPool } from '../../services/hook-executor/sandbox-pool.ts';
import { startStrongestSandbox } from '../support/strongest-wall.ts';
import { memoryDocuments } from '../../services/hook-executor/storage/memory-documents.ts';
import { storageOfRun } from '../../services/hook-executor/storage/storage-of-run.ts';

const documents = memoryDocuments();
let pool: SandboxPool | undefined;
before(async () => {
  pool = await openSandboxPool(1, startStrongestSandbox);
  await documents.write('victim', '{"secret":"of the victim"}', undefined, 0);
});
after(() => pool?.close());

async function outcomeOf(code: string, hook_id = 'attacker') {
  assert.ok(pool !== undefined);
  const deadlineMs = Date.now() + 5_000;
  return pool.run(
    revisionOf(code, { wall_ms: 5_000 }),
    hookArguments(),
    deadlineMs,
    undefined,
    storageOfRun(documents, { hook_id }, deadlineMs),
  );
}

async function resultOf(code: string, hook_id?: string): Promise<unknown> {
  const outcome = await outcomeOf(code, hook_id);
  if (outcome.status !== 'ok') assert.fail(JSON.stringify(outcome).slice(0, 500));
  return JSON.parse(outcome.result ?? 'null') as unknown;
}

const READS = `storage.get((error, data) => cb(null, { data: data ?? null, code: error?.code ?? null }));`;
const STORAGE = 'const { storage } = context.webtask;';

for (const [what, code] of [
  [
    'by naming it in what it asks',
    `storage.get({ hook_id: 'victim', id: 'victim', key: 'victim' }, (error, data) => cb(null, { data: data ?? null, code: null }));`,
  ],
  [
    'by what every object inherits',
    `for (const name of ['hook_id', 'run', 'operation', 'json', 'conflict']) Object.prototype[name] = 'victim'; ${READS}`,
  ],
  [
    'by a toJSON of its own',
    `Object.prototype.toJSON = String.prototype.toJSON = () => ({ operation: 'get', hook_id: 'victim' }); storage.get((error, data) => { delete Object.prototype.toJSON; delete String.prototype.toJSON; cb(null, { data: data ?? null, code: error?.code ?? null }); });`,
  ],
  ['by a JSON of its own', `JSON.stringify = () => '{"operation":"get","hook_id":"victim"}'; ${READS}`],
  ['by the id of its webtask', `context.webtask.id = 'victim'; ${READS}`],
  [
    'by another this',
    `storage.get.call({ id: 'victim', hook_id: 'victim' }, (error, data) => cb(null, { data: data ?? null, code: null }));`,
  ],
] as const) {
  test(`a hook reads no other hook's document ${what}`, async () => {
    const { data, code: refused } = (await resultOf(hook(`${STORAGE} ${code}`))) as Record<string, unknown>;
    assert.equal(data, null);
    assert.ok(refused === null || refused === 'STORAGE_INVALID_REQUEST', String(refused));
  });
}

test("a hook writes no other hook's document", async () => {
  const code = `Object.prototype.hook_id = 'victim';
    storage.set({ taken: true, hook_id: 'victim' }, { force: 1, hook_id: 'victim' }, (error) => { delete Object.prototype.hook_id; ${READS} });`;
  assert.deepEqual(await resultOf(hook(`${STORAGE} ${code}`), 'writer'), {
    data: { taken: true, hook_id: 'victim' },
    code: null,
  });
  assert.equal((await documents.read('victim', 0)).json, '{"secret":"of the victim"}');
});

test('a hook that holds on to the storage of an earlier run has that of its own hook', async () => {
  const code = hook(`globalThis.kept ??= context.webtask.storage; const storage = globalThis.kept; ${READS}`);
  await resultOf(code, 'first');
  await documents.write('second', '"second"', undefined, 0);
  assert.deepEqual(await resultOf(code, 'second'), { data: 'second', code: null });
});

test('a hook has so many calls and no more, and learns of it in its callback', async () => {
  const outcome = await resultOf(
    hook(`${STORAGE} let answered = 0; const codes = {};
      for (let i = 0; i < 500; i++) storage.get((error) => {
        codes[error?.code ?? 'ok'] = (codes[error?.code ?? 'ok'] ?? 0) + 1;
        if (++answered === 500) cb(null, codes);
      });`),
  );
  assert.deepEqual(outcome, { ok: 20, STORAGE_TOO_MANY_CALLS: 480 });
});

test('a document over the limit is an error of its callback that names the limit', async () => {
  for (const length of [524_287, 590_000, 3_000_000]) {
    const code = `storage.set('x'.repeat(${length}), { force: 1 }, (error) => cb(null, { code: error.code, message: error.message }));`;
    const { code: refused, message } = (await resultOf(hook(`${STORAGE} ${code}`))) as Record<string, string>;
    assert.equal(refused, 'STORAGE_DOCUMENT_TOO_LARGE');
    assert.match(message ?? '', /limited to 524288 bytes/);
  }
});

test('what a callback throws fails the run, and what cannot be stored or called is thrown at once', async () => {
  const threw = await outcomeOf(hook(`${STORAGE} storage.get(() => { throw new Error('in the callback'); });`));
  assert.ok(threw.status === 'threw', JSON.stringify(threw));
  assert.equal(threw.error.message, 'in the callback');
  for (const [call, message] of [
    ['storage.get()', 'Callback must be a function.'],
    ['storage.set({}, {}, 1)', 'Callback must be a function.'],
    ['const o = {}; o.o = o; storage.set(o, cb)', 'Converting circular structure to JSON'],
  ] as const) {
    const outcome = await outcomeOf(hook(`${STORAGE} ${call};`));
    assert.ok(outcome.status === 'threw' && outcome.error.message.startsWith(message), JSON.stringify(outcome));
  }
});

test('without a storage the callback has an error', async () => {
  assert.ok(pool !== undefined);
  const outcome = await pool.run(revisionOf(hook(`${STORAGE} ${READS}`)), hookArguments(), Date.now() + 5_000);
  assert.equal(outcome.status === 'ok' && outcome.result, '{"data":null,"code":"STORAGE_UNAVAILABLE"}');
});
