import type { HookOutcome } from '../domain/hook-outcome.ts';
import type { HookEvent } from '../domain/sample-event.ts';
import type { HookKind } from '../domain/contracts.ts';
import { customClaimsPolicyOf, type CustomClaimsPolicy } from '../domain/tenant.ts';
import { OAuthError } from '../oauth-error.ts';
import type { Dropped, ScopeChanges } from '../domain/hook-finding.ts';
import { acceptHookOutcome } from './accept-hook-outcome.ts';
import { askedInVain } from './asked-in-vain.ts';
import { mergeHookResult, refuseTooLarge } from './merge-hook-result.ts';
import { scopeChanges } from './scope-changes.ts';
import { withinScopes } from './within-scopes.ts';

/** What a token request would come to after a hook's run, without a token having been issued. */
export type Judgement = {
  /** What the token would hold beside what is the issuer's to say; `null` when none would be issued. */
  token: { scope: string[]; claims: Record<string, unknown> } | null;
  scope_changes: ScopeChanges;
  dropped: Dropped[];
  /** What the client would be answered instead of a token. */
  answer: { status: number; error: string; error_description: string } | null;
};

/**
 * Takes the outcome of a dry run as the gateway takes that of a token request.
 *
 * @param options.policy The tenant's.
 */
export function judgeOutcome(
  outcome: HookOutcome,
  { scope: granted, custom_claims: before, protocol }: Pick<HookEvent, 'scope' | 'custom_claims' | 'protocol'>,
  { kind, policy }: { kind: HookKind; policy: CustomClaimsPolicy },
): Judgement {
  try {
    const merged = mergeHookResult(acceptHookOutcome(outcome, kind), customClaimsPolicyOf(kind, policy), kind);
    const { scopes, customClaims, dropped } = protocol === undefined ? merged : withinScopes(merged, granted);
    const claims = { ...before, ...customClaims };
    refuseTooLarge({ customClaims: claims, scopes });
    return {
      token: { scope: scopes, claims },
      scope_changes: scopeChanges(granted, scopes),
      dropped: [...askedInVain(outcome), ...dropped],
      answer: null,
    };
  } catch (error) {
    if (!(error instanceof OAuthError)) throw error;
    const answer = { status: error.status, error: error.error, error_description: error.description };
    return { token: null, scope_changes: { removed: [], added: [] }, dropped: [], answer };
  }
}
