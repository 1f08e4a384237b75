import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MongoNetworkError, MongoServerError, MongoWriteConcernError } from 'mongodb';
import { HookmintError } from '../../shared/errors.ts';
import { storeFailureOf } from '../../shared/store/store-failure.ts';
import { notingWrites, written, type Target } from '../../shared/store/written.ts';
import { changesOf, readChanges, writeChanges } from '../../shared/subjects/config-changed.ts';

const failure = (code: number): MongoServerError => new MongoServerError({ message: String(code), code });
const noMajority = new MongoWriteConcernError({ ok: 1, writeConcernError: { code: 64, errmsg: 'waiting timed out' } });

describe('an error of the store', () => {
  for (const [what, error, expected] of [
    ['no majority in time', noMajority, 'unknown'],
    ['a connection that broke', new MongoNetworkError('closed'), 'unknown'],
    ['a primary that stepped down', failure(189), 'unknown'],
    ['a write that a fail-over interrupted', failure(11_602), 'unknown'],
    ['a server that ends', failure(11_600), 'unknown'],
    ['a server that is not the primary', failure(10_107), 'refused'],
    ['a socket that broke', Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }), 'unknown'],
    ['a key that is taken', failure(11_000), undefined],
    ['an error of ours', new TypeError('x'), undefined],
  ] as const) {
    it(`is ${String(expected)}: ${what}`, () => {
      assert.equal(storeFailureOf(error), expected);
    });
  }

  it('is refused where no connection was made', () => {
    const error = new MongoNetworkError('connect');
    error.addErrorLabel('HandshakeError');
    assert.equal(storeFailureOf(error), 'refused');
  });
});

describe('a request that writes', () => {
  const told = new Error('told');
  const fail = (error: Error) => () => Promise.reject(error);
  const done = () => Promise.resolve('done');

  async function handle(act: () => Promise<unknown>): Promise<{ threw: unknown; targets: readonly Target[] }> {
    let noted: readonly Target[] = [];
    const threw = await notingWrites(act, (targets) => {
      noted = targets;
      return Promise.resolve(told);
    }).catch((error: unknown) => error);
    return { threw, targets: noted };
  }

  it('gives what it made when all is well', async () => {
    const keyed = () => written('clients', 'a', done, (result) => [String(result)]);
    const targets = [{ collection: 'clients', id: 'a', keys: ['done'] }];
    assert.deepEqual(await handle(keyed), { threw: { result: 'done', targets }, targets: [] });
  });

  it('tells of the write whose outcome is unknown', async () => {
    const { threw, targets } = await handle(() => written('clients', 'a', fail(noMajority)));
    assert.deepEqual([threw, targets], [told, [{ collection: 'clients', id: 'a', keys: undefined }]]);
  });

  it('tells of a write that was made when the next one was refused', async () => {
    const { threw, targets } = await handle(async () => {
      await written('client_grants', 'a', done);
      await written('clients', 'a', fail(failure(10_107)));
    });
    assert.deepEqual([threw, targets], [told, [{ collection: 'client_grants', id: 'a', keys: undefined }]]);
  });

  it('tells of a service that may have done it', async () => {
    const lost = new HookmintError('bus_unresponsive', 'no sign of life');
    assert.equal((await handle(() => written('signing_keys', 'a', fail(lost)))).threw, told);
  });

  it('is not in effect when its only write was refused, or nobody was there to make it', async () => {
    for (const error of [failure(10_107), new HookmintError('bus_no_responders', 'nobody')]) {
      assert.deepEqual(await handle(() => written('clients', 'a', fail(error))), { threw: error, targets: [] });
    }
  });

  it('passes on what is no matter of servers', async () => {
    const error = new TypeError('x');
    const { threw } = await handle(async () => {
      await written('clients', 'a', done);
      throw error;
    });
    assert.equal(threw, error);
  });
});

describe('an announcement of changes', () => {
  const target = (collection: string, keys?: string[]) => ({ collection, keys });

  it('names what was written of each collection, once', () => {
    const changes = changesOf([target('clients', ['a']), target('hooks', ['h']), target('clients', ['b', 'a'])]);
    assert.deepEqual(changes, [
      { collection: 'clients', keys: ['a', 'b'] },
      { collection: 'hooks', keys: ['h'] },
    ]);
    assert.deepEqual(readChanges(writeChanges(changes)), changes);
  });

  it('names nothing where one is unknown, or they are too many', () => {
    const many = Array.from({ length: 129 }, (_, i) => String(i));
    for (const targets of [[target('clients', ['a']), target('clients')], [target('clients', many)]]) {
      assert.deepEqual(changesOf(targets), [{ collection: 'clients' }]);
    }
    assert.equal(writeChanges([{ collection: 'clients', keys: many.map((key) => key.repeat(50)) }]), undefined);
  });

  it('is of anything where it cannot be read', () => {
    for (const header of [undefined, '', 'x', ['a', 'b'], Buffer.from('[{"collection":7}]').toString('base64url')]) {
      assert.equal(readChanges(header), undefined);
    }
  });
});
