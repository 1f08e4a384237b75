import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { connectBus } from '../../shared/bus/connect.ts';
import { readTlsFiles } from '../../shared/http/tls-files.ts';
import { connectStore } from '../../shared/store/connect.ts';
import { canary, CANARY_MARK } from '../support/canary.ts';
import { findSecrets } from '../support/canary-find.ts';

// A service whose settings are wrong says which one, and why, and never what it holds; nor does the command line.

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const TIMEOUT_MS = 30_000;
const PEM = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' });
const key = Buffer.alloc(32, 7).toString('base64url');
const NOWHERE = '127.0.0.1:1';

const GATEWAY = {
  NATS_URL: `nats://${NOWHERE}`,
  MONGODB_URL: `mongodb://${NOWHERE}/`,
  HOOKMINT_CLIENT_SECRET_KEY: key,
  HOOKMINT_SIGN_REQUEST_KEY: key,
  HOOKMINT_ISSUER: 'http://127.0.0.1/',
};

/** Runs a program to its end; `settings` is all of its environment. */
function run(args: string[], settings: Record<string, string> = {}): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, ['--no-node-snapshot', ...args], {
    cwd: ROOT,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, LOG_LEVEL: 'trace', ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const chunks: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => void chunks.push(chunk));
  const timer = setTimeout(() => child.kill('SIGKILL'), TIMEOUT_MS);
  return new Promise((resolve) => {
    child.once('close', (code) => {
      clearTimeout(timer);
      resolve({ code, output: Buffer.concat(chunks).toString() });
    });
  });
}

function assertTellsNothing(output: string): void {
  assert.ok(!output.includes(CANARY_MARK), output.replaceAll(CANARY_MARK, '[part of a secret]'));
  assert.deepEqual(findSecrets(output, [{ kind: 'private key', value: PEM.split('\n')[1] ?? '' }]), []);
}

const MONGODB_URLS = [
  `mongodb://gateway:${canary('password')}@${NOWHERE}/`,
  `mongodb://gateway:a/${canary('password')}@${NOWHERE}/`,
  `mongodb://gateway:a@${canary('password')}@${NOWHERE}/`,
  `mongodb://gateway:%zz${canary('password')}@${NOWHERE}/`,
  `mongodb://gateway:${canary('password')}@${NOWHERE}:99999:1/`,
  `mongodb:/gateway:${canary('password')}@${NOWHERE}/`,
  `gateway:${canary('password')}@${NOWHERE}`,
  `mongodb://${NOWHERE}/?authMechanismProperties=AWS_SESSION_TOKEN:${canary('session-token')}&x=1`,
  `mongodb://${NOWHERE}/?tlsCertificateKeyFilePassword=${canary('password')}`,
];
const NATS_URLS = [
  `nats://gateway:${canary('password')}@${NOWHERE}`,
  `nats://${canary('token')}@${NOWHERE}`,
  `nats://gateway:a/${canary('password')}@${NOWHERE},nats://gateway:a@${canary('password')}@${NOWHERE}`,
  `gateway:${canary('password')}@${NOWHERE}`,
];

describe('A server that cannot be used', { concurrency: true }, () => {
  const connections: [variable: string, connect: () => Promise<unknown>][] = [
    ...MONGODB_URLS.map((MONGODB_URL): (typeof connections)[number] => [
      'MONGODB_URL',
      () => connectStore('test', { MONGODB_URL }, 'canary'),
    ]),
    ...NATS_URLS.map((NATS_URL): (typeof connections)[number] => ['NATS_URL', () => connectBus('test', { NATS_URL })]),
  ];
  let count = 0;
  for (const [variable, connect] of connections) {
    it(`${variable} of no use, ${String(++count)}`, async () => {
      await assert.rejects(connect, (error: Error) => {
        assert.match(error.message, new RegExp(variable));
        // As the log writes it, with its causes.
        assertTellsNothing(JSON.stringify(pino.stdSerializers.err(error)));
        return true;
      });
    });
  }
});

