import assert from 'node:assert/strict';
import { it } from 'node:test';
import { settleScopes } from '../../services/gateway/steps/settle-scopes.ts';
import { customClaimsPolicyOf, DEFAULT_TENANT_SETTINGS } from '../../shared/domain/tenant.ts';
import { mergeHookResult, refuseTooLarge } from '../../shared/hook-result/merge-hook-result.ts';
import { scopeChanges } from '../../shared/hook-result/scope-changes.ts';

const POLICY = customClaimsPolicyOf('hook', DEFAULT_TENANT_SETTINGS.custom_claims);
const TRIES = 20;
const FEW = 400;
const TIMES = 8;

/** What a gateway does with the scopes of a grant that a hook passes on, at its quickest, milliseconds. */
function quickestMs(count: number): number {
  const scopes = Array.from({ length: count }, (_, n) => `read:thing-${String(n)}`);
  const result = JSON.stringify({ scope: scopes });
  const grant = {
    id: 'grant',
    client_id: 'client',
    audience: 'api',
    scope: scopes,
    allow_all_scopes: false,
    claims: null,
  };
  let least = Infinity;
  for (let n = 0; n < TRIES; n++) {
    const beganMs = performance.now();
    const granted = settleScopes(scopes, grant as never, { scopes: [] } as never);
    const merged = mergeHookResult(result, POLICY);
    refuseTooLarge(merged);
    assert.deepEqual(scopeChanges(granted, merged.scopes), { removed: [], added: [] });
    least = Math.min(least, performance.now() - beganMs);
  }
  return least;
}

it('scopes cost a gateway in proportion to their number', () => {
  quickestMs(FEW);
  const [few, many] = [quickestMs(FEW), quickestMs(FEW * TIMES)];
  process.stdout.write(`scopes: ${((many * 1_000) / (FEW * TIMES)).toFixed(2)} µs each of ${String(FEW * TIMES)}\n`);
  // Were it their square, it would be 64 times as much.
  assert.ok(many < few * TIMES * 3, `${String(many)} ms against ${String(few)} ms`);
});
