import type { BatchRequester } from './bus/batch-requester.ts';
import { messageOf } from './errors.ts';
import { logger } from './log.ts';
import type { KeysPublic, KeysPublicReply, PublicJwk } from './subjects/keys-public.ts';

/** The tenant's JWK Set (RFC 7517 §5), kept in memory; the last known one serves while no signer answers. */
export type PublicKeys = {
  /** `undefined` until a signer has answered for the first time. */
  keys: () => PublicJwk[] | undefined;
  /** Asks a signer now. */
  refresh: () => Promise<void>;
  close: () => void;
};

const FIRST_RETRY_MS = 250;

/** Interval of requests without an announced change, and how long a signer has to answer. */
const MAX_AGE_MS = 30_000;
const KEYS_DEADLINE_MS = 2_000;

export function followPublicKeys(signers: BatchRequester<KeysPublic, KeysPublicReply>): PublicKeys {
  let keys: PublicJwk[] | undefined;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  let lastAsked = 0;
  let lastTold = 0;

  async function refresh(): Promise<void> {
    clearTimeout(timer);
    const asked = ++lastAsked;
    try {
      const told = (await signers.request({}, Date.now() + KEYS_DEADLINE_MS)).keys;
      // An answer that was late is of keys from before those that are known.
      if (asked > lastTold) [keys, lastTold] = [told, asked];
    } catch (error) {
      logger.debug({ reason: messageOf(error) }, 'no signer answers the request for public keys');
    }
    clearTimeout(timer);
    const againInMs = keys === undefined ? FIRST_RETRY_MS : MAX_AGE_MS;
    if (!closed) timer = setTimeout(() => void refresh(), againInMs);
  }

  return {
    keys: () => keys,
    refresh,
    close: () => {
      closed = true;
      clearTimeout(timer);
    },
  };
}
