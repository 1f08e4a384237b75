import type { HookOutcome } from '../../shared/domain/hook-outcome.ts';
import type { Client } from '../../shared/domain/client.ts';
import type { ResourceServer } from '../../shared/domain/resource-server.ts';
import { customClaimsPolicyOf } from '../../shared/domain/tenant.ts';
import { logger } from '../../shared/log.ts';
import type { HookFinding } from '../../shared/domain/hook-finding.ts';
import type { TokenEvent } from '../../shared/subjects/token-events.ts';
import type { HookArguments } from '../../shared/domain/hook-arguments.ts';
import type { Configuration } from './configuration-cache.ts';
import { MAX_REPORTED_DROPPED } from './limits.ts';
import { tokenEndpointOf } from './routes/metadata.ts';
import { acceptHookOutcome } from '../../shared/hook-result/accept-hook-outcome.ts';
import { authenticateByAssertion } from './steps/authenticate-client-assertion.ts';
import { authenticateClient, readCredentials } from './steps/authenticate-client.ts';
import { checkClientGrant } from './steps/check-client-grant.ts';
import { checkGrantType } from './steps/check-grant-type.ts';
import { findApi } from './steps/find-api.ts';
import { ignoredWrites } from '../../shared/hook-result/ignored-writes.ts';
import { mergeHookResult, refuseTooLarge, type MergedResult } from '../../shared/hook-result/merge-hook-result.ts';
import { scopeChanges } from '../../shared/hook-result/scope-changes.ts';
import type { RequestLimits } from './admission/open-admission.ts';
import type { TellHeaders } from './admission/token-quotas.ts';
import { parseParameters, type TokenParameters } from './steps/parse-parameters.ts';
import { refuseOrganization } from './steps/refuse-organization.ts';
import type { EnabledHook } from '../../shared/domain/hook.ts';
import { runHook, type HookRequester } from './steps/run-hook.ts';
import { settleScopes } from './steps/settle-scopes.ts';
import { signToken, type SignRequester } from './steps/sign-token.ts';
import type { UseAssertion } from './steps/use-assertion.ts';

export type TokenIssuer = {
  tenant: string;
  issuer: string;
  clientSecretKey: Buffer;
  useAssertion: UseAssertion;
  configuration: Configuration;
  executors: HookRequester;
  signers: SignRequester;
  limits: RequestLimits;
};

/** The parts of the HTTP request that shape the token or are passed to the hook. */
export type TokenHttpRequest = {
  authorization: string | undefined;
  body: unknown;
  /** Whether the body came as a form, and not as JSON. */
  isForm: boolean;
  about: Omit<HookArguments['request'], 'requested_scopes'>;
};

/** RFC 6749 §5.1. */
export type TokenResponse = { access_token: string; scope?: string; expires_in: number; token_type: 'Bearer' };

/** What is learned of a token request on its way, for its event: filled step by step, so that a refusal tells how far it got. */
export type Findings = Partial<
  Pick<
    TokenEvent,
    | 'client_id'
    | 'client_name'
    | 'audience'
    | 'scope'
    | 'custom_claims'
    | 'dropped'
    | 'scope_changes'
    | 'kid'
    | 'jti'
    | 'hook'
    | 'actions'
  >
>;

/**
 * Answers one client-credentials request (RFC 6749 §4.4), in the order of the specification.
 *
 * @throws {OAuthError} for every answer that is no token.
 */
export async function issueToken(
  request: TokenHttpRequest,
  findings: Findings,
  deps: TokenIssuer,
  tell: TellHeaders,
): Promise<TokenResponse> {
  const parameters = parseParameters(request.body, request.isForm);
  const credentials = readCredentials(request.authorization, parameters, audiencesOf(deps.issuer));
  findings.client_id = credentials.clientId.slice(0, 128);
  const authenticate = (): Promise<Client> =>
    'jwt' in credentials
      ? authenticateByAssertion(credentials, deps.configuration, deps.useAssertion)
      : authenticateClient(credentials, deps.configuration, deps.clientSecretKey);
  const { quotas, clientRate, failures } = deps.limits;
  const client =
    failures === undefined
      ? await authenticate()
      : await failures(request.about.ip, credentials.clientId, authenticate);
  findings.client_name = client.name;
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

  const issue = (): Promise<TokenResponse> =>
    shapeAndSign({ client, api, scopes, parameters, about: request.about }, findings, deps);
  // Nor are the Management API's tokens counted: whoever may raise a quota must not be kept out by it.
  return client.token_quota === null || api.is_system
    ? issue()
    : quotas.within(client, client.token_quota.client_credentials, tell, issue);
}

