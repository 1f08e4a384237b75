import { isIP } from 'node:net';
import { canonicalAlternativeName } from '../../../../shared/alternative-names.ts';
import { canonicalName } from '../../../../shared/distinguished-name.ts';
import type { CertificateCredential } from '../../../../shared/domain/client.ts';
import { invalidBody } from '../../api/api-error.ts';
import { readCertificate } from './read-certificate.ts';
import type { CreateCertificate } from './schema.ts';

type Made = Pick<CertificateCredential, 'value'> & {
  /** Of the certificate itself, where it is what authenticates; `null`: its name outlives it. */
  expiresAtMs: number | null;
};

/**
 * What a credential for mutual TLS has of what was sent.
 *
 * @throws {ApiError} 400
 */
export function certificateValue(body: CreateCertificate): Made {
  if (body.credential_type === 'x509_cert') {
    const { thumbprint, expiresAtMs } = readCertificate(body.pem);
    return { value: thumbprint, expiresAtMs };
  }
  if (body.credential_type === 'cert_subject_dn') return { value: subjectOf(body), expiresAtMs: null };
  return { value: alternativeName(body.credential_type, body.san), expiresAtMs: null };
}

function subjectOf({ subject_dn, pem }: { subject_dn?: string | undefined; pem?: string | undefined }): string {
  if ((subject_dn === undefined) === (pem === undefined)) {
    throw invalidBody("'must have either subject_dn or pem' on property subject_dn.");
  }
  if (subject_dn === undefined) {
    const { subjectDn } = readCertificate(pem ?? '');
    if (canonicalName(subjectDn) === undefined)
      throw invalidBody("'must have a subject with names that are texts' on property pem.");
    return subjectDn;
  }
  if (canonicalName(subject_dn) !== undefined) return subject_dn;
  throw invalidBody(
    "'must be a distinguished name (RFC 4514), such as CN=billing,O=Acme, with types by their names or OIDs' on property subject_dn.",
  );
}

const ALTERNATIVE_NAMES = {
  cert_san_dns: {
    kind: 'dns',
    isOne: (name: string) => /^[A-Za-z0-9_*-]+(?:\.[A-Za-z0-9_-]+)*$/.test(name),
    shown: 'a host name',
  },
  cert_san_uri: {
    kind: 'uri',
    isOne: (name: string) => /^[A-Za-z][A-Za-z0-9+.-]*:[\x21-\x7e]+$/.test(name),
    shown: 'a URI',
  },
  cert_san_ip: { kind: 'ip', isOne: (name: string) => isIP(name) !== 0, shown: 'an IP address' },
  cert_san_email: {
    kind: 'email',
    isOne: (name: string) => /^[\x21-\x7e]+@[\x21-\x7e]+$/.test(name),
    shown: 'an email address',
  },
} as const;

function alternativeName(type: keyof typeof ALTERNATIVE_NAMES, san: string): string {
  const { kind, isOne, shown } = ALTERNATIVE_NAMES[type];
  if (!isOne(san)) throw invalidBody(`'must be ${shown}' on property san.`);
  return canonicalAlternativeName(kind, san);
}
