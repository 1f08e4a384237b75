import type { NatsConnection } from '@nats-io/transport-node';
import type { Db } from 'mongodb';
import { onReconnect } from '../bus/connect.ts';
import type { HostedTenant } from '../domain/hosted-tenant.ts';
import { messageOf } from '../errors.ts';
import { logger } from '../log.ts';
import { tenantsIn } from '../store/tenants.ts';
import { announcedChanges, configChangedSubject } from '../subjects/config-changed.ts';
import { finderOf, type FindTenant } from './find-tenant.ts';

/** Interval of reading them without an announced change. */
const READ_INTERVAL_MS = 30_000;
/** Of one deployment. */
export const MAX_TENANTS = 10_000;

/** The tenants that a deployment serves beside its own, as far as this process knows. */
export type Tenants = {
  find: FindTenant;
  named: (name: string) => HostedTenant | undefined;
  /** The same, read again where it is not known: another process may know already of one that has just been made. */
  known: (name: string) => Promise<HostedTenant | undefined>;
  all: () => readonly HostedTenant[];
  /** Reads them again, as they are now. What cannot be read stays as it was known. */
  read: () => Promise<void>;
  /** Calls `changed` after each read that gave another list. */
  onChange: (changed: () => void) => void;
  close: () => void;
};

/**
 * Follows the list of tenants: read at the start, when a change is announced, when the bus is back, and each 30 s.
 *
 * @param db Of the deployment's own tenant.
 * @param own Its name.
 */
export async function watchTenants(db: Db, bus: NatsConnection, own: string): Promise<Tenants> {
  let list: readonly HostedTenant[] = [];
  let byName = new Map<string, HostedTenant>();
  let find = finderOf(list);
  let reading: Promise<void> = Promise.resolve();
  let hasFailed = false;
  const listeners: (() => void)[] = [];

  async function readNow(): Promise<void> {
    try {
      const read = await tenantsIn(db).list({}, { skip: 0, limit: MAX_TENANTS });
      hasFailed = false;
      if (JSON.stringify(read) === JSON.stringify(list)) return;
      list = read;
      byName = new Map(read.map((tenant) => [tenant.name, tenant]));
      find = finderOf(read);
      for (const changed of listeners) changed();
    } catch (error) {
      // Once: a user of the store from before there were tenants may not read them at all.
      if (!hasFailed) logger.warn({ reason: messageOf(error) }, 'the list of tenants was not read; it stays as it is');
      hasFailed = true;
    }
  }
  /** One after the other, so that an older list never comes after a newer one. */
  const read = (): Promise<void> => (reading = reading.then(readNow));

  const subscription = bus.subscribe(configChangedSubject(own), {
    callback: (_error, announcement) => {
      const changes = announcedChanges(announcement);
      if (changes === undefined || changes.some(({ collection }) => collection === 'tenants')) void read();
    },
  });
  const endReconnects = onReconnect(bus, () => void read());
  const timer = setInterval(() => void read(), READ_INTERVAL_MS).unref();
  await read();
  return {
    find: (host, path) => find(host, path),
    named: (name) => byName.get(name),
    known: async (name) => {
      if (!byName.has(name)) await read();
      return byName.get(name);
    },
    all: () => list,
    read,
    onChange: (changed) => void listeners.push(changed),
    close: () => {
      clearInterval(timer);
      subscription.unsubscribe();
      endReconnects();
    },
  };
}
