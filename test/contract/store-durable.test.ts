import './quiet.ts';
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, it } from 'node:test';
import { obtainMongod } from '../../deploy/local/servers/mongod-binary.ts';
import { startStoreServer } from '../../deploy/local/store-server.ts';
import { connectStore } from '../../shared/store/connect.ts';
import { resourceServersIn } from '../../shared/store/resource-servers.ts';
import { temporaryDir } from './servers-fixtures.ts';

/** A write that is only in memory outlives a killed mongod now and then. */
const ROUNDS = 5;

const password = (): string => randomBytes(32).toString('base64url');
const passwords = { owner: password(), gateway: password(), signer: password(), management: password() };
const dataDir = temporaryDir();
let start: () => ReturnType<typeof startStoreServer>;
let running: Awaited<ReturnType<typeof startStoreServer>>;

before(async () => {
  const { path: binary } = await obtainMongod({ report: () => undefined });
  start = () => startStoreServer({ binary, dataDir }, 'demo', passwords);
  running = await start();
});
after(() => running.server.stop());

it('what was written is there after mongod was killed at once', async () => {
  for (let round = 0; round < ROUNDS; round++) {
    const store = await connectStore('test', { MONGODB_URL: running.urls.management }, 'demo');
    const id = `api-${String(round)}`;
    const gone = new Promise((resolve) => running.server.process.once('exit', resolve));
    await resourceServersIn(store.db).insert({
      id,
      identifier: `urn:${id}`,
      scopes: [],
      signing_alg: 'RS256',
      token_dialect: 'access_token',
      enforce_policies: false,
      token_lifetime_seconds: 60,
    });
    running.server.process.kill('SIGKILL');
    await gone;
    await store.close();

    running = await start();
    const again = await connectStore('test', { MONGODB_URL: running.urls.management }, 'demo');
    const found = await resourceServersIn(again.db).find(id);
    await again.close();
    assert.equal(found?.id, id, `round ${String(round)}`);
  }
});
