import type { Db } from 'mongodb';
import { bucketOf } from '../../../shared/duration-buckets.ts';
import { logger } from '../../../shared/log.ts';
import { MINUTE_MS, tokenMinutesIn, type TokenMinute } from '../../../shared/store/token-minutes.ts';
import type { StreamEvent } from '../../../shared/subjects/events.ts';

/** What the code of an error may be as a name in the store. */
const ERROR_CODE = /^[a-z0-9_]{1,64}$/;
const OTHER_ERROR = 'other';

/** Counts token requests by the minute, as their logs are written. Figures that cannot be written hold no log up: they are told once. */
export function createTokenCounter(db: Db) {
  const minutes = tokenMinutesIn(db);
  let complained = false;
  /** @param through The last log of the events. */
  return async (events: readonly StreamEvent[], through: string): Promise<void> => {
    try {
      for (const minute of minutesOf(events)) await minutes.add(minute, through);
      complained = false;
    } catch (error) {
      if (!complained)
        logger.warn(
          { err: error },
          'figures of token requests cannot be written at the moment; they are missing later',
        );
      complained = true;
    }
  };
}

export function minutesOf(events: readonly StreamEvent[]): TokenMinute[] {
  const minutes = new Map<number, TokenMinute>();
  for (const event of events) {
    if (event.type !== 'token.issued' && event.type !== 'token.denied' && event.type !== 'token.failed') continue;
    const startMs = Math.floor(event.time_ms / MINUTE_MS) * MINUTE_MS;
    const minute = minutes.get(startMs) ?? { at: new Date(startMs), issued: 0, errors: {}, durations: {} };
    minutes.set(startMs, minute);
    if (event.type === 'token.issued') {
      minute.issued++;
      increase(minute.durations, String(bucketOf(event.duration_ms)), 1);
    } else {
      const { code = OTHER_ERROR } = event.error ?? {};
      increase(minute.errors, ERROR_CODE.test(code) ? code : OTHER_ERROR, 1 + (event.refusals ?? 0));
    }
  }
  return [...minutes.values()];
}

function increase(counts: Record<string, number>, name: string, by: number): void {
  counts[name] = (counts[name] ?? 0) + by;
}
