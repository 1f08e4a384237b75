import assert from 'node:assert/strict';
import { it } from 'node:test';
import { createDpopNonces } from '../../services/gateway/dpop/nonces.ts';

const KEY = Buffer.alloc(32, 7);

it('a nonce is good for its minute and the next, at every gateway that has the key', () => {
  let nowMs = 1_800_000_000_000;
  const [one, another] = [createDpopNonces(KEY, () => nowMs), createDpopNonces(KEY, () => nowMs)];
  const nonce = one.current();
  assert.match(nonce, /^[\w-]{43}$/);
  for (const [afterMs, accepted] of [
    [0, true],
    [59_999, true],
    [60_000, true],
    [119_999, true],
    [120_000, false],
    [3_600_000, false],
    // Of a gateway whose clock is ahead.
    [-60_000, true],
    [-60_001, false],
  ] as const) {
    nowMs = 1_800_000_000_000 + afterMs;
    assert.equal(another.accepts(nonce), accepted, String(afterMs));
  }
});

it('is made by nobody without the key', () => {
  const now = (): number => 1_800_000_000_000;
  const nonce = createDpopNonces(Buffer.alloc(32, 8), now).current();
  const ours = createDpopNonces(KEY, now);
  for (const sent of [nonce, '', `${ours.current()}=`, ours.current().slice(1), ours.current().toLowerCase()]) {
    assert.equal(ours.accepts(sent), false, sent);
  }
  assert.equal(ours.accepts(ours.current()), true);
});
