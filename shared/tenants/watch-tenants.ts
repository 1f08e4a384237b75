import type { NatsConnection } from '@nats-io/transport-node';
import { MongoServerError, type Db } from 'mongodb';
import { onReconnect } from '../bus/connect.ts';
import type { HostedTenant } from '../domain/hosted-tenant.ts';
import { messageOf } from '../errors.ts';
import { logger } from '../log.ts';
import { tenantsIn } from '../store/tenants.ts';
import { announcedChanges, configChangedSubject } from '../subjects/config-changed.ts';
import { finderOf, type FindTenant } from './find-tenant.ts';

/** Interval of reading them without an announced change. */
const READ_INTERVAL_MS = 30_000;
const UNAUTHORIZED = 13;
/** Of one deployment. */
export const MAX_TENANTS = 10_000;

/** The tenants that a deployment serves beside its own, as far as this process knows. */
export type Tenants = {
  find: FindTenant;
  /** By its handle. */
  named: (handle: string) => HostedTenant | undefined;
  /**
   * The same, read again where it is not known: another process may know already of one that has just been made.
   *
   * @throws where the list cannot be read.
   */
  known: (handle: string) => Promise<HostedTenant | undefined>;
  all: () => readonly HostedTenant[];
  /** Reads them again, as they are now. What cannot be read stays as it was known. */
  read: () => Promise<void>;
  /** While a change that was told is being read: whoever was answered that it is made must find it so. */
  told: () => Promise<void> | undefined;
  /** A change was told, by the bus or in another way. */
  hear: () => void;
  /** Calls `changed` after each read that gave another list. */
  onChange: (changed: () => void) => void;
  close: () => void;
};

/**
 * Follows the list of tenants: read at the start, when a change is announced, when the bus is back, and each 30 s.
 *
 * @param db Of the deployment's own tenant.
 * @param own Its name.
 * @throws where the list cannot be read at the start.
 */
export async function watchTenants(db: Db, bus: NatsConnection, own: string): Promise<Tenants> {
  let list: readonly HostedTenant[] = [];
  let byHandle = new Map<string, HostedTenant>();
  let find = finderOf(list);
  let reading: Promise<void> = Promise.resolve();
  let waiting: Promise<void> | undefined;
  let isRefusedTold = false;
  const listeners: (() => void)[] = [];

  async function readNow(): Promise<void> {
    const read = await tenantsIn(db)
      .list({}, { skip: 0, limit: MAX_TENANTS })
      .catch((error: unknown) => (isRefused(error) ? refused(error) : Promise.reject(error as Error)));
    if (JSON.stringify(read) === JSON.stringify(list)) return;
    list = read;
    byHandle = new Map(read.map((tenant) => [tenant.handle, tenant]));
    find = finderOf(read);
    for (const changed of listeners) changed();
  }
  function refused(error: unknown): HostedTenant[] {
    if (!isRefusedTold) logger.warn({ reason: messageOf(error) }, 'the list of tenants may not be read: there is none');
    isRefusedTold = true;
    return [];
  }
  /** One after the other, so that an older list never comes after a newer one; whoever asks while one is read shares the next. */
  const tryToRead = (): Promise<void> =>
    (waiting ??= reading
      .catch(() => undefined)
      .then(() => {
        waiting = undefined;
        return (reading = readNow());
      }));
  const read = async (): Promise<void> => {
    await tryToRead().catch((error: unknown) =>
      logger.warn({ reason: messageOf(error) }, 'the list of tenants was not read; it stays as it is'),
    );
  };

  let told: Promise<void> | undefined;
  function hear(): void {
    const reading = read().finally(() => {
      if (told === reading) told = undefined;
    });
    told = reading;
  }

  const subscription = bus.subscribe(configChangedSubject(own), {
    callback: (_error, announcement) => {
      const changes = announcedChanges(announcement);
      if (changes === undefined || changes.some(({ collection }) => collection === 'tenants')) hear();
    },
  });
  const endReconnects = onReconnect(bus, () => void read());
  const timer = setInterval(() => void read(), READ_INTERVAL_MS).unref();
  // Without it a tenant's clients would be answered by another.
  await tryToRead();
  return {
    find: (host, path) => find(host, path),
    named: (handle) => byHandle.get(handle),
    known: async (handle) => {
      if (!byHandle.has(handle)) await tryToRead();
      return byHandle.get(handle);
    },
    all: () => list,
    read,
    told: () => told,
    hear,
    onChange: (changed) => void listeners.push(changed),
    close: () => {
      clearInterval(timer);
      subscription.unsubscribe();
      endReconnects();
    },
  };
}

/** A user of the store from before there were tenants may not read them at all. */
const isRefused = (error: unknown): boolean => error instanceof MongoServerError && error.code === UNAUTHORIZED;
