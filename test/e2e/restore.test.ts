import assert from 'node:assert/strict';
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify, SignJWT, type JSONWebKeySet } from 'jose';
import { MongoClient } from 'mongodb';
import { startBusServer } from '../../deploy/local/bus-server.ts';
import { loadSecrets, type LocalSecrets } from '../../deploy/local/local-secrets.ts';
import { serviceEnv } from '../../deploy/local/service-env.ts';
import { startService } from '../../deploy/local/service-process.ts';
import type { RunningServer } from '../../deploy/local/servers/child-server.ts';
import { freePort } from '../../deploy/local/servers/free-port.ts';
import { obtainMongod } from '../../deploy/local/servers/mongod-binary.ts';
import { obtainNats } from '../../deploy/local/servers/nats-binary.ts';
import { startStoreServer } from '../../deploy/local/store-server.ts';
import { JWT_BEARER } from '../../services/gateway/steps/read-assertion.ts';
import { databaseName } from '../../shared/store/connect.ts';
import { dumpDatabase, restoreDatabase } from '../support/mongo-dump.ts';
import { obtainNatsCli, type NatsCli } from '../support/nats-cli.ts';
import { startStack, TENANT, type Stack } from '../support/stack.ts';
import { requestToken } from '../support/token-request.ts';
import { grantClient, makeClient, openPatiently, type Body, type MadeClient } from './management-clients-fixtures.ts';

// docs/backup.md, from a stack that runs to a stack that is lost to one that is restored.

const cli = obtainNatsCli();

const HOOK = `module.exports = function (client, scope, audience, context, cb) {
  context.webtask.storage.get(function (error, stored) {
    if (error) return cb(error);
    const before = (stored && stored.runs) || 0;
    context.webtask.storage.set({ runs: before + 1 }, { force: 1 }, function (error) {
      if (error) return cb(error);
      const { length } = context.webtask.secrets.key;
      cb(null, { scope: scope, 'https://example.com/runs': before + 1, 'https://example.com/secret_length': length });
    });
  });
};`;
const LOGGED_WITHIN_MS = 60_000;
const SECRET = 'a secret of the hook, with a length of its own';

type Servers = {
  secrets: LocalSecrets;
  bus: RunningServer;
  store: Awaited<ReturnType<typeof startStoreServer>>;
};

const report = (): void => undefined;

/** What the Management API shows of the configuration; it must be the same afterwards. */
const SHOWN = ['/clients', '/resource-servers', '/client-grants', '/hooks', '/keys/signing', '/tenants/settings'];

