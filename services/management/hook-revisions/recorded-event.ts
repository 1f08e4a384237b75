import type { LogEntry } from '../../../shared/domain/log-entry.ts';
import { ProofOfPossession } from '../../../shared/domain/proof-of-possession.ts';
import { SampleEvent } from '../../../shared/domain/sample-event.ts';
import { clientGrantsIn } from '../../../shared/store/client-grants.ts';
import { clientsIn } from '../../../shared/store/clients.ts';
import { logsIn } from '../../../shared/store/logs.ts';
import { resourceServersIn } from '../../../shared/store/resource-servers.ts';
import { tenantIn } from '../../../shared/store/tenant.ts';
import { staticClaims } from '../../../shared/hook-result/static-claims.ts';
import { inexistent, invalidBody } from '../api/api-error.ts';
import type { Deps } from '../deps.ts';

/**
 * The token request of a log, as a hook would see it now: the client with its present metadata, the scopes of its present grant, the claims
 * that both and the API give at present. The parameters of the request are not kept, so the body is a sample's.
 *
 * @throws {ApiError} 404 for a log, or its client, that is not there; 400 for one of a request that never came to a hook.
 */
export async function recordedEvent(logId: string, { db, tenant }: Pick<Deps, 'db' | 'tenant'>): Promise<SampleEvent> {
  const log = await logsIn(db).find(logId);
  if (log === undefined) throw inexistent('log');
  const { client_id, audience, ip, user_agent, hostname } = log;
  const [client, api, grant, { custom_claims }] = await Promise.all([
    clientsIn(db).find(client_id ?? ''),
    resourceServersIn(db).findByIdentifier(audience ?? ''),
    clientGrantsIn(db).findFor(client_id ?? '', audience ?? ''),
    tenantIn(db).settings(),
  ]);
  if (log.type === 'sapi' || audience === undefined || api?.is_system === true) {
    throw invalidBody("'must be the log of a token request that reached a hook' on property log_id.");
  }
  if (client === undefined) throw inexistent('client');
  const everyScope = api?.scopes.map(({ value }) => value) ?? [];
  return SampleEvent.parse({
    client: { id: client.client_id, name: client.name, tenant, metadata: client.client_metadata },
    scope: grant?.allow_all_scopes === true ? everyScope : (grant?.scope ?? []),
    audience,
    ...(api === undefined ? {} : { custom_claims: staticClaims({ api, client, grant }, custom_claims).customClaims }),
    proof_of_possession: bindingOf(log),
    request: { hostname, ...(ip === undefined ? {} : { ip }), ...(user_agent === undefined ? {} : { user_agent }) },
  });
}

function bindingOf({ details }: LogEntry): ProofOfPossession | undefined {
  const { proof_of_possession } = JSON.parse(details) as { proof_of_possession?: unknown };
  return ProofOfPossession.safeParse(proof_of_possession).data;
}
