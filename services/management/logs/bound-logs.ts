import type { Db } from 'mongodb';
import { logger } from '../../../shared/log.ts';
import { logsIn } from '../../../shared/store/logs.ts';
import { logsShortened, observeLogsSize } from '../../../shared/telemetry/metrics.ts';
import type { LogNote } from './keep-logs.ts';

const LOOK_INTERVAL_MS = 60_000;
/** MongoDB removes what has expired once a minute, and knows what is free from its next checkpoint on. */
const SETTLE_MS = 180_000;
/** Of the bound: as much is left when it was passed, and below so much logs are kept as long as is set again. */
const LEFT_SHARE = 0.9;
const RELAXED_SHARE = 0.8;

/** More are let go at the next looks: to count them takes its time. At 5,000 tokens a second no more than that come in between. */
const MAX_LOGS_AT_ONCE = 1_000_000;

export type LogsBound = {
  maxBytes: number;
  /** As is set; less is kept while the bound asks for it. */
  retentionSeconds: number;
  /** Adds a warning to the logs. */
  note: (note: LogNote) => void;
};

/**
 * Keeps the tenant's logs within their bytes, for as long as the process lives: when there are more, they expire earlier, the oldest
 * first. Nobody is given the right to remove one log. That it happened is told by a log, a metric and the service's own log.
 */
export function boundLogs(db: Db, bound: LogsBound): { close: () => void } {
  let bytes: number | undefined;
  observeLogsSize(() => bytes);
  // A counter that begins with its first time shows no increase by it.
  logsShortened.add(0);
  let timer: NodeJS.Timeout | undefined;
  const look = async (): Promise<void> => {
    let nextMs = LOOK_INTERVAL_MS;
    try {
      const found = await fitLogs(db, bound);
      bytes = found.bytes;
      if (found.changed) nextMs = SETTLE_MS;
    } catch (error) {
      logger.warn({ err: error }, 'the size of the logs cannot be read at the moment');
    }
    timer = setTimeout(() => void look(), nextMs).unref();
  };
  void look();
  return { close: () => clearTimeout(timer) };
}

/**
 * Looks once. Replicas that look at the same time find the same, and the first of them tells it.
 *
 * @returns The bytes that logs and their indexes have in use, and whether it was changed when they expire.
 */
export async function fitLogs(
  db: Db,
  { maxBytes, retentionSeconds, note }: LogsBound,
): Promise<{ bytes: number; changed: boolean }> {
  const logs = logsIn(db);
  const { bytes, count } = await logs.size();
  if (bytes < maxBytes * RELAXED_SHARE) return { bytes, changed: await logs.expireAfter(retentionSeconds, 'longer') };
  if (bytes <= maxBytes) return { bytes, changed: false };

  const tooMany = Math.min(MAX_LOGS_AT_ONCE, Math.ceil(count * (1 - (maxBytes * LEFT_SHARE) / bytes)));
  const oldestKept = await logs.dateAfterOldest(tooMany);
  if (oldestKept === undefined) return { bytes, changed: false };
  const seconds = Math.max(1, Math.floor((Date.now() - oldestKept.getTime()) / 1_000));
  if (!(await logs.expireAfter(seconds, 'shorter'))) return { bytes, changed: false };

  const description =
    `The logs before ${oldestKept.toISOString()}, some ${String(tooMany)}, go before their time: all took ` +
    `${String(mib(bytes))} MiB of the ${String(mib(maxBytes))} MiB that HOOKMINT_LOG_MAX_MIB allows`;
  logsShortened.add(1);
  logger.warn({ bytes, maxBytes, oldestKept, logs: tooMany }, description);
  note({ description, details: { bytes, max_bytes: maxBytes, oldest_kept: oldestKept, logs: tooMany } });
  return { bytes, changed: true };
}

const mib = (bytes: number): number => Math.round(bytes / 1_048_576);
