import { z } from 'zod';
import type { HookLimits } from '../../../shared/domain/hook.ts';

/**
 * What the executor and a sandbox process say to each other over their IPC channel, each message holding whatever came
 * together in one event-loop turn.
 */
export type ToSandbox = {
  load?: { revision: string; code: string; limits: HookLimits }[];
  unload?: string[];
  runs?: SandboxRun[];
};

export type SandboxRun = {
  id: number;
  revision: string;
  /** JSON text of the hook's arguments. */
  arguments: string;
  /** Milliseconds since the epoch. */
  deadlineMs: number;
};

/**
 * One outcome as a sandbox process reports it; the process may have been taken over by a hook, so the executor checks it. The
 * `outcome` is checked as a whole against HookOutcome.
 */
export const FromSandbox = z.object({
  ready: z.boolean().optional(),
  outcomes: z.array(z.object({ id: z.int(), outcome: z.unknown() })).optional(),
});
