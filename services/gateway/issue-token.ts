import type { HookOutcome } from '../../shared/domain/hook-outcome.ts';
import type { Client } from '../../shared/domain/client.ts';
import type { ResourceServer } from '../../shared/domain/resource-server.ts';
import { customClaimsPolicyOf } from '../../shared/domain/tenant.ts';
import { logger } from '../../shared/log.ts';
import type { TokenEvent } from '../../shared/subjects/token-events.ts';
import type { HookArguments } from '../../shared/subjects/token-requested.ts';
import type { Configuration } from './configuration.ts';
import { acceptHookOutcome } from '../../shared/hook-result/accept-hook-outcome.ts';
import { authenticateClient, readCredentials } from './steps/authenticate-client.ts';
import { checkClientGrant } from './steps/check-client-grant.ts';
import { checkGrantType } from './steps/check-grant-type.ts';
import { findApi } from './steps/find-api.ts';
import { mergeHookResult, type MergedResult } from '../../shared/hook-result/merge-hook-result.ts';
import { parseParameters, type TokenParameters } from './steps/parse-parameters.ts';
import { runHook, type EnabledHook, type HookRequester } from './steps/run-hook.ts';
import { settleScopes } from './steps/settle-scopes.ts';
import { signToken, type SignRequester } from './steps/sign-token.ts';

export type TokenIssuer = {
  tenant: string;
  issuer: string;
  clientSecretKey: Buffer;
  configuration: Configuration;
  executors: HookRequester;
  signers: SignRequester;
};

/** What of the HTTP request decides about the token, or is shown to its hook. */
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
    'client_id' | 'client_name' | 'audience' | 'scope' | 'custom_claims' | 'dropped' | 'kid' | 'jti' | 'hook'
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
): Promise<TokenResponse> {
  const parameters = parseParameters(request.body, request.isForm);
  const credentials = readCredentials(request.authorization, parameters);
  findings.client_id = credentials.clientId.slice(0, 128);
  const client = await authenticateClient(credentials, deps.configuration, deps.clientSecretKey);
  findings.client_name = client.name;
  checkGrantType(client);
  const api = await findApi(parameters.audience, deps.configuration);
  findings.audience = api.identifier;
  const grant = await checkClientGrant(client, api, deps.configuration);
  const scopes = settleScopes(parameters.scope, grant);

  const hook = await deps.configuration.enabledHook('credentials-exchange');
  const merged =
    hook === undefined
      ? { scopes, customClaims: {}, dropped: [] }
      : await shapeByHook(hook, { client, api, scopes, parameters, about: request.about }, findings, deps);
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

async function shapeByHook(
  hook: EnabledHook,
  request: {
    client: Client;
    api: ResourceServer;
    scopes: string[];
    parameters: TokenParameters;
    about: TokenHttpRequest['about'];
  },
  findings: Findings,
  deps: TokenIssuer,
): Promise<MergedResult> {
  const { client, api, scopes, parameters, about } = request;
  const outcome = await runHook(
    hook,
    {
      client: { id: client.client_id, name: client.name, tenant: deps.tenant, metadata: client.client_metadata },
      // Contract §1.1: undefined, not empty, when the grant gives none.
      ...(scopes.length === 0 ? {} : { scope: scopes }),
      audience: api.identifier,
      body: parameters.body,
      request: { ...about, requested_scopes: parameters.scope ?? [] },
    },
    deps.executors,
  );
  findings.hook = hookFindings(hook, outcome);
  if (isFailure(outcome) && hook.revision.on_failure === 'issue_unmodified') {
    findings.hook.unmodified = true;
    logger.warn({ hook: findings.hook }, 'a token is issued without its hook, as the policy of the hook has it');
    return { scopes, customClaims: {}, dropped: [] };
  }
  const { custom_claims: policy } = await deps.configuration.tenantSettings();
  const merged = mergeHookResult(acceptHookOutcome(outcome), customClaimsPolicyOf(hook.revision.kind, policy));
  if (merged.dropped.length > 0) findings.dropped = merged.dropped;
  return merged;
}

/** Whether the hook did not come to a decision: a denial is one. */
function isFailure({ status }: HookOutcome): boolean {
  return status !== 'ok' && status !== 'denied';
}

function hookFindings(hook: EnabledHook, outcome: HookOutcome): NonNullable<Findings['hook']> {
  return {
    id: hook.id,
    name: hook.name,
    revision: hook.revision.revision,
    outcome: outcome.status,
    cpu_ms: outcome.cpu_ms,
    wall_ms: outcome.wall_ms,
  };
}
