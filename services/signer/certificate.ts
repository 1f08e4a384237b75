import { randomBytes } from 'node:crypto';
import type { CryptoKey } from 'jose';
import type { SigningAlg } from '../../shared/domain/resource-server.ts';

/** Longer than a key is in use; who verifies tokens does not look at it (RFC 7517 §4.7 leaves it to the application). */
const LIFETIME_MS = 3_650 * 86_400_000;

/** Longest common name (RFC 5280, appendix A: ub-common-name), characters. */
const MAX_COMMON_NAME_LENGTH = 64;

const SIGNED_BY = {
  RS256: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' },
  PS256: { name: 'RSA-PSS', hash: 'SHA-256', saltLength: 32 },
  ES256: { name: 'ECDSA', hash: 'SHA-256' },
  EdDSA: { name: 'Ed25519' },
} as const satisfies Record<SigningAlg, { name: string; hash?: string; saltLength?: number }>;

/**
 * The self-signed certificate of a signing key, DER in base64 (RFC 7517 §4.7).
 *
 * @param subject Its common name: the issuer's host.
 */
export async function certify(
  keys: { publicKey: CryptoKey; privateKey: CryptoKey },
  alg: SigningAlg,
  subject: string,
): Promise<string> {
  // Loaded when a key is made, and not at each start of a signer.
  const x509 = await import('../../shared/x509.ts');
  const nowMs = Date.now();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: [{ CN: [subject.slice(0, MAX_COMMON_NAME_LENGTH)] }],
    // Always positive (RFC 5280 §4.1.2.2).
    serialNumber: `01${randomBytes(15).toString('hex')}`,
    notBefore: new Date(nowMs),
    notAfter: new Date(nowMs + LIFETIME_MS),
    signingAlgorithm: SIGNED_BY[alg],
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return certificate.toString('base64');
}
