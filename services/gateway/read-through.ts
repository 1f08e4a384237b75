import { setTimeout as delay } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import { MongoError } from 'mongodb';
import { logger } from '../../shared/log.ts';
import { OAuthError, RETRY_AFTER_SECONDS } from '../../shared/oauth-error.ts';
import { storeFailureOf } from '../../shared/store/store-failure.ts';
import { withTimeLimit } from '../../shared/time-limit.ts';
import {
  CONFIGURATION_FIRST_READ_TIMEOUT_MS,
  CONFIGURATION_MAX_AGE_MS,
  CONFIGURATION_MAX_ENTRIES,
  CONFIGURATION_PROBE_MS,
  CONFIGURATION_READ_TIMEOUT_MS,
  CONFIGURATION_RETRY_MS,
} from './limits.ts';

/**
 * What was read of the store, when the read began, and in which generation; `value` is absent for what the store does not have, so that
 * asking for it again costs nothing either.
 */
type Entry<T> = { generation: number; readMs: number; value?: T };

/** In the place of the generation of what was changed since it was read, or since that began. */
const OUTDATED = -1;

/** What is dropped is read again; until then it still serves while the store is away. */
export type Cached<T> = {
  get: (key: string) => Promise<T | undefined>;
  drop: () => void;
  dropOne: (key: string) => void;
};

/** Caches of one store: what one has found away, the others need not wait for, and what one finds back is back for all. */
export type ReadThrough = {
  cached: <T extends object>(read: (key: string) => Promise<T | undefined>) => Cached<T>;
  dropAll: () => void;
  /** Somebody has reached the store. */
  isBack: () => void;
  ageMs: () => number;
};

/** For an entry that was never read, or too long ago: whether the client exists cannot be known until the store is back. */
function storeAway(cause: unknown): OAuthError {
  return new OAuthError(503, 'temporarily_unavailable', 'The configuration cannot be read at the moment', {
    headers: { 'Retry-After': String(RETRY_AFTER_SECONDS) },
    cause,
  });
}

/** A silent store must not delay requests that the cache can answer: a lost packet is not a refused connection. */
const SILENT = new Error('the store does not answer');
const OLD = new Error('the configuration that is known is older than it may be');

/** @param maxAgeMs Of an entry that serves although the store cannot be read. */
export function createReadThrough(maxAgeMs: number): ReadThrough {
  let awayUntilMs = -Infinity;
  let isProbing = false;
  const age = createAge();
  const drops: (() => void)[] = [];

  const isBack = (): void => void (awayUntilMs = -Infinity);
  const dropAll = (): void => {
    for (const drop of drops) drop();
  };

  /** So that a change that was announced just then is not waited for longer than the store is away: no request waits for this. */
  async function probe(read: () => Promise<unknown>): Promise<void> {
    if (isProbing) return;
    isProbing = true;
    for (let isAway = true; isAway;) {
      await delay(CONFIGURATION_PROBE_MS, undefined, { ref: false });
      isAway = await read().then(
        () => false,
        (error: unknown) => isStoreAway(error),
      );
    }
    isProbing = false;
    isBack();
    dropAll();
  }

  function cached<T extends object>(read: (key: string) => Promise<T | undefined>): Cached<T> {
    let generation = 0;
    let droppedOne = 0;
    const readings = new Map<string, Pick<Entry<T>, 'generation'>>();
    const drop = (): void => {
      generation++;
    };
    drops.push(drop);

    /** So a store that takes seconds for each answer is heard after all. */
    async function takeLate(key: string, reading: Promise<T | undefined>, began: Entry<T>): Promise<void> {
      const droppedBefore = droppedOne;
      const value = await reading;
      const known = cache.peek(key, { allowStale: true });
      if (known !== undefined && known.readMs >= began.readMs) return;
      // It may be this one that was dropped meanwhile: newer than what is known, and to be read again.
      const fresh = droppedOne === droppedBefore ? began : { ...began, generation: OUTDATED };
      cache.set(key, value === undefined ? fresh : { ...fresh, value });
    }

    const cache = new LRUCache<string, Entry<T>>({
      max: CONFIGURATION_MAX_ENTRIES,
      ttl: CONFIGURATION_MAX_AGE_MS,
      noDeleteOnStaleGet: true,
      fetchMethod: async (key, stale, { options }) => {
        const [reading, readMs] = [{ generation }, performance.now()];
        const serveStale = (known: Entry<T>, cause: unknown): Entry<T> => {
          if (performance.now() - known.readMs > maxAgeMs) throw storeAway(cause);
          options.ttl = CONFIGURATION_RETRY_MS;
          return { ...known, ...reading };
        };
        if (stale !== undefined && awayUntilMs > performance.now()) return serveStale(stale, OLD);
        readings.set(key, reading);
        const answer = read(key);
        try {
          const limitMs = stale === undefined ? CONFIGURATION_FIRST_READ_TIMEOUT_MS : CONFIGURATION_READ_TIMEOUT_MS;
          const value = await withTimeLimit(limitMs, answer, SILENT);
          return value === undefined ? { ...reading, readMs } : { ...reading, readMs, value };
        } catch (error) {
          // An invalid document does not mean that the store is down: other documents can still be read.
          if (error !== SILENT && !isStoreAway(error)) throw error;
          const probeThis = (): void => void probe(() => read(key));
          if (error === SILENT) takeLate(key, answer, { ...reading, readMs }).catch(probeThis);
          else probeThis();
          if (stale === undefined) throw storeAway(error);
          logger.warn({ err: error }, 'the store cannot be read; the cached configuration stays in use');
          awayUntilMs = performance.now() + CONFIGURATION_RETRY_MS;
          return serveStale(stale, error);
        } finally {
          readings.delete(key);
        }
      },
    });
    return {
      get: async (key) => {
        let entry = cache.get(key);
        // A read that began before the last change may bring back what was there before it.
        while (entry?.generation !== generation)
          entry = await cache.forceFetch(key, { forceRefresh: entry !== undefined });
        age.used(entry.readMs);
        return entry.value;
      },
      drop,
      dropOne: (key) => {
        droppedOne++;
        for (const known of [cache.peek(key, { allowStale: true }), readings.get(key)]) {
          if (known !== undefined) known.generation = OUTDATED;
        }
      },
    };
  }

  return { cached, dropAll, isBack, ageMs: age.ms };
}

const isStoreAway = (error: unknown): boolean => error instanceof MongoError || storeFailureOf(error) !== undefined;

/** How old the oldest entry is of those that were used within the last one to two half minutes. */
function createAge() {
  let [turnedMs, oldestMs, oldestBeforeMs] = [performance.now(), Infinity, Infinity];
  function turn(nowMs: number): void {
    if (nowMs - turnedMs < CONFIGURATION_MAX_AGE_MS) return;
    oldestBeforeMs = nowMs - turnedMs < 2 * CONFIGURATION_MAX_AGE_MS ? oldestMs : Infinity;
    [turnedMs, oldestMs] = [nowMs, Infinity];
  }
  return {
    used: (readMs: number): void => {
      turn(performance.now());
      oldestMs = Math.min(oldestMs, readMs);
    },
    ms: (): number => {
      const nowMs = performance.now();
      turn(nowMs);
      return Math.max(0, nowMs - Math.min(oldestMs, oldestBeforeMs));
    },
  };
}
