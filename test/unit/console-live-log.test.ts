import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  MAX_CHARACTERS,
  MAX_LINES,
  NO_RUNS,
  withRuns,
  type KeptRuns,
} from '../../console/src/pages/program/live/kept-runs.ts';

type Run = { lines: { level: string; text: string }[]; failure?: { error?: { message: string } } };
const run = (...texts: string[]): Run => ({
  lines: texts.map((text) => ({ level: 'log', text })),
});
const linesOf = ({ runs }: KeptRuns<Run>): number => runs.reduce((sum, { log }) => sum + log.lines.length, 0);

describe('what a tab keeps of a live log', () => {
  it('is the newest runs, with their numbers', () => {
    const first = withRuns<Run>(NO_RUNS, [run('a'), run('b')]);
    assert.deepEqual(
      first.runs.map(({ number, log }) => [number, log.lines[0]?.text]),
      [
        [1, 'a'],
        [2, 'b'],
      ],
    );
    const more = withRuns(
      first,
      Array.from({ length: MAX_LINES }, (_, index) => run(String(index))),
    );
    assert.equal(more.count, MAX_LINES + 2);
    assert.equal(linesOf(more), MAX_LINES);
    assert.equal(more.runs[0]?.number, 3);
    assert.equal(more.runs.at(-1)?.number, MAX_LINES + 2);
  });

  it('has a bound of characters', () => {
    const long = run('x'.repeat(MAX_CHARACTERS / 4));
    const kept = withRuns(withRuns<Run>(NO_RUNS, [long, long, long]), [long, long]);
    assert.deepEqual([kept.runs.length, kept.runs[0]?.number, kept.count], [4, 2, 5]);
    const error = { message: 'x'.repeat(MAX_CHARACTERS) };
    const failed = withRuns(kept, [{ ...run(), failure: { error } }]);
    assert.deepEqual(
      failed.runs.map(({ number }) => number),
      [6],
    );
  });

  it('is the end of a run that printed more', () => {
    const { runs } = withRuns(NO_RUNS, [
      run('before'),
      run(...Array.from({ length: MAX_LINES + 5 }, (_, at) => String(at))),
    ]);
    assert.deepEqual(
      runs.map(({ number, cut, log }) => [number, cut, log.lines.length, log.lines[0]?.text]),
      [[2, 5, MAX_LINES, '5']],
    );
  });
});
