import './quiet.ts';
import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { after, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { MongoClient } from 'mongodb';
import { parse, parseAllDocuments } from 'yaml';
import { loadSecrets } from '../../deploy/local/local-secrets.ts';
import { publicNkeys } from '../../deploy/local/bus-server.ts';
import { freePort } from '../../deploy/local/servers/free-port.ts';
import { obtainMongod } from '../../deploy/local/servers/mongod-binary.ts';
import { startNats } from '../../deploy/local/servers/run-nats.ts';
import { startStoreServer } from '../../deploy/local/store-server.ts';
import { composeFiles, kubernetesFiles } from '../../deploy/secrets/files.ts';
import { messageOf } from '../../shared/errors.ts';
import { connectBus } from '../../shared/bus/connect.ts';
import { natsBinary } from './bus-fixtures.ts';
import { complaintOf, isRead, secretFilesOf, SERVICES, workloadsOf } from './manifests-facts.ts';
import { K8S, render, type Resource } from './manifests-render.ts';
import { temporaryDir } from './servers-fixtures.ts';

const DEPLOY = fileURLToPath(new URL('../../deploy/', import.meta.url));
const TENANT = 'main';
const textOf = (file: string): string => readFileSync(file, 'utf8');
const folder = temporaryDir();
const { secrets } = await loadSecrets(folder);

type NatsConfig = { max_payload: string; accounts: Record<string, { users: { nkey: string }[] }> };
const natsValues = parse(textOf(join(K8S, 'values/nats.yaml'))) as {
  config: { merge: NatsConfig; cluster: { replicas: number; tls: object }; nats: { port: number; tls: object } };
  container: { env: Record<string, unknown> };
};
/** In the chart's values `<< >>` stands for what is written without quotes. */
const unquoted = (text: string): string => text.replaceAll(/"<< ([^>]+) >>"/g, '$1');

describe('NATS in Kubernetes', () => {
  it('has the accounts, users and permissions of hookmint.conf', () => {
    const theirs = JSON.parse(JSON.stringify(natsValues.config.merge).replaceAll(/<< ([^>]+) >>/g, '$1')) as NatsConfig;
    assert.deepEqual(theirs, natsConfigAsJson(textOf(join(DEPLOY, 'nats/hookmint.conf'))));
  });

  it('is given the public nkey of each user', () => {
    const named = Object.values(natsValues.config.merge.accounts)
      .flatMap(({ users }) => users)
      .map(({ nkey }) => nkey.replace(/^<< \$(.*) >>$/, '$1'));
    assert.deepEqual(Object.keys(natsValues.container.env), named);
    const map = documentsOf(kubernetesFiles(secrets)['secrets.yaml']).find(({ kind }) => kind === 'ConfigMap');
    assert.deepEqual(Object.keys(map?.data as object), named);
  });

  it('starts with them, and lets in who has a seed', async () => {
    const configFile = join(folder, 'nats.conf');
    writeFileSync(configFile, unquoted(JSON.stringify(natsValues.config.merge)));
    const map = documentsOf(kubernetesFiles(secrets)['secrets.yaml']).find(({ kind }) => kind === 'ConfigMap');
    const env = map?.data as Record<string, string>;
    const server = await startNats({ binary: await natsBinary(), dataDir: join(folder, 'nats'), configFile, env });
    try {
      const seed = secrets.nats_nkey_seeds.gateway;
      const connection = await connectBus('gateway', { NATS_URL: server.url, NATS_NKEY_SEED: seed });
      await connection.close();
      await assert.rejects(connectBus('gateway', { NATS_URL: server.url }), /bus_unreachable|NATS/);
    } finally {
      await server.stop();
    }
  });

  it('speaks TLS to clients and between its servers, on the port that services ask', () => {
    assert.deepEqual(natsValues.config.nats, { port: 4222, tls: { enabled: true, secretName: 'nats-tls' } });
    assert.deepEqual(natsValues.config.cluster.tls, { enabled: true, secretName: 'nats-tls' });
    const config = render(join(K8S, 'overlays/production')).find(({ kind }) => kind === 'ConfigMap');
    const data = (config as unknown as { data: Record<string, string> }).data;
    assert.equal(data['nats-url'], 'tls://nats:4222');
    assert.equal(data['stream-replicas'], String(natsValues.config.cluster.replicas));
    assert.equal(data.tenant, TENANT);
  });
});

type Privileges = Record<string, Record<string, string[]>>;

describe('MongoDB in production', () => {
  let actual: Privileges;
  let javascriptRefusal = '';

  it('is compared with the roles that the local one really has', async () => {
    const { path: binary } = await obtainMongod({ report: () => undefined });
    const options = { binary, dataDir: join(folder, 'mongodb') };
    const { server, urls } = await startStoreServer(options, TENANT, secrets.mongodb_passwords);
    after(() => server.stop());
    const client = await MongoClient.connect(urls.owner, { directConnection: true });
    try {
      const command = { rolesInfo: 1, showPrivileges: true };
      const { roles } = (await client.db(`hookmint_${TENANT}`).command(command)) as unknown as { roles: Role[] };
      const asked = client.db('admin').collection('system.version').findOne({ $where: 'return true' });
      javascriptRefusal = await asked.then(() => '', messageOf);
      actual = Object.fromEntries(roles.map(({ role, privileges }) => [role, byCollection(privileges)]));
    } finally {
      await client.close();
    }
    assert.deepEqual(Object.keys(actual).sort(), ['gateway', 'management', 'signer']);
  });

  it('runs no JavaScript of a query, here, in Kubernetes and under Compose', () => {
    assert.match(javascriptRefusal, /no globalScriptEngine|[Jj]avascript|server-side JavaScript/);
    const values = parse(textOf(join(K8S, 'values/mongodb.yaml'))) as {
      spec: { additionalMongodConfig: Record<string, unknown> };
    };
    assert.equal(values.spec.additionalMongodConfig['security.javascriptEnabled'], false);
    const compose = parse(textOf(join(DEPLOY, 'compose/compose.yaml')), { merge: true }) as {
      services: { mongodb: { command: string[] } };
    };
    assert.ok(compose.services.mongodb.command.includes('--noscripting'));
  });

  it('bounds what Docker keeps of the output of each service under Compose', () => {
    const { services } = parse(textOf(join(DEPLOY, 'compose/compose.yaml')), { merge: true }) as {
      services: Record<string, { logging?: { options: Record<string, string> } }>;
    };
    for (const [name, { logging }] of Object.entries(services)) {
      assert.deepEqual(logging?.options, { 'max-size': '50m', 'max-file': '4' }, name);
    }
  });

  it('has the same in Kubernetes, with a connection string for each where its service reads it', () => {
    const { spec } = parse(textOf(join(K8S, 'values/mongodb.yaml'))) as { spec: Community };
    assert.deepEqual(
      Object.fromEntries(spec.security.roles.map(({ role, privileges }) => [role, byCollection(privileges)])),
      actual,
    );
    for (const { db } of [...spec.security.roles, ...spec.users]) assert.equal(db, `hookmint_${TENANT}`);
    assert.deepEqual(
      spec.users.map(({ name, roles }) => [name, roles]),
      Object.keys(actual)
        .map((name) => [name, [{ name, db: `hookmint_${TENANT}` }]])
        .sort((a, b) => order(a[0]) - order(b[0])),
    );
    const read = workloadsOf(render(join(K8S, 'overlays/production')))
      .flatMap(secretFilesOf)
      .flatMap(({ path, secret }) => (path === 'MONGODB_URL' ? secret : []));
    assert.deepEqual(read.sort(), spec.users.map((user) => user.connectionStringSecretName).sort());
    assert.equal(spec.security.tls.enabled, true);
  });

  it('has the same under Compose', () => {
    const roles = JSON.parse(textOf(join(DEPLOY, 'compose/mongodb-roles.json'))) as Privileges;
    assert.deepEqual(Object.fromEntries(Object.entries(roles).map(([role, of]) => [role, sorted(of)])), actual);
  });
});

describe('the collector', () => {
  it('is configured the same by the chart', () => {
    const { config } = parse(textOf(join(K8S, 'values/otel-collector.yaml'))) as { config: object };
    assert.deepEqual(withoutNulls(config), parse(textOf(join(DEPLOY, 'otel/collector.yaml'))));
  });
});

describe('the secrets that are made', () => {
  it('are all that the manifests refer to, and no more', () => {
    const made = documentsOf(kubernetesFiles(secrets)['secrets.yaml']).flatMap(({ kind, metadata, stringData }) =>
      kind === 'Secret' ? Object.keys(stringData as object).map((key) => `${metadata.name}/${key}`) : [],
    );
    const wanted = workloadsOf(render(join(K8S, 'overlays/production')))
      .flatMap(secretFilesOf)
      .map(({ secret, key }) => `${secret}/${key}`);
    const ofMongodb = (name: string): boolean => /-mongodb(?:-passwords)?\//.test(name);
    assert.deepEqual(made.filter((name) => !ofMongodb(name)).sort(), wanted.filter((name) => !ofMongodb(name)).sort());
  });
});

/** Variables of Compose that nobody has set, `${NAME:-default}`. */
const withDefaults = (environment: Record<string, string>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [name, value.replace(/^\$\{\w+:-(.*)\}$/, '$1')]),
  );

