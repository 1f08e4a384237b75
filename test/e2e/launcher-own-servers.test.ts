import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { decodeJwt } from 'jose';
import { startPlainBus, type PlainBus } from '../contract/bus-fixtures.ts';
import { startStore, type StoreServer } from '../contract/store-fixtures.ts';
import { startStack, type Stack } from '../support/stack.ts';
import { requestToken } from '../support/token-request.ts';

describe('npm start with NATS_URL and MONGODB_URL', () => {
  let bus: PlainBus;
  let store: StoreServer;
  let stack: Stack;
  const cleanup = new AsyncDisposableStack();
  before(async () => {
    bus = await startPlainBus();
    cleanup.defer(() => bus.end());
    store = await startStore();
    cleanup.defer(() => store.stop());
    stack = await startStack({ env: { NATS_URL: bus.url, MONGODB_URL: store.urls.owner } });
    cleanup.defer(() => stack.stop());
  });
  after(() => cleanup.disposeAsync());

  it('starts no servers and issues tokens on those', async () => {
    assert.deepEqual([...stack.pidsOf('nats-server'), ...stack.pidsOf('mongod')], []);
    const { status, body } = await requestToken(stack);
    assert.equal(status, 200);
    assert.equal(decodeJwt(String(body.access_token))['https://foo.com/claim'], 'bar');
    const db = await store.connect(store.urls.owner);
    assert.equal(await db.collection('clients').countDocuments(), 2);
  });

  it('shows no password of theirs', () => {
    assert(!stack.output().includes(new URL(store.urls.owner).password));
  });

  it('leaves them running when it ends', async () => {
    await stack.stop();
    const db = await store.connect(store.urls.owner);
    assert.equal(await db.collection('clients').countDocuments(), 2);
    const connection = await bus.connect();
    await connection.flush();
  });
});
