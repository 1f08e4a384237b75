import { z } from 'zod';
import { MAX_CLIENT_ID_LENGTH } from '../../../../shared/domain/client.ts';
import { EndedGradual, GradualBounds, MAX_GRADUAL_CLIENTS } from '../../../../shared/domain/gradual-deployment.ts';
import { Force, RevisionId } from './schema.ts';

/** What is left out is as it is in the deployment of that revision that is on, and else the default. */
export const StartGradual = z.strictObject({
  /** Of the hook's history. */
  revision: RevisionId,
  /** Of all clients; 0 by default, with `client_ids` alone. */
  percent: z.int().min(0).max(100).optional(),
  client_ids: z
    .array(z.string().min(1).max(MAX_CLIENT_ID_LENGTH))
    .max(MAX_GRADUAL_CLIENTS, `must be at most ${String(MAX_GRADUAL_CLIENTS)}`)
    .optional(),
  bounds: GradualBounds.partial().optional(),
  force: Force.optional(),
});
export type StartGradual = z.infer<typeof StartGradual>;

/** The one that is meant; left out: whichever is on. */
export const EndGradual = z.strictObject({ id: z.string().max(64).optional() }).optional();

const RunsView = z.object({
  runs: z.int(),
  errors: z.int(),
  denials: z.int(),
  dropped: z.int(),
  p99_ms: z.number().nullable(),
});

export const GradualView = z
  .object({
    id: z.string(),
    revision: z.string(),
    /** In the hook's history; `null` when it has left it. */
    number: z.int().nullable(),
    percent: z.int(),
    client_ids: z.array(z.string()),
    bounds: GradualBounds,
    started_at: z.iso.datetime(),
    started_by: z.string().nullable(),
    state: z.enum(['on', ...EndedGradual.shape.outcome.options]),
    ended_at: z.iso.datetime().optional(),
    /** `null`: it returned by itself. */
    ended_by: z.string().nullable().optional(),
    breach: EndedGradual.shape.breach,
    reason: z.string().optional(),
    /** Runs within the last minute, or the last before it returned by itself. */
    figures: z.object({ deployed: RunsView, gradual: RunsView }).optional(),
    /** Tokens that it shaped, as far as they are in the logs; `null` for more than are counted in time. */
    tokens: z.int().nullable(),
  })
  .meta({ id: 'GradualDeployment' });
export type GradualView = z.infer<typeof GradualView>;