describe('a stack that is lost', { skip: 'missing' in cli && cli.missing }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'hookmint-restore-'));
  const [kept, backup] = [join(folder, 'secrets.json'), join(folder, 'backup')];
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  let port: number;
  let stack: Stack | undefined;
  let client: MadeClient;
  let signer: MadeClient;
  let assertion: string;
  let tokens: string[] = [];
  let shown: unknown[];
  let logs: string[];
  let restoredDir: string;
  let servers: Servers | undefined;

  after(async () => {
    await stopServers();
    await stack?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  async function stopServers(): Promise<void> {
    await Promise.all([servers?.bus.stop(), servers?.store.server.stop()]);
    servers = undefined;
  }
  const start = (dataDir: string): Promise<Stack> => startStack({ dataDir, args: ['--port', String(port)] });
  async function tokenOf(of: Stack, parameters: Record<string, string | undefined>): Promise<[number, Body]> {
    const { status, body } = await requestToken(of, parameters);
    return [status, body];
  }
  const credentials = (): Record<string, string> => ({
    client_id: client.client_id,
    client_secret: client.client_secret,
  });
  const withAssertion = (client_assertion: string): Record<string, string | undefined> => ({
    client_id: undefined,
    client_secret: undefined,
    client_assertion,
    client_assertion_type: JWT_BEARER,
  });
  function signAssertion(of: Stack): Promise<string> {
    const now = Math.floor(Date.now() / 1000);
    return new SignJWT({ iss: signer.client_id, sub: signer.client_id, aud: `${of.url}/`, jti: randomUUID() })
      .setProtectedHeader({ alg: 'RS256' })
      .setIssuedAt(now)
      .setExpirationTime(now + 290)
      .sign(privateKey);
  }
  async function configurationOf(of: Stack): Promise<unknown[]> {
    const api = await openPatiently(of);
    const answers = await Promise.all(SHOWN.map((path) => api.call('GET', path)));
    for (const { status } of answers) assert.equal(status, 200);
    return answers.map(({ body }) => body);
  }
  async function logsOf(of: Stack): Promise<string[]> {
    const { body } = await (await openPatiently(of)).call('GET', '/logs?per_page=100&sort=date:1');
    return (body as { log_id: string }[]).map(({ log_id }) => log_id);
  }

  before(async () => {
    port = await freePort('127.0.0.1');
    stack = await start(join(folder, 'first'));
    const api = await openPatiently(stack);
    client = await makeClient(api, { name: 'from before' });
    await grantClient(api, client.client_id, stack.audience, ['read:data']);
    signer = await makeClient(api, {
      name: 'with a key',
      client_authentication_methods: {
        private_key_jwt: { credentials: [{ pem: publicKey.export({ type: 'spki', format: 'pem' }) }] },
      },
    });
    await grantClient(api, signer.client_id, stack.audience, ['read:data']);
    const made = await api.call('POST', '/hooks', { name: 'counts', script: HOOK, triggerId: 'credentials-exchange' });
    const { id } = made.body as { id: string };
    await api.call('POST', `/hooks/${id}/secrets`, { key: SECRET });
    await api.call('PATCH', `/hooks/${id}`, { enabled: true });
    const [, first] = await tokenOf(stack, credentials());
    await api.call('POST', '/keys/signing/rotate');
    const [, second] = await tokenOf(stack, credentials());
    assertion = await signAssertion(stack);
    const [status, third] = await tokenOf(stack, withAssertion(assertion));
    assert.equal(status, 200, JSON.stringify(third));
    tokens = [first, second, third].map(({ access_token }) => String(access_token));
    assert.equal(new Set(tokens.map((token) => decodeProtectedHeader(token).kid)).size, 2, 'the key was not rotated');
    shown = await configurationOf(stack);
    const untilMs = Date.now() + LOGGED_WITHIN_MS;
    for (let known = -1; ;) {
      logs = await logsOf(stack);
      // Three tokens, those for the API itself, and the writes.
      if (logs.length === known && known > 10) break;
      assert.ok(Date.now() < untilMs, `${String(logs.length)} logs, and not all`);
      known = logs.length;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  });

  it('is backed up while it runs, its secrets apart', async () => {
    assert.ok(stack !== undefined && 'run' in cli);
    cpSync(join(stack.dataDir, 'secrets.json'), kept);
    mkdirSync(backup);
    await dumpDatabase(await stack.db(), join(backup, databaseName(TENANT)));
    const { secrets } = await loadSecrets(stack.dataDir);
    const output = await natsCli(cli, stack.natsUrl, secrets, (into) => ['account', into, '--force']);
    for (const name of ['HOOKMINT_EVENTS', 'HOOKMINT_ASSERTIONS', 'KV_HOOKMINT_STORAGE'])
      assert.match(output, new RegExp(name));
    await stack.stop();
    stack = undefined;
    rmSync(join(folder, 'first'), { recursive: true });
  });

  it('is restored into servers that are empty, before any service starts', async (test) => {
    assert.ok('run' in cli);
    const startedMs = performance.now();
    restoredDir = join(folder, 'restored');
    mkdirSync(restoredDir);
    cpSync(kept, join(restoredDir, 'secrets.json'));
    const { secrets } = await loadSecrets(restoredDir);
    const [nats, mongod] = await Promise.all([obtainNats({ report }), obtainMongod({ report })]);
    const natsOptions = { binary: nats.path, dataDir: join(restoredDir, 'nats') };
    const bus = await startBusServer(natsOptions, secrets.nats_nkey_seeds);
    const mongodOptions = { binary: mongod.path, dataDir: join(restoredDir, 'mongodb') };
    const store = await startStoreServer(mongodOptions, TENANT, secrets.mongodb_passwords).catch(
      async (error: unknown) => {
        await bus.stop();
        throw error;
      },
    );
    servers = { secrets, bus, store };
    const owner = await MongoClient.connect(store.urls.owner);
    try {
      await restoreDatabase(owner.db(databaseName(TENANT)), join(backup, databaseName(TENANT)));
      await natsCli(cli, bus.url, secrets, (from) => ['restore', 'account', from]);
    } finally {
      await owner.close();
    }
    test.diagnostic(`restored in ${((performance.now() - startedMs) / 1000).toFixed(1)} s`);
  });

  for (const [name, variable] of [
    ['signer', 'HOOKMINT_SIGNING_KEY_ENCRYPTION_KEY'],
    ['gateway', 'HOOKMINT_CLIENT_SECRET_KEY'],
    ['management', 'HOOKMINT_CLIENT_SECRET_KEY'],
    ['management', 'HOOKMINT_HOOK_SECRETS_KEY'],
  ] as const) {
    it(`does not start a ${name} with another ${variable}, and says so`, async () => {
      assert.ok(servers !== undefined);
      const { secrets, bus, store } = servers;
      const natsUrl = bus.url;
      const issuer = `http://127.0.0.1:${String(port)}/`;
      const of = {
        tenant: TENANT,
        secrets,
        natsUrl,
        busHasUsers: true,
        store: store.urls,
        issuer,
        managementUrl: issuer,
      };
      const env = {
        ...serviceEnv(name, { ...of, tls: undefined }),
        [variable]: Buffer.alloc(32, 1).toString('base64url'),
      };
      const starting = startService({
        name,
        env,
        secretsDir: join(restoredDir, 'service-secrets'),
        output: () => undefined,
        onExit: () => undefined,
      });
      // One that does start is not to keep this file from ending.
      await assert.rejects(
        starting.then((service) => service.stop()),
        new RegExp(variable),
      );
    });
  }

  it('starts, and is what it was', async (test) => {
    await stopServers();
    const startedMs = performance.now();
    stack = await start(restoredDir);
    const [status, body] = await tokenOf(stack, credentials());
    test.diagnostic(`the first token after ${((performance.now() - startedMs) / 1000).toFixed(1)} s`);
    assert.equal(status, 200, JSON.stringify(body));
    assert.deepEqual(await configurationOf(stack), shown);
  });

  it('verifies the tokens from before, and signs with the key from before', async () => {
    assert.ok(stack !== undefined);
    const response = await fetch(`${stack.url}/.well-known/jwks.json`);
    const keys = createLocalJWKSet((await response.json()) as JSONWebKeySet);
    const expected = { issuer: `${stack.url}/`, audience: stack.audience };
    const [, { access_token }] = await tokenOf(stack, credentials());
    for (const token of [...tokens, String(access_token)]) await jwtVerify(token, keys, expected);
    assert.equal(decodeProtectedHeader(String(access_token)).kid, decodeProtectedHeader(tokens[1] ?? '').kid);
  });

  it('runs the hook, with its secrets and what it had stored', async () => {
    assert.ok(stack !== undefined);
    const [, { access_token }] = await tokenOf(stack, credentials());
    const payload = JSON.parse(Buffer.from(String(access_token).split('.')[1] ?? '', 'base64url').toString()) as Body;
    assert.equal(payload['https://example.com/secret_length'], SECRET.length);
    // Three tokens before, and the two of the tests above.
    assert.equal(payload['https://example.com/runs'], 6);
  });

  it('refuses the assertion that was used before, and takes another', async () => {
    assert.ok(stack !== undefined);
    const [status, body] = await tokenOf(stack, withAssertion(assertion));
    assert.equal(status, 401);
    assert.match(String(body.error_description), /was used before/);
    assert.equal((await tokenOf(stack, withAssertion(await signAssertion(stack))))[0], 200);
  });

  it('has the logs from before, each once', async () => {
    assert.ok(stack !== undefined);
    const now = await logsOf(stack);
    assert.deepEqual(now.slice(0, logs.length), logs);
    assert.equal(new Set(now).size, now.length);
  });

  /** As docs/backup.md calls it. */
  async function natsCli(
    nats: NatsCli,
    url: string,
    { nats_nkey_seeds: seeds }: LocalSecrets,
    argsFor: (folder: string) => string[],
  ): Promise<string> {
    let output = '';
    for (const user of ['setup', 'setup-storage'] as const) {
      const seedFile = join(folder, `${user}.nk`);
      writeFileSync(seedFile, seeds[user], { mode: 0o600 });
      const as = ['--server', url, '--nkey', seedFile, '--inbox-prefix', `_INBOX_${user}`];
      output += await nats.run(...as, 'backup', ...argsFor(join(backup, `nats-${user}`)));
    }
    return output;
  }
});
