import { z } from 'zod';

const time = z.iso.datetime({ offset: true, error: 'must be a time such as 2030-01-31T12:00:00Z' });

/** Steps that a range can be told in, seconds. */
const STEPS_SECONDS = ['60', '300', '900', '3600'] as const;

export const TokenStatsQuery = z.strictObject({
  /** Default: an hour ago. */
  from: time.optional(),
  /** Default: now. */
  to: time.optional(),
  /** Default: a minute. */
  step_seconds: z.enum(STEPS_SECONDS, `must be one of ${STEPS_SECONDS.join(', ')}`).optional(),
});
export type TokenStatsQuery = z.infer<typeof TokenStatsQuery>;

const figures = {
  issued: z.int(),
  /** Requests that were refused or failed, by the code of the error. */
  errors: z.record(z.string(), z.int()),
  /** Of the requests that got a token, within 5 %; `null` for none. */
  p50_ms: z.number().nullable(),
  p99_ms: z.number().nullable(),
};

export const TokenStats = z
  .object({
    from: z.iso.datetime(),
    to: z.iso.datetime(),
    step_seconds: z.int(),
    total: z.object(figures),
    /** Steps in which there were requests, oldest first; `at` is their start. */
    points: z.array(z.object({ at: z.iso.datetime(), ...figures })),
  })
  .meta({ id: 'TokenStats' });
export type TokenStats = z.infer<typeof TokenStats>;
