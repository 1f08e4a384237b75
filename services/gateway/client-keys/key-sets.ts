import { SpanKind } from '@opentelemetry/api';
import { LRUCache } from 'lru-cache';
import { onlyKey, type KeyOfSet, type WantedKey } from '../../../shared/key-set.ts';
import { logger } from '../../../shared/log.ts';
import { OAuthError } from '../../../shared/oauth-error.ts';
import { inSpan } from '../../../shared/telemetry/tracing.ts';
import type { FetchKeySet, KeySetPlace } from './fetch-key-set.ts';
import { FETCH_EVERY_MS, KEY_SET_MAX_AGE_MS, MAX_KEYS_IN_MEMORY, STALE_KEY_SET_MS } from './limits.ts';

/**
 * The key of a JWK Set that an assertion names, by its `kid` or as the only one that its `alg` is used with.
 *
 * @returns `undefined` where no key, or more than one, is meant.
 * @throws {OAuthError} 503 `temporarily_unavailable` while the set is not there.
 */
export type FindKey = (place: KeySetPlace, wanted: WantedKey) => Promise<KeyOfSet | undefined>;

type Entry = {
  keys: readonly KeyOfSet[] | undefined;
  /** When they were fetched, and when that was tried last. */
  fetchedMs: number;
  triedMs: number;
  fetching: Promise<void> | undefined;
};

/**
 * Keeps JWK Sets that were fetched. Who asks decides nothing about how often one is: strangers may name clients and kids as they like.
 *
 * @param nowMs Of a clock that is never set back.
 */
export function createKeySets(fetchKeySet: FetchKeySet, nowMs: () => number = () => performance.now()): FindKey {
  const entries = new LRUCache<string, Entry>({
    maxSize: MAX_KEYS_IN_MEMORY,
    sizeCalculation: ({ keys = [] }) => 1 + keys.length,
  });

  const nameOf = (place: KeySetPlace): string => JSON.stringify(place);

  function entryOf(place: KeySetPlace): Entry {
    const known = entries.get(nameOf(place));
    if (known !== undefined) return known;
    const fresh = { keys: undefined, fetchedMs: -Infinity, triedMs: -Infinity, fetching: undefined };
    entries.set(nameOf(place), fresh);
    return fresh;
  }

  /** It takes another room now. */
  function measureAgain(entry: Entry, place: KeySetPlace): void {
    entries.delete(nameOf(place));
    entries.set(nameOf(place), entry);
  }

  async function fetchInto(entry: Entry, place: KeySetPlace): Promise<void> {
    const host = URL.parse(typeof place === 'string' ? place : place.issuer)?.hostname ?? '';
    try {
      const options = { kind: SpanKind.CLIENT, attributes: { 'server.address': host } };
      entry.keys = await inSpan('GET', options, () => fetchKeySet(place));
      entry.fetchedMs = nowMs();
      measureAgain(entry, place);
    } catch (error) {
      logger.warn({ err: error, host }, 'the JWK Set of a client cannot be fetched');
    }
  }

  /** No more than one at a time, and not again at once: those who come meanwhile go by what is known. */
  async function refresh(entry: Entry, place: KeySetPlace): Promise<void> {
    if (entry.fetching === undefined) {
      if (nowMs() - entry.triedMs < FETCH_EVERY_MS) return;
      entry.triedMs = nowMs();
      entry.fetching = fetchInto(entry, place).finally(() => {
        entry.fetching = undefined;
      });
    }
    await entry.fetching;
  }

  return async (place, wanted) => {
    const entry = entryOf(place);
    const age = (): number => nowMs() - entry.fetchedMs;
    if (age() >= KEY_SET_MAX_AGE_MS) await refresh(entry, place);
    const known = () => {
      if (entry.keys === undefined || age() >= KEY_SET_MAX_AGE_MS + STALE_KEY_SET_MS) throw notThere();
      return onlyKey(entry.keys, wanted);
    };
    const found = known();
    if (found !== undefined) return found;
    await refresh(entry, place);
    return known();
  };
}

const notThere = (): OAuthError =>
  new OAuthError(503, 'temporarily_unavailable', "The client's keys cannot be fetched at the moment", {
    headers: { 'Retry-After': String(FETCH_EVERY_MS / 1_000) },
  });
