import assert from 'node:assert/strict';
import { test } from 'node:test';
import { differencesOf, type ClientAnswer } from '../../console/src/words/run-differences.ts';

const issued = (claims: Record<string, unknown>, scope: string[] = []): ClientAnswer => ({
  token: { scope, claims },
  answer: null,
});
const refused = (error: string, status = 400): ClientAnswer => ({ token: null, answer: { status, error } });
const told = (before: ClientAnswer, after: ClientAnswer): string[] =>
  differencesOf(before, after).map(({ sign, what, value }) => [sign, what, value].filter(Boolean).join(' '));

test('tokens differ by scopes and claims, whatever their order', () => {
  assert.deepEqual(told(issued({ a: 1, b: [2] }, ['x', 'y']), issued({ b: [2], a: 1 }, ['y', 'x'])), []);
  assert.deepEqual(told(issued({ a: 1, b: 2, c: 3 }, ['x']), issued({ a: 1, b: '2', d: null }, ['y'])), [
    '+ scope y',
    '− scope x',
    '± b "2"',
    '− c',
    '+ d null',
  ]);
  assert.deepEqual(told(issued({}), issued({ constructor: 1 })), ['+ constructor 1']);
  assert.equal(told(issued({}), issued({ long: 'x'.repeat(1_000) }))[0]?.length, '+ long '.length + 81);
});

test('a token differs from none, and one refusal from another', () => {
  assert.deepEqual(told(issued({}), refused('invalid_scope')), ['− no token 400 invalid_scope']);
  assert.deepEqual(told(refused('invalid_scope'), issued({})), ['+ a token instead of 400 invalid_scope']);
  assert.deepEqual(told(refused('invalid_scope'), refused('invalid_scope')), []);
  assert.deepEqual(told(refused('invalid_scope'), refused('access_denied', 403)), [
    '± refused 403 access_denied instead of 400 invalid_scope',
  ]);
});
