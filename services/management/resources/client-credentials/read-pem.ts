import { createPublicKey, X509Certificate, type KeyObject } from 'node:crypto';
import { calculateJwkThumbprint, exportJWK } from 'jose';
import type { AssertionAlg } from '../../../../shared/domain/client.ts';
import { invalidBody } from '../../api/api-error.ts';

/** Of algorithms that are none of RSA: as Node names the kind of key, and as people do. */
const CURVES: Partial<Record<AssertionAlg, { name: string; shown: string }>> = {
  ES256: { name: 'prime256v1', shown: 'P-256' },
  ES384: { name: 'secp384r1', shown: 'P-384' },
  EdDSA: { name: 'ed25519', shown: 'Ed25519' },
  Ed25519: { name: 'ed25519', shown: 'Ed25519' },
};

export const MIN_KEY_BITS = 2_048;
export const MAX_KEY_BITS = 4_096;
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
 * Reads a public key that the algorithm is used with, SPKI or PKCS#1, or an X.509 certificate, each PEM.
 *
 * @throws {ApiError} 400
 */
export async function readPem(pem: string, alg: AssertionAlg): Promise<PublicKey> {
  if (pem.includes('PRIVATE KEY')) {
    throw invalidBody(
      "'is a private key, which must stay secret; send the public key or a certificate' on property pem.",
    );
  }
  const { key, expiresAtMs } = parse(pem);
  refuseOther(key, alg);
  return {
    pem: key.export({ type: 'spki', format: 'pem' }),
    thumbprint: await calculateJwkThumbprint(await exportJWK(key)),
    expiresAtMs,
  };
}

/** A key of another kind than the algorithm's, or of a size that is weak or slow. */
function refuseOther(
  { asymmetricKeyType: type, asymmetricKeyDetails: details = {} }: KeyObject,
  alg: AssertionAlg,
): void {
  const curve = CURVES[alg];
  if (curve !== undefined) {
    if (curve.name === (type === 'ec' ? details.namedCurve : type)) return;
    throw invalidBody(`'must be a key of ${curve.shown} for ${alg}' on property pem.`);
  }
  const { modulusLength = 0, publicExponent = 0n } = details;
  if (type !== 'rsa' || modulusLength < MIN_KEY_BITS || modulusLength > MAX_KEY_BITS) {
    throw invalidBody(
      `'must be an RSA key of ${String(MIN_KEY_BITS)} to ${String(MAX_KEY_BITS)} bits' on property pem.`,
    );
  }
  if (publicExponent > MAX_PUBLIC_EXPONENT) {
    throw invalidBody("'has too large a public exponent; use 65537' on property pem.");
  }
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
