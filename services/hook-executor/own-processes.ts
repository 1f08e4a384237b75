import type { HookOutcome } from '../../shared/domain/hook-outcome.ts';
import type { RunServices, SandboxProcess } from './sandbox-process.ts';
import type { RunnableHook } from './sandbox/protocol.ts';

/** A process that is idle for this time is ended. */
const IDLE_MS = 60_000;

/** Sandbox processes of which each runs one hook and nothing else. */
export type OwnProcesses = {
  /**
   * Runs a hook once, in the process of its owner, which is started if there is none.
   *
   * @returns The outcome; `undefined` when the process died before it came; `full` when none came free in time.
   */
  run(
    owner: string,
    hook: RunnableHook,
    args: string | null,
    deadlineMs: number,
    services: RunServices,
  ): Promise<HookOutcome | 'full' | undefined>;
  unload(revision: string): void;
  close: () => void;
};

/** `runs` counts the runs in the process and those that wait for its start. */
type Own = { process: SandboxProcess; runs: number; idle: NodeJS.Timeout | undefined };

/**
 * @param max Processes at a time. One more takes the place of the one that has had nothing to do for longest, or waits.
 * @param idleMs Milliseconds after which a process with nothing to do is ended.
 */
export function openOwnProcesses(start: () => SandboxProcess, max: number, idleMs = IDLE_MS): OwnProcesses {
  /** By the hook that each is for, in the order of use, the least recently used first. One that is ending has its place until it has ended. */
  const processes = new Map<string, Own>();
  let change = Promise.withResolvers<undefined>();

  /** Lets the runs that wait for a place try again. */
  function changed(): void {
    change.resolve(undefined);
    change = Promise.withResolvers<undefined>();
  }

  function startFor(owner: string): Own {
    const own: Own = { process: start(), runs: 0, idle: undefined };
    // No other hook is in it: what else runs there waits for the next.
    void own.process.replaceable.then((why) => {
      if (why === 'stuck') own.process.kill();
      else own.process.retire(why);
    });
    void own.process.ended.then(() => {
      clearTimeout(own.idle);
      if (processes.get(owner) === own) processes.delete(owner);
      changed();
    });
    return own;
  }

  function endIdle(): void {
    for (const { process, runs } of processes.values()) {
      if (runs > 0 || process.isEnding()) continue;
      process.kill();
      return;
    }
  }

  /**
   * Enters the process of an owner: counted at once, or another who looks for an idle one in the same turn would end it. A process that is
   * ending takes no run: its owner waits, as others do for its place.
   */
  async function enter(owner: string, deadlineMs: number): Promise<Own | undefined> {
    for (;;) {
      let own = processes.get(owner);
      if (own === undefined && processes.size < max) own = startFor(owner);
      if (own !== undefined && !own.process.isEnding()) {
        processes.delete(owner);
        processes.set(owner, own);
        clearTimeout(own.idle);
        own.runs++;
        return own;
      }
      if (own === undefined) endIdle();
      if (!(await by(deadlineMs, change.promise))) return undefined;
    }
  }

  function leave(own: Own): void {
    own.runs--;
    if (own.runs > 0) return;
    own.idle = setTimeout(own.process.kill, idleMs).unref();
    changed();
  }

  return {
    run: async (owner, hook, args, deadlineMs, services) => {
      const own = await enter(owner, deadlineMs);
      if (own === undefined) return 'full';
      try {
        if (!(await by(deadlineMs, own.process.ready))) return 'full';
        return await own.process.run(hook, args, deadlineMs, services);
      } catch {
        // It ended at its start.
        return undefined;
      } finally {
        leave(own);
      }
    },
    unload: (revision) => {
      for (const { process } of processes.values()) process.unload(revision);
    },
    close: () => {
      for (const { process } of processes.values()) process.kill();
    },
  };
}

/** Whether something comes by then, in milliseconds since the epoch. */
async function by(deadlineMs: number, something: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, Math.max(0, deadlineMs - Date.now()), false);
  });
  try {
    return await Promise.race([something.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}
