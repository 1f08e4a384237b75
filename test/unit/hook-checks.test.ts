import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { checksOf, Expectation, HookChecks } from '../../shared/domain/hook-check.ts';
import { DEFAULT_HOOK_LIMITS, revisionAddress } from '../../shared/domain/hook.ts';
import { differenceOf } from '../../shared/hook-result/difference-of-run.ts';

const runOf = (claims: Record<string, unknown>) => ({
  token: { scope: ['a'], claims },
  scope_changes: { removed: [], added: [] },
  dropped: [],
  answer: null,
  outcome: { status: 'ok' as const },
  console: [],
});

describe('checks of a hook', () => {
  it('are of the address of its revision, which without any is what it was', () => {
    const content = { hook_id: 'hook', code: 'code', limits: DEFAULT_HOOK_LIMITS };
    const checks = JSON.stringify([{ name: 'one', expect: {} }]);
    assert.notEqual(revisionAddress({ ...content, checks }), revisionAddress(content));
    assert.equal(revisionAddress(content), 'x1EGDxIEfRupxj6gtl4nT8qrAYt3rzcLeEFItAhYvw0');
    assert.deepEqual(checksOf({}), []);
    assert.deepEqual(checksOf({ checks }), [{ name: 'one', expect: {} }]);
  });

  it('are kept as they are given, and can be read by this version', () => {
    const given = [{ name: 'one', event: { scope: ['a'] }, expect: { scope: 'a b', error: 'access_denied' } }];
    assert.deepEqual(HookChecks.parse(given), given);
    for (const wrong of [
      [{ name: 'one', event: { other: 1 }, expect: {} }],
      [{ name: 'one', expect: { claims: 1 } }],
      [{ name: '', expect: {} }],
      [{ name: 'one', expect: {}, hook: './hook.js' }],
      'all',
    ]) {
      assert.equal(HookChecks.safeParse(wrong).success, false, JSON.stringify(wrong));
    }
  });

  it('that were stored by another version are told, whatever it took', () => {
    const stored = [{ name: 'one', event: { of_later: 1 }, expect: { of_later: 1 } }];
    assert.deepEqual(checksOf({ checks: JSON.stringify(stored) }), stored);
  });

  it('are compared in bounded time, whatever a hook gives', () => {
    const many = Object.fromEntries(Array.from({ length: 50_000 }, (_, n) => [`claim${String(n)}`, n]));
    const others = Object.fromEntries(Array.from({ length: 50_000 }, (_, n) => [`other${String(n)}`, n]));
    const expected = Expectation.parse({ claims: others });
    const startMs = performance.now();
    const difference = differenceOf(runOf(many), expected) ?? '';
    assert(performance.now() - startMs < 10_000);
    assert(difference.length < 10_000, String(difference.length));
    assert.equal(differenceOf(runOf(many), Expectation.parse({ claims: many })), undefined);
    assert.match(differenceOf(runOf({ a: 1 }), Expectation.parse({ claims: { a: 2 } })) ?? '', /expected/);
  });
});
