import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { mergeHookResult } from '../../shared/hook-result/merge-hook-result.ts';

// Contract §4, word for word.
const RESERVED =
  `acr act active amr at_hash ath attest aud auth_time authorization_details azp c_hash client_id cnf cty dest entitlements
  events exp groups gty htm htu iat internalService iss jcard jku jti jwe jwk kid may_act mky nbf nonce object_id org_id
  org_name orig origid permissions roles rph s_hash sid sip_callid sip_cseq_num sip_date sip_from_tag sip_via_branch sub
  sub_jwk toe txn typ uuid vot vtm x5t#S256`.split(/\s+/);

const merge = (result: object, policy: 'namespaced' | 'relaxed' = 'namespaced') =>
  mergeHookResult(JSON.stringify(result), policy);
const dropped = (name: string, reason: string) => ({ kind: 'claim', name, reason });
const kept = (claims: Record<string, unknown>) => ({ scopes: [], customClaims: claims, dropped: [] });

describe('reserved claims', () => {
  it('are the ones of the contract', () => assert.equal(RESERVED.length, 60));

  for (const policy of ['namespaced', 'relaxed'] as const) {
    for (const name of RESERVED) {
      it(`drops ${name} under the ${policy} policy`, () => {
        assert.deepEqual(merge({ [name]: 'forged', 'https://foo.com/claim': 'bar' }, policy), {
          scopes: [],
          customClaims: { 'https://foo.com/claim': 'bar' },
          dropped: [dropped(name, 'reserved')],
        });
      });
    }

    for (const name of ['__proto__', 'constructor', 'prototype']) {
      it(`drops ${name} under the ${policy} policy and leaves every prototype alone`, () => {
        const merged = mergeHookResult(`{${JSON.stringify(name)}: {"polluted": true}}`, policy);
        assert.deepEqual(merged, { scopes: [], customClaims: {}, dropped: [dropped(name, 'reserved')] });
        assert.equal(Object.getPrototypeOf(merged.customClaims), Object.prototype);
        assert.equal(({} as { polluted?: boolean }).polluted, undefined);
      });
    }
  }
});

