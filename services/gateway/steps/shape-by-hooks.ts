import type { HookArguments } from '../../../shared/domain/hook-arguments.ts';
import type { HookFinding } from '../../../shared/domain/hook-finding.ts';
import type { HookError, HookOutcome } from '../../../shared/domain/hook-outcome.ts';
import { CONTRACTS, isWebhookKind } from '../../../shared/domain/contracts.ts';
import { customClaimsPolicyOf, type CustomClaimsPolicy } from '../../../shared/domain/tenant.ts';
import { acceptHookOutcome } from '../../../shared/hook-result/accept-hook-outcome.ts';
import { askedInVain } from '../../../shared/hook-result/asked-in-vain.ts';
import { isFailure } from '../../../shared/hook-result/is-failure.ts';
import { mergeHookResult, refuseTooLarge, type MergedResult } from '../../../shared/hook-result/merge-hook-result.ts';
import { scopeChanges } from '../../../shared/hook-result/scope-changes.ts';
import { hasStaticClaims, staticClaims } from '../../../shared/hook-result/static-claims.ts';
import { withinScopes } from '../../../shared/hook-result/within-scopes.ts';
import { logger } from '../../../shared/log.ts';
import { ruleOf, type ShapingHook } from '../gradual/side-of.ts';
import { MAX_REPORTED_DROPPED, MAX_REPORTED_MESSAGE_CHARACTERS, MAX_REPORTED_STACK_CHARACTERS } from '../limits.ts';
import type { OnBehalf } from '../on-behalf/on-behalf.ts';
import type { Findings, TokenIssuer } from '../token-request.ts';
import { runHook } from './run-hook.ts';
import type { ShapedRequest } from './shaped-request.ts';

/** Has the hook, then each Action, shape what the one before left; the first finds the claims that are set without code. */
export async function shapeByHooks(
  hooks: readonly ShapingHook[],
  request: ShapedRequest,
  findings: Findings,
  deps: TokenIssuer,
): Promise<MergedResult> {
  const hasStatic = hasStaticClaims(request);
  let shaped: MergedResult = { scopes: request.scopes, customClaims: {}, dropped: [] };
  if (hasStatic) {
    const { custom_claims: policy } = await deps.configuration.tenantSettings();
    shaped = { ...shaped, ...staticClaims(request, policy) };
    if (shaped.dropped.length > 0) findings.dropped = shaped.dropped;
  }
  if (hooks.length > 0) deps.recorder.take({ request, customClaims: shaped.customClaims });
  for (const hook of hooks) {
    const merged = await shapeByHook(hook, request, shaped, findings, deps);
    shaped = {
      scopes: merged.scopes,
      customClaims: { ...shaped.customClaims, ...merged.customClaims },
      dropped: [...shaped.dropped, ...merged.dropped].slice(0, MAX_REPORTED_DROPPED),
    };
    if (shaped.dropped.length > 0) findings.dropped = shaped.dropped;
  }
  if (hasStatic || hooks.length > 1) refuseTooLarge(shaped);
  if (hooks.length > 0) {
    const { removed, added } = scopeChanges(request.scopes, shaped.scopes);
    if (removed.length + added.length > 0) {
      findings.scope_changes = { removed, added: added.slice(0, MAX_REPORTED_DROPPED) };
    }
  }
  return shaped;
}

async function shapeByHook(
  hook: ShapingHook,
  { client, clientAssertion, onBehalf, api, binding, parameters, about, scopes: allowed }: ShapedRequest,
  before: MergedResult,
  findings: Findings,
  deps: TokenIssuer,
): Promise<MergedResult> {
  const { scopes } = before;
  const { kind } = hook.revision;
  const args: HookArguments = {
    client: { id: client.client_id, name: client.name, tenant: deps.tenant, metadata: client.client_metadata },
    // Contract §1.1: undefined, not empty, when the grant gives none.
    ...(scopes.length === 0 ? {} : { scope: scopes }),
    ...(CONTRACTS[kind].seesClaims ? { custom_claims: before.customClaims } : {}),
    audience: api.identifier,
    ...(isWebhookKind(kind) ? { token: { issuer: deps.issuer, lifetime_seconds: api.token_lifetime_seconds } } : {}),
    proof_of_possession: binding,
    client_assertion: clientAssertion,
    ...(onBehalf === undefined ? {} : seenOf(onBehalf)),
    body: parameters.body,
    request: { ...about, requested_scopes: parameters.scope ?? [] },
  };
  const outcome = await runHook(hook, args, deps.executors, deps.actionCache);
  const found = hookFindings(hook, outcome);
  if (hook.shadow !== undefined) {
    const isTaken = deps.shadows.take(hook, { args, outcome, scopes, customClaims: before.customClaims });
    const { revision, percent } = hook.shadow.shadow;
    if (isTaken) found.shadow = { revision, percent };
  }
  if (kind === 'action') (findings.actions ??= []).push(found);
  else findings.hook = found;
  const isFailed = isFailure(outcome);
  if (isFailed && hook.revision.on_failure === 'issue_unmodified') {
    found.unmodified = true;
    hook.side?.count({ outcome, dropped: 0, isFailed });
    logger.warn({ hook: found }, 'a token is issued without its hook, by the policy of the hook');
    return { scopes, customClaims: {}, dropped: [] };
  }
  const { custom_claims: policy } = await deps.configuration.tenantSettings();
  const merged = resultOf(hook, outcome, isFailed, policy);
  const kept = onBehalf === undefined ? merged : withinScopes(merged, allowed);
  return { ...kept, dropped: [...askedInVain(outcome), ...kept.dropped] };
}

const seenOf = ({ protocol, subject, actor }: OnBehalf) => ({ protocol, subject, actor });

/** @throws {OAuthError} for a run that gave none. */
function resultOf(
  hook: ShapingHook,
  outcome: HookOutcome,
  isFailed: boolean,
  policy: CustomClaimsPolicy,
): MergedResult {
  const { kind } = hook.revision;
  try {
    const merged = mergeHookResult(acceptHookOutcome(outcome, kind), customClaimsPolicyOf(kind, policy), kind);
    hook.side?.count({ outcome, dropped: askedInVain(outcome).length + merged.dropped.length, isFailed });
    return merged;
  } catch (error) {
    hook.side?.count({ outcome, dropped: 0, isFailed: isFailed || outcome.status === 'ok' });
    throw error;
  }
}

function hookFindings(hook: ShapingHook, outcome: HookOutcome): HookFinding {
  return {
    id: hook.id,
    name: hook.name,
    revision: hook.revision.revision,
    ...ruleOf(hook),
    outcome: outcome.status,
    cpu_ms: outcome.cpu_ms,
    wall_ms: outcome.wall_ms,
    ...(outcome.status === 'threw' ? { error: cut(outcome.error) } : {}),
  };
}

function cut({ name, message, stack }: HookError): HookError {
  const beginning = (text: string, length: number): string => text.slice(0, length).toWellFormed();
  return {
    name: name.toWellFormed(),
    message: beginning(message, MAX_REPORTED_MESSAGE_CHARACTERS),
    ...(stack === undefined ? {} : { stack: beginning(stack, MAX_REPORTED_STACK_CHARACTERS) }),
  };
}
