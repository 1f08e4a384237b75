import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judgeIsolates } from './isolates-used.ts';

const SOUND = { isolates: 20, revisions: 4, sandboxes: 3, ending: 10, runs: { warm: 900, cold: 60, evicted: 0 } };

test('isolates that are explained by revisions, processes and ends are sound', () => {
  assert.deepEqual(judgeIsolates(SOUND), []);
  assert.deepEqual(judgeIsolates({ ...SOUND, isolates: 22 }), []);
});

test('an isolate that was given up, and one that was made without a reason, are told', () => {
  const problems = (change: Partial<typeof SOUND>): number => judgeIsolates({ ...SOUND, ...change }).length;
  assert.equal(problems({ runs: { warm: 900, cold: 60, evicted: 1 } }), 1);
  assert.equal(problems({ isolates: 23 }), 1);
  assert.equal(problems({ runs: { warm: 60, cold: 900, evicted: 0 } }), 1);
  assert.equal(problems({ runs: { warm: NaN, cold: NaN, evicted: NaN } }), 2, 'nobody told');
});
