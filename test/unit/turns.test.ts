import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createTurns } from '../../shared/turns.ts';

const full = (): Error => new Error('full');
/** Work that goes on until it is told to end, and when each began. */
function held() {
  const began: string[] = [];
  const ends: (() => void)[] = [];
  const work = (name: string) => () => {
    began.push(name);
    return new Promise<string>((resolve) => ends.push(() => resolve(name)));
  };
  const endOne = async (): Promise<void> => {
    ends.shift()?.();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { began, work, endOne };
}

describe('turns', () => {
  it('are taken in the order in which they are asked for, and no more than fit', async () => {
    const inTurn = createTurns({ atOnce: 2, maxWaiting: 2, full });
    const { began, work, endOne } = held();
    const asked = ['a', 'b', 'c', 'd'].map((name) => inTurn(work(name)));
    await assert.rejects(inTurn(work('e')), /full/);
    assert.deepEqual(began, ['a', 'b']);
    for (let n = 0; n < 4; n++) await endOne();
    assert.deepEqual(await Promise.all(asked), ['a', 'b', 'c', 'd']);
    assert.deepEqual(began, ['a', 'b', 'c', 'd']);
  });

  it('of one caller leave room for others, at work and in the queue', async () => {
    const ofOneCaller = { atOnce: 2, maxWaiting: 3 };
    const inTurn = createTurns({ atOnce: 3, maxWaiting: 5, ofOneCaller, full });
    const { began, work, endOne } = held();
    const asked = Array.from({ length: 5 }, (_, n) => inTurn(work(`a${String(n)}`), { caller: 'a' }));
    await assert.rejects(inTurn(work('a5'), { caller: 'a' }), /full/);
    asked.push(inTurn(work('b0'), { caller: 'b' }), inTurn(work('b1'), { caller: 'b' }));
    assert.deepEqual(began, ['a0', 'a1', 'b0']);
    for (let n = 0; n < 7; n++) await endOne();
    await Promise.all(asked);
    assert.deepEqual(began, ['a0', 'a1', 'b0', 'a2', 'a3', 'b1', 'a4']);
  });

  it('go to who has the least going on, however many others wait before', async () => {
    const inTurn = createTurns({ atOnce: 2, maxWaiting: 9, full });
    const { began, work, endOne } = held();
    const asked = ['a0', 'a1', 'a2', 'a3', 'b0'].map((name) => inTurn(work(name), { caller: name[0] }));
    await endOne();
    assert.deepEqual(began, ['a0', 'a1', 'b0']);
    for (let n = 0; n < 4; n++) await endOne();
    await Promise.all(asked);
  });

  it('whoever goes away while it waits leaves its place, and is never begun', async () => {
    const inTurn = createTurns({ atOnce: 1, maxWaiting: 1, full });
    const { began, work, endOne } = held();
    const first = inTurn(work('first'));
    const leaving = new AbortController();
    const left = inTurn(work('left'), { signal: leaving.signal });
    leaving.abort(new Error('gone'));
    await assert.rejects(left, /gone/);
    const last = inTurn(work('last'));
    await endOne();
    await endOne();
    assert.deepEqual([await first, await last], ['first', 'last']);
    assert.deepEqual(began, ['first', 'last']);
    await assert.rejects(inTurn(work('gone already'), { signal: leaving.signal }), /gone/);
  });

  it('work that fails gives its place back', async () => {
    const inTurn = createTurns({ atOnce: 1, maxWaiting: 0, full });
    await assert.rejects(
      inTurn(() => Promise.reject(new Error('failed'))),
      /failed/,
    );
    assert.equal(await inTurn(() => Promise.resolve('next')), 'next');
  });
});
