import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Db } from 'mongodb';
import { HookmintError } from '../../../shared/errors.ts';
import { isDuplicateKey } from '../../../shared/store/duplicate-key.ts';

/** The lease of a process that died ends by itself after this time; a write takes milliseconds. */
const LEASE_MS = 10_000;
const RETRY_MS = 25;
/** How long a writer waits for another's lease: longer than that of one that died. */
const MAX_WAIT_MS = 12_000;

type Lease = { _id: string; holder: string; until_ms: number };

/**
 * Runs a task while no other runs under the same lease, in any management process.
 *
 * @throws {HookmintError} `store_contended` when others keep it for too long; and what `act` throws.
 */
export async function withLease<T>(db: Db, name: string, act: () => Promise<T>): Promise<T> {
  const leases = db.collection<Lease>('tenant');
  const holder = randomUUID();
  const giveUpMs = Date.now() + MAX_WAIT_MS;
  while (!(await taken(name, holder, db))) {
    if (Date.now() > giveUpMs)
      throw new HookmintError('store_contended', `${name} is being changed by too many writers at the same time.`);
    await delay(RETRY_MS);
  }
  try {
    return await act();
  } finally {
    await leases.updateOne({ _id: name, holder }, { $set: { until_ms: 0 } });
  }
}

async function taken(name: string, holder: string, db: Db): Promise<boolean> {
  const nowMs = Date.now();
  try {
    const lease = { holder, until_ms: nowMs + LEASE_MS };
    const free = { _id: name, until_ms: { $lt: nowMs } };
    await db.collection<Lease>('tenant').updateOne(free, { $set: lease }, { upsert: true });
    return true;
  } catch (error) {
    // It is there and not free, so that it would have been made a second time.
    if (isDuplicateKey(error)) return false;
    throw error;
  }
}
