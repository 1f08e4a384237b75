import type { z } from 'zod';
import type { FromSandbox } from './protocol.ts';

/** Longest JSON text of a request that a hook may hand over, characters; as host-calls/host-functions.ts has it. */
export const MAX_CALL_LENGTH = 2_097_152;

/**
 * Items of a list in one message, and characters of its requests: what is more goes into the next message. The executor works on a
 * message at once, and whoever has taken over the process decides what is in it.
 */
export const MAX_ITEMS_PER_MESSAGE = 16;
const MAX_CALLS_LENGTH_PER_MESSAGE = MAX_CALL_LENGTH;

/** Longest message, characters: what fits is some 8 MB of text, and JSON writes a quote as two characters, others as six. */
export const MAX_MESSAGE_CHARACTERS = 24 * 1_048_576;

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
