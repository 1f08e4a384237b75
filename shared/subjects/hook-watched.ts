import { z } from 'zod';
import { GradualFigures } from '../domain/gradual-deployment.ts';

/**
 * `hookmint.<tenant>.hook.watched`: gateway → every management, request/reply. Once a second while a gradual deployment is on, what became
 * of the runs of both revisions at one gateway within the last minute. Absolute figures: what is lost is mended by the next, and their sum over the
 * gateways is what all clients had. Each management has all of them.
 */
export function hookWatchedSubject(tenant: string): string {
  return `hookmint.${tenant}.hook.watched`;
}

export const HookWatched = z.object({
  /** Name of the process. */
  gateway: z.string().max(64),
  hook_id: z.string().max(128),
  /** Id of the gradual deployment. */
  deployment: z.string().max(64),
  figures: GradualFigures,
});
export type HookWatched = z.infer<typeof HookWatched>;

/** `hold`: it crossed a bound, or is over; the gateway must shape by the deployed revision alone. A management that can write nothing does not reply. */
export const HookWatchedReply = z.object({ verdict: z.enum(['go', 'hold']) });
export type HookWatchedReply = z.infer<typeof HookWatchedReply>;
