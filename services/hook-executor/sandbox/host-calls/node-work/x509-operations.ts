import { X509Certificate } from 'node:crypto';
import { requireBoundedInput } from './key-bounds.ts';
import type { Operation } from './operations.ts';

const CERTIFICATE_MS = 1;

const TEXTS = [
  'subject',
  'subjectAltName',
  'issuer',
  'infoAccess',
  'validFrom',
  'validTo',
  'fingerprint',
  'fingerprint256',
  'fingerprint512',
  'serialNumber',
  'ca',
] as const;
const METHODS = new Set([
  'checkHost',
  'checkEmail',
  'checkIP',
  'checkPrivateKey',
  'verify',
  'toString',
  'toLegacyObject',
]);

function ms(certificate: unknown): number {
  requireBoundedInput(certificate);
  return CERTIFICATE_MS;
}

export const X509_OPERATIONS: Record<string, Operation> = {
  x509: {
    ms,
    run: (certificate) => {
      const read = new X509Certificate(certificate as Buffer);
      const shown: Record<string, unknown> = {};
      for (const name of TEXTS) shown[name] = read[name];
      return { ...shown, keyUsage: read.keyUsage, raw: read.raw };
    },
  },
  x509PublicKey: { ms, run: (raw) => new X509Certificate(raw as Buffer).publicKey },
  x509Method: {
    ms,
    run: (raw, method, ...args) => {
      if (!METHODS.has(String(method))) throw new TypeError('no such method');
      const certificate = new X509Certificate(raw as Buffer) as unknown as Record<
        string,
        (...args: unknown[]) => unknown
      >;
      return certificate[String(method)]?.(...args);
    },
  },
  x509Issued: {
    ms,
    run: (raw, issuer) => new X509Certificate(raw as Buffer).checkIssued(new X509Certificate(issuer as Buffer)),
  },
};
