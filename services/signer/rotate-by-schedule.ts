import { MAX_TOKEN_LIFETIME_SECONDS } from '../../shared/domain/resource-server.ts';
import { logger } from '../../shared/log.ts';
import type { SigningKey, SigningKeys } from '../../shared/store/signing-keys.ts';
import type { KeyMaker } from './key-maker.ts';
import { refusedRotation, revokeKey, rotateKeys } from './key-states.ts';

const DAY_MS = 86_400_000;

/** A signer that has not heard of a rotation signs by the key before it for at most half as long. */
const LATE_SIGNERS_MS = 60_000;

/**
 * What a signer does now and then about keys that are due: replaces current ones that are old enough, and ends those whose last token
 * has expired. Any number of signers may do so at once.
 *
 * @param of.days `undefined`: nothing is replaced by age.
 * @param of.publicationMs How long a next key must have been published before it signs.
 */
export function rotateBySchedule(
  store: SigningKeys,
  maker: KeyMaker,
  of: { days: number | undefined; publicationMs: number },
): () => Promise<void> {
  return async () => {
    try {
      const nowMs = Date.now();
      const keys = await store.list();
      for (const { kid } of keys.filter((key) => hasExpired(key, nowMs))) await revokeKey(store, kid);
      if (of.days === undefined) return;
      const dueSinceMs = nowMs - of.days * DAY_MS;
      const due = keys
        .filter((key) => key.state === 'current' && (key.current_since_ms ?? key.created_at_ms) <= dueSinceMs)
        .map(({ kid }) => kid);
      if (due.length === 0 || (await refusedRotation(store, due, of.publicationMs)) !== undefined) return;
      await rotateKeys(store, due, maker);
    } catch (error) {
      logger.error({ err: error }, 'signing keys not rotated, retrying soon');
    }
  };
}

/** Whether no token of a replaced key is valid any more. */
function hasExpired(
  { state, current_until_ms, longest_token_seconds = MAX_TOKEN_LIFETIME_SECONDS }: SigningKey,
  nowMs: number,
): boolean {
  if (state !== 'previous' || current_until_ms === undefined) return false;
  return current_until_ms + longest_token_seconds * 1_000 + LATE_SIGNERS_MS <= nowMs;
}
