import assert from 'node:assert/strict';
import { jetstreamManager } from '@nats-io/jetstream';
import type { Collection } from 'mongodb';
import { EVENTS_STREAM } from '../../shared/subjects/events.ts';
import { MANAGEMENT_CONSUMER } from '../../shared/bus/streams/events.ts';
import { HOOK_STORAGE_STREAM } from '../../shared/subjects/hook-storage.ts';
import type { Stack } from './stack.ts';
import { requestToken } from './token-request.ts';
import { until } from './until.ts';

/** Written by the running services for themselves: what they hold in memory goes by it. */
const KEPT_COLLECTIONS = ['signing_keys'];
const KEPT_DOCUMENTS = ['audit_position'];
/** Written of every token. */
const RECORDS = ['logs', 'token_minutes'];

/** Remembers what the tenant of a started stack has, and gives what brings that back: configuration, logs and hooks' documents. */
export async function resettable(stack: Stack): Promise<() => Promise<void>> {
  const db = await stack.db();
  const { consumers } = await jetstreamManager(await stack.bus());
  const { streams: storage } = await jetstreamManager(await stack.storageBus());
  const replaceable = async () =>
    (await db.listCollections().toArray())
      .map(({ name }) => db.collection<{ _id: string }>(name))
      .filter((collection) => !KEPT_COLLECTIONS.includes(collection.collectionName));
  const before = new Map<string, { _id: string }[]>();
  for (const collection of await replaceable()) {
    before.set(collection.collectionName, await collection.find({ _id: { $nin: KEPT_DOCUMENTS } }).toArray());
  }
  const putBack = async (collection: Collection<{ _id: string }>): Promise<void> => {
    await collection.deleteMany({ _id: { $nin: KEPT_DOCUMENTS } });
    const there = before.get(collection.collectionName) ?? [];
    if (there.length > 0) await collection.insertMany(there);
  };

  return async () => {
    // A log of the tests before would else come between those of the next.
    await until('every event is a log', async () => {
      const { num_pending, num_ack_pending } = await consumers.info(EVENTS_STREAM, MANAGEMENT_CONSUMER);
      return num_pending === 0 && num_ack_pending === 0;
    });
    for (const collection of await replaceable()) await putBack(collection);
    await storage.purge(HOOK_STORAGE_STREAM);
    await stack.announceChange();
    const { status } = await requestToken(stack);
    assert.equal(status, 200);
    // It is the last that is recorded, and none of the next tests' tokens.
    const records = (await replaceable()).filter(({ collectionName }) => RECORDS.includes(collectionName));
    await until('the token is recorded', async () =>
      (await Promise.all(records.map((collection) => collection.countDocuments()))).every((count) => count > 0),
    );
    for (const collection of records) await putBack(collection);
  };
}
