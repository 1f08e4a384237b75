import { X509Certificate } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { OAuthError } from '../../../shared/oauth-error.ts';
import { clientCertificate, type ClientCertificate } from './certificate.ts';
import { readForwarded } from './x-forwarded-client-cert.ts';

/** Longest value of a header with a certificate, characters: one with an RSA key of 4096 bits has less, escaped. */
const MAX_LENGTH = 8_192;
/** Of Auth0's edge contract. */
const MAX_CLIENT_CERTIFICATE_LENGTH = 4_096;

type Form = {
  /** @returns The certificate, DER or PEM; throws for what is none. */
  read: (value: string) => Buffer | string;
  maxLength: number;
  /** The header in which the proxy says whether an authority that it trusts issued it; without one the operator has said so for all. */
  verdict?: string;
};

/** How proxies pass a certificate on, by the name of the header. */
const FORMS = {
  /** RFC 9440 §2: a byte sequence (RFC 8941 §3.3.5) that is DER. */
  'client-cert': { read: byteSequence, maxLength: MAX_LENGTH },
  /** Auth0's for custom domains with certificates of one's own. */
  'client-certificate': {
    read: decodeURIComponent,
    maxLength: MAX_CLIENT_CERTIFICATE_LENGTH,
    verdict: 'client-certificate-ca-verified',
  },
  /** Envoy's. */
  'x-forwarded-client-cert': { read: (value) => decodeURIComponent(readForwarded(value)), maxLength: MAX_LENGTH },
  /** That of ingress-nginx, `$ssl_client_escaped_cert`. */
  'ssl-client-cert': { read: decodeURIComponent, maxLength: MAX_LENGTH, verdict: 'ssl-client-verify' },
} as const satisfies Record<string, Form>;

export type CertificateHeader = keyof typeof FORMS;
export const CERTIFICATE_HEADERS = Object.keys(FORMS) as [CertificateHeader, ...CertificateHeader[]];

const VERIFIED = 'SUCCESS';

/**
 * The certificate that a trusted proxy passes on.
 *
 * @param isChainVerified Whether the proxy lets no other certificates in than those of its authorities, where its header does not tell.
 * @returns `undefined` where it passes none on.
 * @throws {OAuthError} 400 for a header that is there twice, or is no certificate: whatever the proxy meant, it is not known.
 */
export function certificateInHeaders(
  { headersDistinct: sent }: IncomingMessage,
  header: CertificateHeader,
  isChainVerified: boolean,
): ClientCertificate | undefined {
  const { read, maxLength, verdict }: Form = FORMS[header];
  const value = onlyOne(sent[header], header);
  if (value === '') return undefined;
  if (value.length > maxLength) throw malformed(header);
  const isVerified = verdict === undefined ? isChainVerified : onlyOne(sent[verdict], verdict) === VERIFIED;
  return clientCertificate(parsed(read, value, header), isVerified);
}

function parsed(read: Form['read'], value: string, header: string): X509Certificate {
  try {
    const certificate = read(value);
    if (typeof certificate === 'string' && !ONE_PEM.test(certificate)) throw malformed(header);
    return new X509Certificate(certificate);
  } catch (error) {
    throw malformed(header, error);
  }
}

/** Of several only the first would be read. */
const ONE_PEM = /^\s*-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----\s*$/;

function byteSequence(value: string): Buffer {
  const [, base64 = ''] = /^:([A-Za-z0-9+/]+={0,2}):$/.exec(value) ?? [];
  if (base64 === '') throw new TypeError('no byte sequence');
  return Buffer.from(base64, 'base64');
}

function onlyOne(values: readonly string[] | undefined, name: string): string {
  const [value = '', ...others] = values ?? [];
  if (others.length > 0) throw malformed(name);
  return value.trim();
}

const malformed = (header: string, cause?: unknown): OAuthError =>
  new OAuthError(400, 'invalid_request', `The header ${header} must have one certificate, as the proxy passes it on`, {
    cause,
  });
