import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { get as getHttp } from 'node:http';
import { Agent, get } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { connect as connectTls, TLSSocket } from 'node:tls';
import { ensureLocalTls } from '../../deploy/local/local-tls.ts';
import { startStack, type Stack } from '../support/stack.ts';
import { until } from '../support/until.ts';

const dataDir = mkdtempSync(join(tmpdir(), 'hookmint-tls '));
const file = (name: string): string => join(dataDir, 'tls', name);
const certificateIn = (name: string) => new X509Certificate(readFileSync(file(name)));

let stack: Stack;
before(async () => {
  stack = await startStack({ dataDir, args: ['--tls'] });
});
after(async () => {
  await stack.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

/** Asks the gateway over `agent`; gives the socket that was used and the fingerprint of the certificate shown. */
function ask(agent: Agent): Promise<{ status: number | undefined; socket: TLSSocket; fingerprint: string }> {
  return new Promise((resolve, reject) => {
    get(`${stack.url}/healthz`, { agent, ca: readFileSync(file('ca.pem')) }, (response) => {
      const { socket } = response;
      assert(socket instanceof TLSSocket);
      const fingerprint = socket.getPeerCertificate().fingerprint256;
      response.resume().once('end', () => resolve({ status: response.statusCode, socket, fingerprint }));
    }).once('error', reject);
  });
}

describe('npm start -- --tls', () => {
  it('prints https URLs, on the name that the certificate has', async () => {
    assert.match(stack.url, /^https:\/\/localhost:\d+$/);
    const metadata = await fetch(`${stack.url}/.well-known/oauth-authorization-server`);
    const { issuer, jwks_uri } = (await metadata.json()) as { issuer: string; jwks_uri: string };
    assert.deepEqual([issuer, jwks_uri], [`${stack.url}/`, `${stack.url}/.well-known/jwks.json`]);
    assert(stack.output().includes(`  Management API  ${stack.url}/api/v2/\n`));
  });

  it('prints a curl line that gives a token, as it stands, in a folder with a space in its name', () => {
    assert(stack.curl.includes('--cacert'));
    const answer = JSON.parse(execFileSync('sh', ['-c', stack.curl], { encoding: 'utf8' })) as Record<string, unknown>;
    const [, claims = ''] = String(answer.access_token).split('.');
    const { iss } = JSON.parse(Buffer.from(claims, 'base64url').toString()) as { iss: string };
    assert.equal(iss, `${stack.url}/`);
  });

  it('prints the line that has Node trust the certificate, as it stands', () => {
    const line = /^export NODE_EXTRA_CA_CERTS=.*$/m.exec(stack.output())?.[0] ?? '';
    const script = `const { status } = await fetch('${stack.url}/readyz'); console.log(status)`;
    const ask = `${line}; exec "$1" --input-type=module --eval "$2"`;
    assert.equal(execFileSync('sh', ['-c', ask, 'sh', process.execPath, script], { encoding: 'utf8' }), '200\n');
  });

  it('keeps the private keys to their owner', () => {
    for (const name of ['ca-key.pem', 'localhost-key.pem']) assert.equal(statSync(file(name)).mode & 0o777, 0o600);
  });

  it('speaks TLS 1.2 with authenticated encryption only (RFC 9325 §4.2)', async () => {
    const spoken = (ciphers: string) =>
      new Promise<string>((resolve) => {
        const { port } = new URL(stack.url);
        const options = {
          host: '127.0.0.1',
          port: Number(port),
          servername: 'localhost',
          ca: readFileSync(file('ca.pem')),
        };
        const socket = connectTls({ ...options, ciphers, maxVersion: 'TLSv1.2' }, () => {
          resolve(socket.getCipher().name);
          socket.destroy();
        }).on('error', ({ message }) => resolve(message));
      });
    assert.equal(await spoken('ECDHE-ECDSA-AES128-GCM-SHA256'), 'ECDHE-ECDSA-AES128-GCM-SHA256');
    for (const weak of ['ECDHE-ECDSA-AES128-SHA256', 'ECDHE-ECDSA-AES256-SHA', 'ECDHE-ECDSA-AES128-CCM']) {
      assert.match(await spoken(weak), /handshake failure/, weak);
    }
  });

  it('answers plain HTTP on that port with nothing, and goes on', async () => {
    const url = stack.url.replace('https:', 'http:');
    const answered = new Promise((resolve) => {
      getHttp(url, () => resolve('an answer')).once('error', (error: NodeJS.ErrnoException) => resolve(error.code));
    });
    assert.match(String(await answered), /^(ECONNRESET|HPE_)/);
    assert.equal((await fetch(`${stack.url}/healthz`)).status, 200);
  });
});

describe('a renewed certificate', () => {
  it('is shown to new connections without a restart, while old ones go on', async () => {
    const old = new Agent({ keepAlive: true, maxSockets: 1 });
    const first = await ask(old);
    assert.equal(first.fingerprint, certificateIn('localhost.pem').fingerprint256);
    const pids = stack.pidsOf('gateway');

    rmSync(file('localhost.pem'));
    await ensureLocalTls(dataDir);
    const renewed = certificateIn('localhost.pem').fingerprint256;
    assert.notEqual(renewed, first.fingerprint);
    await until('the new certificate is shown', async () => (await ask(new Agent())).fingerprint === renewed);

    const again = await ask(old);
    assert.deepEqual([again.status, again.socket === first.socket], [200, true]);
    assert.equal(again.fingerprint, first.fingerprint);
    assert.deepEqual(stack.pidsOf('gateway'), pids);
    old.destroy();
  });

  it('that cannot be used leaves the one before in use', async () => {
    const [certificate, { fingerprint256 }] = [readFileSync(file('localhost.pem')), certificateIn('localhost.pem')];
    writeFileSync(file('localhost.pem'), certificate.subarray(0, 200));
    await stack.untilPrinted(/the previous certificate stays in use/);
    assert.equal((await ask(new Agent())).fingerprint, fingerprint256);
    writeFileSync(file('localhost.pem'), certificate);
  });
});

describe('the client of the Management API', () => {
  it('is in the banner, with its secret at the very first start of a data folder only, also when HTTPS is turned off', async () => {
    const { managementClientId, managementClientSecret } = stack;
    assert(stack.output().includes(`    its client    ${managementClientId}\n`));
    assert.equal(stack.output().split(managementClientSecret).length, 2);
    assert(
      stack.output().includes(`${managementClientSecret} (shown this once; it is also in ${dataDir}/secrets.json)`),
    );
    await stack.stop();
    stack = await startStack({ dataDir });
    assert.match(stack.url, /^http:\/\/127\.0\.0\.1:/);
    assert(stack.output().includes(`    its client    ${managementClientId}\n`));
    assert.equal(stack.output().includes(managementClientSecret), false);
    assert.equal(stack.output().includes('NODE_EXTRA_CA_CERTS'), false);
  });
});
