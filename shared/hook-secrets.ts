import { CompactEncrypt, compactDecrypt } from 'jose';
import { z } from 'zod';
import { HookmintError } from './errors.ts';

/** Most secrets of an Action (contract §6) and of a hook (§1.5); the latter is for whoever writes one to check. */
export const MAX_ACTION_SECRETS = 30;
export const MAX_HOOK_SECRETS = 20;

/** A hook's or an Action's secrets, name to value (contract §6: names up to 128, values up to 4,096 characters). */
export const HookSecrets = z
  .record(z.string().min(1).max(128), z.string().max(4_096))
  .refine((secrets) => Object.keys(secrets).length <= MAX_ACTION_SECRETS, 'at most 30 secrets');
export type HookSecrets = z.infer<typeof HookSecrets>;

/** Encrypts a hook's secrets for the store and the bus: a compact JWE, `dir` with A256GCM. */
export async function sealHookSecrets(secrets: HookSecrets, hookId: string, key: Buffer): Promise<string> {
  return new CompactEncrypt(new TextEncoder().encode(JSON.stringify(HookSecrets.parse(secrets))))
    .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', kid: hookId })
    .encrypt(key);
}

/**
 * Decrypts what {@link sealHookSecrets} gave.
 *
 * @throws {HookmintError} `hook_secrets_undecryptable`: another key, or the secrets of another hook.
 */
export async function openHookSecrets(jwe: string, hookId: string, key: Buffer): Promise<HookSecrets> {
  try {
    const { plaintext, protectedHeader } = await compactDecrypt(jwe, key, {
      keyManagementAlgorithms: ['dir'],
      contentEncryptionAlgorithms: ['A256GCM'],
    });
    // Authenticated with the content: secrets that were put under another hook are not given to it.
    if (protectedHeader.kid !== hookId) throw new Error('the secrets belong to another hook');
    return HookSecrets.parse(JSON.parse(new TextDecoder().decode(plaintext)));
  } catch (error) {
    throw new HookmintError(
      'hook_secrets_undecryptable',
      `The secrets of hook ${hookId} cannot be decrypted. Start the hook-executor with the HOOKMINT_HOOK_SECRETS_KEY that encrypted them.`,
      { cause: error },
    );
  }
}
