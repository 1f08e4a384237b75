import type { ResourceServer } from '../../../shared/domain/resource-server.ts';
import type { Configuration } from '../configuration-cache.ts';
import { Refusal } from '../refusals.ts';
import { shown } from '../shown.ts';
import { findApiOfResource } from './find-api-of-resource.ts';
import type { TokenParameters } from './parse-parameters.ts';

/** The API that the token is asked for: by `resource` or `audience`, else the tenant's default (contract §2.1). */
export async function findApi(
  { audience, resource }: Pick<TokenParameters, 'audience' | 'resource'>,
  configuration: Configuration,
): Promise<ResourceServer> {
  if (resource !== undefined && (await isResourceHeeded(configuration))) {
    return findApiOfResource(resource, audience, configuration);
  }
  const identifier = audience ?? (await configuration.tenantSettings()).default_audience;
  if (identifier === null) throw new Refusal('no_audience');
  const api = await configuration.resourceServer(identifier);
  if (api === undefined) throw new Refusal('unknown_api', { detail: shown(identifier) });
  return api;
}

export async function isResourceHeeded(configuration: Configuration): Promise<boolean> {
  return (await configuration.tenantSettings()).resource_parameter_profile === 'compatibility';
}
