import { jetstream } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { onReconnect } from '../../../shared/bus/connect.ts';
import { messageOf } from '../../../shared/errors.ts';
import { logger } from '../../../shared/log.ts';
import { hearCount, readKeptCounts } from '../../../shared/quotas/read-kept-counts.ts';
import {
  allQuotasCounted,
  quotaCountedSubject,
  QUOTAS_STREAM,
  type QuotaCounted,
} from '../../../shared/subjects/quota-counted.ts';
import type { Counts } from '../../../shared/quotas/counts.ts';
import { windowsAt } from '../../../shared/quotas/windows.ts';

/** How often a gateway publishes its counts; a killed one loses at most this much. */
const REPORT_INTERVAL_MS = 1_000;
/** A message may be lost between servers of the bus, and its sender and its reader are told of nothing. */
const AGAIN_INTERVAL_MS = 30_000;
const KEPT_TIMEOUT_MS = 2_000;
/** Counts that are on their way at a time. */
const MAX_ON_THE_WAY = 256;
const READ_RETRY_MS = 5_000;
/** How long a starting gateway waits for what was counted before it. */
const FIRST_READ_TIMEOUT_MS = 2_000;

/**
 * Tells the other gateways what this one has issued, each count until the bus has kept it, and hears what they have; and reads what was
 * kept of all of them: at the start, after each loss of the bus, and every 30 s. While the bus is away, or its servers are parted, each
 * side counts for itself.
 *
 * @returns Once the stored counts are read, or after two seconds without them. `close` sends the last counts.
 */
export async function shareCounts(
  bus: NatsConnection,
  tenant: string,
  counts: Counts,
): Promise<{ close: () => Promise<void> }> {
  const stream = jetstream(bus);
  const subscription = bus.subscribe(allQuotasCounted(tenant), {
    callback: (error, message) => {
      if (error === null) hearCount(message, counts.heard);
    },
  });

  let closed = false;
  let reading = false;
  let retry: NodeJS.Timeout | undefined;
  async function read(isAgain = false): Promise<void> {
    clearTimeout(retry);
    if (closed || reading) return;
    reading = true;
    try {
      await readKeptCounts(bus, allQuotasCounted(tenant), counts.heard);
    } catch (error) {
      if (!isAgain) logger.warn({ reason: messageOf(error) }, 'the counts of tokens that were kept cannot be read yet');
      retry = setTimeout(() => void read(true), READ_RETRY_MS).unref();
    } finally {
      reading = false;
    }
  }

  let connected = true;
  const endReconnects = onReconnect(
    bus,
    () => {
      connected = true;
      counts.tellAgain();
      void read();
    },
    () => {
      connected = false;
    },
  );

  async function tell(counted: QuotaCounted): Promise<void> {
    try {
      await stream.publish(quotaCountedSubject(tenant, counted.gateway, counted.client_id), JSON.stringify(counted), {
        timeout: KEPT_TIMEOUT_MS,
        expect: { streamName: QUOTAS_STREAM },
      });
    } catch (error) {
      logger.debug({ reason: messageOf(error) }, 'a count of tokens was not kept, telling it again');
      counts.tellAgain(counted.client_id);
    }
  }

  let reporting: Promise<void> | undefined;
  async function reportAll(): Promise<void> {
    // Messages published now would wait in memory; send the counts when the bus is back.
    if (!connected || bus.isClosed()) return;
    const left = counts.takeChanged().values();
    const tellNext = async (): Promise<void> => {
      for (const counted of left) await tell(counted);
    };
    await Promise.all(Array.from({ length: MAX_ON_THE_WAY }, tellNext));
  }
  const report = (): Promise<void> =>
    (reporting ??= reportAll().finally(() => {
      reporting = undefined;
    }));
  const reporter = setInterval(() => void report(), REPORT_INTERVAL_MS);
  const again = setInterval(() => {
    counts.forget(windowsAt(Date.now()));
    counts.tellAgain();
    void read();
  }, AGAIN_INTERVAL_MS);

  await Promise.race([read(), new Promise((resolve) => setTimeout(resolve, FIRST_READ_TIMEOUT_MS).unref())]);
  return {
    close: async () => {
      closed = true;
      endReconnects();
      for (const timer of [reporter, again, retry]) clearTimeout(timer);
      await reporting;
      await report();
      subscription.unsubscribe();
    },
  };
}
