import type { BatchRequester } from '../../shared/bus/batch-requester.ts';
import { messageOf } from '../../shared/errors.ts';
import { logger } from '../../shared/log.ts';
import type { KeysPublic, KeysPublicReply, PublicJwk } from '../../shared/subjects/keys-public.ts';
import { CONFIGURATION_MAX_AGE_MS, KEYS_DEADLINE_MS } from './limits.ts';

/** The tenant's JWK Set (RFC 7517 §5), kept in memory; the last known one serves while no signer answers. */
export type PublicKeys = {
  /** `undefined` until a signer has answered for the first time. */
  keys: () => PublicJwk[] | undefined;
  /** Asks a signer now. */
  refresh: () => Promise<void>;
  close: () => void;
};

const FIRST_RETRY_MS = 250;

export function followPublicKeys(signers: BatchRequester<KeysPublic, KeysPublicReply>): PublicKeys {
  let keys: PublicJwk[] | undefined;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  async function refresh(): Promise<void> {
    clearTimeout(timer);
    try {
      keys = (await signers.request({}, Date.now() + KEYS_DEADLINE_MS)).keys;
    } catch (error) {
      logger.debug({ reason: messageOf(error) }, 'no signer tells its public keys');
    }
    clearTimeout(timer);
    const againInMs = keys === undefined ? FIRST_RETRY_MS : CONFIGURATION_MAX_AGE_MS;
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
