import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createTimeOnTheWay } from '../../shared/bus/time-on-the-way.ts';

/** A receiver whose uptime is set, and messages of senders that were started at other times than it. */
function receiver() {
  let upMs = 0;
  const onTheWay = createTimeOnTheWay(() => upMs);
  return {
    /** @param startedMs Of the sender, by the receiver's uptime. @param takesMs How long the message is on its way. */
    receives: (by: string, startedMs: number, sentMs: number, takesMs: number): number => {
      upMs = sentMs + takesMs;
      return onTheWay({ by, at_ms: 0, up_ms: sentMs - startedMs });
    },
  };
}

describe('the time that a message was on its way', () => {
  it('is how much longer it took than the fastest of its sender', () => {
    const { receives } = receiver();
    assert.equal(receives('a', -5_000, 1_000, 3), 0);
    assert.equal(receives('a', -5_000, 2_000, 10_003), 10_000);
    assert.equal(receives('a', -5_000, 13_000, 1), 0);
    assert.equal(receives('a', -5_000, 14_000, 51), 50);
  });

  it('is in whole milliseconds: a deadline with a fraction is none for timers', () => {
    const { receives } = receiver();
    assert.equal(receives('a', 0.25, 1_000.5, 1.125), 0);
    assert.equal(receives('a', 0.25, 2_000.1, 4.7), 4);
  });

  it('is told of each sender by itself', () => {
    const { receives } = receiver();
    assert.equal(receives('a', 0, 1_000, 1), 0);
    assert.equal(receives('b', 900, 1_500, 1), 0);
    assert.equal(receives('a', 0, 2_000, 101), 100);
    assert.equal(receives('b', 900, 2_500, 201), 200);
  });

  it('follows clocks that drift apart: what was long ago says nothing any more', () => {
    const { receives } = receiver();
    assert.equal(receives('a', 0, 1_000, 1), 0);
    // The uptime of the sender falls behind by a second within twenty minutes.
    for (let minute = 1; minute <= 20; minute++) {
      assert.ok(receives('a', minute * 50, minute * 60_000, 1) <= 600, `minute ${String(minute)}`);
    }
    assert.ok(receives('a', 21 * 50, 21 * 60_000, 10_001) >= 10_000);
  });

  it('is nothing of a sender who was silent for longer than anything is remembered', () => {
    const { receives } = receiver();
    assert.equal(receives('a', 0, 1_000, 1), 0);
    assert.equal(receives('a', 0, 2_000_000, 5_000), 0);
  });
});
