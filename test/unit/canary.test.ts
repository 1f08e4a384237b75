import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createUser } from '@nats-io/nkeys';
import { CompactEncrypt, SignJWT } from 'jose';
import { newClientSecret } from '../../shared/client-secret.ts';
import { canary } from '../support/canary.ts';
import { findSecrets } from '../support/canary-find.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const key = randomBytes(32);
const { privateKey } = generateKeyPairSync('ed25519');

const KINDS: [kind: string, secret: string][] = [
  ['hook-secret', canary('hook-secret')],
  [
    'access token or client assertion',
    await new SignJWT({ sub: 'x' }).setProtectedHeader({ alg: 'EdDSA', kid: 'k' }).sign(privateKey),
  ],
  [
    'encrypted key or secrets (JWE)',
    await new CompactEncrypt(randomBytes(40)).setProtectedHeader({ alg: 'dir', enc: 'A256GCM' }).encrypt(key),
  ],
  ['private key (PEM)', privateKey.export({ format: 'pem', type: 'pkcs8' })],
  ['private key (JWK)', JSON.stringify(privateKey.export({ format: 'jwk' }))],
  ['private key (JWK)', JSON.stringify(JSON.stringify(privateKey.export({ format: 'jwk' })))],
  ['seed of a NATS user', new TextDecoder().decode(createUser().getSeed())],
  ['password in a URL', 'mongodb://gateway:a-password@127.0.0.1:27017/?authSource=x'],
  ['Authorization header', `Basic ${Buffer.from(`client:${newClientSecret()}`).toString('base64')}`],
  ['client secret', newClientSecret()],
];

describe('What has the shape of a secret is found whatever its value', () => {
  for (const [kind, secret] of KINDS) {
    it(kind, () => {
      const [shown] = findSecrets(`a line\n{"msg":"it was ${secret} today"}\n`, []);
      assert.equal(shown?.kind, kind);
      assert.equal(shown.line, 2);
      assert.ok(!shown.around.includes(secret), 'the finding shows the secret');
    });
  }
});

describe('A secret that is known is found as it is and as a log may spell it', () => {
  const value = key.toString('base64url');
  const known = [{ kind: 'hook_secrets_key', value }];
  const spelled = {
    'as it is': value,
    'in base64': Buffer.from(value).toString('base64'),
    'the bytes in base64': key.toString('base64'),
    'the bytes in hex': key.toString('hex'),
    'the bytes as JSON': JSON.stringify({ key }),
  };
  for (const [how, text] of Object.entries(spelled)) {
    it(how, () => assert.equal(findSecrets(`x ${text} y`, known)[0]?.kind, 'hook_secrets_key'));
  }
});

it('What is no secret is not taken for one', () => {
  const harmless = [
    'mongodb://127.0.0.1:27017/?authSource=admin',
    'http://127.0.0.1:8080/oauth/token',
    '{"kid":"oKIywvGUpTVTyxMQ3bwIIeQUudfr_CkLMjCE19ECD-U","d":"day"}',
    'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    'Bearer realm="hookmint"',
    'eyJhbGciOiJSUzI1NiJ9 is a header',
  ];
  assert.deepEqual(findSecrets(harmless.join('\n'), []), []);
});

describe('A run of tests', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hookmint-canary-'));
  after(() => rmSync(folder, { recursive: true, force: true }));

  function run(body: string): { status: number | null; stdout: string } {
    const file = join(folder, 'planted.test.js');
    writeFileSync(file, body);
    const env = { ...process.env, NODE_TEST_CONTEXT: undefined };
    return spawnSync(process.execPath, ['test/run.ts', file], { cwd: ROOT, env, encoding: 'utf8' });
  }
  const keep = (output: string, secrets: object): string => `
    import { mkdirSync, writeFileSync } from 'node:fs';
    import { test } from 'node:test';
    import { keepForScan } from ${JSON.stringify(join(ROOT, 'test/support/canary-run.ts'))};
    test('passes', () => {
      writeFileSync(${JSON.stringify(join(folder, 'secrets.json'))}, ${JSON.stringify(JSON.stringify(secrets))});
      keepForScan(${JSON.stringify(folder)}, ${JSON.stringify(output)});
    });
  `;

  it('fails though every test passes, when a stack has printed a secret of its own', () => {
    const value = randomBytes(32).toString('base64url');
    const output = `ready\ngateway       {"level":30,"err":"password ${value} refused"}`;
    const { status, stdout } = run(keep(output, { mongodb_passwords: { gateway: value } }));
    assert.match(stdout, /pass 1\n/);
    assert.match(
      stdout,
      /SECRET SHOWN in .*planted\.test\.js: mongodb_passwords\.gateway, in the output of the stack, line 2/,
    );
    assert.ok(!stdout.includes(value), 'the run shows the secret itself');
    assert.equal(status, 1);
  });

  it('fails when a test’s own process prints a secret', () => {
    const { status, stdout } = run(`
      import { test } from 'node:test';
      test('passes', () => console.log(['S', 'U'].join('') + 'A'.repeat(56)));
    `);
    assert.match(stdout, /SECRET SHOWN in the test run: seed of a NATS user/);
    assert.equal(status, 1);
  });

  it('passes where the banner of npm start shows its two secrets, and fails where one stands elsewhere', () => {
    const [demo, management] = [newClientSecret(), newClientSecret()];
    const banner = [
      `    its secret    ${management} (shown this once; it is also in /tmp/x/secrets.json)`,
      `curl -sS http://127.0.0.1:1/oauth/token -d grant_type=client_credentials -d client_id=${'a'.repeat(32)} -d client_secret=${demo} -d audience=https://api.example.com/ -w '\\n'`,
    ].join('\n');
    const secrets = { demo_client_secret: demo, management_client_secret: management };
    const clean = run(keep(banner, secrets));
    assert.match(clean.stdout, /of 1 stacks and of the tests, 2 known secrets: none shown/);
    assert.equal(clean.status, 0);
    const leaking = run(keep(`${banner}\nagain ${demo}`, secrets));
    assert.match(leaking.stdout, /planted\.test\.js: demo_client_secret, .* line 3/);
    assert.equal(leaking.status, 1);
  });
});
