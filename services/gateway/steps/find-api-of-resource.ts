import type { ResourceServer } from '../../../shared/domain/resource-server.ts';
import { OAuthError } from '../../../shared/oauth-error.ts';
import type { Configuration } from '../configuration-cache.ts';

/**
 * The API that a request names by `resource` (RFC 8707 §2). Never another one: neither the tenant's default nor, where `audience` is
 * there too, that of a contradiction.
 *
 * @throws {OAuthError} 400 `invalid_target`
 */
export async function findApiOfResource(
  resources: readonly string[],
  audience: string | undefined,
  configuration: Configuration,
): Promise<ResourceServer> {
  const [resource = '', ...others] = resources;
  if (others.length > 0) throw invalidTarget('A token is for one resource; send only one');
  if (!isAbsoluteUri(resource)) throw invalidTarget('resource must be an absolute URI without a fragment');
  for (const identifier of spellingsOf(resource)) {
    const api = await configuration.resourceServer(identifier);
    if (api === undefined) continue;
    if (audience === undefined || audience === api.identifier) return api;
    throw invalidTarget('audience and resource name different APIs');
  }
  throw invalidTarget('The resource is not known');
}

export function invalidTarget(description: string): OAuthError {
  return new OAuthError(400, 'invalid_target', description);
}

// RFC 8707 §2: "an absolute URI, as specified by Section 4.3 of [RFC3986] … MUST NOT include a fragment component".
function isAbsoluteUri(text: string): boolean {
  return /^[a-z][a-z0-9+.-]*:[^\s#]+$/i.test(text) && URL.canParse(text);
}

/** As it was sent, then with or without the one slash at its end: MCP's canonical URIs have none, identifiers of APIs often do. */
function spellingsOf(resource: string): string[] {
  return [resource, resource.endsWith('/') ? resource.slice(0, -1) : `${resource}/`];
}
