import { z } from 'zod';
import { GradualRuns } from '../domain/gradual-deployment.ts';
import { DifferenceGroup, MAX_DIFFERENCE_GROUPS } from '../domain/run-difference.ts';

/**
 * `hookmint.<tenant>.hook.shadowed`: gateway → every management. Once a second, while there is news, and less often the more it is, what the runs of a shadow came to at one
 * gateway since it knows of it. Absolute figures: what is lost is mended by the next. Nobody answers.
 */
export function hookShadowedSubject(tenant: string): string {
  return `hookmint.${tenant}.hook.shadowed`;
}

/** Of a message: a longer one is not read. */
export const MAX_SHADOWED_BYTES = 1_048_576;

const Count = z.int().min(0);
const durations = GradualRuns.shape.durations;

export const ShadowFigures = z.object({
  /** Compared. */
  requests: Count,
  differing: Count,
  /** They were to be run: there was no place, or too much else to do. */
  not_run: Count,
  network_refused: Count,
  groups: z.array(DifferenceGroup).max(MAX_DIFFERENCE_GROUPS),
  others: Count,
  deployed: durations,
  shadow: durations,
});
export type ShadowFigures = z.infer<typeof ShadowFigures>;

export const HookShadowed = z.object({
  /** Name of the process. */
  gateway: z.string().max(64),
  /** Id of the shadow. */
  shadow: z.string().max(64),
  figures: ShadowFigures,
});
export type HookShadowed = z.infer<typeof HookShadowed>;
