import './quiet.ts';
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import type { Db } from 'mongodb';
import { z } from 'zod';
import { documentsIn, DuplicateError } from '../../shared/store/documents.ts';
import { startStore, type StoreServer } from './store-fixtures.ts';

let server: StoreServer;
let db: Db;

before(async () => {
  server = await startStore();
});
after(() => server.stop());
beforeEach(async () => {
  db = await server.emptyDatabase();
});

const Thing = z.object({
  key: z.string(),
  name: z.string(),
  count: z.number().default(0),
  marks: z.array(z.string()).default([]),
  note: z.string().optional(),
});

const things = (of = db) => documentsIn(of, { name: 'things', schema: Thing, idName: 'key', what: 'thing' });
const thing = (key: string, more: Partial<z.infer<typeof Thing>> = {}) => Thing.parse({ key, name: key, ...more });
const ALL = { skip: 0, limit: 100 };
const stored = (key: string) => db.collection<{ _id: string }>('things').findOne({ _id: key });

describe('a change', () => {
  it('is not lost among 50 at once', async () => {
    await things().insert(thing('a'));
    const marks = Array.from({ length: 50 }, (_, index) => String(index));
    const changes = await Promise.all(
      marks.map((mark) =>
        things().change('a', (now) => ({ ...now, count: now.count + 1, marks: [...now.marks, mark] })),
      ),
    );
    const after = await things().find('a');
    assert.equal(after?.count, 50);
    assert.deepEqual([...after.marks].sort(), [...marks].sort());
    assert.deepEqual(
      changes.map((change) => [change?.before.count, change?.after.count]).sort(([a = 0], [b = 0]) => a - b),
      marks.map((_, index) => [index, index + 1]),
    );
  });

  it('is not lost among changes through another connection', async () => {
    const other = await server.connect(server.urls.owner, db.databaseName.replace(/^hookmint_/, ''));
    await things().insert(thing('a'));
    const increase = (of: Db) => things(of).change('a', (now) => ({ ...now, count: now.count + 1 }));
    await Promise.all(Array.from({ length: 20 }, (_, index) => increase(index % 2 === 0 ? db : other)));
    assert.equal((await things().find('a'))?.count, 20);
  });

  it('is made again of what another writer left in the meantime', async () => {
    await things().insert(thing('a', { name: 'first' }));
    const seen: string[] = [];
    const change = await things().change('a', async (now) => {
      seen.push(now.name);
      if (seen.length === 1) await things().change('a', (between) => ({ ...between, name: 'second' }));
      return { ...now, count: 1 };
    });
    assert.deepEqual(seen, ['first', 'second']);
    assert.deepEqual(change, {
      before: thing('a', { name: 'second' }),
      after: thing('a', { name: 'second', count: 1 }),
    });
    assert.deepEqual(await things().find('a'), change.after);
  });

  it('gives up on a document that is changed again each time', async () => {
    await things().insert(thing('a'));
    await assert.rejects(
      things().change('a', async (now) => {
        await things().change('a', (between) => ({ ...between, count: between.count + 1 }));
        return { ...now, name: 'never' };
      }),
      { code: 'store_contended', message: 'thing a is being changed by too many writers at the same time.' },
    );
    assert.equal((await things().find('a'))?.name, 'a');
  });

  it('of a document that is not there changes nothing, and asks for nothing', async () => {
    const edits: unknown[] = [];
    const change = await things().change('missing', (now) => {
      edits.push(now);
      return now;
    });
    assert.equal(change, undefined);
    assert.deepEqual(edits, []);
    assert.equal(await things().count({}), 0);
  });

  it('of a document that is removed in the meantime does not bring it back', async () => {
    await things().insert(thing('a'));
    const change = await things().change('a', async (now) => {
      await things().remove('a');
      return { ...now, name: 'back' };
    });
    assert.equal(change, undefined);
    assert.equal(await things().find('a'), undefined);
  });

  it('that leaves all as it was is not written', async () => {
    await things().insert(thing('a', { note: 'x' }));
    await things().change('a', (now) => ({ ...now, note: 'y' }));
    const before = await stored('a');
    const change = await things().change('a', ({ key, ...rest }) => ({ ...rest, key }));
    assert.deepEqual(change, { before: thing('a', { note: 'y' }), after: thing('a', { note: 'y' }) });
    assert.deepEqual(await stored('a'), before);
  });

  it('takes away a member that it leaves out', async () => {
    await things().insert(thing('a', { note: 'x' }));
    await things().change('a', ({ key, name }) => ({ key, name }));
    assert.deepEqual(await things().find('a'), thing('a'));
    assert.deepEqual(Object.keys((await stored('a')) ?? {}).sort(), ['_id', '_version', 'count', 'marks', 'name']);
  });

  it('is not made when it throws, or gives what is not valid', async () => {
    await things().insert(thing('a'));
    await assert.rejects(
      things().change('a', () => {
        throw new RangeError('no');
      }),
      { name: 'RangeError', message: 'no' },
    );
    await assert.rejects(
      things().change('a', (now) => ({ ...now, count: 'many' as unknown as number })),
      { name: 'ZodError' },
    );
    assert.deepEqual(await things().find('a'), thing('a'));
  });

  it('of a document as an older version wrote it, without a version of its own, is safe too', async () => {
    await db.collection<{ _id: string; name: string }>('things').insertOne({ _id: 'a', name: 'a' });
    await Promise.all(
      Array.from({ length: 20 }, () => things().change('a', (now) => ({ ...now, count: now.count + 1 }))),
    );
    assert.deepEqual(await things().find('a'), thing('a', { count: 20 }));
  });
});