describe('namespaces', () => {
  const VENDOR = [
    'https://auth0.com/claim',
    'http://auth0.com/claim',
    'https://auth0.com',
    'HTTPS://AUTH0.COM/claim',
    'hTTps://Auth0.Com/',
    'https://auth0.com./claim',
    'https://auth0.com:8443/claim',
    'https://user:password@auth0.com/claim',
    'https://evil.example@auth0.com/claim',
    'https://tenant.auth0.com/claim',
    'https://a.b.c.eu.auth0.com/claim',
    'https://webtask.io/claim',
    'https://tenant.webtask.io/claim',
    'https://webtask.run/claim',
    'https://tenant.us.webtask.run./claim',
    'https://auth0.com?claim',
    'https://auth0.com#claim',
    'https://auth0.com\\claim',
    'https://au\tth0.com/claim',
    'https://%61uth0.com/claim',
    'https://\uff41uth0.com/claim',
    'https:///auth0.com/claim',
  ];
  for (const policy of ['namespaced', 'relaxed'] as const) {
    for (const name of VENDOR) {
      it(`drops the vendor's ${JSON.stringify(name)} under the ${policy} policy`, () => {
        assert.deepEqual(merge({ [name]: 1 }, policy), {
          scopes: [],
          customClaims: {},
          dropped: [dropped(name, 'vendor_namespace')],
        });
      });
    }
  }

  const OWN = [
    'https://foo.com/claim',
    'http://foo.com/claim',
    'HTTPS://FOO.COM/claim',
    'https://foo.com',
    'https://foo.com:8443/claim',
    'https://localhost/claim',
    'https://192.0.2.1/claim',
    'https://[2001:db8::1]/claim',
    'https://auth0.com@evil.example/claim',
    'https://notauth0.com/claim',
    'https://auth0.com.evil.example/claim',
    'https://auth0.comm/claim',
    'https://auth0.co/claim',
    'https://webtask.io.example/claim',
    'https://mywebtask.run/claim',
    'https://evil.example/auth0.com',
    'https://evil.example?auth0.com',
    'https://evil.example#@auth0.com',
    'https://\u0430uth0.com/claim',
  ];
  for (const name of OWN) {
    it(`keeps ${JSON.stringify(name)} exactly as the hook wrote it`, () => {
      assert.deepEqual(merge({ [name]: 'bar' }), kept({ [name]: 'bar' }));
    });
  }

  const NOT_NAMESPACED = [
    'claim',
    '',
    ' ',
    'toString',
    'foo.com/claim',
    '//foo.com/claim',
    'https:/foo.com/claim',
    'https:foo.com',
    'https://',
    'https://?x',
    'https://exa mple.com/claim',
    'https://foo.com:99999/claim',
    ' https://foo.com/claim',
    'ftp://foo.com/claim',
    'ws://foo.com/claim',
    'urn:example:claim',
    'email',
    'name',
  ];
  for (const name of NOT_NAMESPACED) {
    it(`drops ${JSON.stringify(name)} under the namespaced policy`, () => {
      assert.deepEqual(merge({ [name]: 1 }), {
        scopes: [],
        customClaims: {},
        dropped: [dropped(name, 'not_namespaced')],
      });
    });
  }

  it('keeps names without a namespace under the relaxed policy', () => {
    const claims = { plan: 'full', email: 'a@example.com', 'urn:example:claim': 1, 'https://foo.com/claim': 2 };
    assert.deepEqual(merge(claims, 'relaxed'), kept(claims));
  });

  for (const name of ['urn:auth0', 'urn:auth0:claim', 'URN:AUTH0:claim']) {
    it(`drops ${name} under the relaxed policy: the vendor's URNs are reserved`, () => {
      const { customClaims, dropped: report } = merge({ [name]: 1 }, 'relaxed');
      assert.deepEqual({ customClaims, names: report.map((entry) => entry.name) }, { customClaims: {}, names: [name] });
    });
  }

  it('keeps a URN that only begins like the vendor’s under the relaxed policy', () => {
    assert.deepEqual(merge({ 'urn:auth0x:claim': 1 }, 'relaxed'), kept({ 'urn:auth0x:claim': 1 }));
  });

  it('reports no more than 128 characters of a dropped name', () => {
    assert.deepEqual(merge({ ['n'.repeat(1000)]: 1 }).dropped, [dropped('n'.repeat(128), 'not_namespaced')]);
  });

  it('keeps any JSON value', () => {
    const claims = {
      'https://foo.com/object': { 'x-hasura-allowed-roles': ['user'], nested: { deep: [1, null, false] } },
      'https://foo.com/array': ['a', 1],
      'https://foo.com/number': 0,
      'https://foo.com/null': null,
      'https://foo.com/false': false,
      'https://foo.com/empty': '',
    };
    assert.deepEqual(merge(claims), kept(claims));
  });

  it('lets a claim’s value hold any name', () => {
    const value: unknown = JSON.parse('{"__proto__": {"polluted": true}, "sub": "inner"}');
    const { customClaims } = mergeHookResult(
      '{"https://foo.com/c": {"__proto__": {"polluted": true}, "sub": "inner"}}',
      'namespaced',
    );
    assert.equal(JSON.stringify(customClaims), JSON.stringify({ 'https://foo.com/c': value }));
    assert.equal(({} as { polluted?: boolean }).polluted, undefined);
  });
});

describe('scope', () => {
  const scopeReport = (name: string, reason: string) => ({ kind: 'scope', name, reason });

  it('replaces the token’s scopes', () => {
    assert.deepEqual(merge({ scope: ['read:data', 'extra'] }), {
      scopes: ['read:data', 'extra'],
      customClaims: {},
      dropped: [],
    });
  });

  for (const [what, result] of [
    ['is left out', '{}'],
    ['is null', '{"scope": null}'],
    ['is empty', '{"scope": []}'],
    ['holds empty strings', '{"scope": ["", " "]}'],
  ] as const) {
    it(`leaves the token without scopes when it ${what}`, () =>
      assert.deepEqual(mergeHookResult(result, 'namespaced'), kept({})));
  }

  it('leaves the token without scopes when there is no result at all', () => {
    assert.deepEqual(mergeHookResult(undefined, 'namespaced'), kept({}));
  });

  for (const scope of ['read:data', 1, true, false, { 0: 'a' }, ['a', 1], [null], [['a']], [{}]]) {
    it(`is dropped whole and reported when it is ${JSON.stringify(scope)}`, () => {
      assert.deepEqual(merge({ scope }), {
        scopes: [],
        customClaims: {},
        dropped: [scopeReport('scope', 'not_an_array_of_strings')],
      });
    });
  }

  it('takes an element with spaces as several scopes', () => {
    assert.deepEqual(merge({ scope: ['a b', ' c  d '] }).scopes, ['a', 'b', 'c', 'd']);
  });

  it('keeps one of each, in the order of their first appearance', () => {
    assert.deepEqual(merge({ scope: ['b', 'a', 'b', 'a c', 'B'] }).scopes, ['b', 'a', 'c', 'B']);
  });

  it('keeps the characters that RFC 6749 §3.3 allows', () => {
    const scope = "!#$%&'()*+,-./0123456789:;<=>?@ABCXYZ[]^_`abcxyz{|}~";
    assert.deepEqual(merge({ scope: [scope] }), { scopes: [scope], customClaims: {}, dropped: [] });
  });

  for (const scope of ['a"b', 'a\\b', 'a\tb', 'a\nb', 'a\u0000b', 'a\u007fb', 'ä', '\u{1f600}', '\ud800', 'a\u00a0b']) {
    it(`drops and reports ${JSON.stringify(scope)} and keeps its neighbours`, () => {
      assert.deepEqual(merge({ scope: ['before', scope, 'after'] }), {
        scopes: ['before', 'after'],
        customClaims: {},
        dropped: [scopeReport(scope, 'invalid_scope_token')],
      });
    });
  }

  it('may be one that neither the API nor the grant has, and one of a reserved name', () => {
    assert.deepEqual(merge({ scope: ['never-heard-of', 'sub'] }).scopes, ['never-heard-of', 'sub']);
  });

  for (const [name, reason] of [
    ['Scope', 'reserved'],
    ['SCOPE', 'reserved'],
    ['scope ', 'reserved'],
    ['scopes', 'not_namespaced'],
  ] as const) {
    it(`is not ${JSON.stringify(name)}`, () => {
      assert.deepEqual(merge({ [name]: ['admin'] }), {
        scopes: [],
        customClaims: {},
        dropped: [dropped(name, reason)],
      });
    });
  }
});

