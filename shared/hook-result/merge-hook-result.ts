import type { HookKind } from '../domain/contracts.ts';
import type { CustomClaimsPolicy } from '../domain/tenant.ts';
import type { Dropped } from '../domain/hook-finding.ts';
import { OAuthError } from '../oauth-error.ts';
import { droppedClaim, refusalOfClaim, REPORTED_NAME_LENGTH } from './refusal-of-claim.ts';
import { parseResult } from './parse-result.ts';

/** What a hook made of the token: its scopes, its custom claims, and what it asked for and did not get. */
export type MergedResult = { scopes: string[]; customClaims: Record<string, unknown>; dropped: Dropped[] };

/** Names and values of all custom claims of one token (contract §4: 100 KB), and its scopes; over it no token is issued. */
const MAX_SHAPED_BYTES = 102_400;

// RFC 6749 §3.3: scope-token = 1*( %x21 / %x23-5B / %x5D-7E )
const SCOPE_TOKEN = /^[\x21\x23-\x5B\x5D-\x7E]+$/;

/**
 * Applies the rules of contract §1.3 and §4, or those of another contract, to a hook's result: `scope` replaces the token's scopes, allowed claims are added,
 * the rest is dropped and reported.
 *
 * @param result JSON text as the hook's isolate gave it, or `undefined` for none: then the token has no scopes and no claims.
 * @throws {OAuthError} `server_error` when the text is not a JSON object, nested too deeply or of too many values, or claims and scopes are over 100 KB in all.
 */
export function mergeHookResult(
  result: string | undefined,
  policy: CustomClaimsPolicy,
  kind: HookKind = 'hook',
): MergedResult {
  const merged: MergedResult = { scopes: [], customClaims: {}, dropped: [] };
  if (result === undefined) return merged;
  const claims: [name: string, value: unknown][] = [];
  const { members, isChanged } = parseResult(result);
  for (const [name, value] of Object.entries(members)) {
    if (name === 'scope') {
      mergeScopes(value, merged);
      continue;
    }
    const reason = refusalOfClaim(name, policy, kind) ?? (isChanged(value) ? 'not_carried' : undefined);
    if (reason !== undefined) {
      merged.dropped.push(droppedClaim(name, reason));
      continue;
    }
    claims.push([name, value]);
  }
  // Not one by one: to set a member is more than to have it, for a name that objects know.
  merged.customClaims = Object.fromEntries(claims);
  refuseTooLarge(merged);
  return merged;
}

/** @throws {OAuthError} `server_error` when custom claims and scopes are over 100 KB in all. */
export function refuseTooLarge({ customClaims, scopes }: Pick<MergedResult, 'customClaims' | 'scopes'>): void {
  let bytes = 0;
  for (const [name, value] of Object.entries(customClaims)) {
    bytes += Buffer.byteLength(name) + Buffer.byteLength(JSON.stringify(value));
  }
  // ASCII, and a space between them.
  for (const scope of scopes) bytes += scope.length + 1;
  if (bytes > MAX_SHAPED_BYTES) throw tooLarge();
}

function tooLarge(): OAuthError {
  return new OAuthError(500, 'server_error', 'The custom claims and scopes of the token exceed 100 KB');
}

function mergeScopes(value: unknown, merged: MergedResult): void {
  if (value === undefined || value === null) return;
  if (!Array.isArray(value) || !value.every((scope) => typeof scope === 'string')) {
    merged.dropped.push({ kind: 'scope', name: 'scope', reason: 'not_an_array_of_strings' });
    return;
  }
  // As they are sent: what is over the bound is not taken apart first.
  if (value.reduce((length, element) => length + element.length + 1, 0) > MAX_SHAPED_BYTES) throw tooLarge();
  const scopes = new Set<string>();
  // An element with spaces in it is several scopes as soon as it is in a token; so it is here.
  for (const scope of value.flatMap((element) => element.split(' ')).filter((token) => token !== '')) {
    if (SCOPE_TOKEN.test(scope)) scopes.add(scope);
    else
      merged.dropped.push({ kind: 'scope', name: scope.slice(0, REPORTED_NAME_LENGTH), reason: 'invalid_scope_token' });
  }
  merged.scopes = [...scopes];
}
