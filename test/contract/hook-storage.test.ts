import './quiet.ts';
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { z } from 'zod';
import { busDocuments } from '../../services/hook-executor/storage/bus-documents.ts';
import { memoryDocuments } from '../../services/hook-executor/storage/memory-documents.ts';
import { storageOfRun } from '../../services/hook-executor/storage/storage-of-run.ts';
import { createBatchRequester } from '../../shared/bus/batch-requester.ts';
import { serveBatches } from '../../shared/bus/batch-responder.ts';
import { ensureHookStorage } from '../../shared/bus/streams/hook-storage.ts';
import { startBusWithUsers, startPlainBus, type Bus } from './bus-fixtures.ts';

const WAIT_MS = 10_000;
const BACK_WITHIN_MS = 30_000;

let bus: Bus;
let executor: NatsConnection;
let other: NatsConnection;
before(async () => {
  bus = await startBusWithUsers();
  const setup = await bus.connect('setup-storage');
  await ensureHookStorage(setup);
  await ensureHookStorage(setup);
  [executor, other] = await Promise.all([bus.connect('hook-executor'), bus.connect('hook-executor')]);
});
after(() => bus.stop());

const inMinutes = (): number => Date.now() + 60_000;
const get = '{"operation":"get"}';
const set = (data: unknown, force = false): string => {
  const json = JSON.stringify(data);
  return JSON.stringify({ operation: 'set', force, length: json.length, json });
};
const answer = (json: string | null, conflict = false): string => JSON.stringify({ json, conflict });

const inMemory = () => {
  const documents = memoryDocuments();
  return [documents, documents] as const;
};

for (const [kind, documentsOf] of [
  ['on the bus', () => [busDocuments(executor, 'demo'), busDocuments(other, 'demo')] as const],
  ['in memory', () => inMemory()],
] as const) {
  describe(`the documents of hooks ${kind}`, () => {
    it('are there for whoever comes next, and each hook has its own', async () => {
      const [mine, theirs] = documentsOf();
      for (const id of ['one', 'on=65', 'a.b', 'a', '*', '>', 'ü é', '', '$KV.x', 'one\n']) {
        assert.deepEqual(await mine.read(id, WAIT_MS), { json: undefined, sequence: 0 }, id);
        const sequence = await mine.write(id, JSON.stringify(id), 0, WAIT_MS);
        assert.deepEqual(await theirs.read(id, WAIT_MS), { json: JSON.stringify(id), sequence });
      }
    });

    it('are taken away, and then are none', async () => {
      const [mine, theirs] = documentsOf();
      const first = await mine.write('gone', '1', undefined, WAIT_MS);
      const second = await mine.write('gone', undefined, first, WAIT_MS);
      assert.deepEqual(await theirs.read('gone', WAIT_MS), { json: undefined, sequence: second });
    });

    it('are changed by one of many who read the same', async () => {
      const [mine, theirs] = documentsOf();
      const started = await mine.write('raced', '0', undefined, WAIT_MS);
      const writes = await Promise.all(
        [mine, theirs, mine, theirs].map((documents, n) => documents.write('raced', String(n), started, WAIT_MS)),
      );
      assert.equal(writes.filter((sequence) => sequence !== undefined).length, 1, JSON.stringify(writes));
    });

    it('are, for a run without force, a conflict with what another wrote since, and with it the last word is heard', async () => {
      const [mine, theirs] = documentsOf();
      const run = storageOfRun(mine, { hook_id: 'run' }, inMinutes());
      const rival = storageOfRun(theirs, { hook_id: 'run' }, inMinutes());
      assert.equal(await run(get), answer(null));
      assert.equal(await run(set({ n: 1 })), answer(null));
      assert.equal(await run(set({ n: 2 })), answer(null), 'its own write is no change of another');
      assert.equal(await rival(set({ n: 3 })), answer(null), 'who has read nothing has nothing to conflict with');
      assert.equal(await run(set({ n: 4 })), answer('{"n":3}', true));
      assert.equal(await run(set({ n: 5 })), answer('{"n":3}', true), 'until it is read again');
      assert.equal(await run(set({ n: 6 }, true)), answer(null));
      assert.equal(await rival(get), answer('{"n":6}'));
      assert.equal(await rival(JSON.stringify({ operation: 'set', force: false, length: 0 })), answer(null));
      assert.equal(await run(get), answer(null));
    });
  });
}

describe('the storage of a run', () => {
  const run = (deadlineMs = inMinutes()) => storageOfRun(busDocuments(executor, 'demo'), { hook_id: 'r' }, deadlineMs);

  it('takes documents of 524,288 bytes and no more, and says so', async () => {
    assert.equal(await run()(set('x'.repeat(524_286))), answer(null));
    assert.equal(await run()(get), answer(JSON.stringify('x'.repeat(524_286))));
    for (const request of [
      set('x'.repeat(524_287)),
      set('ü'.repeat(300_000)),
      JSON.stringify({ operation: 'set', force: true, length: 3_000_000 }),
    ]) {
      await assert.rejects(run()(request), { code: 'STORAGE_DOCUMENT_TOO_LARGE', message: /limited to 524288 bytes/ });
    }
  });

  it('answers 20 calls', async () => {
    const storage = run();
    for (let call = 1; call <= 20; call++) await storage(get);
    await assert.rejects(storage(get), {
      code: 'STORAGE_TOO_MANY_CALLS',
      message: 'a run may call the storage 20 times',
    });
  });

  it('takes nothing after the deadline', async () => {
    await assert.rejects(run(Date.now() - 1)(get), { code: 'STORAGE_TIMED_OUT' });
  });

  for (const request of [
    '',
    'null',
    '{"operation":"delete"}',
    '{"operation":"get","hook_id":"one"}',
    '{"operation":"set","force":true,"length":1}',
    '{"operation":"set","force":true,"length":1,"json":"{"}',
    '{"operation":"set","force":true,"length":1,"json":"1","hook_id":"one"}',
  ]) {
    it(`refuses ${JSON.stringify(request)}`, async () => {
      await assert.rejects(run()(request), { code: 'STORAGE_INVALID_REQUEST' });
    });
  }
});

