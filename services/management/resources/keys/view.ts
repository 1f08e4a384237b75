import { X509Certificate } from 'node:crypto';
import type { SigningKeyInfo } from '../../../../shared/subjects/keys-manage.ts';
import type { SigningKeyView } from './schema.ts';

const STATES = ['current', 'next', 'previous', 'revoked'];

/** Signing keys as Auth0's tools know them (contract §5.5); the current ones first. */
export async function viewOf(keys: readonly SigningKeyInfo[]): Promise<SigningKeyView[]> {
  const x509 = await import('../../../../shared/x509.ts');
  return keys
    .toSorted((a, b) => STATES.indexOf(a.state) - STATES.indexOf(b.state))
    .map((key) => {
      const { kid, alg, state } = key;
      const { fingerprint } = new X509Certificate(Buffer.from(key.certificate, 'base64'));
      const pkcs7 = new x509.X509Certificates([new x509.X509Certificate(key.certificate)]).export('raw');
      return {
        kid,
        alg,
        cert: certOf(key),
        pkcs7: pem(Buffer.from(pkcs7).toString('base64'), 'PKCS7'),
        fingerprint,
        thumbprint: fingerprint.replaceAll(':', ''),
        current: state === 'current',
        next: state === 'next',
        previous: state === 'previous',
        revoked: state === 'revoked',
        ...time('current_since', key.current_since_ms),
        ...time('current_until', key.current_until_ms),
        ...time('revoked_at', key.revoked_at_ms),
      };
    });
}

/** A key's certificate, PEM. */
export const certOf = ({ certificate }: SigningKeyInfo): string => pem(certificate, 'CERTIFICATE');

const time = (name: string, ms: number | undefined) => (ms === undefined ? {} : { [name]: new Date(ms).toISOString() });

/** RFC 7468: lines of 64 characters. */
function pem(base64: string, label: string): string {
  return `-----BEGIN ${label}-----\n${base64.replaceAll(/.{1,64}/g, '$&\n')}-----END ${label}-----\n`;
}