const WITH_SECRETS = SERVICES.filter((name) => name !== 'hook-builder');

describe('Compose', () => {
  const { services, secrets: declared } = parse(textOf(join(DEPLOY, 'compose/compose.yaml')), { merge: true }) as {
    services: Record<string, ComposeService>;
    secrets: Record<string, { file: string }>;
  };
  const files = composeFiles(secrets, TENANT);

  for (const name of WITH_SECRETS) {
    it(`${name}: is told all it needs, and nothing that it does not read`, () => {
      const service = services[name];
      assert(service !== undefined);
      assert.deepEqual(service.command, [`services/${name}/main.ts`]);
      const { HOOKMINT_SECRETS_DIR: folder, ...environment } = service.environment;
      assert.equal(folder, '/run/secrets');
      const env = { ...secretsOf(name), ...withDefaults(environment) };
      if ('HOOKMINT_ISSUER' in env) env.HOOKMINT_ISSUER = 'https://auth.example.com/';
      assert.deepEqual(
        Object.keys(env).filter((variable) => !isRead(name, variable)),
        [],
      );
      assert.equal(complaintOf(name, env), undefined);
    });
  }

  it('gives each secret that is made to one container, as a file, and none by its environment', () => {
    const given = Object.keys(services).flatMap((name) =>
      Object.keys(secretsOf(name)).map((file) => `${name}/${file}`),
    );
    assert.deepEqual(
      given.sort(),
      Object.keys(files)
        .filter((file) => file !== 'nats.env')
        .sort(),
    );
    assert.deepEqual(
      Object.entries(services).flatMap(([name, { env_file = [] }]) => env_file.map((file) => [name, file])),
      [['nats', 'secrets/nats.env']],
    );
    // The public halves.
    assert.doesNotMatch(files['nats.env'] ?? '', /=(?!U[A-Z0-9]{55}$)/m);
  });

  it('limits the memory of each container', () => {
    for (const [name, { deploy }] of Object.entries(services))
      assert.match(deploy?.resources?.limits.memory ?? '', /^\d+[MG]$/, name);
  });

  it("has the users of hookmint.conf on its bus, and tells what it does to nobody else's address", async () => {
    const dir = join(folder, 'compose-nats');
    mkdirSync(dir);
    for (const file of ['nats/hookmint.conf', 'compose/nats.conf'])
      copyFileSync(join(DEPLOY, file), join(dir, basename(file)));
    const configFile = join(dir, 'nats.conf');
    const port = await freePort('127.0.0.1');
    writeFileSync(configFile, textOf(configFile).replace(':8222', `:${String(port)}`));
    const env = publicNkeys(secrets.nats_nkey_seeds);
    const server = await startNats({ binary: await natsBinary(), dataDir: join(dir, 'data'), configFile, env });
    try {
      assert.equal((await fetch(`http://127.0.0.1:${String(port)}/healthz`)).status, 200);
      await assert.rejects(fetch(`http://127.0.0.2:${String(port)}/healthz`));
      await assert.rejects(connectBus('gateway', { NATS_URL: server.url }), /bus_unreachable|NATS/);
    } finally {
      await server.stop();
    }
    const { nats } = services;
    assert.ok(!nats?.command.includes('-m'));
    assert.ok(nats?.volumes?.includes('./nats.conf:/etc/nats/compose.conf:ro'));
  });

  it('speaks TLS on the bus: its server has a certificate, and who connects has its CA and asks for nothing less', () => {
    const { nats } = services as unknown as Record<string, { command: string[]; volumes: string[] }>;
    for (const flag of ['--tlscert', '--tlskey']) {
      const file = nats?.command[nats.command.indexOf(flag) + 1];
      assert.ok(
        nats?.volumes.some((volume) => volume.startsWith('./secrets/tls/') && volume.endsWith(`:${String(file)}:ro`)),
      );
    }
    for (const name of WITH_SECRETS) {
      const service = services[name] as (ComposeService & { volumes?: string[] }) | undefined;
      assert.equal(service?.environment.NATS_URL, 'tls://nats:4222', name);
      const mounted = `./secrets/tls/ca.pem:${String(service.environment.NATS_CA_FILE)}:ro`;
      assert.deepEqual(service.volumes, [mounted], name);
    }
  });

  it('runs two executors, which share networks with the bus and the collector alone', () => {
    assert.equal(services['hook-executor']?.deploy?.replicas, 2);
    const networksOf = (name: string): string[] => services[name]?.networks ?? [];
    const neighbours = Object.keys(services).filter((name) =>
      networksOf(name).some((network) => networksOf('hook-executor').includes(network)),
    );
    assert.deepEqual(neighbours.sort(), ['collector', 'hook-executor', 'nats']);
  });

  it('gives the hook-builder nothing to hold, and shares a network of it with management alone', () => {
    const builder = services['hook-builder'] as ComposeService & Record<string, unknown>;
    const { command, environment, secrets: held, volumes, read_only, cap_drop, security_opt, networks } = builder;
    assert.deepEqual(
      { command, held, volumes, read_only, cap_drop, security_opt },
      {
        command: ['services/hook-builder/main.ts'],
        held: undefined,
        volumes: undefined,
        read_only: true,
        cap_drop: ['ALL'],
        security_opt: ['no-new-privileges:true'],
      },
    );
    assert.deepEqual(
      Object.keys(environment).filter((variable) => !isRead('hook-builder', variable)),
      [],
    );
    assert.equal(environment.HOOKMINT_SANDBOX_WALL, 'require');
    assert.equal(complaintOf('hook-builder', environment), undefined);
    const neighbours = Object.keys(services).filter((name) =>
      services[name]?.networks.some((network) => networks.includes(network)),
    );
    assert.deepEqual(neighbours.sort(), ['hook-builder', 'management']);
    const { HOOKMINT_HOOK_BUILDER_URL: url } = services.management?.environment ?? {};
    assert.equal(url, `http://hook-builder:${String(environment.HOOKMINT_HTTP_PORT)}`);
  });

  /** What a container finds in its folder of secrets, by the files' names. */
  function secretsOf(name: string): Record<string, string> {
    return Object.fromEntries(
      (services[name]?.secrets ?? []).map(({ source, target }) => {
        const file = declared[source]?.file.replace('./secrets/', '') ?? '';
        assert.equal(source, file.replace('/', '-'));
        return [target, files[file] ?? ''];
      }),
    );
  }
});

