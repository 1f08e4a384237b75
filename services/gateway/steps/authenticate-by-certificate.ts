import type { X509Certificate } from 'node:crypto';
import { alternativeNames, canonicalAlternativeName } from '../../../shared/alternative-names.ts';
import { canonicalName } from '../../../shared/distinguished-name.ts';
import { fapiOf, type CertificateCredential, type Client } from '../../../shared/domain/client.ts';
import { OAuthError } from '../../../shared/oauth-error.ts';
import { isInTime, type ClientCertificate } from '../client-certificate/certificate.ts';
import type { Configuration } from '../configuration-cache.ts';

/**
 * Authenticates a client by the certificate that it shows and nothing else (RFC 8705 §2). Whether the client is unknown, authenticates otherwise or has
 * another certificate, the answer is the same.
 *
 * @throws {OAuthError} 401 `invalid_client`
 */
export async function authenticateByCertificate(
  clientId: string,
  certificate: ClientCertificate,
  configuration: Configuration,
): Promise<Client> {
  const client = await configuration.client(clientId);
  if (!isInTime(certificate)) throw refused('is not within the time that it is valid for');
  if (client === undefined || !isOfClient(client, certificate)) throw refused('does not authenticate this client');
  return client;
}

function isOfClient(client: Client, certificate: ClientCertificate): boolean {
  if (fapiOf(client)?.authenticatesBy === 'private_key_jwt') return false;
  const { self_signed_tls_client_auth: itself, tls_client_auth: byAuthority } = client;
  const nowMs = Date.now();
  return client.certificates.some((credential) => {
    if ((credential.expires_at_ms ?? Infinity) <= nowMs) return false;
    // Either method has credentials of its own types: a name says nothing of a certificate that anybody can make.
    return credential.credential_type === 'x509_cert'
      ? itself?.includes(credential.id) === true && credential.value === certificate.thumbprint
      : byAuthority?.includes(credential.id) === true &&
          certificate.isVerified &&
          isNamed(certificate.x509, credential);
  });
}

/** RFC 8705 §2.1.2. */
function isNamed(x509: X509Certificate, { credential_type: type, value }: CertificateCredential): boolean {
  switch (type) {
    case 'x509_cert':
      return false;
    case 'cert_subject_dn': {
      const wanted = canonicalName(value);
      return wanted !== undefined && wanted === canonicalName(x509.subject);
    }
    case 'cert_san_dns':
    case 'cert_san_uri':
    case 'cert_san_ip':
    case 'cert_san_email': {
      const kind = ALTERNATIVE_NAMES[type];
      return alternativeNames(x509.subjectAltName, kind).includes(canonicalAlternativeName(kind, value));
    }
  }
}

const ALTERNATIVE_NAMES = {
  cert_san_dns: 'dns',
  cert_san_uri: 'uri',
  cert_san_ip: 'ip',
  cert_san_email: 'email',
} as const;

const refused = (what: string): OAuthError => new OAuthError(401, 'invalid_client', `The client certificate ${what}`);
