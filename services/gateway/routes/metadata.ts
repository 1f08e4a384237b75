import type { Request, Response } from 'express';
import { AssertionAlg } from '../../../shared/domain/client.ts';
import { DpopAlg } from '../../../shared/domain/proof-of-possession.ts';
import { SigningAlg } from '../../../shared/domain/resource-server.ts';
import { GRANT_TYPES } from '../../../shared/domain/subject-token.ts';
import { hasEndpointAliases } from '../../../shared/domain/tenant.ts';
import type { TokenIssuer } from '../token-request.ts';
import { introspectionEndpointOf, revocationEndpointOf, tokenEndpointOf } from '../endpoints.ts';

/**
 * `GET /.well-known/oauth-authorization-server` (RFC 8414 §2) and its alias `/.well-known/openid-configuration`, which Auth0's
 * clients ask for. Only what is there is announced.
 */
export function metadataRoute(
  { issuer, mtlsUrl, configuration }: Pick<TokenIssuer, 'issuer' | 'mtlsUrl' | 'configuration'>,
  { hasMutualTls }: { hasMutualTls: boolean },
) {
  const authMethods = [
    ...['client_secret_basic', 'client_secret_post', 'private_key_jwt'],
    ...(hasMutualTls ? ['tls_client_auth', 'self_signed_tls_client_auth'] : []),
  ];
  const metadata = {
    issuer,
    // No client is ever sent there; the SDKs of MCP take no metadata without it.
    authorization_endpoint: `${issuer}authorize`,
    token_endpoint: tokenEndpointOf(issuer),
    jwks_uri: `${issuer}.well-known/jwks.json`,
    grant_types_supported: GRANT_TYPES,
    // RFC 8414 §2 wants one, and §3.2 none that is empty. `none` (OAuth 2.0 Multiple Response Types §4): no response is ever given.
    response_types_supported: ['none'],
    token_endpoint_auth_methods_supported: authMethods,
    token_endpoint_auth_signing_alg_values_supported: AssertionAlg.options,
    introspection_endpoint: introspectionEndpointOf(issuer),
    introspection_endpoint_auth_methods_supported: authMethods,
    introspection_endpoint_auth_signing_alg_values_supported: AssertionAlg.options,
    revocation_endpoint: revocationEndpointOf(issuer),
    revocation_endpoint_auth_methods_supported: authMethods,
    revocation_endpoint_auth_signing_alg_values_supported: AssertionAlg.options,
    dpop_signing_alg_values_supported: DpopAlg.options,
    // RFC 8705 §3.3
    ...(hasMutualTls ? { tls_client_certificate_bound_access_tokens: true } : {}),
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: SigningAlg.options,
  };
  return async (_request: Request, response: Response): Promise<void> => {
    const aliases = mtlsUrl !== undefined && hasEndpointAliases(await configuration.tenantSettings());
    response
      .set('Cache-Control', 'public, max-age=300')
      .json(aliases ? { ...metadata, mtls_endpoint_aliases: aliasesAt(mtlsUrl) } : metadata);
  };
}

/** RFC 8705 §5. */
const aliasesAt = (mtlsUrl: string) => ({
  token_endpoint: tokenEndpointOf(mtlsUrl),
  introspection_endpoint: introspectionEndpointOf(mtlsUrl),
  revocation_endpoint: revocationEndpointOf(mtlsUrl),
});
