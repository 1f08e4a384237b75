/** A JSON file of a folder, or the one YAML file, bytes: a tenant of 20,000 clients has 16 MB. */
export const MAX_FILE_BYTES = 33_554_432;
/** All files of an export together, bytes. */
export const MAX_EXPORT_BYTES = 268_435_456;
/** Resources of one kind in a folder. */
export const MAX_FILES = 100_000;
/** Levels of a value in a file or an answer; Auth0's own have seven. */
export const MAX_LEVELS = 100;

/** Whether objects and lists are nested deeper than {@link MAX_LEVELS}. It does not recurse, so that no value is too deep for it. */
export function isTooDeep(value: unknown): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MAX_LEVELS) return true;
    const inside = level.flatMap((one) =>
      typeof one === 'object' && one !== null ? (Object.values(one) as unknown[]) : [],
    );
    // An alias of YAML is the same object again.
    level = [...new Set(inside)];
  }
  return false;
}
