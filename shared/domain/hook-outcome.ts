import { z } from 'zod';
import { ActionCache } from './action-cache.ts';

/** Where a failed run of a hook failed, for its author: the message and stack of the hook's own error. */
export const HookError = z.strictObject({
  name: z.string().max(256),
  message: z.string().max(4_096),
  stack: z.string().max(8_192).optional(),
});
export type HookError = z.infer<typeof HookError>;

const MAX_IGNORED_WRITES = 20;
/** A name of 128 characters, each of which JSON may write as six, and what it is a member of. */
const MAX_WRITE_LENGTH = 1_024;

/** A claim or scope as isolate/contracts/ report it; all of one run. */
const Note = z.tuple([z.enum(['claim', 'scope']), z.string().max(128), z.enum(['contract', 'not_supported'])]);
export type Note = z.infer<typeof Note>;
const MAX_NOTES = 100;

/** Each costs 16 of the bytes that a console has, 65,536 at most. */
const MAX_CONSOLE_LINES = 4_096;

const measured = {
  cpu_ms: z.number().nonnegative(),
  wall_ms: z.number().nonnegative(),
  console: z
    .array(z.strictObject({ level: z.enum(['log', 'info', 'warn', 'error', 'debug']), text: z.string() }))
    .max(MAX_CONSOLE_LINES),
};

/** What a run asked for that takes time. */
export const LastCall = z.strictObject({
  /** As `GET https://example.com`, `webtask.storage.get`, `a timer of 500 ms`. */
  what: z.string().max(320),
  /** Places in the script, the innermost first; the author sees the first in the file of their own. */
  at: z.string().max(1_024).optional(),
  answered: z.boolean(),
});
export type LastCall = z.infer<typeof LastCall>;
const MAX_LAST_CALLS = 10;
export const LastCalls = z.array(LastCall).max(MAX_LAST_CALLS);

/** All of `api.cache` after an Action that changed it. It never leaves the executor as it is. */
const cached = { cache: ActionCache.optional() };

/**
 * How one run of a hook ended. Everything in it but `status` and the figures comes from the hook and must not be trusted.
 *
 * - `ok`: `cb(null, result)`; `result` is JSON text of an object, absent for `cb()`.
 * - `denied`: `cb(error)`.
 * - `timed_out`: the CPU or wall limit, or a `cb` that nothing under way could call any more.
 * - `out_of_memory`: the heap limit.
 * - `threw`: a throw before `cb`, a script that does not compile, or one that exports no function.
 * - `bad_result`: a result that is not an object, is not serialisable, or is too large.
 * - `unavailable`: it could not be run: no executor, a full one, or one that died twice.
 */
export const HookOutcome = z.discriminatedUnion('status', [
  z.strictObject({
    status: z.literal('ok'),
    result: z.string().optional(),
    /** Where an Action assigned to what only a call changes, as `api.accessToken["https://example.com/plan"]`. */
    ignored_writes: z.array(z.string().max(MAX_WRITE_LENGTH)).max(MAX_IGNORED_WRITES).optional(),
    /** What the code asked for that it cannot have by its contract. */
    notes: z.array(Note).max(MAX_NOTES).optional(),
    ...cached,
    ...measured,
  }),
  z.strictObject({ status: z.literal('denied'), error: HookError, ...cached, ...measured }),
  z.strictObject({
    status: z.literal('timed_out'),
    limit: z.enum(['cpu', 'wall', 'callback']),
    /** What was not answered when it ended, or else the last that was. It never leaves the executor as part of this. */
    last_calls: LastCalls.optional(),
    ...measured,
  }),
  z.strictObject({ status: z.literal('out_of_memory'), ...measured }),
  z.strictObject({
    status: z.literal('threw'),
    during: z.enum(['compile', 'load', 'run']),
    error: HookError,
    ...measured,
  }),
  z.strictObject({
    status: z.literal('bad_result'),
    reason: z.enum(['not_an_object', 'not_serializable', 'too_large']),
    ...measured,
  }),
  z.strictObject({ status: z.literal('unavailable'), reason: z.string().max(1_024), ...measured }),
]);
export type HookOutcome = z.infer<typeof HookOutcome>;
export type ConsoleLine = HookOutcome['console'][number];

/** Figures of a run that never began. */
export const NOT_RUN = { cpu_ms: 0, wall_ms: 0, console: [] as ConsoleLine[] };

export function unavailable(reason: string): HookOutcome {
  return { status: 'unavailable', reason, ...NOT_RUN };
}
