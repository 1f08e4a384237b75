import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { KeptValues } from '../../services/hook-executor/kept-values.ts';

const names = (count: number): string[] => Array.from({ length: count }, (_, i) => String(i));

describe('values that are kept within bounds', () => {
  it('are found most of the time when one more is used by turns than there is room for', () => {
    const kept = new KeptValues<true>({ max: 128, maxSize: Infinity }, () => undefined);
    let found = 0;
    for (const name of Array.from({ length: 20 }, () => names(129)).flat()) {
      if (kept.get(name) === true) found++;
      else kept.set(name, true, 1);
    }
    // The first of 20 rounds finds nothing.
    assert.ok(found > 0.85 * 20 * 129, `${String(found)} of ${String(20 * 129)}`);
  });

  it('are hardly given up while they are in use, whatever else comes once', () => {
    const kept = new KeptValues<true>({ max: 128, maxSize: Infinity }, () => undefined);
    let missed = 0;
    for (const passing of names(2_000)) {
      for (const name of ['a', 'b', 'c']) {
        if (kept.get(name) === undefined) missed++;
        kept.set(name, true, 1);
      }
      kept.set(passing, true, 1);
    }
    assert.ok(missed < 20, String(missed));
  });

  it('are never more, nor larger together, than they may be; who is given up is told', () => {
    const givenUp: string[] = [];
    const kept = new KeptValues<string>({ max: 3, maxSize: 10 }, (name) => givenUp.push(name));
    for (const name of names(3)) kept.set(name, name, 1);
    kept.set('0', 'again', 2);
    assert.deepEqual([givenUp, kept.get('0')], [[], 'again']);
    kept.set('large', 'large', 9);
    assert.deepEqual(
      [kept.get('0'), kept.get('large')],
      [undefined, 'large'],
      'with the one of size 2 they are too large',
    );
    assert.equal(givenUp.length, 3 - names(3).filter((name) => kept.get(name) !== undefined).length);
    kept.set('larger than all', 'it', 11);
    assert.deepEqual([kept.get('large'), kept.get('larger than all')], [undefined, 'it']);
    assert.equal(kept.delete('larger than all'), true);
    assert.equal(kept.delete('larger than all'), false);
  });
});
