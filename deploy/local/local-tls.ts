import { createPrivateKey, randomBytes, X509Certificate, type webcrypto } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** PEM files: who to trust (`NODE_EXTRA_CA_CERTS`, `curl --cacert`), and what the gateway serves HTTPS with. */
export type LocalTls = { caFile: string; certFile: string; keyFile: string };

type Identity = { certFile: string; keyFile: string };

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const DAY_MS = 86_400_000;
const CA_LIFETIME_MS = 3_650 * DAY_MS;
/** Apple's systems take no certificate that is valid for longer. */
const CERTIFICATE_LIFETIME_MS = 397 * DAY_MS;
const RENEWED_BEFORE_END_MS = 30 * DAY_MS;
/** Clocks in containers and virtual machines may be behind. */
const BACKDATED_MS = 3_600_000;

const NAME_CONSTRAINTS_OID = '2.5.29.30';
/** DER (RFC 5280 §4.2.1.10): permitted are `localhost` and what is below it, 127.0.0.0/8 and ::1; so nothing on other machines. */
const ONLY_THIS_MACHINE = Buffer.from(
  `303fa03d300b82096c6f63616c686f7374300a87087f000000ff00000030228720${'00'.repeat(15)}01${'ff'.repeat(16)}`,
  'hex',
);

/**
 * The certificate of a local installation for `localhost` and 127.0.0.1, by a certification authority that is its own and can
 * vouch for this machine only. Both are kept in the data folder; what is about to expire, damaged or gone is made anew.
 */
export async function ensureLocalTls(dataDir: string, nowMs = Date.now()): Promise<LocalTls> {
  const dir = join(dataDir, 'tls');
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const ca = { certFile: join(dir, 'ca.pem'), keyFile: join(dir, 'ca-key.pem') };
  const own = { certFile: join(dir, 'localhost.pem'), keyFile: join(dir, 'localhost-key.pem') };
  const authority = usable(ca, nowMs) ?? (await makeAuthority(ca, nowMs));
  const certificate = usable(own, nowMs);
  const isOfAuthority = certificate?.checkIssued(authority) === true && certificate.verify(authority.publicKey);
  if (!isOfAuthority) await makeCertificate(own, ca, nowMs);
  return { caFile: ca.certFile, ...own };
}

function usable({ certFile, keyFile }: Identity, nowMs: number): X509Certificate | undefined {
  if (!existsSync(certFile) || !existsSync(keyFile)) return undefined;
  try {
    const certificate = new X509Certificate(readFileSync(certFile));
    const matches = certificate.checkPrivateKey(createPrivateKey(readFileSync(keyFile)));
    const lasts = certificate.validToDate.getTime() > nowMs + RENEWED_BEFORE_END_MS;
    return matches && lasts ? certificate : undefined;
  } catch {
    return undefined;
  }
}

async function makeAuthority(files: Identity, nowMs: number): Promise<X509Certificate> {
  const x509 = await import('../../shared/x509.ts');
  const keys = await newKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    ...validFor(CA_LIFETIME_MS, nowMs),
    // Two installations are two authorities; a trust store shows them by name.
    name: [{ CN: [`hookmint local CA ${randomBytes(4).toString('hex')}`] }],
    signingAlgorithm: ALGORITHM,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      new x509.Extension(NAME_CONSTRAINTS_OID, true, ONLY_THIS_MACHINE),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  await save(files, certificate.toString('pem'), keys.privateKey);
  return new X509Certificate(certificate.toString('pem'));
}

async function makeCertificate(files: Identity, ca: Identity, nowMs: number): Promise<void> {
  const x509 = await import('../../shared/x509.ts');
  const authority = new x509.X509Certificate(readFileSync(ca.certFile, 'utf8'));
  const pkcs8 = createPrivateKey(readFileSync(ca.keyFile)).export({ type: 'pkcs8', format: 'der' });
  const keys = await newKeys();
  const certificate = await x509.X509CertificateGenerator.create({
    ...validFor(CERTIFICATE_LIFETIME_MS, nowMs),
    subject: [{ CN: ['localhost'] }],
    issuer: authority.subjectName.toJSON(),
    publicKey: keys.publicKey,
    signingKey: await crypto.subtle.importKey('pkcs8', Uint8Array.from(pkcs8), ALGORITHM, false, ['sign']),
    signingAlgorithm: ALGORITHM,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension([
        { type: 'dns', value: 'localhost' },
        { type: 'ip', value: '127.0.0.1' },
      ]),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(authority.publicKey),
    ],
  });
  await save(files, certificate.toString('pem'), keys.privateKey);
}

const newKeys = (): Promise<webcrypto.CryptoKeyPair> => crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);

function validFor(lifetimeMs: number, nowMs: number): { serialNumber: string; notBefore: Date; notAfter: Date } {
  return {
    // Positive, whatever the first byte is (RFC 5280 §4.1.2.2).
    serialNumber: `01${randomBytes(15).toString('hex')}`,
    notBefore: new Date(nowMs - BACKDATED_MS),
    notAfter: new Date(nowMs - BACKDATED_MS + lifetimeMs),
  };
}

async function save(
  { certFile, keyFile }: Identity,
  certificate: string,
  privateKey: webcrypto.CryptoKey,
): Promise<void> {
  const pkcs8 = Buffer.from(await crypto.subtle.exportKey('pkcs8', privateKey));
  const key = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' }).export({ type: 'pkcs8', format: 'pem' });
  for (const [file, content, mode] of [
    [keyFile, key, 0o600],
    [certFile, `${certificate}\n`, 0o644],
  ] as const) {
    writeFileSync(`${file}.new`, content, { mode });
    renameSync(`${file}.new`, file);
  }
}
