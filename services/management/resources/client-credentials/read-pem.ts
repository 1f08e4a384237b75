import { createPublicKey, X509Certificate, type KeyObject } from 'node:crypto';
import { calculateJwkThumbprint, exportJWK } from 'jose';
import { invalidBody } from '../../api/api-error.ts';

const MIN_KEY_BITS = 2_048;
const MAX_KEY_BITS = 4_096;
/** Beyond it a signature takes long to verify; nearly every key has 65537. */
const MAX_PUBLIC_EXPONENT = 0xffff_ffffn;

export type PublicKey = {
  /** SPKI, PEM. */
  pem: string;
  /** JWK thumbprint, SHA-256 (RFC 7638). */
  thumbprint: string;
  /** Of the certificate; `undefined` for a bare key. */
  expiresAtMs: number | undefined;
};

/**
 * Reads an RSA public key, SPKI or PKCS#1, or an X.509 certificate, each PEM.
 *
 * @throws {ApiError} 400
 */
export async function readPem(pem: string): Promise<PublicKey> {
  if (pem.includes('PRIVATE KEY')) {
    throw invalidBody(
      "'is a private key, which must stay secret; send the public key or a certificate' on property pem.",
    );
  }
  const { key, expiresAtMs } = parse(pem);
  const { modulusLength = 0, publicExponent = 0n } = key.asymmetricKeyDetails ?? {};
  if (key.asymmetricKeyType !== 'rsa' || modulusLength < MIN_KEY_BITS || modulusLength > MAX_KEY_BITS) {
    throw invalidBody(
      `'must be an RSA key of ${String(MIN_KEY_BITS)} to ${String(MAX_KEY_BITS)} bits' on property pem.`,
    );
  }
  if (publicExponent > MAX_PUBLIC_EXPONENT) {
    throw invalidBody("'has too large a public exponent; use 65537' on property pem.");
  }
  return {
    pem: key.export({ type: 'spki', format: 'pem' }),
    thumbprint: await calculateJwkThumbprint(await exportJWK(key)),
    expiresAtMs,
  };
}

function parse(pem: string): { key: KeyObject; expiresAtMs: number | undefined } {
  try {
    if (!pem.includes('BEGIN CERTIFICATE')) return { key: createPublicKey(pem), expiresAtMs: undefined };
    const certificate = new X509Certificate(pem);
    return { key: certificate.publicKey, expiresAtMs: Date.parse(certificate.validTo) };
  } catch (error) {
    throw invalidBody("'must be a public key (SPKI) or an X.509 certificate, PEM' on property pem.", { cause: error });
  }
}
