import { isDeepStrictEqual } from 'node:util';
import type { ClientGrant } from '../../../shared/domain/client-grant.ts';
import { takesBoundTokensOnly, type Client } from '../../../shared/domain/client.ts';
import { clientGrantsIn } from '../../../shared/store/client-grants.ts';
import { clientsIn } from '../../../shared/store/clients.ts';
import { conflict, type ApiError } from '../api/api-error.ts';
import type { Caller } from '../api/route.ts';
import type { Deps } from '../deps.ts';
import { withLease } from './lease.ts';

/** Its holder can grant itself every other scope: while one client has it and can authenticate, there is an administrator. */
const ADMINISTERS = 'update:client_grants';

/**
 * Another way in counts when it lasts as long as the one that may end, or so long at least: time enough to see that it ends. Without it,
 * whoever may say how long keys are valid makes a way in that is the only one, and closed a second later.
 */
const MIN_LASTS_MS = 7 * 86_400_000;

type WayInDeps = Pick<Deps, 'db' | 'audience'>;

/**
 * Runs a write that may end a client's way into this API. The write is told whether that way is the last one; writes to other clients
 * wait meanwhile, so that two of them cannot each count on the other's: also those to clients that are no way in yet, and may become one
 * while they are written.
 */
export async function besideWaysIn<T>(
  clientId: string,
  deps: WayInDeps,
  write: (isLast: boolean) => Promise<T>,
): Promise<T> {
  return withLease(deps.db, 'ways_in', async () => {
    const endMs = await endOfWayIn(clientId, deps);
    return write(endMs > Date.now() && !(await othersComeIn(clientId, endMs, deps)));
  });
}

/** Whether a grant for this API lets its client administer it. */
export function administers(grant: ClientGrant | undefined): boolean {
  return grant !== undefined && (grant.allow_all_scopes || grant.scope.includes(ADMINISTERS));
}

/**
 * The last client that can administer the API keeps its way in, and only it can change how it authenticates.
 *
 * @throws {ApiError} 409 `last_administrator`
 */
export function refuseLostWayIn(change: { before: Client; after: Client }, caller: Caller): void {
  const { before, after } = change;
  const isItself = caller.person === undefined && caller.id === before.client_id;
  if (canAuthenticate(after) && (isItself || isDeepStrictEqual(proofsOf(before), proofsOf(after)))) return;
  throw lastAdministrator(before.client_id);
}

/** 409 */
export const lastAdministrator = (clientId: string): ApiError =>
  conflict(
    'last_administrator',
    `The client ${clientId} is the last one that can administer hookmint: give another client the scope ${ADMINISTERS} first. Only the client itself may change how it authenticates.`,
  );

/** Until when a client can administer the API, `Infinity` for ever, 0 for not at all. */
async function endOfWayIn(clientId: string, { db, audience }: WayInDeps): Promise<number> {
  const [client, grant] = await Promise.all([
    clientsIn(db).find(clientId),
    clientGrantsIn(db).findFor(clientId, audience),
  ]);
  return client !== undefined && administers(grant) ? endOfProof(client) : 0;
}

async function othersComeIn(clientId: string, endMs: number, { db, audience }: WayInDeps): Promise<boolean> {
  const grants = await clientGrantsIn(db).list(
    { audience, client_id: { $ne: clientId }, $or: [{ allow_all_scopes: true }, { scope: ADMINISTERS }] },
    { skip: 0, limit: 0 },
  );
  const ids = grants.map(({ client_id }) => client_id);
  const others = await clientsIn(db).list({ _id: { $in: ids } }, { skip: 0, limit: 0 });
  const untilMs = Math.min(endMs, Date.now() + MIN_LASTS_MS);
  return others.some((other) => endOfProof(other) >= untilMs);
}

/** Whether a client can get a token now. */
function canAuthenticate(client: Client): boolean {
  return endOfProof(client) > Date.now();
}

/**
 * Until when a client can get tokens of this API, which are never bound to a key: `Infinity` for ever, 0 for not at all. Nobody here knows for
 * how long another server serves its keys (`jwks_uri`), another issuer names it, or proxies ask for its
 * certificate: that is no way in to count on.
 */
function endOfProof(client: Client): number {
  if (!client.grant_types.includes('client_credentials') || takesBoundTokensOnly(client)) return 0;
  const { private_key_jwt: keys } = client;
  const isPublic = client.token_endpoint_auth_method === 'none';
  const proofs =
    keys !== null ? client.credentials.filter(({ id }) => keys.includes(id)) : isPublic ? [] : client.client_secrets;
  return Math.max(0, ...proofs.map(({ expires_at_ms }) => expires_at_ms ?? Infinity));
}

/** All that decides about who is taken for the client. */
function proofsOf(client: Client) {
  const { client_secrets, credentials, private_key_jwt, jwks_uri, federated_jwt } = client;
  const { certificates, self_signed_tls_client_auth, tls_client_auth } = client;
  const isPublic = client.token_endpoint_auth_method === 'none';
  const byTls = { certificates, self_signed_tls_client_auth, tls_client_auth };
  return { client_secrets, credentials, private_key_jwt, jwks_uri, federated_jwt, ...byTls, isPublic };
}
