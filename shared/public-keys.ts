import { setTimeout as delay } from 'node:timers/promises';
import { decodeProtectedHeader } from 'jose';
import type { BatchRequester } from './bus/batch-requester.ts';
import { messageOf } from './errors.ts';
import { logger } from './log.ts';
import type { KeysPublic, KeysPublicReply, PublicJwk } from './subjects/keys-public.ts';

/** The tenant's JWK Set (RFC 7517 §5), kept in memory; the last known one serves while no signer answers. It never becomes an older one. */
export type PublicKeys = {
  /** `undefined` until a signer has answered for the first time. */
  keys: () => PublicJwk[] | undefined;
  /** Of the set; 0 while none is known. */
  version: () => number;
  /** Asks signers now, again when none answers or the set is older than the one that was heard of. */
  refresh: (heardOf?: number) => Promise<void>;
  /**
   * Asks signers for the key that a token names, where that is not of the set: it may be newer than what was heard. Strangers name keys as they
   * like: however many come, signers are asked once at a time.
   *
   * @returns Whether the set can be relied on for the token: `false` where no signer has answered, which may take four seconds.
   */
  hearOfKeyOf: (token: string) => Promise<boolean>;
  close: () => void;
};

const RETRY_MS = 250;

/** Interval of requests without an announced change, and how long a signer has to answer. */
const MAX_AGE_MS = 30_000;
const KEYS_DEADLINE_MS = 2_000;

/** Times that are asked for a set that was heard of: by then all signers have read it that can. */
const MAX_ATTEMPTS = 20;

/** @param heardTime Told the time by the clock of the signer that answers, milliseconds since the epoch. */
export function followPublicKeys(
  signers: BatchRequester<KeysPublic, KeysPublicReply>,
  heardTime: (timeMs: number) => void = () => undefined,
): PublicKeys {
  let known: KeysPublicReply | undefined;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  let lastAsked = 0;
  let lastTold = 0;
  let asking: Promise<unknown> = Promise.resolve();
  let nextAnswer: Promise<boolean> | undefined;
  const isClosed = (): boolean => closed;
  const version = (): number => known?.version ?? 0;

  async function ask(): Promise<boolean> {
    const asked = ++lastAsked;
    try {
      const told = await signers.request({}, Date.now() + KEYS_DEADLINE_MS);
      if (told.time_ms !== undefined) heardTime(told.time_ms);
      const toldVersion = told.version ?? 0;
      // Of two sets without a difference in age, an answer that was late is the older one.
      const isNewer = toldVersion > version() || (toldVersion === version() && asked > lastTold);
      if (isNewer) [known, lastTold] = [told, asked];
      // One of an older release, which knows no versions, may tell of a change that nobody else has told.
      return told.version !== undefined || version() === 0;
    } catch (error) {
      logger.debug({ reason: messageOf(error) }, 'no signer answers the request for public keys');
      return false;
    }
  }

  /** For all who come until it begins: no earlier one is of use to them. */
  function askNext(): Promise<boolean> {
    nextAnswer ??= asking.then(() => {
      nextAnswer = undefined;
      const answer = ask();
      asking = answer;
      return answer;
    });
    return nextAnswer;
  }

  async function refresh(heardOf = 0): Promise<void> {
    clearTimeout(timer);
    for (let attempt = 1; attempt <= MAX_ATTEMPTS && !isClosed(); attempt++) {
      const isAnswered = await ask();
      if (isAnswered && version() >= heardOf) break;
      await delay(RETRY_MS, undefined, { ref: false });
    }
    clearTimeout(timer);
    if (!isClosed()) timer = setTimeout(() => void refresh(), known === undefined ? RETRY_MS : MAX_AGE_MS);
  }

  return {
    keys: () => known?.keys,
    version,
    refresh,
    hearOfKeyOf: async (token) => !namesUnknownKey(token, known?.keys ?? []) || askNext(),
    close: () => {
      closed = true;
      clearTimeout(timer);
    },
  };
}

function namesUnknownKey(token: string, keys: readonly PublicJwk[]): boolean {
  try {
    const { kid } = decodeProtectedHeader(token);
    return kid !== undefined && !keys.some((key) => key.kid === kid);
  } catch {
    return false;
  }
}
