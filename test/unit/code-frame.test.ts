import assert from 'node:assert/strict';
import { test } from 'node:test';
import { codeFrame } from '../../shared/code-frame.ts';

test('shows the line and marks the column', () => {
  assert.deepEqual(codeFrame('a\r\n\tb.c;\n', 2, 4), ['2 |  b.c;', '  |    ^']);
});

test('shows of a long line the part around the column', () => {
  const code = `${'x'.repeat(500)}HERE${'y'.repeat(500)}`;
  const [line = '', mark = ''] = codeFrame(code, 1, 501);
  assert.equal(line.length, '1 | '.length + 80);
  assert.equal(line[mark.indexOf('^')], 'H');
});

test('shows nothing where there is no such place', () => {
  for (const [line, column] of [
    [3, 1],
    [0, 1],
    [1, 9],
    [1, 0],
  ] as const)
    assert.deepEqual(codeFrame('a\nb', line, column), []);
});
