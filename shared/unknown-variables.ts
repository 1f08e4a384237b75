import { closestMatch } from 'leven';

const PREFIX = 'HOOKMINT_';
/** Further apart, a name is not a misspelling of another. */
const MAX_DISTANCE = 4;

/**
 * Finds variables that are set and that nobody reads: what is set must act, or somebody must be told.
 *
 * @param known Names that are read; one that ends in `_` stands for all that begin so.
 * @returns each with the known name that is spelt almost like it.
 */
export function unknownVariables(
  known: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): { name: string; nearest: string | undefined }[] {
  const isKnown = (name: string): boolean =>
    known.some((one) => (one.endsWith('_') ? name.startsWith(one) : one === name));
  return Object.keys(env)
    .filter((name) => name.startsWith(PREFIX) && !isKnown(name))
    .sort()
    .map((name) => ({ name, nearest: closestMatch(name, known, { maxDistance: MAX_DISTANCE }) }));
}
