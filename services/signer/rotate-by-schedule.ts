import { MAX_TOKEN_LIFETIME_SECONDS } from '../../shared/domain/resource-server.ts';
import { logger } from '../../shared/log.ts';
import type { SigningKeys } from '../../shared/store/signing-keys.ts';
import type { KeyMaker } from './key-maker.ts';
import { revokeKey, rotateKeys } from './key-states.ts';

const DAY_MS = 86_400_000;

/**
 * What a signer does now and then about keys that are due: replaces current ones that are old enough, and ends those that have been
 * replaced for so long that no token of theirs is valid any more. Any number of signers may do so at once. The new current key is
 * known to everybody as the next one already; whoever keeps a JWK Set learns of the new next key when it reads the set again.
 *
 * @param days `undefined`: nothing is due by age.
 */
export function rotateBySchedule(store: SigningKeys, maker: KeyMaker, days: number | undefined): () => Promise<void> {
  if (days === undefined) return () => Promise.resolve();
  return async () => {
    try {
      const nowMs = Date.now();
      const keys = await store.list();
      const due = keys.filter(
        (key) => key.state === 'current' && (key.current_since_ms ?? key.created_at_ms) + days * DAY_MS <= nowMs,
      );
      if (due.length > 0) {
        await rotateKeys(
          store,
          due.map(({ kid }) => kid),
          maker,
        );
      }
      for (const { kid, state, current_until_ms } of keys) {
        if (state !== 'previous' || current_until_ms === undefined) continue;
        if (current_until_ms + MAX_TOKEN_LIFETIME_SECONDS * 1_000 <= nowMs) await revokeKey(store, kid);
      }
    } catch (error) {
      logger.error({ err: error }, 'signing keys not rotated, tried again soon');
    }
  };
}
