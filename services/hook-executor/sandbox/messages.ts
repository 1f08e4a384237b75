import type { z } from 'zod';
import { MAX_CALL_LENGTH, MAX_ITEMS_PER_MESSAGE } from './message-bounds.ts';
import type { FromSandbox } from './protocol.ts';

const MAX_CALLS_LENGTH_PER_MESSAGE = MAX_CALL_LENGTH;

type Report = z.infer<typeof FromSandbox>;
type Said = { [Kind in 'outcomes' | 'calls' | 'over']: NonNullable<Report[Kind]> };

/** Makes messages of what is to be said, in its order: no run is over before its calls. */
export function messagesFromSandbox({ outcomes, calls, over }: Said): Said[] {
  const messages: Said[] = [];
  do {
    const message: Said = {
      outcomes: outcomes.splice(0, MAX_ITEMS_PER_MESSAGE),
      calls: calls.splice(0, countThatFit(calls)),
      over: [],
    };
    if (calls.length === 0) message.over = over.splice(0, MAX_ITEMS_PER_MESSAGE);
    messages.push(message);
  } while (outcomes.length > 0 || calls.length > 0 || over.length > 0);
  return messages;
}

/** At least one. */
function countThatFit(calls: Said['calls']): number {
  let left = MAX_CALLS_LENGTH_PER_MESSAGE;
  const first = calls.findIndex(({ request }, i) => (left -= request.length) < 0 && i > 0);
  return Math.min(first === -1 ? calls.length : first, MAX_ITEMS_PER_MESSAGE);
}
