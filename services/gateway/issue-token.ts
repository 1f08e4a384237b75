import { decodeJwt } from 'jose';
import type { Client } from '../../shared/domain/client.ts';
import type { ResourceServer } from '../../shared/domain/resource-server.ts';
import { actorsOf } from '../../shared/domain/subject-token.ts';
import { audiencesOf, authenticate } from './authenticate.ts';
import { readProof } from './dpop/read-proof.ts';
import { hasSides } from './gradual/side-of.ts';
import { tokenEndpointsOf } from './endpoints.ts';
import { ISSUED_TOKEN_TYPE } from './on-behalf/read-shown.ts';
import type { OnBehalf } from './on-behalf/on-behalf.ts';
import { verifyOnBehalf } from './on-behalf/verify-on-behalf.ts';
import { readCredentials } from './steps/authenticate-client.ts';
import { bindToken } from './steps/bind-token.ts';
import { checkClientGrant } from './steps/check-client-grant.ts';
import { checkGrantType } from './steps/check-grant-type.ts';
import { invalidTarget } from './steps/find-api-of-resource.ts';
import { findApi } from './steps/find-api.ts';
import type { TellHeaders } from './admission/token-quotas.ts';
import { parseParameters, type TokenParameters } from './steps/parse-parameters.ts';
import { refuseRevoked } from './steps/refuse-revoked.ts';
import { refuseOrganization } from './steps/refuse-organization.ts';
import { shapeByHooks } from './steps/shape-by-hooks.ts';
import type { ShapedRequest } from './steps/shaped-request.ts';
import { settleScopes } from './steps/settle-scopes.ts';
import { signToken } from './steps/sign-token.ts';
import type { Findings, TokenHttpRequest, TokenIssuer, TokenResponse } from './token-request.ts';

/**
 * Answers one request by client credentials (RFC 6749 §4.4), or by a grant for somebody else (RFC 8693, RFC 7523 §2.1), in the order of the specification.
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
  checkGrantType(client, parameters.onBehalf?.grantType ?? 'client_credentials');
  refuseOrganization(parameters);
  // In a large tenant neither is in memory: the grant is read while the API is.
  if (parameters.audience !== undefined) {
    deps.configuration.clientGrant(client.client_id, parameters.audience).catch(() => undefined);
  }
  const api = await findApi(parameters, deps.configuration);
  findings.audience = api.identifier;
  const grant = await checkClientGrant(client, api, deps.configuration, parameters);
  const onBehalf = await speaksFor(parameters, client, api, deps);
  if (onBehalf !== undefined) findings.on_behalf_of = findingOf(onBehalf);
  const scopes = settleScopes(parameters.scope, grant, api, onBehalf);
  const binding = await bindToken(client, api, { proof, certificate: request.certificate }, deps.useOnce);
  if (binding !== undefined) findings.proof_of_possession = binding;
  await onBehalf?.useOnce();

  const issue = (): Promise<TokenResponse> =>
    shapeAndSign(
      { client, clientAssertion, onBehalf, api, grant, scopes, binding, parameters, about: request.about },
      findings,
      deps,
    );
  // Tokens for the Management API are not counted: a quota must not lock out the administrator who can raise it.
  return client.token_quota === null || api.is_system
    ? issue()
    : quotas.within(client, client.token_quota.client_credentials, tell, issue);
}

async function shapeAndSign(request: ShapedRequest, findings: Findings, deps: TokenIssuer): Promise<TokenResponse> {
  const { client, api, grant, binding, onBehalf } = request;
  // Tokens of the Management API are never shaped: a broken hook must not prevent its own repair.
  const enabled = api.is_system ? [] : await deps.configuration.enabledHooks('credentials-exchange');
  const hooks = enabled.some(hasSides) ? await deps.gradual.sidesFor(enabled, client.client_id) : enabled;
  const merged = await shapeByHooks(hooks, request, findings, deps);
  findings.custom_claims = Object.keys(merged.customClaims);

  // Actions follow a hook of any contract, and are Auth0's.
  const kind = hooks[0]?.revision.kind;
  const signed = await signToken({ issuer: deps.issuer, client, api, binding, onBehalf, merged, kind }, deps);
  refuseRevoked(signed.access_token, [client, grant]);
  findings.kid = signed.kid;
  if (signed.jti !== undefined) findings.jti = signed.jti;
  const scope = merged.scopes.join(' ');
  if (scope !== '') findings.scope = scope;
  return {
    access_token: signed.access_token,
    ...(scope === '' ? {} : { scope }),
    expires_in: onBehalf === undefined ? api.token_lifetime_seconds : lifetimeOf(signed.access_token),
    token_type: binding?.mechanism === 'dpop' ? 'DPoP' : 'Bearer',
    ...(onBehalf === undefined ? {} : ISSUED_TOKEN_TYPE[onBehalf.grantType]),
  };
}

/** Whom the token will speak for; `undefined`: the client itself. */
async function speaksFor(
  { onBehalf }: TokenParameters,
  client: Client,
  api: ResourceServer,
  deps: TokenIssuer,
): Promise<OnBehalf | undefined> {
  if (onBehalf === undefined) return undefined;
  // Who administers does so under its own name.
  if (api.is_system) throw invalidTarget('Tokens of the Management API speak for their client alone');
  return verifyOnBehalf(onBehalf.grantType, onBehalf.tokens, { client, api }, deps);
}

function findingOf({ grantType, subject, act }: OnBehalf): Findings['on_behalf_of'] {
  const { issuer, subject: name } = subject;
  return {
    grant_type: grantType,
    subject: { issuer, subject: name },
    actors: actorsOf(act).map(({ iss, sub }) => ({ issuer: iss, subject: sub })),
  };
}

function lifetimeOf(token: string): number {
  const { iat = 0, exp = 0 } = decodeJwt(token);
  return exp - iat;
}
