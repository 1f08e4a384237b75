import { holds } from './property.ts';
import { members, RESERVED_NAMES, scopeValues, textOf } from './property-merge-values.ts';
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { CustomClaimsPolicy } from '../../shared/domain/tenant.ts';
import { mergeHookResult, type MergedResult } from '../../shared/hook-result/merge-hook-result.ts';
import { OAuthError } from '../../shared/oauth-error.ts';

const policies = fc.constantFrom<CustomClaimsPolicy>('namespaced', 'relaxed');
const REPORTED_NAME_LENGTH = 128;
const MAX_CUSTOM_CLAIMS_BYTES = 102_400;
const VENDOR_HOST = /(?:^|\.)(?:auth0\.com|webtask\.io|webtask\.run)\.*$/;
const SCOPE_TOKEN = /^[!#-[\]-~]+$/;
const PROTOTYPE_NAMES = Object.getOwnPropertyNames(Object.prototype).join();

/** What any reader of a token makes of a claim's name. */
function urlOf(name: string): URL | null {
  const url = URL.parse(name);
  return url !== null && ['http:', 'https:'].includes(url.protocol) ? url : null;
}

function assertPrototypesUntouched(merged: MergedResult): void {
  assert.equal(Object.getOwnPropertyNames(Object.prototype).join(), PROTOTYPE_NAMES);
  assert.equal(Object.getPrototypeOf(merged.customClaims), Object.prototype);
  assert.equal(Object.getPrototypeOf(merged), Object.prototype);
}

holds(
  'no claim that the issuer or the vendor speaks by is kept, and no prototype is touched',
  1_000,
  fc.property(members, policies, (pairs, policy) => {
    const merged = mergeHookResult(textOf(pairs), policy);
    assertPrototypesUntouched(merged);
    for (const name of Object.keys(merged.customClaims)) {
      assert.ok(![...RESERVED_NAMES, 'scope'].includes(name), name);
      assert.doesNotMatch(name, /^urn:auth0(?::|$)/i);
      assert.doesNotMatch(urlOf(name)?.hostname ?? '', VENDOR_HOST, name);
      if (policy === 'namespaced') assert.ok(urlOf(name) !== null && /^https?:\/\//i.test(name), name);
    }
  }),
);

holds(
  'every claim is kept as the hook gave it or reported as dropped, each once and in order',
  1_000,
  fc.property(members, policies, (pairs, policy) => {
    const { customClaims, dropped } = mergeHookResult(textOf(pairs), policy);
    const claims = pairs.filter(([name]) => name !== 'scope');
    const isKept = (name: string): boolean => Object.hasOwn(customClaims, name);
    assert.deepEqual(
      dropped.filter(({ kind }) => kind === 'claim').map(({ name }) => name),
      // As JSON has them: names that look like whole numbers come first.
      Object.keys(JSON.parse(textOf(claims)) as object)
        .filter((name) => !isKept(name))
        .map((name) => name.slice(0, REPORTED_NAME_LENGTH)),
    );
    assert.deepEqual(new Set(Object.keys(customClaims)), new Set(claims.map(([name]) => name).filter(isKept)));
    for (const [name, value] of claims.filter(([name]) => isKept(name))) {
      assert.equal(JSON.stringify(customClaims[name]), JSON.stringify(JSON.parse(JSON.stringify(value))));
    }
  }),
);

holds(
  'scopes are tokens of RFC 6749 without duplicates, and what is none is reported',
  1_000,
  fc.property(scopeValues, (value) => {
    const { scopes, customClaims, dropped } = mergeHookResult(textOf([['scope', value]]), 'relaxed');
    assert.deepEqual(customClaims, {});
    assert.equal(new Set(scopes).size, scopes.length);
    for (const scope of scopes) assert.match(scope, SCOPE_TOKEN);
    if (value === null) {
      assert.deepEqual({ scopes, dropped }, { scopes: [], dropped: [] });
      return;
    }
    const elements = Array.isArray(value) ? (value as unknown[]) : [undefined];
    if (!elements.every((element) => typeof element === 'string')) {
      assert.deepEqual(scopes, []);
      assert.deepEqual(dropped, [{ kind: 'scope', name: 'scope', reason: 'not_an_array_of_strings' }]);
      return;
    }
    const asked = elements.join(' ').split(' ');
    const valid = asked.filter((scope) => SCOPE_TOKEN.test(scope));
    assert.deepEqual(scopes, [...new Set(valid)]);
    assert.deepEqual(
      dropped,
      asked
        .filter((scope) => scope !== '' && !valid.includes(scope))
        .map((name) => ({ kind: 'scope', name: name.slice(0, REPORTED_NAME_LENGTH), reason: 'invalid_scope_token' })),
    );
  }),
);

holds(
  'what was kept is kept again: the rules are idempotent',
  500,
  fc.property(members, policies, (pairs, policy) => {
    const { scopes, customClaims } = mergeHookResult(textOf(pairs), policy);
    assert.deepEqual(mergeHookResult(JSON.stringify({ ...customClaims, scope: scopes }), policy), {
      scopes,
      customClaims,
      dropped: [],
    });
  }),
);

holds(
  'a token is issued exactly when its custom claims, names and values, are at most 100 KB',
  300,
  fc.property(
    fc.uniqueArray(fc.stringMatching(/^[a-z\u00e4\u4e2d]{1,20}$/), { minLength: 1, maxLength: 4 }),
    fc.constantFrom('x', '\u00e4', '\u4e2d', '"', '\u{1f600}'),
    fc.integer({ min: -64, max: 64 }),
    fc.string({ maxLength: 64 }),
    (paths, filler, offBytes, rest) => {
      const claims: Record<string, string> = Object.fromEntries(paths.map((path) => [`https://foo.com/${path}`, rest]));
      const bytesOf = (): number =>
        Object.entries(claims).reduce(
          (sum, [name, value]) => sum + Buffer.byteLength(name) + Buffer.byteLength(JSON.stringify(value)),
          0,
        );
      const unitBytes = Buffer.byteLength(JSON.stringify(filler)) - 2;
      const missing = Math.ceil((MAX_CUSTOM_CLAIMS_BYTES + offBytes - bytesOf()) / unitBytes);
      claims[`https://foo.com/${paths[0] ?? ''}`] = rest + filler.repeat(missing);
      const judge = () => mergeHookResult(JSON.stringify({ ...claims, plain: 'x'.repeat(1_000) }), 'namespaced');
      if (bytesOf() <= MAX_CUSTOM_CLAIMS_BYTES)
        assert.deepEqual(Object.keys(judge().customClaims), Object.keys(claims));
      else assert.throws(judge, { status: 500, error: 'server_error' });
    },
  ),
);

holds(
  'any text at all is merged or refused with an OAuth error, and with no other',
  1_000,
  fc.property(
    fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.json(),
      fc.tuple(fc.json(), fc.nat(), fc.string({ maxLength: 2 })).map(([text, at, noise]) => {
        const cut = at % (text.length + 1);
        return text.slice(0, cut) + noise + text.slice(cut + 1);
      }),
      members.map(textOf),
    ),
    policies,
    (text, policy) => {
      try {
        assertPrototypesUntouched(mergeHookResult(text, policy));
      } catch (error) {
        if (!(error instanceof OAuthError)) throw error;
        assert.deepEqual([error.status, error.error], [500, 'server_error']);
      }
    },
  ),
);
