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

export type Cached<T> = { get: (key: string) => Promise<T | undefined> };

/** Caches of one store: what one has found away, the others need not wait for, and what one finds back is back for all. */
export type ReadThrough = {
  cached: <T extends object>(read: (key: string) => Promise<T | undefined>) => Cached<T>;
  /** Makes every entry be read again. Old entries still serve while the store is away. */
  drop: () => void;
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
  let generation = 0;
  let awayUntilMs = -Infinity;
  let isProbing = false;
  const age = createAge();

  function drop(): void {
    // A change can only have been written to a store that is there.
    awayUntilMs = -Infinity;
    generation++;
  }

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
    drop();
  }

  function cached<T extends object>(read: (key: string) => Promise<T | undefined>): Cached<T> {
    const cache = new LRUCache<string, Entry<T>>({
      max: CONFIGURATION_MAX_ENTRIES,
      ttl: CONFIGURATION_MAX_AGE_MS,
      noDeleteOnStaleGet: true,
      fetchMethod: async (key, stale, { options }) => {
        const [asked, readMs] = [generation, performance.now()];
        const staleOne = (known: Entry<T>, cause: unknown): Entry<T> => {
          if (performance.now() - known.readMs > maxAgeMs) throw storeAway(cause);
          options.ttl = CONFIGURATION_RETRY_MS;
          return { ...known, generation: asked };
        };
        const fresh = (value: T | undefined): Entry<T> =>
          value === undefined ? { generation: asked, readMs } : { generation: asked, readMs, value };
        if (stale !== undefined && awayUntilMs > performance.now()) return staleOne(stale, OLD);
        const reading = read(key);
        try {
          const limitMs = stale === undefined ? CONFIGURATION_FIRST_READ_TIMEOUT_MS : CONFIGURATION_READ_TIMEOUT_MS;
          return fresh(await withTimeLimit(limitMs, reading, SILENT));
        } catch (error) {
          // An invalid document does not mean that the store is down: other documents can still be read.
          if (error !== SILENT && !isStoreAway(error)) throw error;
          if (error === SILENT) {
            // A late answer is an answer: a store that takes seconds for each would else never be heard.
            void reading.then(
              (value) => {
                if ((cache.peek(key, { allowStale: true })?.readMs ?? -Infinity) < readMs) cache.set(key, fresh(value));
              },
              () => void probe(() => read(key)),
            );
          } else void probe(() => read(key));
          if (stale === undefined) throw storeAway(error);
          logger.warn({ err: error }, 'the store cannot be read; the cached configuration stays in use');
          awayUntilMs = performance.now() + CONFIGURATION_RETRY_MS;
          return staleOne(stale, error);
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
    };
  }

  return { cached, drop, ageMs: age.ms };
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
