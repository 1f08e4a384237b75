import {
  calculateJwkThumbprint,
  CompactEncrypt,
  compactDecrypt,
  exportJWK,
  generateKeyPair,
  importJWK,
  type CryptoKey,
  type JWK,
} from 'jose';
import { HookmintError } from '../../shared/errors.ts';
import { logger } from '../../shared/log.ts';
import { SigningAlg } from '../../shared/domain/resource-server.ts';
import type { SigningKey, signingKeysIn } from '../../shared/store/signing-keys.ts';
import { PublicJwk } from '../../shared/subjects/keys-public.ts';

/** Bits of an RSA signing key (RFC 7518 §3.3: at least 2048). */
const RSA_MODULUS_LENGTH_BITS = 2048;

/** The signing keys of a tenant, in memory; the private ones are not extractable. */
export type KeyRing = {
  /** The key that signs with `alg` now. */
  current(alg: SigningAlg): { kid: string; key: CryptoKey };
  /** Every key that verifies: current, next and previous (contract §3). */
  publicKeys(): PublicJwk[];
  /** Reads the keys anew. */
  reload(): Promise<void>;
};

/** Opens the tenant's key ring, making the keys that are not there yet: a current and a next one for each algorithm. */
export async function openKeyRing(store: ReturnType<typeof signingKeysIn>, encryptionKey: Buffer): Promise<KeyRing> {
  await makeMissingKeys(store, encryptionKey);
  let keys = await readKeys(store, encryptionKey);
  return {
    current: (alg) => {
      const key = keys.current.get(alg);
      if (key === undefined) throw new HookmintError('signing_key_missing', `There is no current ${alg} signing key.`);
      return key;
    },
    publicKeys: () => keys.public,
    reload: async () => {
      keys = await readKeys(store, encryptionKey);
    },
  };
}

async function makeMissingKeys(store: ReturnType<typeof signingKeysIn>, encryptionKey: Buffer): Promise<void> {
  const existing = await store.list();
  for (const alg of SigningAlg.options) {
    for (const state of ['current', 'next'] as const) {
      if (existing.some((key) => key.alg === alg && key.state === state)) continue;
      const key = await makeKey(alg, state, encryptionKey);
      // Another signer that starts at the same time may have been first: then its key is the one.
      if (await store.add(key)) logger.info({ kid: key.kid, alg, state }, 'signing key made');
    }
  }
}

async function makeKey(alg: SigningAlg, state: SigningKey['state'], encryptionKey: Buffer): Promise<SigningKey> {
  const { publicKey, privateKey } = await generateKeyPair(alg, {
    extractable: true,
    modulusLength: RSA_MODULUS_LENGTH_BITS,
  });
  const publicJwk = await exportJWK(publicKey);
  const kid = await calculateJwkThumbprint(publicJwk);
  const privateJwe = await new CompactEncrypt(new TextEncoder().encode(JSON.stringify(await exportJWK(privateKey))))
    .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', kid })
    .encrypt(encryptionKey);
  return {
    kid,
    alg,
    state,
    public_jwk: PublicJwk.parse({ ...publicJwk, kid, alg, use: 'sig' }),
    private_jwe: privateJwe,
    created_at_ms: Date.now(),
  };
}

async function readKeys(store: ReturnType<typeof signingKeysIn>, encryptionKey: Buffer) {
  const documents = await store.list();
  const current = new Map<SigningAlg, { kid: string; key: CryptoKey }>();
  for (const document of documents) {
    if (document.state !== 'current') continue;
    const key = await importJWK(await decryptPrivateJwk(document, encryptionKey), document.alg, { extractable: false });
    if (key instanceof Uint8Array)
      throw new HookmintError('signing_key_missing', `The key ${document.kid} is no private key.`);
    current.set(document.alg, { kid: document.kid, key });
  }
  const order = ['current', 'next', 'previous'];
  return {
    current,
    public: documents
      .toSorted((a, b) => order.indexOf(a.state) - order.indexOf(b.state) || a.created_at_ms - b.created_at_ms)
      .map((document) => document.public_jwk),
  };
}

async function decryptPrivateJwk({ kid, private_jwe }: SigningKey, encryptionKey: Buffer): Promise<JWK> {
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
      `The private key ${kid} cannot be decrypted. Start the signer with the HOOKMINT_SIGNING_KEY_ENCRYPTION_KEY it was made under.`,
      { cause: error },
    );
  }
}
