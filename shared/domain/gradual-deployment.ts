import { z } from 'zod';
import { MAX_CLIENT_ID_LENGTH } from './client.ts';

/** How much worse than the deployed revision a new one may be before its gradual deployment ends by itself; 100 is never crossed. */
export const GradualBounds = z.strictObject({
  /** Runs that threw, timed out, ran out of memory or gave an invalid result: percentage points above those of the deployed revision. */
  errors_percent: z.number().min(0).max(100),
  /** Runs that refused the token: percentage points above. */
  denials_percent: z.number().min(0).max(100),
  /** Runs of whose result something was left out: percentage points above. */
  dropped_percent: z.number().min(0).max(100),
  /** The duration that 99 % of runs are not longer than: so many times that of the deployed revision. */
  p99_ratio: z.number().min(1).max(1_000),
});
export type GradualBounds = z.infer<typeof GradualBounds>;

export const DEFAULT_GRADUAL_BOUNDS: GradualBounds = {
  errors_percent: 1,
  denials_percent: 10,
  dropped_percent: 1,
  p99_ratio: 3,
};

/** Clients that are named, beside those of the share. */
export const MAX_GRADUAL_CLIENTS = 100;

/** A revision that shapes a part of the tokens, beside the deployed one. */
export const GradualDeployment = z.object({
  id: z.string().max(64),
  revision: z.string(),
  /** Of all clients. */
  percent: z.int().min(0).max(100),
  client_ids: z.array(z.string().max(MAX_CLIENT_ID_LENGTH)).max(MAX_GRADUAL_CLIENTS),
  bounds: GradualBounds,
  started_at_ms: z.number(),
  /** Who started it, as in a hook's history. */
  started_by: z.string().nullable(),
});
export type GradualDeployment = z.infer<typeof GradualDeployment>;

const Count = z.int().min(0);
/** More than `shared/duration-buckets.ts` has. */
const MAX_BUCKETS = 256;

/** What became of the runs of one revision within the last minute. */
export const GradualRuns = z.object({
  runs: Count,
  errors: Count,
  denials: Count,
  dropped: Count,
  /** By `bucketOf`. */
  durations: z
    .record(z.string().regex(/^-?\d{1,3}$/), Count)
    .refine((buckets) => Object.keys(buckets).length <= MAX_BUCKETS),
});
export type GradualRuns = z.infer<typeof GradualRuns>;

/** Of the deployed revision and of the new one, at the same time. */
export const GradualFigures = z.object({ deployed: GradualRuns, gradual: GradualRuns });
export type GradualFigures = z.infer<typeof GradualFigures>;

export const NO_RUNS: GradualRuns = { runs: 0, errors: 0, denials: 0, dropped: 0, durations: {} };

/** What a revision did worse than its bound allows. */
export const GRADUAL_BREACHES = ['errors', 'denials', 'dropped', 'p99'] as const;

/** A gradual deployment that is over. */
export const EndedGradual = GradualDeployment.extend({
  ended_at_ms: z.number(),
  /** `null`: it returned by itself. */
  ended_by: z.string().nullable(),
  /** `superseded`: another revision was deployed, or another gradual deployment begun, in its place. */
  outcome: z.enum(['promoted', 'returned', 'superseded']),
  breach: z.enum(GRADUAL_BREACHES).optional(),
  /** In words. */
  reason: z.string().max(512).optional(),
  figures: GradualFigures.optional(),
});
export type EndedGradual = z.infer<typeof EndedGradual>;

/** By which rule a revision shaped a token, where another might have: it is the deployed one, the client is of the share, or is named. */
export const HookRule = z.enum(['deployed', 'percent', 'client']);
export type HookRule = z.infer<typeof HookRule>;

/** Of a run while a gradual deployment is on; `percent` of the rule of that name. */
export const ruled = { rule: HookRule.optional(), percent: z.int().optional() };
