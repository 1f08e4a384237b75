import { setTimeout as delay } from 'node:timers/promises';
import { HookmintError } from '../../shared/errors.ts';
import { logger } from '../../shared/log.ts';
import type { KeyRing } from './keys.ts';

/** Interval of reading the keys without an announced change. */
const RELOAD_INTERVAL_MS = 30_000;

/** The same while they cannot be read. */
const RETRY_INTERVAL_MS = 1_000;

/** How long a request waits for keys that are being read. */
const MAX_WAIT_MS = 500;

/** A gateway that knows of keys that the store does not have is no reason to read it more often than this. */
const MIN_READ_INTERVAL_MS = 100;

/**
 * Knows whether the keys of this signer are those of now: a key that was revoked must not sign because a signer has lost the store.
 *
 * - `behind`: it has heard of a newer set, and could not read it. It does not sign: others do.
 * - `unread`: the last time it could not read the store. It signs, since all may have lost the store; those who can read tell and change keys.
 * - `old`: so for too long. It is not ready.
 */
export type KeyState = 'current' | 'unread' | 'old' | 'behind';

export type KeyWatch = {
  state: () => KeyState;
  /** Somebody says that the keys have changed, and what the version of the set is now. Reads them again. */
  heardOf: (version: number | undefined) => void;
  read: () => Promise<void>;
  /** Resolves when the keys that are being read now are there, and after half a second in any case. */
  untilRead: () => Promise<unknown>;
  /**
   * For a request of who knows a set of this version, or none.
   *
   * @returns `undefined` when the keys are as new, so that nothing has to be waited for.
   * @throws {HookmintError} `signing_keys_stale`
   */
  assure: (version: number | undefined) => Promise<void> | undefined;
  close: () => void;
};

/**
 * @param options.beforeRead What is done each time before the keys are read without an announced change.
 * @param options.changed Called when the state may be another.
 */
export function watchKeys(
  ring: KeyRing,
  options: { maxAgeMs: number; beforeRead: () => Promise<void>; changed: (state: KeyState) => void },
): KeyWatch {
  const { maxAgeMs, beforeRead, changed } = options;
  /** How many times a newer set was heard of, and how many of these a read has settled. */
  let [doubts, settled] = [0, 0];
  let hasFailed = false;
  let readMs = -Infinity;
  let reading: Promise<void> = Promise.resolve();

  const isLess = (version = 0): boolean => ring.version() < version;
  const isInDoubt = (): boolean => doubts > settled;
  const state = (): KeyState => {
    if (isInDoubt() && hasFailed) return 'behind';
    if (ring.ageMs() > maxAgeMs) return 'old';
    return hasFailed ? 'unread' : 'current';
  };

  async function readNow(): Promise<void> {
    const doubtsBefore = doubts;
    try {
      await ring.reload();
      [settled, hasFailed, readMs] = [Math.max(settled, doubtsBefore), false, performance.now()];
    } catch (error) {
      hasFailed = true;
      logger.error({ err: error }, 'signing keys not read, the old ones stay');
    }
    changed(state());
  }

  function read(): Promise<void> {
    reading = readNow();
    return reading;
  }

  function heardOf(version: number | undefined): void {
    if (isLess(version)) doubts++;
    void read();
  }

  const untilRead = (): Promise<unknown> => Promise.race([reading, delay(MAX_WAIT_MS, undefined, { ref: false })]);

  async function settle(version: number | undefined): Promise<void> {
    if (isLess(version) && performance.now() - readMs > MIN_READ_INTERVAL_MS && state() !== 'behind') heardOf(version);
    if (state() !== 'behind') await untilRead();
    if (isInDoubt() || isLess(version)) {
      throw new HookmintError('signing_keys_stale', 'There are newer signing keys than this signer has.');
    }
  }

  const regularly = setInterval(() => void beforeRead().then(read), RELOAD_INTERVAL_MS);
  const often = setInterval(() => {
    if (hasFailed) void read();
    else changed(state());
  }, RETRY_INTERVAL_MS);
  return {
    state,
    heardOf,
    read,
    untilRead,
    assure: (version) => (isInDoubt() || isLess(version) ? settle(version) : undefined),
    close: () => {
      clearInterval(regularly);
      clearInterval(often);
    },
  };
}
