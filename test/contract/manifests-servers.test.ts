import './quiet.ts';
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { MongoClient } from 'mongodb';
import { parse, parseAllDocuments } from 'yaml';
import { loadSecrets } from '../../deploy/local/local-secrets.ts';
import { obtainMongod } from '../../deploy/local/servers/mongod-binary.ts';
import { startNats } from '../../deploy/local/servers/run-nats.ts';
import { startStoreServer } from '../../deploy/local/store-server.ts';
import { composeFiles, kubernetesFiles } from '../../deploy/secrets/files.ts';
import { connectBus } from '../../shared/bus/connect.ts';
import { natsBinary } from './bus-fixtures.ts';
import { complaintOf, isRead, SERVICES, workloadsOf } from './manifests-facts.ts';
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

  it('is compared with the roles that the local one really has', async () => {
    const { path: binary } = await obtainMongod({ report: () => undefined });
    const options = { binary, dataDir: join(folder, 'mongodb') };
    const { server, urls } = await startStoreServer(options, TENANT, secrets.mongodb_passwords);
    after(() => server.stop());
    const client = await MongoClient.connect(urls.owner, { directConnection: true });
    try {
      const command = { rolesInfo: 1, showPrivileges: true };
      const { roles } = (await client.db(`hookmint_${TENANT}`).command(command)) as unknown as { roles: Role[] };
      actual = Object.fromEntries(roles.map(({ role, privileges }) => [role, byCollection(privileges)]));
    } finally {
      await client.close();
    }
    assert.deepEqual(Object.keys(actual).sort(), ['gateway', 'management', 'signer']);
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
    const read = workloadsOf(render(join(K8S, 'overlays/production'))).flatMap(({ container }) =>
      (container.env ?? []).flatMap(({ name, valueFrom }) =>
        name === 'MONGODB_URL' ? (valueFrom?.secretKeyRef?.name ?? []) : [],
      ),
    );
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
    const wanted = workloadsOf(render(join(K8S, 'overlays/production'))).flatMap(({ container }) =>
      (container.env ?? []).flatMap(({ valueFrom }) =>
        valueFrom?.secretKeyRef === undefined ? [] : `${valueFrom.secretKeyRef.name}/${valueFrom.secretKeyRef.key}`,
      ),
    );
    const ofMongodb = (name: string): boolean => /-mongodb(?:-passwords)?\//.test(name);
    assert.deepEqual(made.filter((name) => !ofMongodb(name)).sort(), wanted.filter((name) => !ofMongodb(name)).sort());
  });
});

describe('Compose', () => {
  const { services } = parse(textOf(join(DEPLOY, 'compose/compose.yaml')), { merge: true }) as {
    services: Record<string, ComposeService>;
  };
  const files = composeFiles(secrets, TENANT);

  for (const name of SERVICES) {
    it(`${name}: is told all it needs, and nothing that it does not read`, () => {
      const service = services[name];
      assert(service !== undefined);
      assert.deepEqual(service.command, [`services/${name}/main.ts`]);
      assert.deepEqual(service.env_file, [`secrets/${name}.env`]);
      const own = Object.fromEntries(
        (files[`${name}.env`] ?? '')
          .trim()
          .split('\n')
          .map((line) => line.split(/=(.*)/s) as [string, string]),
      );
      const env = { ...own, ...service.environment };
      if ('HOOKMINT_ISSUER' in env) env.HOOKMINT_ISSUER = 'https://auth.example.com/';
      assert.deepEqual(
        Object.keys(env).filter((variable) => !isRead(name, variable)),
        [],
      );
      assert.equal(complaintOf(name, env), undefined);
    });
  }

  it('speaks TLS on the bus: its server has a certificate, and who connects has its CA and asks for nothing less', () => {
    const { nats } = services as unknown as Record<string, { command: string[]; volumes: string[] }>;
    for (const flag of ['--tlscert', '--tlskey']) {
      const file = nats?.command[nats.command.indexOf(flag) + 1];
      assert.ok(
        nats?.volumes.some((volume) => volume.startsWith('./secrets/tls/') && volume.endsWith(`:${String(file)}:ro`)),
      );
    }
    for (const name of SERVICES) {
      const service = services[name] as (ComposeService & { volumes?: string[] }) | undefined;
      assert.equal(service?.environment.NATS_URL, 'tls://nats:4222', name);
      const mounted = `./secrets/tls/ca.pem:${String(service.environment.NATS_CA_FILE)}:ro`;
      assert.deepEqual(service.volumes, [mounted], name);
    }
  });

  it('runs two executors, which share no network with the store', () => {
    assert.equal(services['hook-executor']?.deploy?.replicas, 2);
    const networksOf = (name: string): string[] => services[name]?.networks ?? [];
    assert.deepEqual(
      networksOf('hook-executor').filter((network) => networksOf('mongodb').includes(network)),
      [],
    );
  });
});

type ComposeService = {
  command: string[];
  env_file: string[];
  environment: Record<string, string>;
  networks: string[];
  deploy?: { replicas: number };
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
    json += /^[{}[\]:,"]/.test(token) || /^\d+$/.test(token) ? token : JSON.stringify(token);
    before = token;
  }
  return JSON.parse(`${json}}`.replaceAll(/,([}\]])/g, '$1'));
}
