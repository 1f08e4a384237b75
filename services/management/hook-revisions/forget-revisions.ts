import type { Db } from 'mongodb';
import { logger } from '../../../shared/log.ts';
import { leftRevisionsIn } from '../../../shared/store/left-revisions.ts';

/**
 * Between two looks. A revision goes when no hook named it at both: longer than any change takes from a revision to the hook that names it,
 * and than a gateway takes from a hook to its revision.
 */
const LOOK_INTERVAL_MS = 600_000;
const FIRST_LOOK_MS = 60_000;
/** The others come at the next look. */
const MAX_AT_ONCE = 10_000;

/**
 * Removes revisions of hooks and Actions that nothing can reach any more, each with its script of up to megabytes, for as long as the process
 * lives. Gateways and executors that still run one have it in memory, and read none twice.
 */
export function forgetRevisions(db: Db): { close: () => void } {
  let before: ReadonlySet<string> = new Set();
  let closed = false;
  let timer = setTimeout(() => void look(), FIRST_LOOK_MS).unref();
  async function look(): Promise<void> {
    try {
      before = await forgetLeft(db, before);
    } catch (error) {
      logger.warn({ err: error }, 'old revisions of hooks cannot be removed at the moment');
    }
    if (!closed) timer = setTimeout(() => void look(), LOOK_INTERVAL_MS).unref();
  }
  return {
    close: () => {
      closed = true;
      clearTimeout(timer);
    },
  };
}

/**
 * Looks once, and removes what was found before too.
 *
 * @param before What the look before this one found.
 * @returns What this one found and left.
 */
export async function forgetLeft(db: Db, before: ReadonlySet<string>): Promise<ReadonlySet<string>> {
  const revisions = leftRevisionsIn(db);
  const found = await revisions.list(MAX_AT_ONCE);
  const after = new Set<string>();
  let removed = 0;
  for (const left of found) {
    if (!before.has(left.revision)) after.add(left.revision);
    else if (await revisions.remove(left)) removed++;
  }
  if (removed > 0) logger.info({ revisions: removed }, 'revisions that no hook has any more were removed');
  return after;
}
