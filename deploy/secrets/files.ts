import { stringify } from 'yaml';
import { databaseName } from '../../shared/store/connect.ts';
import { publicNkeys } from '../local/bus-server.ts';
import type { BusUser, LocalSecrets } from '../local/local-secrets.ts';
import { ownSecrets } from '../local/own-secrets.ts';
import type { ServiceName } from '../local/service-env.ts';

/** File names, below the folder they are written to, and what is in them. */
export type Files = Record<string, string>;

type Values = Record<string, string>;

const NAMESPACE = 'hookmint';
const MONGODB_USERS = ['gateway', 'signer', 'management'] as const;

/** What each container is given, and no other: the least that it needs. */
function containerSecrets(secrets: LocalSecrets): Record<ServiceName | 'setup', Values> {
  const seedOf = (user: BusUser): Values => ({ NATS_NKEY_SEED: secrets.nats_nkey_seeds[user] });
  const own = ownSecrets(secrets);
  return {
    gateway: { ...seedOf('gateway'), ...own.gateway },
    'hook-executor': { ...seedOf('hook-executor'), ...own['hook-executor'] },
    signer: { ...seedOf('signer'), ...own.signer },
    management: { ...seedOf('management'), ...own.management },
    setup: { ...seedOf('setup'), NATS_STORAGE_NKEY_SEED: secrets.nats_nkey_seeds['setup-storage'] },
  };
}

/** For Compose: a folder for each container, with a file for each secret; and what NATS is told, which is none. */
export function composeFiles(secrets: LocalSecrets, tenant: string): Files {
  const { mongodb_passwords: passwords } = secrets;
  const database = databaseName(tenant);
  const folders: Record<string, Values> = { ...containerSecrets(secrets), mongodb: passwords };
  for (const user of MONGODB_USERS) {
    folders[user] = {
      ...folders[user],
      MONGODB_URL: `mongodb://${user}:${passwords[user]}@mongodb:27017/?authSource=${database}`,
    };
  }
  const files = Object.entries(folders).flatMap(([folder, values]) =>
    Object.entries(values).map(([name, value]) => [`${folder}/${name}`, value]),
  );
  const nkeys = Object.entries(publicNkeys(secrets.nats_nkey_seeds)).map(([name, value]) => `${name}=${value}\n`);
  return { ...(Object.fromEntries(files) as Files), 'nats.env': nkeys.join('') };
}

/** For Kubernetes: the Secrets that the manifests refer to. The connection strings are made by MongoDB's operator. */
export function kubernetesFiles(secrets: LocalSecrets): Files {
  const { gateway, signer, management } = secrets.mongodb_passwords;
  const secret = (name: string, stringData: Values): object => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace: NAMESPACE },
    type: 'Opaque',
    stringData,
  });
  const all = [
    ...Object.entries(containerSecrets(secrets)).map(([service, values]) => secret(`hookmint-${service}`, values)),
    secret('hookmint-mongodb-passwords', { gateway, signer, management }),
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'hookmint-nkeys', namespace: NAMESPACE },
      data: publicNkeys(secrets.nats_nkey_seeds),
    },
  ];
  return { 'secrets.yaml': all.map((resource) => stringify(resource)).join('---\n') };
}
