import type { Client } from '../../../shared/domain/client.ts';
import type { ClientGrant } from '../../../shared/domain/client-grant.ts';
import type { ResourceServer } from '../../../shared/domain/resource-server.ts';
import type { Configuration } from '../configuration-cache.ts';
import { Refusal } from '../refusals.ts';
import { invalidTarget } from './find-api-of-resource.ts';
import { isResourceHeeded } from './find-api.ts';
import type { TokenParameters } from './parse-parameters.ts';

/** The grant that lets the client have tokens for the API (contract §2.3). */
export async function checkClientGrant(
  client: Client,
  api: ResourceServer,
  configuration: Configuration,
  { resource }: Pick<TokenParameters, 'resource'>,
): Promise<ClientGrant> {
  const grant = await configuration.clientGrant(client.client_id, api.identifier);
  if (grant !== undefined && api.client_policy !== 'deny_all') return grant;
  if (resource !== undefined && (await isResourceHeeded(configuration))) {
    throw invalidTarget('The client is not granted the resource');
  }
  throw new Refusal('no_grant', { detail: api.identifier });
}
