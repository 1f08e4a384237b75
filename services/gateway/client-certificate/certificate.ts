import { createHash, type X509Certificate } from 'node:crypto';

/** A certificate of whose key the client has shown in a TLS handshake that it has it (RFC 8705 §2). */
export type ClientCertificate = {
  x509: X509Certificate;
  /** SHA-256 of the certificate, base64url: the `x5t#S256` of tokens (RFC 8705 §3.1). */
  thumbprint: string;
  /** Whether an authority issued it that this gateway trusts, or the proxy that passed it on. */
  isVerified: boolean;
};

export function clientCertificate(x509: X509Certificate, isVerified: boolean): ClientCertificate {
  return { x509, isVerified, thumbprint: createHash('sha256').update(x509.raw).digest('base64url') };
}

/** Whether it is within the time that it is valid for (RFC 5280 §4.1.2.5); one whose times cannot be read never is. */
export function isInTime({ x509 }: ClientCertificate, nowMs = Date.now()): boolean {
  return Date.parse(x509.validFrom) <= nowMs && nowMs <= Date.parse(x509.validTo);
}
