import {
  createCipheriv,
  createDecipheriv,
  createPrivateKey,
  createPublicKey,
  hkdfSync,
  randomBytes,
} from 'node:crypto';
import { CompactEncrypt, compactDecrypt } from 'jose';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import { HookmintError } from './errors.ts';

/** Public: whoever has it can seal recordings, and open none. */
export const RecordingPublicKey = z.object({ kty: z.literal('OKP'), crv: z.literal('X25519'), x: z.string().max(64) });
export type RecordingPublicKey = z.infer<typeof RecordingPublicKey>;

/** What a recording is of, in the clear beside it, and bound to it. */
export type RecordingLabel = { id: string; client_id: string; audience: string };

const ALGORITHM = 'ECDH-ES';
const ENCRYPTION = 'A256GCM';
const IV_BYTES = 12;
const TAG_BYTES = 16;
const KEY_BYTES = 32;
/** RFC 8410 §7: an X25519 private key in PKCS #8, before its 32 bytes. */
const PKCS8_OF_X25519 = Buffer.from('302e020100300506032b656e04220420', 'hex');
/** A gateway seals all recordings of a moment under one key. */
const MAX_OPENED_KEYS = 256;

/** The key pair of recordings, made of the hook-secrets key (HKDF, RFC 5869): it is kept nowhere, and is lost with that. */
function keyPairOf(hookSecretsKey: Buffer) {
  const bytes = Buffer.from(hkdfSync('sha256', hookSecretsKey, '', 'hookmint recordings', KEY_BYTES));
  const privateKey = createPrivateKey({
    key: Buffer.concat([PKCS8_OF_X25519, bytes]),
    format: 'der',
    type: 'pkcs8',
  });
  return { privateKey, publicKey: createPublicKey(privateKey) };
}

export function recordingPublicKey(hookSecretsKey: Buffer): RecordingPublicKey {
  return RecordingPublicKey.parse(keyPairOf(hookSecretsKey).publicKey.export({ format: 'jwk' }));
}

/**
 * Seals recordings under a key that is made for them, and that key for whoever has the hook-secrets key: an ECDH-ES JWE (RFC 7518 §4.6). The
 * sender keeps nothing by which they could be opened.
 */
export async function openSealing(publicKey: RecordingPublicKey) {
  const contentKey = randomBytes(KEY_BYTES);
  const key = await new CompactEncrypt(contentKey)
    .setProtectedHeader({ alg: ALGORITHM, enc: ENCRYPTION })
    .encrypt(createPublicKey({ key: publicKey, format: 'jwk' }));
  return {
    key,
    seal: (label: RecordingLabel, input: string): Buffer => {
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv('aes-256-gcm', contentKey, iv).setAAD(boundBy(label));
      const text = Buffer.concat([cipher.update(input, 'utf8'), cipher.final()]);
      return Buffer.concat([iv, text, cipher.getAuthTag()]);
    },
  };
}

/** Opens what {@link openSealing} sealed. */
export function createRecordingOpener(hookSecretsKey: Buffer) {
  const { privateKey } = keyPairOf(hookSecretsKey);
  const opened = new LRUCache<string, Promise<Uint8Array>>({ max: MAX_OPENED_KEYS });

  function contentKeyOf(key: string): Promise<Uint8Array> {
    let contentKey = opened.get(key);
    if (contentKey === undefined) {
      const decrypted = compactDecrypt(key, privateKey, {
        keyManagementAlgorithms: [ALGORITHM],
        contentEncryptionAlgorithms: [ENCRYPTION],
      });
      contentKey = decrypted.then(({ plaintext }) => plaintext);
      opened.set(key, contentKey);
    }
    return contentKey;
  }

  /** @throws {HookmintError} `recording_undecryptable`: another key, or the recording of something else. */
  return async ({ key, sealed, ...label }: RecordingLabel & { key: string; sealed: Uint8Array }): Promise<string> => {
    try {
      const contentKey = await contentKeyOf(key);
      const end = sealed.length - TAG_BYTES;
      const decipher = createDecipheriv('aes-256-gcm', contentKey, sealed.subarray(0, IV_BYTES))
        .setAAD(boundBy(label))
        .setAuthTag(sealed.subarray(end));
      return Buffer.concat([decipher.update(sealed.subarray(IV_BYTES, end)), decipher.final()]).toString('utf8');
    } catch (error) {
      throw new HookmintError('recording_undecryptable', `The recording ${label.id} cannot be decrypted`, {
        cause: error,
      });
    }
  };
}
export type RecordingOpener = ReturnType<typeof createRecordingOpener>;

const boundBy = ({ id, client_id, audience }: RecordingLabel): Buffer =>
  Buffer.from(JSON.stringify([id, client_id, audience]));
