import { CompactEncrypt, compactDecrypt } from 'jose';
import { ActionCache } from '../../shared/domain/action-cache.ts';
import type { HookOutcome } from '../../shared/domain/hook-outcome.ts';
import { logger } from '../../shared/log.ts';

/** In the place of a hook's id, of which secrets are sealed with the same key. */
const KEY_ID = 'api.cache';

/**
 * What Actions keep in `api.cache` is the trigger's: gateways carry it from one Action of a request to the next, and to later requests.
 * It may be a token of somebody else's, so they get it sealed: only hook-executors can read it.
 */
export async function sealActionCache(cache: ActionCache, key: Buffer): Promise<string> {
  return new CompactEncrypt(new TextEncoder().encode(JSON.stringify(cache)))
    .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', kid: KEY_ID })
    .encrypt(key);
}

/** Empty where it cannot be read: nothing in a cache is there for sure. */
export async function openActionCache(sealed: string, key: Buffer): Promise<ActionCache> {
  try {
    const { plaintext, protectedHeader } = await compactDecrypt(sealed, key, {
      keyManagementAlgorithms: ['dir'],
      contentEncryptionAlgorithms: ['A256GCM'],
    });
    if (protectedHeader.kid !== KEY_ID) return {};
    return ActionCache.parse(JSON.parse(new TextDecoder().decode(plaintext)));
  } catch (error) {
    logger.warn({ err: error }, "the Actions' cache cannot be read, and is empty");
    return {};
  }
}

/** An outcome without the Actions' cache, which nobody else may see. */
export function apart(ended: HookOutcome): { outcome: HookOutcome; cache: ActionCache | undefined } {
  if (!('cache' in ended)) return { outcome: ended, cache: undefined };
  const { cache, ...outcome } = ended;
  return { outcome, cache };
}
