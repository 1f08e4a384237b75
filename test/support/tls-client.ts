import { X509Certificate, type webcrypto } from 'node:crypto';
import { request } from 'node:https';
import { createServer } from 'node:net';
import * as x509 from '../../shared/x509.ts';
import type { TokenAnswer } from './token-request.ts';

const ALG = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const DAY_MS = 86_400_000;

/** A certificate and its key, PEM, with what is in the certificate. */
export type Identity = { cert: string; key: string; keys: webcrypto.CryptoKeyPair; thumbprint: string };

type Wanted = {
  /** In the order of the certificate: `C=DE, O=Acme, CN=billing`. */
  subject?: string;
  /** Absent: it is signed by its own key. */
  authority?: Identity;
  isAuthority?: boolean;
  /** What it may be used for; of one that is no authority. */
  usage?: 'client' | 'server';
  names?: { type: 'dns' | 'url' | 'ip' | 'email'; value: string }[];
  /** From now, milliseconds. */
  fromMs?: number;
  untilMs?: number;
};

/** A certificate for a client that authenticates by TLS, or an authority for such. */
export async function newIdentity(wanted: Wanted = {}): Promise<Identity> {
  const { subject = 'O=Acme, CN=billing', authority, isAuthority = false, usage = 'client', names = [] } = wanted;
  const { clientAuth, serverAuth } = x509.ExtendedKeyUsage;
  const keys = await crypto.subtle.generateKey(ALG, true, ['sign', 'verify']);
  const issuer = authority === undefined ? subject : new x509.X509Certificate(authority.cert).subject;
  const certificate = await x509.X509CertificateGenerator.create({
    subject,
    issuer,
    notBefore: new Date(Date.now() + (wanted.fromMs ?? -60_000)),
    notAfter: new Date(Date.now() + (wanted.untilMs ?? DAY_MS)),
    signingAlgorithm: ALG,
    publicKey: keys.publicKey,
    signingKey: (authority?.keys ?? keys).privateKey,
    extensions: [
      new x509.BasicConstraintsExtension(isAuthority, undefined, true),
      ...(isAuthority ? [] : [new x509.ExtendedKeyUsageExtension([usage === 'client' ? clientAuth : serverAuth])]),
      ...(names.length === 0 ? [] : [new x509.SubjectAlternativeNameExtension(names)]),
    ],
  });
  const cert = certificate.toString('pem');
  const key = x509.PemConverter.encode(await crypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY');
  return { cert, key, keys, thumbprint: thumbprintOf(cert) };
}

/** RFC 8705 §3.1, by another way than hookmint's. */
const thumbprintOf = (pem: string): string =>
  Buffer.from(new X509Certificate(pem).fingerprint256.replaceAll(':', ''), 'hex').toString('base64url');

/** Where a server of a test may listen. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject).listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

/** Posts a form with a certificate of the client, on a connection of its own. */
export function postByTls(
  url: string,
  form: Readonly<Record<string, string | undefined>>,
  { cert, key, headers = {}, ca }: { cert?: string; key?: string; headers?: Record<string, string>; ca: string },
): Promise<TokenAnswer> {
  const body = new URLSearchParams(
    Object.entries(form).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  ).toString();
  const identity = cert === undefined || key === undefined ? {} : { cert, key };
  return new Promise((resolve, reject) => {
    const asked = request(url, {
      method: 'POST',
      agent: false,
      ca,
      ...identity,
      headers: { 'Content-Type': 'application/x-www-form-urlencoded', ...headers },
    });
    asked.once('error', reject).once('response', (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part)).once('error', reject);
      response.once('end', () => {
        const text = Buffer.concat(parts).toString();
        resolve({
          status: response.statusCode ?? 0,
          headers: new Headers(Object.entries(response.headers).map(([name, value]) => [name, String(value)])),
          body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>),
        });
      });
    });
    asked.end(body);
  });
}
