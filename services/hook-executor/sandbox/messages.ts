import type { z } from 'zod';
import type { HookOutcome } from '../../../shared/domain/hook-outcome.ts';
import { MAX_CALL_LENGTH, MAX_ITEMS_PER_MESSAGE } from './message-bounds.ts';
import type { FromSandbox } from './protocol.ts';

const MAX_LENGTH_PER_MESSAGE = MAX_CALL_LENGTH;

/** What a line of a console, or a call, counts on top of its text: by it the lines of a message, three values each, are bounded too. */
const LINE_LENGTH = 64;

type Report = z.infer<typeof FromSandbox>;
type Said = { [Kind in 'calls' | 'over']: NonNullable<Report[Kind]> } & {
  outcomes: { id: number; outcome: HookOutcome }[];
};

/** Makes messages of what there is to say, in its order: no run is over before its calls. */
export function messagesFromSandbox({ outcomes, calls, over }: Said): Said[] {
  const messages: Said[] = [];
  do {
    const message: Said = {
      outcomes: outcomes.splice(0, countThatFit(outcomes, lengthOf)),
      calls: calls.splice(
        0,
        countThatFit(calls, ({ request }) => request.length),
      ),
      over: [],
    };
    if (calls.length === 0) message.over = over.splice(0, MAX_ITEMS_PER_MESSAGE);
    messages.push(message);
  } while (outcomes.length > 0 || calls.length > 0 || over.length > 0);
  return messages;
}

/** At least one. */
function countThatFit<Item>(items: readonly Item[], length: (item: Item) => number): number {
  let left = MAX_LENGTH_PER_MESSAGE;
  const first = items.findIndex((item, i) => (left -= length(item)) < 0 && i > 0);
  return Math.min(first === -1 ? items.length : first, MAX_ITEMS_PER_MESSAGE);
}

function lengthOf({ outcome }: Said['outcomes'][number]): number {
  const result = outcome.status === 'ok' ? (outcome.result?.length ?? 0) : 0;
  const calls = outcome.status === 'timed_out' ? (outcome.last_calls ?? []) : [];
  const texts = [...outcome.console.map(({ text }) => text), ...calls.map(({ what, at = '' }) => `${what}${at}`)];
  return texts.reduce((length, text) => length + text.length + LINE_LENGTH, result);
}
