import { createHash, X509Certificate } from 'node:crypto';
import { inOneLine } from '../../../../shared/distinguished-name.ts';
import { invalidBody } from '../../api/api-error.ts';
import { MAX_KEY_BITS, MIN_KEY_BITS } from './read-pem.ts';

/** What a credential keeps of a certificate. */
type ReadCertificate = {
  /** SHA-256, base64url. */
  thumbprint: string;
  /** RFC 4514; empty for a certificate without one. */
  subjectDn: string;
  expiresAtMs: number;
};

/**
 * Reads one X.509 certificate, PEM, that has not expired and whose key is neither weak nor slow.
 *
 * @throws {ApiError} 400
 */
export function readCertificate(pem: string): ReadCertificate {
  if (pem.includes('PRIVATE KEY')) throw refused('has a private key, which must stay secret; send the certificate');
  if (pem.split('-----BEGIN').length > 2) throw refused('must have one certificate, not a chain');
  const { publicKey, raw, subject, validTo } = parse(pem);
  const { modulusLength } = publicKey.asymmetricKeyDetails ?? {};
  if (modulusLength !== undefined && (modulusLength < MIN_KEY_BITS || modulusLength > MAX_KEY_BITS)) {
    throw refused(`must have an RSA key of ${String(MIN_KEY_BITS)} to ${String(MAX_KEY_BITS)} bits`);
  }
  const expiresAtMs = Date.parse(validTo);
  if (!(expiresAtMs > Date.now())) throw refused('the certificate has expired');
  return {
    thumbprint: createHash('sha256').update(raw).digest('base64url'),
    subjectDn: inOneLine(subject),
    expiresAtMs,
  };
}

function parse(pem: string): X509Certificate {
  try {
    if (!pem.includes('-----BEGIN CERTIFICATE-----')) throw new TypeError('no certificate');
    return new X509Certificate(pem);
  } catch (error) {
    throw invalidBody("'must be an X.509 certificate, PEM' on property pem.", { cause: error });
  }
}

const refused = (what: string) => invalidBody(`'${what}' on property pem.`);
