import assert from 'node:assert/strict';
import { it } from 'node:test';
import { createConsoleLines } from '../../services/hook-executor/console-lines.ts';
import { until } from '../support/until.ts';

it("of a hook's console no more lines are told within a while than may be, and how many were left out", async () => {
  const said: string[] = [];
  const tell = createConsoleLines(
    (hook, { text }) => said.push(`${hook} ${text}`),
    (hook, lines) => said.push(`${hook} cut ${String(lines)}`),
    { maxLines: 2, windowMs: 100 },
  );
  const lines = (...texts: string[]) => texts.map((text) => ({ level: 'log' as const, text }));
  tell('loud', lines('1', '2', '3'));
  tell('quiet', lines('1', '2'));
  tell('loud', lines('4'));
  const first = ['loud 1', 'loud 2', 'quiet 1', 'quiet 2'];
  assert.deepEqual(said, first);
  const isAlive = setInterval(() => undefined, 1_000);
  await until('it is told how many were left out', () => said.length > first.length);
  clearInterval(isAlive);
  tell('loud', lines('5'));
  assert.deepEqual(said, [...first, 'loud cut 2', 'loud 5']);
});
