import { CompactEncrypt, compactDecrypt, type JWK } from 'jose';
import { HookmintError } from '../../shared/errors.ts';
import type { SigningKey } from '../../shared/store/signing-keys.ts';

/** A private key as it lies in the store: a compact JWE under the signer's own key. */
export function sealPrivateJwk(jwk: JWK, kid: string, encryptionKey: Buffer): Promise<string> {
  return new CompactEncrypt(new TextEncoder().encode(JSON.stringify(jwk)))
    .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', kid })
    .encrypt(encryptionKey);
}

/** @throws {HookmintError} `signing_key_missing` for a key that has had its time, `signing_key_undecryptable`. */
export async function openPrivateJwk({ kid, private_jwe }: SigningKey, encryptionKey: Buffer): Promise<JWK> {
  if (private_jwe === undefined) {
    throw new HookmintError('signing_key_missing', `The key ${kid} has no private part.`);
  }
  try {
    const { plaintext, protectedHeader } = await compactDecrypt(private_jwe, encryptionKey, {
      keyManagementAlgorithms: ['dir'],
      contentEncryptionAlgorithms: ['A256GCM'],
    });
    // The header is authenticated with the content: a ciphertext moved to another key's document does not pass.
    if (protectedHeader.kid !== kid) throw new Error('the ciphertext belongs to another key');
    return JSON.parse(new TextDecoder().decode(plaintext)) as JWK;
  } catch (error) {
    throw new HookmintError(
      'signing_key_undecryptable',
      `The private key ${kid} cannot be decrypted. Start the signer with the HOOKMINT_SIGNING_KEY_ENCRYPTION_KEY that encrypted it.`,
      { cause: error },
    );
  }
}
