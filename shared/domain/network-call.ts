import { z } from 'zod';

/** A request of a hook: where to, and how it ended. No more of the URL than the host, as the rest may hold secrets. */
export const NetworkCall = z.object({
  method: z.string(),
  host: z.string(),
  /** Of the response. */
  status: z.int().optional(),
  /** Why there is none: an EGRESS_ code. */
  error: z.string().optional(),
  ms: z.number(),
});
export type NetworkCall = z.infer<typeof NetworkCall>;
