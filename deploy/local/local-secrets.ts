import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createUser } from '@nats-io/nkeys';
import { z } from 'zod';
import { newClientId, newClientSecret } from '../../shared/client-secret.ts';
import { UsageError } from '../../shared/usage-error.ts';

/** As deploy/nats/hookmint.conf has them. Who sets hookmint up is a user of each account that keeps streams. */
export const BUS_USERS = ['gateway', 'hook-executor', 'signer', 'management', 'setup', 'setup-storage'] as const;
export type BusUser = (typeof BUS_USERS)[number];

const key = z.string().length(43);
const Secrets = z.strictObject({
  client_secret_key: key,
  signing_key_encryption_key: key,
  hook_secrets_key: key,
  /** Gateways and signers know each other by it. */
  sign_request_key: key,
  /** Management and signers know each other by it. */
  keys_request_key: key,
  mongodb_passwords: z.strictObject({ owner: key, gateway: key, signer: key, management: key }),
  nats_nkey_seeds: z.strictObject({
    gateway: z.string(),
    'hook-executor': z.string(),
    signer: z.string(),
    management: z.string(),
    setup: z.string(),
    'setup-storage': z.string(),
  }),
  demo_client_id: z.string(),
  demo_client_secret: z.string(),
  management_client_id: z.string(),
  management_client_secret: z.string(),
});

/** What a local installation keeps secret, made at its first start. Each service is given only what is its own. */
export type LocalSecrets = z.infer<typeof Secrets>;

export const SECRETS_FILE = 'secrets.json';

/**
 * Reads `secrets.json` of the data folder, making it when it is not there. Only its owner may read it.
 *
 * @returns `isFirstStart` when the client of the Management API was made just now.
 */
export async function loadSecrets(dataDir: string): Promise<{ secrets: LocalSecrets; isFirstStart: boolean }> {
  const file = join(dataDir, SECRETS_FILE);
  const existing = readIfThere(file);
  const secrets = existing === undefined ? makeSecrets() : completed(parseJson(existing));
  if (secrets === undefined) {
    throw new UsageError(`${file} is damaged; restore it, or start with another --data folder.`);
  }
  if (existing === JSON.stringify(secrets, null, 2)) return { secrets, isFirstStart: false };
  await writeFile(`${file}.new`, JSON.stringify(secrets, null, 2), { mode: 0o600 });
  await rename(`${file}.new`, file);
  return { secrets, isFirstStart: existing?.includes(secrets.management_client_secret) !== true };
}

/** What an older version made, with what it did not have yet; `undefined` for what is none of ours. */
function completed(existing: unknown): LocalSecrets | undefined {
  const older = Secrets.partial().extend({
    mongodb_passwords: Secrets.shape.mongodb_passwords.partial(),
    nats_nkey_seeds: Secrets.shape.nats_nkey_seeds.partial(),
    client_secret_key: key,
    signing_key_encryption_key: key,
  });
  const parsed = older.safeParse(existing);
  if (!parsed.success) return undefined;
  const fresh = makeSecrets();
  return Secrets.parse({
    ...fresh,
    ...parsed.data,
    mongodb_passwords: { ...fresh.mongodb_passwords, ...parsed.data.mongodb_passwords },
    nats_nkey_seeds: { ...fresh.nats_nkey_seeds, ...parsed.data.nats_nkey_seeds },
  });
}

function makeSecrets(): LocalSecrets {
  const newKey = (): string => randomBytes(32).toString('base64url');
  const newSeed = (): string => new TextDecoder().decode(createUser().getSeed());
  return {
    client_secret_key: newKey(),
    signing_key_encryption_key: newKey(),
    hook_secrets_key: newKey(),
    sign_request_key: newKey(),
    keys_request_key: newKey(),
    mongodb_passwords: { owner: newKey(), gateway: newKey(), signer: newKey(), management: newKey() },
    nats_nkey_seeds: {
      gateway: newSeed(),
      'hook-executor': newSeed(),
      signer: newSeed(),
      management: newSeed(),
      setup: newSeed(),
      'setup-storage': newSeed(),
    },
    demo_client_id: newClientId(),
    demo_client_secret: newClientSecret(),
    management_client_id: newClientId(),
    management_client_secret: newClientSecret(),
  };
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
