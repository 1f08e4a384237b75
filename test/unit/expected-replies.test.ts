import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createExpectedReplies } from '../../shared/bus/expected-replies.ts';

describe('what may still be answered', () => {
  it('is nothing to a message that was never sent, or is settled', () => {
    const expected = createExpectedReplies();
    assert.equal(expected.judge(1, 10), 'unasked');
    expected.sent(1, 2);
    expected.settled([1]);
    assert.equal(expected.judge(1, 10), 'expected');
    expected.settled([1]);
    assert.deepEqual([expected.judge(1, 10), expected.judge(NaN, 10)], ['unasked', 'unasked']);
  });

  it('is as much as all its requests ask for, however many messages it comes in', () => {
    const expected = createExpectedReplies();
    expected.sent(1, 16);
    for (let n = 0; n < 16; n++) assert.equal(expected.judge(1, 1_048_576), 'expected');
    let alive = 0;
    while (expected.judge(1, 1_000) === 'expected') alive++;
    assert.ok(alive > 60 && alive < 500, `${String(alive)} signs of life`);
    assert.equal(expected.judge(1, 1), 'too_much');
  });
});
