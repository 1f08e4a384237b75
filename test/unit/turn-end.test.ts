import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { atTurnEnd, whenDry } from '../../shared/bus/turn-end.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('work at the end of a turn', () => {
  it('is done once, after all that asked for it in the turn', async () => {
    const done: string[] = [];
    const work = (): unknown => done.push('work');
    atTurnEnd(work);
    await Promise.resolve();
    atTurnEnd(work);
    done.push('asked');
    await turn();
    assert.deepEqual(done, ['asked', 'work']);
  });

  it('may ask for more, which is done in the turn after', async () => {
    let times = 0;
    const work = (): void => {
      if (++times < 3) atTurnEnd(work);
    };
    atTurnEnd(work);
    for (let turns = 0; turns < 4; turns++) await turn();
    assert.equal(times, 3);
  });
});

describe('work when no more of it comes', () => {
  it('is done once for what came in by several turns', async () => {
    // Within a millisecond, which a busy machine does not always have for three turns.
    for (let attempt = 1; ; attempt++) {
      let asked = 0;
      const done: number[] = [];
      const startedMs = performance.now();
      for (; asked < 3; asked++) {
        whenDry(() => undefined);
        if (asked === 0) whenDry(() => done.push(asked));
        await turn();
      }
      const tookMs = performance.now() - startedMs;
      const early = [...done];
      for (let turns = 0; turns < 3; turns++) await turn();
      if (tookMs > 0.9 && attempt < 1_000) continue;
      assert.deepEqual([early, done], [[], [3]]);
      return;
    }
  });

  it('is done in time, though each turn brings more', async () => {
    let done = 0;
    const work = (): unknown => done++;
    // Within milliseconds, on a machine that has time for it; waiting for a turn without would be never.
    const untilMs = performance.now() + 10_000;
    while (done < 5 && performance.now() < untilMs) {
      whenDry(work);
      await turn();
    }
    assert.equal(done, 5);
  });

  it('keeps the works of several apart', async () => {
    const done: string[] = [];
    whenDry(() => done.push('one'));
    await turn();
    whenDry(() => done.push('other'));
    for (let turns = 0; turns < 3; turns++) await turn();
    assert.deepEqual(done, ['one', 'other']);
  });
});
