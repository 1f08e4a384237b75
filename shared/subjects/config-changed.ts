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

/** Whether the signing keys may be among what was changed; an announcement that cannot be read may be of anything. */
export function concernsKeys(announcement: { json: () => unknown }): boolean {
  try {
    return ConfigChanged.parse(announcement.json()).collection === 'signing_keys';
  } catch {
    return true;
  }
}
