import type { Db } from 'mongodb';
import { HookmintError } from '../../../shared/errors.ts';
import { DEFAULT_TOKEN_LIFETIME_SECONDS } from '../../../shared/domain/resource-server.ts';
import { clientGrantsIn } from '../../../shared/store/client-grants.ts';
import { resourceServersIn } from '../../../shared/store/resource-servers.ts';
import { operatorAudience, OPERATOR_API_ID, OPERATOR_GRANT_ID, OPERATOR_SCOPES } from './operator-api.ts';

const OPERATOR_API_NAME = 'hookmint Operator API';

/**
 * Puts into the deployment's own tenant the API by which its operator makes others, and grants it to the tenant's first client: once, so that a grant that was
 * taken away stays away.
 */
export async function prepareOperatorAccess(db: Db, issuer: string): Promise<void> {
  const audience = operatorAudience(issuer);
  const apis = resourceServersIn(db);
  const before = await apis.find(OPERATOR_API_ID);
  if (before === undefined && (await apis.findByIdentifier(audience)) !== undefined) {
    throw new HookmintError(
      'config_invalid',
      `HOOKMINT_OPERATOR_API is on, and there is an API ${audience} already, whose grants would be the operator's. Delete it first.`,
    );
  }
  if (before !== undefined && before.identifier !== audience) {
    // The service has moved to another address: grants move with it.
    await clientGrantsIn(db).collection.updateMany({ audience: before.identifier }, { $set: { audience } });
  }
  await apis.put({
    id: OPERATOR_API_ID,
    identifier: audience,
    name: OPERATOR_API_NAME,
    scopes: OPERATOR_SCOPES.map((value) => ({ value })),
    signing_alg: 'RS256',
    token_dialect: 'access_token',
    enforce_policies: false,
    token_lifetime_seconds: DEFAULT_TOKEN_LIFETIME_SECONDS,
    is_system: true,
  });
  if (before !== undefined) return;
  const first = await db.collection<{ _id: string; client_id: string }>('tenant').findOne({ _id: 'bootstrap' });
  if (first === null) return;
  await clientGrantsIn(db).put({
    id: OPERATOR_GRANT_ID,
    client_id: first.client_id,
    audience,
    scope: [...OPERATOR_SCOPES],
  });
}
