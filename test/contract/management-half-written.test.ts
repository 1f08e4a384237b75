import './quiet.ts';
import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { MongoNetworkError, type Db } from 'mongodb';
import type { Deps } from '../../services/management/deps.ts';
import { ROUTES } from '../../services/management/routes.ts';
import { hooksIn } from '../../shared/store/hooks.ts';
import { prepareConfiguration } from '../../shared/store/prepare.ts';
import { buildHook } from '../../hook-build/build-hook.ts';
import type { HookSource } from '../../hook-build/hook-source.ts';
import { NO_WALL } from '../../shared/process-wall/wall.ts';
import { startStore, type StoreServer } from './store-fixtures.ts';

let store: StoreServer;
before(async () => {
  store = await startStore();
});
after(() => store.stop());

/** The database, whose answer that a hook was written gets lost on the way. */
function losingAnswers(db: Db): Db {
  return new Proxy(db, {
    get(target, name) {
      if (name !== 'collection') return Reflect.get(target, name) as unknown;
      return (of: string) => {
        const collection = target.collection(of);
        const insertOne = collection.insertOne.bind(collection);
        if (of === 'hooks') {
          collection.insertOne = async (document) => {
            await insertOne(document);
            throw new MongoNetworkError('the connection broke');
          };
        }
        return collection;
      };
    },
  });
}

const cases = {
  createHook: { name: 'shaper', script: 'module.exports = function () {};', triggerId: 'credentials-exchange' },
  createAction: {
    name: 'shaper',
    code: 'exports.onExecuteCredentialsExchange = async () => {};',
    supported_triggers: [{ id: 'credentials-exchange' }],
  },
};
for (const [operationId, body] of Object.entries(cases)) {
  it(`${operationId}: what was written although the answer got lost has its revision`, async () => {
    const db = await store.emptyDatabase();
    await prepareConfiguration(db);
    const route = ROUTES.find((one) => one.operationId === operationId);
    assert(route?.body !== undefined);
    const input = {
      params: {},
      query: {},
      body: route.body.parse(body),
      caller: { id: 'c', person: undefined, scopes: new Set<string>(), ip: undefined },
      ifMatch: undefined,
    };
    const deps = {
      db: losingAnswers(db),
      hookSecretsKey: Buffer.alloc(32, 1),
      hookBuilder: { build: (source: HookSource) => buildHook(source, { wall: NO_WALL }) },
    };
    await assert.rejects(route.handle(input, deps as unknown as Deps), MongoNetworkError);

    const hooks = hooksIn(db);
    const [written] = await hooks.list({}, { skip: 0, limit: 10 });
    const revision = written?.current_revision ?? written?.draft_revision;
    assert.notEqual(await hooks.findRevision(revision ?? ''), undefined);
  });
}
