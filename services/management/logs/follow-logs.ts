import { messageOf } from '../../../shared/errors.ts';
import { logger } from '../../../shared/log.ts';
import type { LogEntry } from '../../../shared/domain/log-entry.ts';
import type { LogFilter, logsIn } from '../../../shared/store/logs.ts';
import type { Source } from '../api/route.ts';

/** How often a follower looks for new logs, milliseconds: a token is in the list within two seconds. */
const POLL_INTERVAL_MS = 500;
/** Most logs of one look; of more the newest are told, and how many were left out. */
const MAX_LOGS_PER_POLL = 200;
/** Replicas write at the same time: a log may come so much later than one that follows it, milliseconds. */
const LATE_MS = 5_000;

export type FollowedLogs = { logs: LogEntry[]; skipped: number };

/**
 * Tells logs as they are written, whichever replica writes them, in the order of the stream.
 *
 * @param from Only logs after this one are told.
 */
export const followLogs =
  (logs: ReturnType<typeof logsIn>, filter: LogFilter, from: string): Source<FollowedLogs> =>
  (tell) => {
    /** Nothing comes at or before it any more. */
    let floor = from;
    const told = new Set<string>();
    const newest: { id: string; atMs: number }[] = [];
    let timer: NodeJS.Timeout | undefined;
    let isStopped = false;
    let isAway = false;

    function raiseFloor(to: string): void {
      floor = to;
      for (const id of told) if (id <= floor) told.delete(id);
    }

    async function look(): Promise<void> {
      const newestId = await logs.newestId();
      if (newestId === undefined) return;
      newest.push({ id: newestId, atMs: performance.now() });
      const after: LogFilter = { $and: [filter, { _id: { $gt: floor } }] };
      const found = await logs.list(after, { field: 'log_id', order: -1 }, { skip: 0, limit: MAX_LOGS_PER_POLL });
      const fresh = found.filter(({ log_id }) => !told.has(log_id)).reverse();
      const [oldest] = fresh;
      // A full page may hide what is before it.
      const isFull = found.length === MAX_LOGS_PER_POLL && oldest !== undefined;
      const skipped = isFull ? (await countBefore(oldest.log_id)) - countTold(oldest.log_id) : 0;
      if (isStopped) return;
      if (fresh.length > 0) tell({ logs: fresh, skipped: Math.max(skipped, 0) });
      for (const { log_id } of fresh) told.add(log_id);
      if (isFull) raiseFloor(oldest.log_id);
      while (newest[0] !== undefined && newest[0].atMs < performance.now() - LATE_MS) {
        const { id } = newest.shift() ?? newest[0];
        if (id > floor) raiseFloor(id);
      }
    }

    const countBefore = (id: string): Promise<number> =>
      logs.count({ $and: [filter, { _id: { $gt: floor, $lt: id } }] });
    const countTold = (before: string): number => [...told].filter((id) => id < before).length;

    async function follow(): Promise<void> {
      try {
        await look();
        isAway = false;
      } catch (error) {
        if (!isAway) logger.warn({ reason: messageOf(error) }, 'logs cannot be followed at the moment');
        isAway = true;
      }
      if (!isStopped) timer = setTimeout(() => void follow(), POLL_INTERVAL_MS);
    }
    void follow();

    return () => {
      isStopped = true;
      clearTimeout(timer);
    };
  };
