import { audiencesOf, authenticate } from './authenticate.ts';
import { readProof } from './dpop/read-proof.ts';
import { tokenEndpointsOf } from './endpoints.ts';
import { readCredentials } from './steps/authenticate-client.ts';
import { bindToken } from './steps/bind-token.ts';
import { checkClientGrant } from './steps/check-client-grant.ts';
import { checkGrantType } from './steps/check-grant-type.ts';
import { findApi } from './steps/find-api.ts';
import type { TellHeaders } from './admission/token-quotas.ts';
import { parseParameters } from './steps/parse-parameters.ts';
import { refuseRevoked } from './steps/refuse-revoked.ts';
import { refuseOrganization } from './steps/refuse-organization.ts';
import { shapeByHooks, type ShapedRequest } from './steps/shape-by-hooks.ts';
import { settleScopes } from './steps/settle-scopes.ts';
import { signToken } from './steps/sign-token.ts';
import type { Findings, TokenHttpRequest, TokenIssuer, TokenResponse } from './token-request.ts';

/**
 * Answers one client-credentials request (RFC 6749 §4.4), in the order of the specification.
 *
 * @throws {OAuthError} for every answer that is not a token.
 */
export async function issueToken(
  request: TokenHttpRequest,
  findings: Findings,
  deps: TokenIssuer,
  tell: TellHeaders,
): Promise<TokenResponse> {
  const parameters = parseParameters(request.body, request.isForm);
  const credentials = readCredentials(request.authorization, parameters, audiencesOf(deps));
  findings.client_id = credentials.clientId.slice(0, 128);
  const proof = readProof(request.dpop, tokenEndpointsOf(deps), deps.dpopNonces);
  const { quotas, clientRate } = deps.limits;
  const { client, clientAssertion } = await authenticate(
    credentials,
    { ip: request.about.ip, certificate: request.certificate },
    deps,
  );
  findings.client_name = client.name;
  if (clientAssertion !== undefined && 'issuer' in credentials) {
    const { issuer, subject } = clientAssertion;
    findings.client_assertion = { issuer, subject, kid: credentials.kid?.slice(0, 128) };
  }
  if (clientRate !== undefined) await clientRate(client, tell);
  checkGrantType(client);
  refuseOrganization(parameters);
  // In a large tenant neither is in memory: the grant is read while the API is.
  if (parameters.audience !== undefined) {
    deps.configuration.clientGrant(client.client_id, parameters.audience).catch(() => undefined);
  }
  const api = await findApi(parameters, deps.configuration);
  findings.audience = api.identifier;
  const grant = await checkClientGrant(client, api, deps.configuration, parameters);
  const scopes = settleScopes(parameters.scope, grant, api);
  const binding = await bindToken(client, api, { proof, certificate: request.certificate }, deps.useOnce);
  if (binding !== undefined) findings.proof_of_possession = binding;

  const issue = (): Promise<TokenResponse> =>
    shapeAndSign(
      { client, clientAssertion, api, grant, scopes, binding, parameters, about: request.about },
      findings,
      deps,
    );
  // Tokens for the Management API are not counted: a quota must not lock out the administrator who can raise it.
  return client.token_quota === null || api.is_system
    ? issue()
    : quotas.within(client, client.token_quota.client_credentials, tell, issue);
}

async function shapeAndSign(request: ShapedRequest, findings: Findings, deps: TokenIssuer): Promise<TokenResponse> {
  const { client, api, grant, binding } = request;
  // Tokens of the Management API are never shaped: a broken hook must not prevent its own repair.
  const hooks = api.is_system ? [] : await deps.configuration.enabledHooks('credentials-exchange');
  const merged = await shapeByHooks(hooks, request, findings, deps);
  findings.custom_claims = Object.keys(merged.customClaims);

  // Actions follow a hook of any contract, and are Auth0's.
  const kind = hooks[0]?.revision.kind;
  const signed = await signToken({ issuer: deps.issuer, client, api, binding, merged, kind }, deps);
  refuseRevoked(signed.access_token, [client, grant]);
  findings.kid = signed.kid;
  if (signed.jti !== undefined) findings.jti = signed.jti;
  const scope = merged.scopes.join(' ');
  if (scope !== '') findings.scope = scope;
  return {
    access_token: signed.access_token,
    ...(scope === '' ? {} : { scope }),
    expires_in: api.token_lifetime_seconds,
    token_type: binding?.mechanism === 'dpop' ? 'DPoP' : 'Bearer',
  };
}
