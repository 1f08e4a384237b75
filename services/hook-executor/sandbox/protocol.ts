import { z } from 'zod';
import type { HookLimits } from '../../../shared/domain/hook.ts';

/**
 * What the executor and a sandbox process say to each other over their IPC channel, each message holding whatever came
 * together in one event-loop turn. The first that a sandbox process hears is the runtime; then it is ready.
 */
export type ToSandbox = {
  /** Text of the hooks' globals, see isolate/bundle-globals.ts. */
  runtime?: string;
  /** Asks for a sign of life. */
  alive?: true;
  load?: RunnableHook[];
  unload?: string[];
  runs?: SandboxRun[];
  /** Answers to calls; `json` is the value, or of a failure `{ code, message }`. */
  results?: { call: number; ok: boolean; json: string }[];
};

/** A hook revision as it is run: its script with all modules in it, its secrets in the clear. What is loaded has it as a function. */
export type RunnableHook = { revision: string; script: string; secrets: Record<string, string>; limits: HookLimits };

export type SandboxRun = {
  id: number;
  revision: string;
  /** JSON text of the hook's arguments; `null` to load the hook and not run it. */
  arguments: string | null;
  /** Milliseconds since the epoch. */
  deadlineMs: number;
};

/** Longest JSON text of a request that a hook may hand over, characters; as host-calls/host-functions.ts has it. */
const MAX_CALL_LENGTH = 2_097_152;

/**
 * Items of a list in one message, and characters of its requests: what is more goes into the next message. The executor works on a
 * message at once, and whoever has taken over the process decides what is in it.
 */
const MAX_ITEMS_PER_MESSAGE = 16;
const MAX_CALLS_LENGTH_PER_MESSAGE = MAX_CALL_LENGTH;

/** Longest message, characters: what fits is some 8 MB of text, and JSON writes a quote as two characters, others as six. */
export const MAX_MESSAGE_CHARACTERS = 24 * 1_048_576;

/**
 * What a sandbox process reports; it may have been taken over by a hook, so the executor checks it. Each `outcome` is checked
 * as a whole against HookOutcome, each request of a call against HttpExchangeRequest, or what storage-of-run.ts takes.
 */
export const FromSandbox = z.strictObject({
  ready: z.boolean().optional(),
  /** The sign of life that was asked for. */
  alive: z.boolean().optional(),
  outcomes: z
    .array(z.object({ id: z.int(), outcome: z.unknown() }))
    .max(MAX_ITEMS_PER_MESSAGE)
    .optional(),
  /** Runs that will ask for nothing any more. */
  over: z.array(z.int()).max(MAX_ITEMS_PER_MESSAGE).optional(),
  calls: z
    .array(
      z.object({
        run: z.int(),
        call: z.int(),
        kind: z.enum(['http', 'storage']),
        request: z.string().max(MAX_CALL_LENGTH),
      }),
    )
    .max(MAX_ITEMS_PER_MESSAGE)
    .optional(),
});
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
