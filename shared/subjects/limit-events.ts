import { z } from 'zod';
import { QUOTA_WINDOWS } from '../domain/token-quota.ts';

const common = {
  id: z.string(),
  /** Milliseconds since the epoch. */
  time_ms: z.number(),
  trace_id: z.string().optional(),
  ip: z.string().optional(),
  user_agent: z.string().optional(),
  client_id: z.string(),
  client_name: z.string().optional(),
};

/**
 * `hookmint.<tenant>.quota.warning`: gateway → the stream `HOOKMINT_EVENTS`. A client has used so much of its quota of tokens (contract
 * §5.7). One for each window and threshold: gateways that see it at once give it the same `id`.
 */
export const QuotaWarning = z.object({
  type: z.literal('quota.warning'),
  ...common,
  window: z.enum(QUOTA_WINDOWS),
  threshold_percent: z.number(),
  quota: z.number(),
  used: z.number(),
  enforce: z.boolean(),
  /** Milliseconds since the epoch. */
  resets_at_ms: z.number(),
});
export type QuotaWarning = z.infer<typeof QuotaWarning>;

/**
 * `hookmint.<tenant>.limit.exceeded`: gateway → the stream `HOOKMINT_EVENTS`. A client went over a limit of rate, or somebody at one
 * address failed to authenticate as it too often. One a minute at most for each client, or client and address, and gateway.
 */
export const LimitExceeded = z.object({
  type: z.literal('limit.exceeded'),
  ...common,
  limit: z.enum(['client_rate', 'failed_authentications']),
  allowed: z.number(),
  window_seconds: z.number(),
  /** `false`: requests over it were answered as any other. */
  enforce: z.boolean(),
});
export type LimitExceeded = z.infer<typeof LimitExceeded>;