async function shapeAndSign(request: ShapedRequest, findings: Findings, deps: TokenIssuer): Promise<TokenResponse> {
  const { client, api } = request;
  // The Management API's tokens are never shaped: a broken hook must not keep anybody from mending it.
  const hooks = api.is_system ? [] : await deps.configuration.enabledHooks('credentials-exchange');
  const merged = await shapeByHooks(hooks, request, findings, deps);
  findings.custom_claims = Object.keys(merged.customClaims);

  const signed = await signToken({ issuer: deps.issuer, client, api, merged }, deps.signers);
  findings.kid = signed.kid;
  if (signed.jti !== undefined) findings.jti = signed.jti;
  const scope = merged.scopes.join(' ');
  if (scope !== '') findings.scope = scope;
  return {
    access_token: signed.access_token,
    ...(scope === '' ? {} : { scope }),
    expires_in: api.token_lifetime_seconds,
    token_type: 'Bearer',
  };
}

/** RFC 7523 §3: an assertion may name the service, or its token endpoint. */
function audiencesOf(issuer: string): string[] {
  return [issuer, tokenEndpointOf(issuer)];
}

type ShapedRequest = {
  client: Client;
  api: ResourceServer;
  scopes: string[];
  parameters: TokenParameters;
  about: TokenHttpRequest['about'];
};

/** Has the hook, then each Action, shape what the one before left. */
async function shapeByHooks(
  hooks: readonly EnabledHook[],
  request: ShapedRequest,
  findings: Findings,
  deps: TokenIssuer,
): Promise<MergedResult> {
  let shaped: MergedResult = { scopes: request.scopes, customClaims: {}, dropped: [] };
  for (const hook of hooks) {
    const merged = await shapeByHook(hook, request, shaped, findings, deps);
    shaped = {
      scopes: merged.scopes,
      customClaims: { ...shaped.customClaims, ...merged.customClaims },
      dropped: [...shaped.dropped, ...merged.dropped].slice(0, MAX_REPORTED_DROPPED),
    };
    if (shaped.dropped.length > 0) findings.dropped = shaped.dropped;
  }
  if (hooks.length > 1) refuseTooLarge(shaped);
  if (hooks.length > 0) {
    const { removed, added } = scopeChanges(request.scopes, shaped.scopes);
    if (removed.length + added.length > 0) {
      findings.scope_changes = { removed, added: added.slice(0, MAX_REPORTED_DROPPED) };
    }
  }
  return shaped;
}

async function shapeByHook(
  hook: EnabledHook,
  { client, api, parameters, about }: ShapedRequest,
  before: MergedResult,
  findings: Findings,
  deps: TokenIssuer,
): Promise<MergedResult> {
  const { scopes } = before;
  const isAction = hook.revision.kind === 'action';
  const outcome = await runHook(
    hook,
    {
      client: { id: client.client_id, name: client.name, tenant: deps.tenant, metadata: client.client_metadata },
      // Contract §1.1: undefined, not empty, when the grant gives none.
      ...(scopes.length === 0 ? {} : { scope: scopes }),
      ...(isAction ? { custom_claims: before.customClaims } : {}),
      audience: api.identifier,
      body: parameters.body,
      request: { ...about, requested_scopes: parameters.scope ?? [] },
    },
    deps.executors,
  );
  const found = hookFindings(hook, outcome);
  if (isAction) (findings.actions ??= []).push(found);
  else findings.hook = found;
  if (isFailure(outcome) && hook.revision.on_failure === 'issue_unmodified') {
    found.unmodified = true;
    logger.warn({ hook: found }, 'a token is issued without its hook, as the policy of the hook has it');
    return { scopes, customClaims: {}, dropped: [] };
  }
  const { custom_claims: policy } = await deps.configuration.tenantSettings();
  const merged = mergeHookResult(acceptHookOutcome(outcome), customClaimsPolicyOf(hook.revision.kind, policy));
  return { ...merged, dropped: [...ignoredWrites(outcome), ...merged.dropped] };
}

/** Whether the hook did not come to a decision: a denial is one. */
function isFailure({ status }: HookOutcome): boolean {
  return status !== 'ok' && status !== 'denied';
}

function hookFindings(hook: EnabledHook, outcome: HookOutcome): HookFinding {
  return {
    id: hook.id,
    name: hook.name,
    revision: hook.revision.revision,
    outcome: outcome.status,
    cpu_ms: outcome.cpu_ms,
    wall_ms: outcome.wall_ms,
  };
}
