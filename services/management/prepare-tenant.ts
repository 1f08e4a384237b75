import type { Db } from 'mongodb';
import { connectStore } from '../../shared/store/connect.ts';
import { consoleLinksIn } from '../../shared/store/console-links.ts';
import { consoleSessionsIn } from '../../shared/store/console-sessions.ts';
import { keepKeyChecks } from '../../shared/store/key-check.ts';
import { logsIn } from '../../shared/store/logs.ts';
import { prepareConfiguration } from '../../shared/store/prepare.ts';
import { revocationsIn } from '../../shared/store/revocations.ts';
import { tokenMinutesIn } from '../../shared/store/token-minutes.ts';
import { tenantKeys } from '../../shared/tenants/tenant-keys.ts';
import { bootstrap, type FirstClient } from './bootstrap.ts';
import type { readConfig } from './config.ts';
import { managementAudience } from './management-audience.ts';
import { ROUTES } from './routes.ts';

type Config = ReturnType<typeof readConfig>;

/** Every scope of the Management API. */
export const SCOPES = [...new Set(ROUTES.flatMap((route) => route.scopes))].sort();

/** The keys of a tenant that management has. */
export function keysOf(config: Config, { tenant, isOwn }: { tenant: string; isOwn: boolean }) {
  const keys = tenantKeys(isOwn ? undefined : tenant);
  return {
    clientSecretKey: keys.of(config.HOOKMINT_CLIENT_SECRET_KEY),
    hookSecretsKey: keys.of(config.HOOKMINT_HOOK_SECRETS_KEY),
  };
}

/** Documents of this version's shapes, and indexes: either may take long. */
export async function prepareStore(config: Config, tenant: string): Promise<void> {
  const { db, close } = await connectStore('management', config, tenant, { isPatient: true });
  try {
    await prepareConfiguration(db);
    await logsIn(db).createIndexes(config.HOOKMINT_LOG_RETENTION_DAYS);
    await Promise.all([tokenMinutesIn(db).createIndexes(), revocationsIn(db).createIndexes()]);
    await Promise.all([consoleLinksIn(db).createIndexes(), consoleSessionsIn(db).createIndexes()]);
  } finally {
    await close();
  }
}

/**
 * Puts into a tenant what access to its Management API rests on.
 *
 * @throws {HookmintError} `config_invalid` for keys that are not those of the database.
 * @param tell Called with the first client and its secret if both were made here, to show them this once.
 */
export async function prepareAccess(
  db: Db,
  of: { issuer: string; firstClient: FirstClient } & ReturnType<typeof keysOf>,
  tell: (clientId: string, clientSecret: string) => void,
): Promise<void> {
  const { issuer, clientSecretKey, hookSecretsKey, firstClient } = of;
  // First: what is hashed under another key than the rest is nobody's.
  await keepKeyChecks(db, { HOOKMINT_CLIENT_SECRET_KEY: clientSecretKey, HOOKMINT_HOOK_SECRETS_KEY: hookSecretsKey });
  await bootstrap(db, { audience: managementAudience(issuer), scopes: SCOPES, firstClient, clientSecretKey }, tell);
}
