import type { Db } from 'mongodb';
import { DEFAULT_TOKEN_LIFETIME_SECONDS } from '../../shared/domain/resource-server.ts';
import { clientGrantsIn } from '../../shared/store/client-grants.ts';
import { resourceServersIn } from '../../shared/store/resource-servers.ts';

/** Puts an API of hookmint's own into a tenant, or brings it up to date. */
export async function putSystemApi(
  db: Db,
  { id, name, audience, scopes }: { id: string; name: string; audience: string; scopes: readonly string[] },
): Promise<void> {
  const apis = resourceServersIn(db);
  const before = await apis.find(id);
  if (before !== undefined && before.identifier !== audience) {
    // The service has moved to another address: grants move with it. First, since the API says afterwards that they have.
    await clientGrantsIn(db).collection.updateMany({ audience: before.identifier }, { $set: { audience } });
  }
  await apis.put({
    id,
    identifier: audience,
    name,
    scopes: scopes.map((value) => ({ value })),
    signing_alg: 'RS256',
    token_dialect: 'access_token',
    enforce_policies: false,
    token_lifetime_seconds: DEFAULT_TOKEN_LIFETIME_SECONDS,
    is_system: true,
  });
}
