import type { ResourceServer } from '../../../shared/domain/resource-server.ts';
import type { Configuration } from '../configuration-cache.ts';
import { OAuthError } from '../../../shared/oauth-error.ts';
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
  if (identifier === null) {
    throw new OAuthError(403, 'access_denied', 'Non-global clients are not allowed access to APIv1');
  }
  const api = await configuration.resourceServer(identifier);
  if (api === undefined) throw new OAuthError(403, 'access_denied', `Service not found: ${shown(identifier)}`);
  return api;
}

export async function isResourceHeeded(configuration: Configuration): Promise<boolean> {
  return (await configuration.tenantSettings()).resource_parameter_profile === 'compatibility';
}
