import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MAX_EVENTS_PER_MESSAGE, messagesOf } from '../../shared/bus/batch.ts';

const items = (count: number, bytes = 10) =>
  Array.from({ length: count }, (_, number) => ({ text: String(number).padEnd(bytes, '.') }));
const sizes = (messages: unknown[][]): number[] => messages.map((message) => message.length);

describe('splitting into bus messages', () => {
  it('gives no message for nothing', () => assert.deepEqual(messagesOf([], 1_000), []));

  for (const [count, expected] of [
    [1, [1]],
    [32, [32]],
    [33, [32, 1]],
    [72, [32, 32, 8]],
  ] as const) {
    it(`puts ${String(count)} small texts into messages of at most ${String(MAX_EVENTS_PER_MESSAGE)}`, () => {
      assert.deepEqual(sizes(messagesOf(items(count), 1_000_000)), expected);
    });
  }

  it('keeps every item itself, in order', () => {
    const all = items(40);
    const split = messagesOf(all, 55);
    assert.deepEqual(split.flat(), all);
    assert.equal(split.flat()[39], all[39]);
  });

  it('fills a message to the byte and not above, separators counted', () => {
    // Each text is 10 bytes and a comma.
    assert.deepEqual(sizes(messagesOf(items(5), 33)), [3, 2]);
    assert.deepEqual(sizes(messagesOf(items(5), 32)), [2, 2, 1]);
  });

  it('counts bytes, not characters', () => {
    assert.deepEqual(sizes(messagesOf([{ text: 'ää' }, { text: 'ää' }], 9)), [1, 1]);
    assert.deepEqual(sizes(messagesOf([{ text: 'ää' }, { text: 'ää' }], 10)), [2]);
  });

  it('shares a message up to 1 MB, however much the server takes, and lets a larger text travel alone', () => {
    const large = { text: 'x'.repeat(3_000_000) };
    assert.deepEqual(sizes(messagesOf(items(5, 400_000), 8_000_000)), [2, 2, 1]);
    assert.deepEqual(sizes(messagesOf([...items(2), large, ...items(2)], 8_000_000)), [2, 1, 2]);
  });

  it('sends a text that is too large alone rather than lose it', () => {
    assert.deepEqual(sizes(messagesOf([...items(2), { text: 'x'.repeat(100) }, ...items(1)], 33)), [2, 1, 1]);
  });
});