describe('without storage', () => {
  it('a server that has no bucket is an error to the hook, at once', async (t) => {
    const plain = await startPlainBus();
    t.after(() => plain.end());
    const documents = busDocuments(await plain.connect(), 'demo');
    await assert.rejects(documents.read('a', WAIT_MS), { code: 'STORAGE_UNAVAILABLE' });
    await assert.rejects(documents.write('a', '1', undefined, WAIT_MS), { code: 'STORAGE_UNAVAILABLE' });
  });

  it('a server that is away is an error to the hook in time, and then works again', async (t) => {
    const plain = await startPlainBus();
    t.after(() => plain.end());
    const connection = await plain.connect();
    await ensureHookStorage(connection);
    const documents = busDocuments(connection, 'demo');
    await documents.write('a', '1', undefined, WAIT_MS);
    await plain.stop();
    // The server is not there before they are given up.
    await assert.rejects(documents.read('a', 300), { name: 'StorageError' });
    await assert.rejects(documents.write('a', '2', undefined, 300), { name: 'StorageError' });
    await plain.start();
    const untilMs = Date.now() + BACK_WITHIN_MS;
    let read;
    while (read === undefined && Date.now() < untilMs) read = await documents.read('a', 200).catch(() => undefined);
    assert.match(String(read?.json), /^[12]$/);
  });

  it('a user that may not is an error to the hook', async () => {
    const documents = busDocuments(await bus.connect('gateway'), 'demo');
    await assert.rejects(documents.read('a', 500), { code: /^STORAGE_(UNAVAILABLE|TIMED_OUT)$/ });
    await assert.rejects(documents.write('a', '1', undefined, 500), { code: /^STORAGE_(UNAVAILABLE|TIMED_OUT)$/ });
  });

  it('a bucket that is full refuses and loses nothing', async (t) => {
    const plain = await startPlainBus();
    t.after(() => plain.end());
    const connection = await plain.connect();
    await ensureHookStorage(connection);
    const { streams } = await jetstreamManager(connection);
    await streams.update('KV_HOOKMINT_STORAGE', { max_bytes: 2_000 });
    const documents = busDocuments(connection, 'demo');
    await documents.write('a', `"${'x'.repeat(1_500)}"`, 0, WAIT_MS);
    await assert.rejects(documents.write('b', `"${'x'.repeat(1_500)}"`, 0, WAIT_MS), { code: 'STORAGE_FULL' });
    assert.equal((await documents.read('a', WAIT_MS)).json?.length, 1_502);
  });
});

describe('a document that an executor has the server send elsewhere', () => {
  it('is taken for no request and for no reply', async (t) => {
    const event = { id: 'e', deadline_ms: inMinutes() };
    const plain = await startPlainBus();
    t.after(() => plain.end());
    const [gateway, signer] = await Promise.all([plain.connect('gateway'), plain.connect('signer')]);
    await ensureHookStorage(signer);
    const handled: unknown[] = [];
    serveBatches({
      connection: signer,
      subject: 'hookmint.demo.token.sign',
      queue: 'signer',
      schema: z.object({}),
      maxInFlight: 1,
      handle: (asked) => Promise.resolve(handled.push(asked)),
    });
    const requester = createBatchRequester<object, unknown>({
      connection: gateway,
      service: 'gateway',
      subject: 'hookmint.demo.keys.public',
      replySchema: z.unknown(),
    });
    t.after(() => requester.close());
    const documents = busDocuments(gateway, 'demo');
    const read = '$JS.API.DIRECT.GET.KV_HOOKMINT_STORAGE.$KV.HOOKMINT_STORAGE.demo.';
    await documents.write('sign', JSON.stringify({ events: [event] }), 0, WAIT_MS);
    const forged = new Promise<void>((resolve) => {
      signer.subscribe('hookmint.demo.keys.public', {
        callback: (_, asked) => {
          const { events } = asked.json<{ events: { id: string }[] }>();
          const replies = events.map(({ id }) => ({ id, reply: 'forged' }));
          void documents.write('keys', JSON.stringify({ replies }), 0, WAIT_MS).then(async () => {
            signer.publish(`${read}keys`, '', { reply: asked.reply ?? '' });
            await signer.flush();
            resolve();
          });
        },
      });
    });
    await signer.flush();
    signer.publish(`${read}sign`, '', { reply: 'hookmint.demo.token.sign' });
    await assert.rejects(requester.request({}, Date.now() + 700), { code: 'bus_deadline_exceeded' });
    await forged;
    assert.deepEqual(handled, []);
  });
});