describe('size', () => {
  const LIMIT = 102_400;
  const NAME = 'https://foo.com/claim';
  const TOO_LARGE = {
    status: 500,
    error: 'server_error',
    description: 'The custom claims and scopes of the token exceed 100 KB',
  };
  const sized = (bytes: number): Record<string, string> => ({ [NAME]: 'x'.repeat(bytes - NAME.length - 2) });

  it('keeps custom claims of exactly 100 KB, names and values', () => {
    assert.deepEqual(merge(sized(LIMIT)), kept(sized(LIMIT)));
  });

  it('fails the token one byte above', () => {
    assert.throws(() => merge(sized(LIMIT + 1)), TOO_LARGE);
  });

  it('counts bytes, not characters', () => {
    const half = Math.floor((LIMIT - NAME.length - 2) / 2);
    assert.deepEqual(merge({ [NAME]: 'ä'.repeat(half) }), kept({ [NAME]: 'ä'.repeat(half) }));
    assert.throws(() => merge({ [NAME]: 'ä'.repeat(half + 1) }), TOO_LARGE);
  });

  it('counts all claims together', () => {
    const half = sized(LIMIT / 2)[NAME];
    const other = NAME.replace('claim', 'clbim');
    assert.deepEqual(merge({ [NAME]: half, [other]: half }), kept({ [NAME]: half, [other]: half }));
    assert.throws(() => merge({ [NAME]: half, [other]: half, 'https://foo.com/': 1 }), TOO_LARGE);
  });

  it('does not count what is dropped', () => {
    const { customClaims } = merge({ plain: 'x'.repeat(LIMIT), ...sized(LIMIT) });
    assert.deepEqual(customClaims, sized(LIMIT));
  });

  it('counts scopes too, each with what is between two', () => {
    const scope = ['y'.repeat(LIMIT / 2 - 1)];
    assert.deepEqual(merge({ scope, ...sized(LIMIT / 2) }).scopes, scope);
    assert.throws(() => merge({ scope, ...sized(LIMIT / 2 + 1) }), TOO_LARGE);
    assert.throws(() => merge({ scope: ['y'.repeat(LIMIT)] }), TOO_LARGE);
  });
});

describe('a result that is not a JSON object', () => {
  for (const result of [
    '',
    'null',
    '1',
    '"text"',
    'true',
    '[]',
    '[{"scope": ["a"]}]',
    '{',
    'undefined',
    '{}{}',
    '{"a":1,}',
    '\u0000',
    'NaN',
  ]) {
    it(`fails the token: ${JSON.stringify(result)}`, () => {
      assert.throws(() => mergeHookResult(result, 'namespaced'), {
        status: 500,
        error: 'server_error',
        description: 'The result of the extension point is not an object',
      });
    });
  }

  it('takes the last of two members of one name, as JSON.parse does, so that no reserved one slips through', () => {
    assert.deepEqual(mergeHookResult('{"sub": 1, "sub": 2, "https://a.b/c": 1, "https://a.b/c": 2}', 'relaxed'), {
      scopes: [],
      customClaims: { 'https://a.b/c': 2 },
      dropped: [dropped('sub', 'reserved')],
    });
  });

  it('decodes escapes in names before it compares them', () => {
    assert.deepEqual(mergeHookResult('{"\\u0073ub": 1, "https://\\u0061uth0.com/x": 1}', 'relaxed').dropped, [
      dropped('sub', 'reserved'),
      dropped('https://auth0.com/x', 'vendor_namespace'),
    ]);
  });
});
