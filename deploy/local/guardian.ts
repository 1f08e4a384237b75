import { spawn } from 'node:child_process';
import { ownModule } from '../../shared/own-module.ts';

const GUARDIAN = ownModule('./guardian-process', import.meta.url);

/** A process that outlives this one, and ends what this one leaves when it is killed. */
export type Guardian = {
  /** Tells which processes there are. */
  watch: (pids: readonly number[]) => void;
  /** Resolves when it has ended, and all that it was told of last. */
  end: () => Promise<void>;
};

/** Starts the guardian of a data folder, in a session of its own, so that a signal to the launcher's group does not end it too. */
export function startGuardian(dataDir: string): Guardian {
  const child = spawn(process.execPath, [GUARDIAN, dataDir], {
    env: {},
    detached: true,
    windowsHide: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  // Without it the next start ends what is left.
  child.stdin.on('error', () => undefined);
  return {
    watch: (pids) => void child.stdin.write(`${pids.join(' ')}\n`),
    end: async () => {
      child.stdin.end();
      await ended;
    },
  };
}
