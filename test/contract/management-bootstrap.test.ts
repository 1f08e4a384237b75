import './quiet.ts';
import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { MongoNetworkError, type Db } from 'mongodb';
import { bootstrap } from '../../services/management/bootstrap.ts';
import { clientGrantsIn } from '../../shared/store/client-grants.ts';
import { clientsIn } from '../../shared/store/clients.ts';
import { prepareConfiguration } from '../../shared/store/prepare.ts';
import { startStore, type StoreServer } from './store-fixtures.ts';

let store: StoreServer;
before(async () => {
  store = await startStore();
});
after(() => store.stop());

const startAt = (db: Db, audience: string): Promise<void> =>
  bootstrap(
    db,
    {
      audience,
      scopes: ['read:clients'],
      firstClient: { clientId: 'first', clientSecret: 's'.repeat(48) },
      clientSecretKey: Buffer.alloc(32, 1),
    },
    () => undefined,
  );

/** The database, whose server goes away when grants move. */
function leavingAtGrants(db: Db): Db {
  return new Proxy(db, {
    get(target, name) {
      if (name !== 'collection') return Reflect.get(target, name) as unknown;
      return (of: string) => {
        const collection = target.collection(of);
        if (of === 'client_grants')
          collection.updateMany = () => Promise.reject(new MongoNetworkError('the server has gone'));
        return collection;
      };
    },
  });
}

it('a move to another address that breaks half-way is made at the next start', async () => {
  const db = await store.emptyDatabase();
  await prepareConfiguration(db);
  await startAt(db, 'https://old.example/api/v2/');
  await assert.rejects(startAt(leavingAtGrants(db), 'https://new.example/api/v2/'), MongoNetworkError);
  await startAt(db, 'https://new.example/api/v2/');
  const grants = clientGrantsIn(db);
  assert.deepEqual((await grants.findFor('first', 'https://new.example/api/v2/'))?.scope, ['read:clients']);
  assert.equal(await grants.findFor('first', 'https://old.example/api/v2/'), undefined);
});

it('the first client comes in again as the runbook says, whatever became of it', async () => {
  const db = await store.emptyDatabase();
  await prepareConfiguration(db);
  const audience = 'https://auth.example/api/v2/';
  await startAt(db, audience);
  await clientsIn(db).remove('first');
  await clientGrantsIn(db).removeAll({ client_id: 'first' });
  await startAt(db, audience);
  assert.equal(await clientsIn(db).find('first'), undefined, 'one that was deleted does not come back by itself');
  // docs/runbook.md
  await db.collection<{ _id: string }>('tenant').updateOne({ _id: 'bootstrap' }, { $set: { done: false } });
  await startAt(db, audience);
  assert.equal((await clientsIn(db).find('first'))?.client_secrets.length, 1);
  assert.deepEqual((await clientGrantsIn(db).findFor('first', audience))?.scope, ['read:clients']);
});
