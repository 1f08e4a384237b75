import { z } from 'zod';

/**
 * `hookmint.<tenant>.config.changed`: writer of configuration → all services, fan-out. Whoever caches configuration drops what it names of it,
 * or all when it names nothing.
 */
export function configChangedSubject(tenant: string): string {
  return `hookmint.${tenant}.config.changed`;
}

/** Longest JSON text of a client's id with an audience, and most that one message tells; of more it tells none. */
const MAX_KEY_LENGTH = 2_048;
const MAX_KEYS = 128;

export const ConfigChanged = z.object({
  /** The collection that was written. */
  collection: z.string(),
  time_ms: z.number(),
  /** What token requests look up what was written by, see {@link ConfigChange}. Absent: anything may have been. */
  keys: z.array(z.string().max(MAX_KEY_LENGTH)).max(MAX_KEYS).optional(),
  /** Of `signing_keys`: the version of the set that is now in force. */
  key_set_version: z.int().min(0).optional(),
});
export type ConfigChanged = z.infer<typeof ConfigChanged>;

/** A part of the configuration: of `clients` their ids, of `resource_servers` their identifiers, of `client_grants` what `clientGrantKey` gives. */
export type ConfigChange = Pick<ConfigChanged, 'collection' | 'keys'>;

/** What was written, by collection. What is too much to be told one by one is told as a whole. */
export function changesOf(
  targets: readonly { collection: string; keys?: readonly string[] | undefined }[],
): ConfigChange[] {
  const byCollection = Map.groupBy(targets, ({ collection }) => collection);
  return [...byCollection].map(([collection, written]) => {
    const keys = new Set(written.flatMap((target) => target.keys ?? []));
    const isTold = written.every((target) => target.keys !== undefined) && keys.size <= MAX_KEYS;
    return isTold && [...keys].every((key) => key.length <= MAX_KEY_LENGTH)
      ? { collection, keys: [...keys] }
      : { collection };
  });
}

/** Header of management's answers to a gateway: what was changed, so that the gateway knows before whoever is answered. */
export const CHANGES_HEADER = 'x-hookmint-changes';

/** Half of what Node takes of all headers together. */
const MAX_HEADER_LENGTH = 8_192;

const ConfigChanges = z.array(ConfigChanged.pick({ collection: true, keys: true }));

/** `undefined` for more than a header holds. */
export function writeChanges(changes: readonly ConfigChange[]): string | undefined {
  const header = Buffer.from(JSON.stringify(changes)).toString('base64url');
  return header.length > MAX_HEADER_LENGTH ? undefined : header;
}

/** `undefined` for what cannot be read, or is of an older version: anything may have changed. */
export function readChanges(header: unknown): ConfigChange[] | undefined {
  if (typeof header !== 'string') return undefined;
  try {
    return ConfigChanges.parse(JSON.parse(Buffer.from(header, 'base64url').toString()));
  } catch {
    return undefined;
  }
}

/** What an announcement says of changes, in the same way. */
export function announcedChanges(announcement: { json: () => unknown }): ConfigChange[] | undefined {
  try {
    return [ConfigChanged.parse(announcement.json())];
  } catch {
    return undefined;
  }
}

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
