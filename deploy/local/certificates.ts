import { createPrivateKey, randomBytes, X509Certificate, type webcrypto } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** PEM files: who vouches (`NODE_EXTRA_CA_CERTS`, `NATS_CA_FILE`, `curl --cacert`), and what it vouches for. */
export type Certificates = { caFile: string; certFile: string; keyFile: string };

/** What a certificate is for. */
export type Purpose = {
  /** Its files are `<name>.pem` and `<name>-key.pem`. */
  name: string;
  /** Name of the certification authority; random digits distinguish two installations in a trust store. */
  authority: string;
  /** Whom it names: the first is the subject as well. */
  for: readonly { type: 'dns' | 'ip'; value: string }[];
  /** Whether its holder is also a client of others that have one, as the servers of a NATS cluster are. */
  isClientToo?: boolean;
  /** DER of the name constraints (RFC 5280 §4.2.1.10) of the authority; absent: it can vouch for any name. */
  authorityConstraints?: Buffer;
};

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

/**
 * A certificate by a certification authority that is the folder's own. Both are kept there; what is about to expire, damaged or gone is
 * made anew.
 */
export async function ensureCertificates(dir: string, purpose: Purpose, nowMs = Date.now()): Promise<Certificates> {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const ca = { certFile: join(dir, 'ca.pem'), keyFile: join(dir, 'ca-key.pem') };
  const own = { certFile: join(dir, `${purpose.name}.pem`), keyFile: join(dir, `${purpose.name}-key.pem`) };
  const authority = usable(ca, nowMs) ?? (await makeAuthority(ca, purpose, nowMs));
  const certificate = usable(own, nowMs);
  const isOfAuthority = certificate?.checkIssued(authority) === true && certificate.verify(authority.publicKey);
  if (!isOfAuthority) await makeCertificate(own, ca, purpose, nowMs);
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

async function makeAuthority(files: Identity, purpose: Purpose, nowMs: number): Promise<X509Certificate> {
  const x509 = await import('../../shared/x509.ts');
  const keys = await newKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    ...validFor(CA_LIFETIME_MS, nowMs),
    name: [{ CN: [`${purpose.authority} ${randomBytes(4).toString('hex')}`] }],
    signingAlgorithm: ALGORITHM,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      ...(purpose.authorityConstraints === undefined
        ? []
        : [new x509.Extension(NAME_CONSTRAINTS_OID, true, purpose.authorityConstraints)]),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  await save(files, certificate.toString('pem'), keys.privateKey);
  return new X509Certificate(certificate.toString('pem'));
}

async function makeCertificate(files: Identity, ca: Identity, purpose: Purpose, nowMs: number): Promise<void> {
  const x509 = await import('../../shared/x509.ts');
  const authority = new x509.X509Certificate(readFileSync(ca.certFile, 'utf8'));
  const pkcs8 = createPrivateKey(readFileSync(ca.keyFile)).export({ type: 'pkcs8', format: 'der' });
  const keys = await newKeys();
  const certificate = await x509.X509CertificateGenerator.create({
    ...validFor(CERTIFICATE_LIFETIME_MS, nowMs),
    subject: [{ CN: [purpose.for[0]?.value ?? purpose.name] }],
    issuer: authority.subjectName.toJSON(),
    publicKey: keys.publicKey,
    signingKey: await crypto.subtle.importKey('pkcs8', Uint8Array.from(pkcs8), ALGORITHM, false, ['sign']),
    signingAlgorithm: ALGORITHM,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([
        x509.ExtendedKeyUsage.serverAuth,
        ...(purpose.isClientToo === true ? [x509.ExtendedKeyUsage.clientAuth] : []),
      ]),
      new x509.SubjectAlternativeNameExtension([...purpose.for]),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(authority.publicKey),
    ],
  });
  await save(files, certificate.toString('pem'), keys.privateKey);
}

const newKeys = (): Promise<webcrypto.CryptoKeyPair> => crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);

function validFor(lifetimeMs: number, nowMs: number): { serialNumber: string; notBefore: Date; notAfter: Date } {
  return {
    // Always positive (RFC 5280 §4.1.2.2).
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
