import type { Client } from '../domain/client.ts';
import type { ClientGrant } from '../domain/client-grant.ts';
import type { ResourceServer } from '../domain/resource-server.ts';
import { metadataNamed, type StaticClaims } from '../domain/static-claims.ts';
import type { CustomClaimsPolicy } from '../domain/tenant.ts';
import type { MergedResult } from './merge-hook-result.ts';
import { droppedClaim, refusalOfClaim } from './refusal-of-claim.ts';

/** Whose claims a token has without code. */
export type ClaimsGivers = {
  api: Pick<ResourceServer, 'claims' | 'is_system'>;
  client: Pick<Client, 'claims' | 'client_metadata'>;
  grant: Pick<ClientGrant, 'claims'> | undefined;
};

/** Whether a token has any. Those of the Management API have none, as they have no hooks: it decides by scopes alone. */
export const hasStaticClaims = ({ api, client, grant }: ClaimsGivers): boolean =>
  !api.is_system && (api.claims !== null || client.claims !== null || (grant?.claims ?? null) !== null);

/**
 * The claims that a token has before any code shapes it. The narrower of two wins: what the grant says over what the client says, and that
 * over what the API says of all its tokens. They are held to the rules for hooks' claims here too: the policy of the tenant may be another
 * than when they were written.
 */
export function staticClaims(
  { api, client, grant }: ClaimsGivers,
  policy: CustomClaimsPolicy,
): Pick<MergedResult, 'customClaims' | 'dropped'> {
  const given: StaticClaims = api.is_system ? {} : { ...api.claims, ...client.claims, ...grant?.claims };
  const dropped: MergedResult['dropped'] = [];
  const claims: [name: string, value: unknown][] = [];
  for (const [name, value] of Object.entries(given)) {
    const ofMetadata = metadataNamed(value);
    const filled = ofMetadata === undefined ? value : metadataOf(client, ofMetadata);
    if (filled === undefined) continue;
    const reason = refusalOfClaim(name, policy) ?? (isCarried(filled) ? undefined : 'not_carried');
    if (reason === undefined) claims.push([name, filled]);
    else dropped.push(droppedClaim(name, reason));
  }
  return { customClaims: Object.fromEntries(claims), dropped };
}

/** Names of its entries are the names that people choose. */
function metadataOf({ client_metadata }: Pick<Client, 'client_metadata'>, name: string): string | undefined {
  return Object.hasOwn(client_metadata, name) ? client_metadata[name] : undefined;
}

/** What is not a text was looked at when it was written. */
const isCarried = (value: unknown): boolean => typeof value !== 'string' || value.isWellFormed();
