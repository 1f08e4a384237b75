import { z } from 'zod';

/** Whether requests that the code of a run beside tokens makes go out. */
export const DryRunNetwork = z.enum(['live', 'refused']);
export type DryRunNetwork = z.infer<typeof DryRunNetwork>;

/** The same of a rehearsal. `recorded`: those of the deployed revision go out, and the other revision gets their answers. */
export const RehearsalNetwork = z.enum([...DryRunNetwork.options, 'recorded']);
export type RehearsalNetwork = z.infer<typeof RehearsalNetwork>;

/** A revision that runs beside the deployed one, for a share of the requests: what comes of it is compared, and shapes nothing. */
export const Shadow = z.object({
  id: z.string().max(64),
  revision: z.string(),
  /** Of the requests. */
  percent: z.number().min(0).max(100),
  network: DryRunNetwork,
  started_at_ms: z.number(),
  started_by: z.string().nullable(),
});
export type Shadow = z.infer<typeof Shadow>;