describe('a key that another document has', () => {
  beforeEach(async () => {
    await db.collection('things').createIndex({ name: 1 }, { unique: true }, {});
    await things().insert(thing('a'));
    await things().insert(thing('b'));
  });

  const duplicate = (error: unknown) => error instanceof DuplicateError;

  it('is refused on insert, be it the id or a unique index', async () => {
    await assert.rejects(things().insert(thing('a', { name: 'other' })), duplicate);
    await assert.rejects(things().insert(thing('c', { name: 'a' })), duplicate);
    assert.deepEqual(await things().list({}, ALL), [thing('a'), thing('b')]);
  });

  it('is refused on a change, which leaves the document as it was', async () => {
    await assert.rejects(
      things().change('b', (now) => ({ ...now, name: 'a', count: 1 })),
      duplicate,
    );
    assert.deepEqual(await things().find('b'), thing('b'));
  });

  it('goes to one of 20 who insert it at once', async () => {
    const inserts = await Promise.allSettled(Array.from({ length: 20 }, () => things().insert(thing('c'))));
    const refused = inserts.filter((insert) => insert.status === 'rejected');
    assert.equal(refused.length, 19);
    assert(refused.every(({ reason }) => duplicate(reason)));
  });
});

describe('the documents of a collection', () => {
  it('are listed by their ids, page by page', async () => {
    for (const key of ['d', 'b', 'e', 'a', 'c']) await things().insert(thing(key));
    const keys = async (skip: number, limit: number, filter = {}) =>
      (await things().list(filter, { skip, limit })).map(({ key }) => key);
    assert.deepEqual(await keys(0, 100), ['a', 'b', 'c', 'd', 'e']);
    assert.deepEqual(await keys(0, 2), ['a', 'b']);
    assert.deepEqual(await keys(2, 2), ['c', 'd']);
    assert.deepEqual(await keys(4, 2), ['e']);
    assert.deepEqual(await keys(5, 2), []);
    assert.deepEqual(await keys(1, 2, { name: { $in: ['e', 'a', 'c'] } }), ['c', 'e']);
  });

  it('keep their place in the list when they are changed', async () => {
    for (const key of ['a', 'b']) await things().insert(thing(key));
    await things().change('a', (now) => ({ ...now, name: 'z' }));
    assert.deepEqual(
      (await things().list({}, ALL)).map(({ key }) => key),
      ['a', 'b'],
    );
  });

  it('are counted', async () => {
    for (const key of ['a', 'b', 'c']) await things().insert(thing(key));
    assert.equal(await things().count({}), 3);
    assert.equal(await things().count({ name: 'b' }), 1);
    assert.equal(await things().count({ name: 'x' }), 0);
  });

  it('are given by insert as they are found, with the defaults', async () => {
    assert.deepEqual(await things().insert({ key: 'a', name: 'a' }), thing('a'));
    assert.deepEqual(await things().find('a'), thing('a'));
    assert.deepEqual(await things().findBy({ name: 'a' }), thing('a'));
    assert.equal(await things().findBy({ name: 'x' }), undefined);
    assert.deepEqual(await stored('a'), { _id: 'a', name: 'a', count: 0, marks: [] });
  });

  it('are removed once, and given back', async () => {
    await things().insert(thing('a'));
    await things().insert(thing('b'));
    assert.deepEqual(await things().remove('a'), thing('a'));
    assert.equal(await things().remove('a'), undefined);
    assert.deepEqual(await things().list({}, ALL), [thing('b')]);
  });

  it('are refused by whoever reads them when they are not valid', async () => {
    await db.collection<{ _id: string; name: unknown }>('things').insertOne({ _id: 'a', name: 7 });
    const invalid = {
      code: 'store_document_invalid',
      message: /^In the database thing a cannot be used: name: /,
    };
    await assert.rejects(things().find('a'), invalid);
    await assert.rejects(things().list({}, ALL), invalid);
    await assert.rejects(
      things().change('a', (now) => now),
      invalid,
    );
  });
});
