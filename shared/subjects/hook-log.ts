import { z } from 'zod';
import { ruled } from '../domain/gradual-deployment.ts';
import { HookError, HookOutcome, LastCalls } from '../domain/hook-outcome.ts';

/** `hookmint.<tenant>.hook.log`: hook-executor → live log readers, not stored. What one run of a hook wrote to its console, and why it made no token. */
export function hookLogSubject(tenant: string): string {
  return `hookmint.${tenant}.hook.log`;
}

export const HookLog = z.object({
  time_ms: z.number(),
  trace_id: z.string().optional(),
  hook: z.object({ id: z.string(), name: z.string(), revision: z.string(), ...ruled }),
  lines: HookOutcome.options[0].shape.console,
  /** Absent for a run that gave a result. `detail`: the limit, the phase or the reason, as the outcome has it. */
  failure: z
    .object({
      outcome: z.string(),
      detail: z.string().optional(),
      error: HookError.optional(),
      last_calls: LastCalls.optional(),
    })
    .optional(),
});
export type HookLog = z.infer<typeof HookLog>;
