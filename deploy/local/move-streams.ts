import { existsSync } from 'node:fs';
import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';

/** The accounts of deploy/nats/hookmint.conf that keep streams, and which. */
const STREAMS_OF = {
  EVENTS: ['HOOKMINT_EVENTS', 'HOOKMINT_ASSERTIONS'],
  STORAGE: ['KV_HOOKMINT_STORAGE', 'HOOKMINT_QUOTAS'],
};

/**
 * Gives the streams of a version that had no accounts to the accounts they belong to. nats-server keeps each account's in a folder of its
 * name, and must not run meanwhile. What was moved stays; it may be called again at any time.
 *
 * @param dataDir Of one nats-server that is not a member of a cluster.
 */
export async function moveStreams(dataDir: string): Promise<void> {
  const store = join(dataDir, 'jetstream');
  for (const [account, streams] of Object.entries(STREAMS_OF)) {
    for (const stream of streams) {
      const [from, to] = ['$G', account].map((owner) => join(store, owner, 'streams', stream)) as [string, string];
      if (!existsSync(from) || existsSync(to)) continue;
      await mkdir(join(to, '..'), { recursive: true, mode: 0o750 });
      await rename(from, to);
    }
  }
}
