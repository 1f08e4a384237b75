import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { messagesFromSandbox } from '../../services/hook-executor/sandbox/messages.ts';
import { MAX_ITEMS_PER_MESSAGE, MAX_MESSAGE_CHARACTERS } from '../../services/hook-executor/sandbox/message-bounds.ts';
import { FromSandbox } from '../../services/hook-executor/sandbox/protocol.ts';
import type { HookOutcome } from '../../shared/domain/hook-outcome.ts';
import { holdsMoreValuesThan } from '../../shared/json-values.ts';

/** As shared/process-wall/channel.ts takes them. */
const MAX_MESSAGE_VALUES = 200_000;

const outcome = (lines: string[], result = ''): HookOutcome => ({
  status: 'ok',
  result,
  cpu_ms: 0.125,
  wall_ms: 0.125,
  console: lines.map((text) => ({ level: 'error', text })),
});
const said = (outcomes: HookOutcome[]) => ({
  outcomes: outcomes.map((each, id) => ({ id, outcome: each })),
  calls: [],
  over: outcomes.map((_, id) => id),
});

describe('what a sandbox process says', () => {
  it('shares a message, 32 of each kind at most, nothing twice and in its order', () => {
    const messages = messagesFromSandbox(said(Array.from({ length: 70 }, () => outcome([]))));
    assert.deepEqual(
      messages.map(({ outcomes }) => outcomes.length),
      [32, 32, 6],
    );
    assert.deepEqual(
      messages.flatMap(({ outcomes }) => outcomes.map(({ id }) => id)),
      Array.from({ length: 70 }, (_, id) => id),
    );
    assert.equal(MAX_ITEMS_PER_MESSAGE, 32);
  });

  for (const [name, lines, result] of [
    ['as many lines of a console as there may be', Array.from({ length: 4_096 }, () => ''), ''],
    ['a console of what JSON writes longest', ['\u0000'.repeat(65_536)], ''],
    ['results of quotes, as large as they may be', [], '"'.repeat(262_144)],
    ['all of them', Array.from({ length: 2_048 }, () => '\u0000'.repeat(16)), '"'.repeat(262_144)],
  ] as const) {
    it(`is taken by the executor: ${name}, of 40 runs at once`, () => {
      const messages = messagesFromSandbox(said(Array.from({ length: 40 }, () => outcome([...lines], result))));
      assert.equal(messages.flatMap(({ outcomes }) => outcomes).length, 40);
      for (const message of messages) {
        const text = JSON.stringify(message);
        assert(text.length <= MAX_MESSAGE_CHARACTERS, `${String(text.length)} characters`);
        assert.equal(holdsMoreValuesThan(MAX_MESSAGE_VALUES, text), false);
        assert.equal(FromSandbox.safeParse(message).success, true);
      }
    });
  }
});
