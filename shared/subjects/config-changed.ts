import { z } from 'zod';

/** `hookmint.<tenant>.config.changed`: writer of configuration → all services, fan-out. Whoever caches configuration drops it. */
export function configChangedSubject(tenant: string): string {
  return `hookmint.${tenant}.config.changed`;
}

export const ConfigChanged = z.object({
  /** The collection that was written. */
  collection: z.string(),
  time_ms: z.number(),
});
export type ConfigChanged = z.infer<typeof ConfigChanged>;
