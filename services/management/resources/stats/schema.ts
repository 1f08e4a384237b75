import { z } from 'zod';
import { LOG_GROUPS } from '../../../../shared/store/logs.ts';
import { wholeNumber } from '../../api/query.ts';

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

const MAX_GROUPS = 100;

export const TokenGroupsQuery = z.strictObject({
  by: z.enum(LOG_GROUPS, `must be one of ${LOG_GROUPS.join(', ')}`),
  /** Default: an hour ago. */
  from: time.optional(),
  /** Default: now. */
  to: time.optional(),
  /** Default: 10. */
  limit: wholeNumber(1, MAX_GROUPS).optional(),
});
export type TokenGroupsQuery = z.infer<typeof TokenGroupsQuery>;

export const TokenGroups = z
  .object({
    /** Later than what was asked for where the range has more requests than are counted: the last 50,000. */
    from: z.iso.datetime(),
    to: z.iso.datetime(),
    by: z.enum(LOG_GROUPS),
    /** Those with the most requests, most first. A request that several hooks and Actions ran for counts for each of them. */
    groups: z.array(
      z.object({
        value: z.string(),
        /** Of a client, as its last log has it; `null` for what has none. */
        name: z.string().nullable(),
        issued: z.int(),
        /** Refused or failed; of a stranger's only what has a log of its own. */
        refused: z.int(),
      }),
    ),
  })
  .meta({ id: 'TokenGroups' });
export type TokenGroups = z.infer<typeof TokenGroups>;

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
