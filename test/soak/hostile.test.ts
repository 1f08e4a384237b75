import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hostile } from './hostile.ts';

const TOTAL_MS = 90_000;
const RATE_PER_SECOND = 20;

/** Seen on two cores that were alone with it: 1,702 of 1,702 tokens issued, 211 later than 2 s, none later than 4.8 s. */
const todo = 'no token of the good client is late on two cores';

test(
  'a minute and a half of authors, packages and strangers at once: a good client has each token',
  { todo },
  async () => {
    const result = await hostile({
      totalMs: TOTAL_MS,
      ratePerSecond: RATE_PER_SECOND,
      progress: (line) => process.stdout.write(`hostile: ${line}\n`),
    });
    process.stdout.write(`hostile: ${JSON.stringify(result)}\n`);
    const { asked, issued, late, missed, unexpected, over, tried } = result;
    assert.deepEqual({ missed, late, unexpected, over }, { missed: {}, late: 0, unexpected: {}, over: [] });
    assert.equal(issued, asked);
    for (const kind of ['author', 'package', 'dry run'])
      assert.ok((tried[kind] ?? 0) > 5, `${kind}: ${String(tried[kind])}`);
    assert.equal(Object.keys(tried).filter((kind) => kind.startsWith('stranger')).length, 13);
  },
);
