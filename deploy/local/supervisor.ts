import { setTimeout as delay } from 'node:timers/promises';
import { messageOf } from '../../shared/errors.ts';

/** Something that runs and can be stopped, in order for so long, then by force: a service, a server. */
export type Running = { stop: (graceMs?: number) => Promise<void>; process: { pid?: number | undefined } };

const RESTART_DELAY_MS = 100;
const CRASH_LOOP_EXITS = 5;
const CRASH_LOOP_WINDOW_MS = 30_000;

/**
 * Keeps processes running: what dies is started again with a visible line; what dies five times within 30 s is a crash loop, and
 * `gaveUp` is told its last error.
 */
export function createSupervisor(options: {
  say: (line: string) => void;
  gaveUp: (message: string) => void;
  pidsChanged: (pids: number[]) => void;
}) {
  const { say, gaveUp, pidsChanged } = options;
  const running = new Map<string, Running>();
  const starting = new Set<Promise<unknown>>();
  let stopping = false;
  const isStopping = (): boolean => stopping;

  function set(name: string, what: Running | undefined): void {
    if (what === undefined) running.delete(name);
    else running.set(name, what);
    pidsChanged([...running.values()].flatMap(({ process }) => process.pid ?? []));
  }

  /**
   * Starts something and keeps it running.
   *
   * @param start Called again for each restart. It passes what it is given to whatever tells of an unexpected exit.
   */
  async function run<T extends Running>(
    name: string,
    start: (exited: (how: string) => void) => Promise<T>,
  ): Promise<T> {
    const exitsMs: number[] = [];
    const exited = (how: string): void => {
      set(name, undefined);
      if (!isStopping()) void restart(how);
    };
    async function restart(how: string): Promise<void> {
      exitsMs.push(Date.now());
      const recent = exitsMs.filter((atMs) => atMs > Date.now() - CRASH_LOOP_WINDOW_MS);
      if (recent.length >= CRASH_LOOP_EXITS) {
        gaveUp(`${name} ended ${String(recent.length)} times within 30 s; its last output: ${how}`);
        return;
      }
      say(`${name} ended (${how}); starting it again`);
      await delay(RESTART_DELAY_MS * (recent.length - 1));
      if (isStopping()) return;
      try {
        await begin();
        if (!isStopping()) say(`${name} is back`);
      } catch (error) {
        if (!isStopping()) await restart(messageOf(error));
      }
    }
    function begin(): Promise<T> {
      const begun = startOnce().finally(() => starting.delete(begun));
      starting.add(begun);
      return begun;
    }
    async function startOnce(): Promise<T> {
      if (isStopping()) throw new Error(`${name} is not restarted any more.`);
      const started = await start(exited);
      set(name, started);
      // The stop may have come while it was starting, when it was not on the list yet.
      if (isStopping()) await started.stop();
      return started;
    }
    return begin();
  }

  /** Stops everything, each group after the one before it has ended, and what was just being started as soon as it has. */
  async function stopAll(groups: readonly { names: readonly string[]; graceMs: number }[]): Promise<void> {
    stopping = true;
    for (const { names, graceMs } of groups) {
      await Promise.all(names.flatMap((name) => running.get(name)?.stop(graceMs) ?? []));
    }
    await Promise.allSettled(starting);
    pidsChanged([]);
  }

  return { run, stopAll };
}
