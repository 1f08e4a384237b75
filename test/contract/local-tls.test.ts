import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:tls';
import { ensureLocalTls } from '../../deploy/local/local-tls.ts';
import * as x509 from '../../shared/x509.ts';

const DAY_MS = 86_400_000;
const root = mkdtempSync(join(tmpdir(), 'hookmint-local-tls-'));
after(() => rmSync(root, { recursive: true, force: true }));
const newDir = () => mkdtempSync(join(root, 'data-'));
const fingerprintOf = (pem: string) => new X509Certificate(readFileSync(pem)).fingerprint256;

async function fingerprints(dataDir: string, nowMs?: number): Promise<{ ca: string; own: string }> {
  const { caFile, certFile } = await ensureLocalTls(dataDir, nowMs);
  return { ca: fingerprintOf(caFile), own: fingerprintOf(certFile) };
}

/** What a client that trusts `ca` makes of a server with this certificate, called by `servername`. */
async function handshake(pair: { cert: string; key: string }, ca: string, servername: string): Promise<string> {
  const server = createServer(pair);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return new Promise<string>((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, ca, servername }, () => resolve('trusted'));
    socket.once('error', (error) => resolve(error.message));
    socket.once('close', () => server.close());
    socket.once('secureConnect', () => socket.end());
  });
}

describe('the certificate of a local installation', () => {
  it('is kept, and so is its authority', async () => {
    const dir = newDir();
    assert.deepEqual(await fingerprints(dir), await fingerprints(dir));
  });

  it('is made anew by the same authority within 30 days of its end; the authority after ten years', async () => {
    const dir = newDir();
    const first = await fingerprints(dir);
    assert.deepEqual(await fingerprints(dir, Date.now() + 366 * DAY_MS), first);
    const second = await fingerprints(dir, Date.now() + 368 * DAY_MS);
    assert.equal(second.ca, first.ca);
    assert.notEqual(second.own, first.own);
    const third = await fingerprints(dir, Date.now() + 3_621 * DAY_MS);
    assert.notEqual(third.ca, first.ca);
    assert.notEqual(third.own, second.own);
  });

  it('is made anew when it is damaged, or belongs to another authority', async () => {
    const dir = newDir();
    const first = await fingerprints(dir);
    writeFileSync(join(dir, 'tls/localhost-key.pem'), 'nonsense');
    const second = await fingerprints(dir);
    assert.equal(second.ca, first.ca);
    assert.notEqual(second.own, first.own);
    rmSync(join(dir, 'tls/ca.pem'));
    const third = await fingerprints(dir);
    assert.notEqual(third.ca, first.ca);
    assert.notEqual(third.own, second.own);
  });

  it('is trusted for localhost by whoever trusts the authority, and by nobody else', async () => {
    const { caFile, certFile, keyFile } = await ensureLocalTls(newDir());
    const pair = { cert: readFileSync(certFile, 'utf8'), key: readFileSync(keyFile, 'utf8') };
    assert.equal(await handshake(pair, readFileSync(caFile, 'utf8'), 'localhost'), 'trusted');
    const other = await ensureLocalTls(newDir());
    assert.notEqual(await handshake(pair, readFileSync(other.caFile, 'utf8'), 'localhost'), 'trusted');
  });

  for (const [name, expected] of [
    ['localhost', 'trusted'],
    ['api.localhost', 'trusted'],
    ['example.com', 'permitted subtree violation'],
  ] as const) {
    it(`a certificate for ${name} by its authority: ${expected}`, async () => {
      const { caFile } = await ensureLocalTls(newDir());
      const ca = readFileSync(caFile, 'utf8');
      const pair = await issue(ca, readFileSync(caFile.replace('ca.pem', 'ca-key.pem'), 'utf8'), name);
      assert.equal(await handshake(pair, ca, name), expected);
    });
  }
});

async function issue(ca: string, caKey: string, name: string): Promise<{ cert: string; key: string }> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const [pkcs8 = new ArrayBuffer()] = x509.PemConverter.decode(caKey);
  const certificate = await x509.X509CertificateGenerator.create({
    subject: `CN=${name}`,
    issuer: new x509.X509Certificate(ca).subject,
    publicKey: keys.publicKey,
    signingKey: await crypto.subtle.importKey('pkcs8', pkcs8, algorithm, false, ['sign']),
    signingAlgorithm: algorithm,
    extensions: [new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: name }])],
  });
  const key = x509.PemConverter.encode(await crypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY');
  return { cert: certificate.toString('pem'), key };
}
