import { z } from 'zod';
import { SigningAlg } from '../domain/resource-server.ts';
import { SigningKeyState } from '../domain/signing-key-state.ts';

/** `hookmint.<tenant>.keys.manage`: management → signer, request/reply. What becomes of the signing keys; never a private part. */
export function keysManageSubject(tenant: string): string {
  return `hookmint.${tenant}.keys.manage`;
}

export const KEYS_MANAGE_QUEUE = 'signer';

export const KeysManage = z.strictObject({
  command: z.discriminatedUnion('action', [
    z.strictObject({ action: z.literal('list') }),
    /** Replaces these keys by those that were published as next. One that is not current any more is left as it is. */
    z.strictObject({
      action: z.literal('rotate'),
      kids: z.array(z.string()).max(100),
      /** Also by keys that verifiers with a cached JWK Set may not have yet. */
      force: z.boolean().optional(),
    }),
    z.strictObject({ action: z.literal('revoke'), kid: z.string() }),
  ]),
  /** Of managements that know what a version is; older ones take no reply that has one. */
  tell_version: z.literal(true).optional(),
});
export type KeysManage = z.infer<typeof KeysManage>;

export const SigningKeyInfo = z.object({
  kid: z.string(),
  alg: SigningAlg,
  state: SigningKeyState,
  /** DER in base64. */
  certificate: z.base64(),
  current_since_ms: z.number().optional(),
  current_until_ms: z.number().optional(),
  revoked_at_ms: z.number().optional(),
});
export type SigningKeyInfo = z.infer<typeof SigningKeyInfo>;

/** All keys after what was done, with the last three revoked ones of each algorithm. */
export const KeysManageReply = z.object({
  keys: z.array(SigningKeyInfo),
  /** Of the key set after what was done, if it was to be told. */
  version: z.int().min(0).optional(),
  /**
   * Why it was not done: there is no such key, or it signs or is about to; the next key is not published for long enough; or the JWK Set
   * has as many replaced keys as it may have.
   */
  refused: z.enum(['unknown', 'in_use', 'unpublished', 'too_many_previous']).optional(),
  /** When the next keys will have been published for long enough, with `unpublished`. */
  published_at_ms: z.number().optional(),
});
export type KeysManageReply = z.infer<typeof KeysManageReply>;
