import { fromSeed } from '@nats-io/nkeys';
import { stringify } from 'yaml';
import { databaseName } from '../../shared/store/connect.ts';
import { BUS_USERS, type LocalSecrets } from '../local/local-secrets.ts';

/** File names, below the folder they are written to, and what is in them. */
export type Files = Record<string, string>;

type Values = Record<string, string>;

const NAMESPACE = 'hookmint';
const MONGODB_USERS = ['gateway', 'signer', 'management'] as const;

/** What each service is given, and nobody else: the least that it needs. */
function ownSecrets(secrets: LocalSecrets): Record<(typeof BUS_USERS)[number], Values> {
  const seedOf = (user: (typeof BUS_USERS)[number]): Values => ({ NATS_NKEY_SEED: secrets.nats_nkey_seeds[user] });
  return {
    gateway: { ...seedOf('gateway'), HOOKMINT_CLIENT_SECRET_KEY: secrets.client_secret_key },
    'hook-executor': { ...seedOf('hook-executor'), HOOKMINT_HOOK_SECRETS_KEY: secrets.hook_secrets_key },
    signer: { ...seedOf('signer'), HOOKMINT_SIGNING_KEY_ENCRYPTION_KEY: secrets.signing_key_encryption_key },
    management: {
      ...seedOf('management'),
      HOOKMINT_CLIENT_SECRET_KEY: secrets.client_secret_key,
      HOOKMINT_HOOK_SECRETS_KEY: secrets.hook_secrets_key,
      HOOKMINT_BOOTSTRAP_CLIENT_ID: secrets.management_client_id,
      HOOKMINT_BOOTSTRAP_CLIENT_SECRET: secrets.management_client_secret,
    },
    setup: seedOf('setup'),
  };
}

/** The public nkeys of the bus's users, as deploy/nats/hookmint.conf asks for them. */
function publicNkeys(secrets: LocalSecrets): Values {
  return Object.fromEntries(
    BUS_USERS.map((user) => [
      `HOOKMINT_NKEY_${user.toUpperCase().replace('-', '_')}`,
      fromSeed(new TextEncoder().encode(secrets.nats_nkey_seeds[user])).getPublicKey(),
    ]),
  );
}

/** For Compose: one environment file for each container. */
export function composeFiles(secrets: LocalSecrets, tenant: string): Files {
  const { mongodb_passwords: passwords } = secrets;
  const database = databaseName(tenant);
  const files: Record<string, Values> = { ...ownSecrets(secrets), nats: publicNkeys(secrets) };
  for (const user of MONGODB_USERS) {
    files[user] = {
      ...files[user],
      MONGODB_URL: `mongodb://${user}:${passwords[user]}@mongodb:27017/?authSource=${database}`,
    };
  }
  files.mongodb = {
    MONGO_INITDB_ROOT_USERNAME: 'owner',
    MONGO_INITDB_ROOT_PASSWORD: passwords.owner,
    ...Object.fromEntries(
      MONGODB_USERS.map((user) => [`HOOKMINT_MONGODB_PASSWORD_${user.toUpperCase()}`, passwords[user]]),
    ),
  };
  return Object.fromEntries(
    Object.entries(files).map(([name, values]) => [
      `${name}.env`,
      Object.entries(values)
        .map(([key, value]) => `${key}=${value}\n`)
        .join(''),
    ]),
  );
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
    ...Object.entries(ownSecrets(secrets)).map(([service, values]) => secret(`hookmint-${service}`, values)),
    secret('hookmint-mongodb-passwords', { gateway, signer, management }),
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'hookmint-nkeys', namespace: NAMESPACE },
      data: publicNkeys(secrets),
    },
  ];
  return { 'secrets.yaml': all.map((resource) => stringify(resource)).join('---\n') };
}
