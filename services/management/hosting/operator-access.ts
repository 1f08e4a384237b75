import type { Db } from 'mongodb';
import { HookmintError } from '../../../shared/errors.ts';
import { clientGrantsIn } from '../../../shared/store/client-grants.ts';
import { resourceServersIn } from '../../../shared/store/resource-servers.ts';
import { putSystemApi } from '../system-api.ts';
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
  // Before the API, which says afterwards that it was made: a process that ends in between leaves nobody without.
  if (before === undefined) await grantToFirstClient(db, audience);
  await putSystemApi(db, { id: OPERATOR_API_ID, name: OPERATOR_API_NAME, audience, scopes: OPERATOR_SCOPES });
}

async function grantToFirstClient(db: Db, audience: string): Promise<void> {
  const first = await db.collection<{ _id: string; client_id: string }>('tenant').findOne({ _id: 'bootstrap' });
  if (first === null) return;
  await clientGrantsIn(db).put({
    id: OPERATOR_GRANT_ID,
    client_id: first.client_id,
    audience,
    scope: [...OPERATOR_SCOPES],
  });
}
