import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FIRST_GAP_INDEX, LOG_ID, logId } from '../../services/management/logs/log-id.ts';
import { MAX_EVENTS_PER_MESSAGE } from '../../shared/subjects/events.ts';

const BORN_MS = 1_795_962_000_000;
/** As ids were made while a message held 64 events at most. */
const oldId = (sequence: number, index: number): string =>
  `${String(BORN_MS)}${String(sequence).padStart(12, '0')}${String(index).padStart(2, '0')}`;

describe('ids of logs', () => {
  it('are in the order of the stream as text, those of events before those of gaps', () => {
    const ids = [1, 9, 10, 999].flatMap((sequence) =>
      [0, 1, 9, 10, 63, 64, MAX_EVENTS_PER_MESSAGE - 1, FIRST_GAP_INDEX].map((index) =>
        logId(BORN_MS, sequence, index),
      ),
    );
    assert.deepEqual([...ids].sort(), ids);
    assert.deepEqual(ids.filter((id) => !LOG_ID.test(id)), []); // prettier-ignore
  });

  it('come after the shorter ones of the same consumer that there are already', () => {
    const ids = [oldId(1, 0), oldId(1, 90), oldId(2, 63), logId(BORN_MS, 3, 0), logId(BORN_MS, 4, 1_023)];
    assert.deepEqual([...ids].sort(), ids);
    assert.equal(LOG_ID.test(oldId(1, 90)), true);
  });

  it('are of digits alone, and as many as there have to be', () => {
    for (const text of [
      '',
      '1',
      `${oldId(1, 1)}0`,
      `${logId(BORN_MS, 1, 1)}0`,
      logId(BORN_MS, 1, 1).replace('1', 'a'),
    ]) {
      assert.equal(LOG_ID.test(text), false, text);
    }
  });
});
