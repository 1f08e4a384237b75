import { z } from 'zod';

/** `hookmint.<tenant>.config.changed`: writer of configuration → all services, fan-out. Whoever caches configuration drops it. */
export function configChangedSubject(tenant: string): string {
  return `hookmint.${tenant}.config.changed`;
}

export const ConfigChanged = z.object({
  /** The collection that was written. */
  collection: z.string(),
  time_ms: z.number(),
  /** Of `signing_keys`: the version of the set that is now in force. */
  key_set_version: z.int().min(0).optional(),
});
export type ConfigChanged = z.infer<typeof ConfigChanged>;

/**
 * What an announcement says of the signing keys: that there is a set of this version, or of an unknown one; `undefined` when it is about
 * something else. One that cannot be read may be of anything.
 */
export function announcedKeys(announcement: { json: () => unknown }): { version: number | undefined } | undefined {
  try {
    const { collection, key_set_version } = ConfigChanged.parse(announcement.json());
    return collection === 'signing_keys' ? { version: key_set_version } : undefined;
  } catch {
    return { version: undefined };
  }
}
