import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Db } from 'mongodb';
import { HookmintError } from '../../../shared/errors.ts';
import { isDuplicateKey } from '../../../shared/store/duplicate-key.ts';
import { storeFailureOf } from '../../../shared/store/store-failure.ts';

/** The lease of a process that died ends by itself after this time; a write takes milliseconds. */
const LEASE_MS = 10_000;
const RETRY_MS = 25;
/** How long a writer waits for another's lease, before it is told to call again. */
const MAX_WAIT_MS = 5_000;
/** How soon a lease that could not be given back is tried again. */
const RELEASE_RETRY_MS = 250;

type Lease = { _id: string; holder: string; until_ms: number };

/**
 * Runs a task while no other runs under the same lease, in any management process.
 *
 * @throws {HookmintError} `store_contended` when others keep it for too long; and what `act` throws.
 */
export async function withLease<T>(db: Db, name: string, act: () => Promise<T>): Promise<T> {
  const holder = randomUUID();
  const giveUpMs = Date.now() + MAX_WAIT_MS;
  while (!(await take(name, holder, db))) {
    if (Date.now() > giveUpMs)
      throw new HookmintError('store_contended', `${name} is being changed by too many writers at the same time.`);
    await delay(RETRY_MS);
  }
  try {
    return await act();
  } finally {
    // Whether it can be given back is no part of what the task came to.
    await release(name, holder, db).catch(() => releaseLater(name, holder, db));
  }
}

/** @returns Whether it was there. */
async function release(_id: string, holder: string, db: Db): Promise<boolean> {
  const leases = db.collection<Lease>('tenant');
  return (await leases.updateOne({ _id, holder }, { $set: { until_ms: 0 } })).matchedCount === 1;
}

/** Without waiting for it: the store is away, and may have given the lease to nobody, or may do so when it goes on. */
function releaseLater(name: string, holder: string, db: Db): void {
  const uselessMs = Date.now() + LEASE_MS;
  void (async () => {
    while (Date.now() < uselessMs) {
      await delay(RELEASE_RETRY_MS, undefined, { ref: false });
      if (await release(name, holder, db).catch(() => false)) return;
    }
  })();
}

async function take(name: string, holder: string, db: Db): Promise<boolean> {
  const nowMs = Date.now();
  try {
    const lease = { holder, until_ms: nowMs + LEASE_MS };
    const free = { _id: name, until_ms: { $lt: nowMs } };
    await db.collection<Lease>('tenant').updateOne(free, { $set: lease }, { upsert: true });
    return true;
  } catch (error) {
    // It is there and not free, so that it would have been made a second time.
    if (isDuplicateKey(error)) return false;
    if (storeFailureOf(error) === 'unknown') releaseLater(name, holder, db);
    throw error;
  }
}
