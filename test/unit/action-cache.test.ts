import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { beforeEach, describe, it } from 'node:test';
import { createContext, runInContext } from 'node:vm';

type Answer = { type: string; code?: string; record?: { key: string; value: string; expires_at: number } };
type Cache = {
  get(key: unknown): { value: string; expires_at: number } | undefined;
  set(key: unknown, value: unknown, options?: unknown): Answer;
  delete(key: unknown): Answer;
};
type Action = (event: object, api: { cache: Cache }) => void;

const source = (name: string): string =>
  readFileSync(new URL(`../../services/hook-executor/isolate/${name}`, import.meta.url), 'utf8').replace(/;\s*$/, '');
const ADAPT = `(${source('contracts/auth0-action.js')})((${source('contracts/auth0-ignored-writes.js')})())`;

let nowMs: number;
let cache: Cache;
beforeEach(() => {
  nowMs = 1_800_000_000_000;
  const realm = createContext({ clock: () => nowMs });
  runInContext('Date.now = clock', realm);
  const contract = runInContext(`${ADAPT}()`, realm) as {
    adapt: (exported: { onExecuteCredentialsExchange: Action }) => (...args: unknown[]) => unknown;
  };
  const event = { client: {}, request: {} };
  const onExecuteCredentialsExchange: Action = (_, api) => void (cache = api.cache);
  const run = contract.adapt({ onExecuteCredentialsExchange });
  run(event, '{}', () => undefined, { keep: () => undefined });
});

const codeOf = ({ type, code }: Answer): string => code ?? type;

describe("an Action's cache counts bytes of UTF-8", () => {
  for (const [character, bytes] of [
    ['x', 1],
    ['ü', 2],
    ['€', 3],
    ['😀', 4],
    ['\ud800', 3],
  ] as const) {
    it(`${JSON.stringify(character)} is ${String(bytes)}`, () => {
      assert.equal(bytes, Buffer.byteLength(character));
      const fitting = (limit: number) => character.repeat(Math.floor(limit / bytes));
      assert.equal(codeOf(cache.set(fitting(64), '')), 'success');
      assert.equal(codeOf(cache.set(`${fitting(64)}${character}`, '')), 'CacheKeySizeExceeded');
      assert.equal(codeOf(cache.set('k', fitting(4_096))), 'success');
      assert.equal(codeOf(cache.set('k', `${fitting(4_096)}${character}`)), 'CacheValueSizeExceeded');
    });
  }

  it('in all entries together', () => {
    assert.equal(codeOf(cache.set('a', '€'.repeat(1_365))), 'success');
    assert.equal(codeOf(cache.set('b', '€'.repeat(1_364))), 'success');
    assert.equal(codeOf(cache.set('c', 'xx')), 'success');
    assert.equal(codeOf(cache.set('e', 'x')), 'CacheSizeExceeded');
    assert.equal(codeOf(cache.set('a', 'x')), 'success', 'what is replaced does not count');
    assert.equal(codeOf(cache.set('e', 'x')), 'success');
  });
});

describe("an entry of an Action's cache expires", () => {
  const MINUTE_MS = 60_000;
  const DAY_MS = 24 * 60 * MINUTE_MS;
  for (const [options, afterMs] of [
    [undefined, 15 * MINUTE_MS],
    [null, 15 * MINUTE_MS],
    [{}, 15 * MINUTE_MS],
    [{ ttl: undefined, expires_at: undefined }, 15 * MINUTE_MS],
    [{ ttl: 1_000 }, 1_000],
    [{ ttl: 1_000.9 }, 1_000],
    // The earlier of the two.
    [{ expires_at: 1_800_000_005_000, ttl: 1 }, 1],
    [{ expires_at: 1_800_000_005_000, ttl: 9_000 }, 5_000],
    [{ ttl: 2 * DAY_MS }, DAY_MS],
    [{ expires_at: Number.MAX_SAFE_INTEGER }, DAY_MS],
  ] as const) {
    it(`${String(afterMs)} ms after set with ${JSON.stringify(options)}`, () => {
      assert.equal(cache.set('k', 'v', options).record?.expires_at, nowMs + afterMs);
      nowMs += afterMs - 1;
      assert.equal(cache.get('k')?.value, 'v');
      nowMs += 1;
      assert.equal(cache.get('k'), undefined);
    });
  }

  for (const options of [
    { ttl: 0 },
    { ttl: -1 },
    { expires_at: 0 },
    { expires_at: 1_800_000_000_000 },
    { expires_at: 1_799_999_999_999, ttl: MINUTE_MS },
  ]) {
    it(`before it is set with ${JSON.stringify(options)}, which is an error and keeps what was there`, () => {
      cache.set('k', 'before');
      assert.deepEqual({ ...cache.set('k', 'v', options) }, { type: 'error', code: 'ItemAlreadyExpired' });
      assert.equal(cache.get('k')?.value, 'before');
    });
  }

  for (const time of [
    NaN,
    Infinity,
    -Infinity,
    1e300,
    null,
    '1000',
    '',
    true,
    1n,
    {},
    [],
    { valueOf: () => 1 },
    () => 1,
  ]) {
    it(`and is none with ${typeof time} ${String(time)} for its time`, () => {
      for (const options of [{ ttl: time }, { expires_at: time }]) {
        assert.equal(codeOf(cache.set('k', 'v', options)), 'InvalidExpiry');
        assert.equal(cache.get('k'), undefined);
      }
    });
  }

  it('whatever a hook does with what it was given', () => {
    const record = cache.set('k', 'v', { ttl: 1 }).record;
    assert.ok(record !== undefined);
    record.expires_at = Infinity;
    const entry = cache.get('k');
    assert.ok(entry !== undefined);
    entry.expires_at = Infinity;
    nowMs += 1;
    assert.equal(cache.get('k'), undefined);
  });
});

describe("an Action's cache refuses with the codes of Auth0's types", () => {
  it('a value that is no text', () => {
    for (const value of [1, null, undefined, {}, true]) {
      assert.equal(codeOf(cache.set('k', value)), 'FailedToSetCacheRecord');
    }
    assert.equal(cache.get('k'), undefined);
  });

  it('a key to delete that is not there, or no longer', () => {
    assert.equal(codeOf(cache.delete('k')), 'CacheKeyDoesNotExist');
    cache.set('k', 'v', { ttl: 1 });
    assert.equal(codeOf(cache.delete('k')), 'success');
    assert.equal(codeOf(cache.delete('k')), 'CacheKeyDoesNotExist');
    cache.set('k', 'v', { ttl: 1 });
    nowMs += 1;
    assert.equal(codeOf(cache.delete('k')), 'CacheKeyDoesNotExist');
    assert.equal(codeOf(cache.delete('__proto__')), 'CacheKeyDoesNotExist');
  });

  it('the 21st entry', () => {
    for (let i = 0; i < 20; i++) assert.equal(codeOf(cache.set(`k${String(i)}`, 'v')), 'success');
    assert.equal(codeOf(cache.set('one more', 'v')), 'CacheSizeExceeded');
    assert.equal(codeOf(cache.set('k0', 'other')), 'success');
  });
});