type ComposeService = {
  command: string[];
  env_file?: string[];
  secrets?: { source: string; target: string }[];
  volumes?: string[];
  environment: Record<string, string>;
  networks: string[];
  deploy?: { replicas?: number; resources?: { limits: { memory: string } } };
};
type Privilege = { resource: { db: string; collection: string }; actions: string[] };
type Role = { role: string; privileges: Privilege[] };
type Community = {
  security: { roles: (Role & { db: string })[]; tls: { enabled: boolean } };
  users: { name: string; db: string; roles: object[]; connectionStringSecretName: string }[];
};

const order = (name: unknown): number => ['gateway', 'signer', 'management'].indexOf(String(name));

function byCollection(privileges: readonly Privilege[]): Record<string, string[]> {
  return sorted(Object.fromEntries(privileges.map(({ resource, actions }) => [resource.collection, actions])));
}

function sorted(of: Record<string, string[]>): Record<string, string[]> {
  return Object.fromEntries(Object.entries(of).map(([collection, actions]) => [collection, [...actions].sort()]));
}

function documentsOf(text = ''): Resource[] {
  return parseAllDocuments(text).map((document) => document.toJS() as Resource);
}

function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value) || typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, member]) => (member === null ? [] : [[key, withoutNulls(member)]])),
  );
}

/** NATS's configuration is JSON with comments, bare words and commas left out: what hookmint.conf uses of it, as JSON. */
function natsConfigAsJson(text: string): unknown {
  const tokens = text.replaceAll(/^\s*#.*$/gm, '').match(/"[^"]*"|[{}[\]:,]|[^\s{}[\]:,"]+/g) ?? [];
  let json = '{';
  let before = '{';
  for (const token of tokens) {
    const opens = '{[:,'.includes(before);
    if (token !== ',' && token !== ':' && !'}]'.includes(token) && !opens) {
      json += token === '{' && /^\w+$/.test(before) ? ':' : ',';
    }
    if (token === ',' && '{[,'.includes(before)) continue;
    json += /^[{}[\]:,"]/.test(token) || /^(?:\d+|true|false)$/.test(token) ? token : JSON.stringify(token);
    before = token;
  }
  return JSON.parse(`${json}}`.replaceAll(/,([}\]])/g, '$1'));
}
