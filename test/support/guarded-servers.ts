import { startGuardian } from '../../deploy/local/guardian.ts';
import type { RunningServer } from '../../deploy/local/servers/child-server.ts';

/** Servers of this process that end with it, however it ends; without a guardian a signal would leave them. */
export type GuardedServers = {
  /** Tells of one that was started. */
  started: (server: RunningServer) => RunningServer;
  /** Resolves when the guardian has ended, and all of them. */
  end: () => Promise<void>;
};

/** @param dir Their data is in it, and so is its path in their command lines. */
export function guardServers(dir: string): GuardedServers {
  const guardian = startGuardian(dir);
  const pids = new Set<number>();
  return {
    started: (server) => {
      const { process: child } = server;
      if (child.pid === undefined) return server;
      const { pid } = child;
      pids.add(pid);
      guardian.watch([...pids]);
      child.once('exit', () => {
        pids.delete(pid);
        guardian.watch([...pids]);
      });
      return server;
    },
    end: guardian.end,
  };
}
