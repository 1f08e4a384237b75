import { randomUUID } from 'node:crypto';
import type { Db } from 'mongodb';
import { hashClientSecret, newClientId, newClientSecret } from '../../shared/client-secret.ts';
import { clientGrantsIn } from '../../shared/store/client-grants.ts';
import { clientsIn } from '../../shared/store/clients.ts';
import { putSystemApi } from './system-api.ts';

/** The name by which Auth0's tools know the API that is theirs, and leave it alone (contract §5.9). */
const MANAGEMENT_API_NAME = 'Auth0 Management API';
const MANAGEMENT_API_ID = 'management-api';

/** Whether the first client was made is remembered apart from it: one that was deleted does not come back. */
type Bootstrap = { _id: 'bootstrap'; client_id: string; done: boolean; scopes?: readonly string[] };

export type FirstClient = { clientId: string | undefined; clientSecret: string | undefined };

/**
 * Puts into a tenant what access to the Management API rests on: the API itself, with every scope there is, and at the first
 * start a client that has them all.
 *
 * @param tell Called with the client and its secret if both were made here, to show them this once.
 */
export async function bootstrap(
  db: Db,
  options: { audience: string; scopes: readonly string[]; firstClient: FirstClient; clientSecretKey: Buffer },
  tell: (clientId: string, clientSecret: string) => void,
): Promise<void> {
  const { audience, scopes } = options;
  await putSystemApi(db, { id: MANAGEMENT_API_ID, name: MANAGEMENT_API_NAME, audience, scopes });
  const markers = db.collection<Bootstrap>('tenant');
  const client_id = options.firstClient.clientId ?? newClientId();
  await markers.updateOne({ _id: 'bootstrap' }, { $setOnInsert: { client_id, done: false } }, { upsert: true });
  const marker = await markers.findOne({ _id: 'bootstrap' });
  if (marker === null) return;
  if (!marker.done) await makeFirstClient(db, marker.client_id, options, tell);
  // The first client gets the scopes of a new version; scopes that were removed from it stay removed.
  const fresh = scopes.filter((scope) => marker.scopes?.includes(scope) !== true);
  const grants = clientGrantsIn(db);
  const grant = await grants.findFor(marker.client_id, audience);
  if (grant !== undefined)
    await grants.change(grant.id, (now) => ({ ...now, scope: [...new Set([...now.scope, ...fresh])] }));
  await markers.updateOne({ _id: 'bootstrap' }, { $set: { done: true, scopes: [...scopes] } });
}

async function makeFirstClient(
  db: Db,
  clientId: string,
  { audience, scopes, firstClient, clientSecretKey }: Parameters<typeof bootstrap>[1],
  tell: (clientId: string, clientSecret: string) => void,
): Promise<void> {
  const secret = firstClient.clientSecret ?? newClientSecret();
  await clientsIn(db).put({
    client_id: clientId,
    name: 'Management',
    client_secrets: [{ hash: hashClientSecret(secret, clientSecretKey), expires_at_ms: null }],
    token_endpoint_auth_method: 'client_secret_post',
    grant_types: ['client_credentials'],
    client_metadata: {},
    profile: { app_type: 'non_interactive' },
  });
  const grants = clientGrantsIn(db);
  const grant = await grants.findFor(clientId, audience);
  const id = grant?.id ?? `cgr_${randomUUID().replaceAll('-', '').slice(0, 16)}`;
  await grants.put({ id, client_id: clientId, audience, scope: [...scopes] });
  if (firstClient.clientSecret === undefined) tell(clientId, secret);
}
