import '../contract/quiet.ts';
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { readConfigurationFrom, type Configuration } from '../../services/gateway/configuration-cache.ts';
import { Client } from '../../shared/domain/client.ts';
import { OAuthError } from '../../shared/oauth-error.ts';
import { clientsIn } from '../../shared/store/clients.ts';
import { startStore, type StoreServer } from '../contract/store-fixtures.ts';
import { until } from '../support/until.ts';
import { delay } from './load.ts';
import { startTcpProxy, type TcpProxy } from './tcp-proxy.ts';

const TENANT = 't1';
const MAX_AGE_MS = 2_000;
/** Each way: an answer comes after the second that a request waits for one, and before the five of the driver. */
const SLOW_MS = 700;
/** Before, a store that was away at the moment of an announcement was asked again after 5 s. */
const SOON_MS = 4_000;

// A gateway whose way to MongoDB is slow or gone, while others write there.

let store: StoreServer;
let proxy: TcpProxy;
let clients: ReturnType<typeof clientsIn>;
let [patient, strict]: (Configuration | undefined)[] = [];
before(async () => {
  store = await startStore();
  clients = clientsIn(await store.emptyDatabase());
  const url = new URL(store.urls.owner);
  proxy = await startTcpProxy(Number(url.port));
  url.port = String(proxy.port);
  const db = await store.connect(url.href, TENANT);
  patient = readConfigurationFrom(db);
  strict = readConfigurationFrom(db, MAX_AGE_MS);
});
after(async () => {
  await proxy.close();
  await store.stop();
});

const named = (name: string): Client =>
  Client.parse({
    client_id: 'client',
    name,
    client_secrets: [],
    token_endpoint_auth_method: 'client_secret_post',
    grant_types: ['client_credentials'],
    client_metadata: {},
  });

async function write(name: string): Promise<void> {
  await clients.put(named(name));
  for (const configuration of [patient, strict]) configuration?.changed(undefined);
}

const nameOf = async (configuration = patient): Promise<string | undefined> =>
  (await configuration?.client('client'))?.name;

test('what a slow store answers late is used all the same, and no request waits for it', async () => {
  await write('one');
  assert.equal(await nameOf(), 'one');
  proxy.set({ latencyMs: SLOW_MS });
  await write('two');
  let slowestMs = 0;
  await until('the change is in use', async () => {
    const askedMs = performance.now();
    const name = await nameOf();
    slowestMs = Math.max(slowestMs, performance.now() - askedMs);
    return name === 'two';
  });
  proxy.set({ latencyMs: 0 });
  assert.ok(slowestMs < 1_500, `a request took ${String(Math.round(slowestMs))} ms`);
});

test('a change that was announced while the store was away is in use as soon as it is back', async () => {
  await write('three');
  assert.equal(await nameOf(), 'three');
  await proxy.shut();
  await write('four');
  assert.equal(await nameOf(), 'three', 'what is known serves');
  await proxy.open();
  const backMs = performance.now();
  await until('the change is in use', async () => (await nameOf()) === 'four');
  const tookMs = performance.now() - backMs;
  process.stdout.write(
    `faults: a change from while the store was away: in use ${(tookMs / 1_000).toFixed(1)} s after\n`,
  );
  assert.ok(tookMs < SOON_MS, `after ${String(Math.round(tookMs))} ms`);
});

test('the age of what is used is told, and what is older than it may be is refused', async () => {
  await write('five');
  assert.deepEqual([await nameOf(), await nameOf(strict)], ['five', 'five']);
  assert.ok(patient !== undefined && strict !== undefined);
  await proxy.shut();
  await delay(MAX_AGE_MS);
  await write('six');
  assert.equal(await nameOf(), 'five');
  assert.ok(patient.ageMs() >= MAX_AGE_MS);
  await assert.rejects(nameOf(strict), (error) => error instanceof OAuthError && error.status === 503);
  await proxy.open();
  await until('both are up to date', async () => {
    const names = await Promise.all([nameOf(), nameOf(strict).catch(() => undefined)]);
    return names.every((name) => name === 'six');
  });
});
