import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { mergeHookResult } from '../../shared/hook-result/merge-hook-result.ts';
import { isReservedClaim } from '../../shared/domain/reserved-claims.ts';

const NAME = 'https://foo.com/claim';

function assertDropped(text: string, reason: string): void {
  for (const policy of ['namespaced', 'relaxed'] as const) {
    const { customClaims, dropped } = mergeHookResult(text, policy);
    assert.deepEqual([customClaims, dropped.map((entry) => entry.reason)], [{}, [reason]]);
  }
}

describe('a value that JSON does not carry is dropped and reported', () => {
  for (const value of [
    '1e999',
    '-1e999',
    '-0',
    '-0.0',
    '-0e5',
    '1e-400',
    '9007199254740993',
    '0.1234567890123456789',
    '123456789012345678901234567890',
    '"\\ud800"',
    '"\\udc00\\ud800"',
    '"a\\uDBFF"',
    '{"\\ud800": 1}',
    '[[{"a": [1, -0]}]]',
    '{"a": {"b": 1E999}}',
    '[ -0]',
  ]) {
    it(value, () => assertDropped(`{"${NAME}": ${value}}`, 'not_carried'));
  }

  it('without the claims beside it', () => {
    const { customClaims, dropped } = mergeHookResult(`{"${NAME}": -0, "${NAME}s": [1]}`, 'namespaced');
    assert.deepEqual(customClaims, { [`${NAME}s`]: [1] });
    assert.deepEqual(dropped, [{ kind: 'claim', name: NAME, reason: 'not_carried' }]);
  });
});

describe('a value that JSON carries is kept as it is', () => {
  for (const value of [
    '0',
    '-0.5',
    '1e3',
    '1.0',
    '1E+2',
    '0.30000000000000004',
    '9007199254740992',
    '123456789012345680000',
    '1.7976931348623157e308',
    '5e-324',
    '1764412345678901',
    '"\\ud83d\\ude00"',
    '"\\u0000\\u202e -0 1e999"',
    '"3e8400e2-41d4-a716-4466554400000"',
    '":-0"',
    'null',
  ]) {
    it(value, () => {
      const { customClaims, dropped } = mergeHookResult(`{"${NAME}": ${value}}`, 'namespaced');
      assert.deepEqual(dropped, []);
      assert.deepEqual(customClaims, { [NAME]: JSON.parse(value) as unknown });
    });
  }
});

describe('a name that not everybody reads as the same', () => {
  for (const [what, name] of [
    ['NUL', `${NAME}\u0000`],
    ['a line feed', `${NAME}\n`],
    ['C1', `${NAME}\u009b1m`],
    ['a bidi override', `${NAME}\u202ecod`],
    ['a bidi isolate', `${NAME}\u2066`],
    ['a bidi mark', `${NAME}\u061c`],
    ['a zero-width space', `${NAME}\u200b`],
    ['a byte-order mark', `${NAME}\ufeff`],
    ['a line separator', `${NAME}\u2028`],
    ['half a pair', `${NAME}\ud800`],
  ] as const) {
    it(`has ${what}`, () => assertDropped(JSON.stringify({ [name]: 1 }), 'unsafe_characters'));
  }

  it('is not normalized, so that NFC and NFD of one name are never both there', () => {
    const { customClaims, dropped } = mergeHookResult(
      JSON.stringify({ [`${NAME}/\u00e9`]: 1, [`${NAME}/e\u0301`]: 2 }),
      'relaxed',
    );
    assert.deepEqual(customClaims, { [`${NAME}/\u00e9`]: 1 });
    assert.deepEqual(dropped, [{ kind: 'claim', name: `${NAME}/e\u0301`, reason: 'not_normalized' }]);
  });
});

describe('a name that somebody reads as one of the issuer’s', () => {
  for (const name of [
    'Sub',
    'SUB',
    '\u017fub',
    'sub\u200b',
    '\u0000sub',
    'su\u00adb',
    'sub\ufe0f',
    '\u3164sub',
    ' sub ',
    'sub\u00a0',
    '\uff53\uff55\uff42',
    '\u{1d42c}\u{1d42e}\u{1d41b}',
    '\u24e2ub',
    '\u0131ss',
    '\u202esub',
    'sub\ud800',
    'su\u{e0062}b',
    `s${'\u200b'.repeat(10_000)}ub`,
    'SCOPE',
    'Permissions',
    '__PROTO__',
    'x5t\uff03s256',
  ]) {
    it(JSON.stringify(name.slice(0, 20)), () => {
      assert.equal(isReservedClaim(name), true);
      assertDropped(JSON.stringify({ [name]: 1 }), 'reserved');
    });
  }

  for (const name of ['subs', 'a.sub', 'https://foo.com/sub', 's-ub', 'süb', 'субъект', '\u0455ub', '']) {
    it(`is not ${JSON.stringify(name)}`, () => assert.equal(isReservedClaim(name), false));
  }
});