type Start = [what: string, service: string, settings: Record<string, string>, says: RegExp];

const STARTS: Start[] = [
  ['a MongoDB URL that is none', 'gateway', { ...GATEWAY, MONGODB_URL: `u:${canary('password')}@x` }, /MONGODB_URL/],
  [
    'a seed that is broken',
    'hook-executor',
    { NATS_URL: GATEWAY.NATS_URL, NATS_NKEY_SEED: `SU${canary('seed')}` },
    /NATS/,
  ],
  [
    'every setting wrong that is a secret',
    'management',
    {
      ...GATEWAY,
      NATS_NKEY_SEED: canary('seed'),
      HOOKMINT_CLIENT_SECRET_KEY: canary('key'),
      HOOKMINT_HOOK_SECRETS_KEY: canary('key'),
      HOOKMINT_KEYS_REQUEST_KEY: canary('key'),
      HOOKMINT_BOOTSTRAP_CLIENT_SECRET: canary('bootstrap').slice(0, 31),
      HOOKMINT_TLS_CERT_FILE: '/dev/null',
      HOOKMINT_TLS_KEY_FILE: PEM,
    },
    /NATS_NKEY_SEED.*HOOKMINT_TLS_KEY_FILE.*HOOKMINT_CLIENT_SECRET_KEY.*HOOKMINT_KEYS_REQUEST_KEY.*HOOKMINT_HOOK_SECRETS_KEY.*BOOTSTRAP_CLIENT_SECRET/,
  ],
  [
    'an encryption key that is none',
    'signer',
    { ...GATEWAY, HOOKMINT_SIGNING_KEY_ENCRYPTION_KEY: canary('key') },
    /HOOKMINT_SIGNING_KEY_ENCRYPTION_KEY/,
  ],
];

describe('A service that is started with', { concurrency: 2 }, () => {
  for (const [what, service, settings, says] of STARTS) {
    it(what, async () => {
      const { code, output } = await run([`services/${service}/main.ts`], settings);
      assert.equal(code, 1, output);
      assert.match(output, says);
      assertTellsNothing(output);
    });
  }
});

describe('A file that cannot be used', { concurrency: 2 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'hookmint-canary-'));
  after(() => rmSync(folder, { recursive: true, force: true }));
  const file = (name: string, content: string): string => {
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  };
  const broken = file('broken.json', `{"KEY": ${canary('hook-secret')}}`);
  const wrong = file('wrong.json', JSON.stringify({ KEY: [canary('hook-secret')] }));
  const hook = file('hook.js', 'module.exports = function (client, scope, audience, context, cb) { cb(null, {}); };');

  for (const [what, secrets, data] of [
    ['no JSON', broken, 'data'],
    ['of another shape', wrong, 'other-data'],
  ] as const) {
    it(`npm start: secrets that are ${what}`, async () => {
      const args = ['--port', '0', '--data', join(folder, data), '--secrets', secrets];
      const { code, output } = await run(['deploy/local/main.ts', ...args]);
      assert.equal(code, 1, output);
      assert.match(output, /\.json cannot be used/);
      assertTellsNothing(output);
    });

    it(`hookmint hook run: secrets that are ${what}`, async () => {
      const { code, output } = await run(['cli/main.ts', 'hook', 'run', hook, '--secrets', secrets]);
      assert.notEqual(code, 0, output);
      assert.match(output, /\.json cannot be used/);
      assertTellsNothing(output);
    });
  }

  it('a TLS key that is none', () => {
    const files = {
      certFile: file('cert.pem', 'x'),
      keyFile: file('key.pem', `${PEM.slice(0, 60)}\n${canary('key')}`),
    };
    assert.throws(
      () => readTlsFiles(files),
      (error: Error) => {
        assert.match(error.message, /key\.pem/);
        assertTellsNothing(`${error.message}${String(error.stack)}${String(error.cause)}`);
        return true;
      },
    );
  });
});
