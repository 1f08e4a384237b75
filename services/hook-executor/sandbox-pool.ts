import { setTimeout as delay } from 'node:timers/promises';
import { unavailable, type HookOutcome } from '../../shared/domain/hook-outcome.ts';
import { messageOf } from '../../shared/errors.ts';
import { logger } from '../../shared/log.ts';
import type { SandboxFigures } from '../../shared/telemetry/process-metrics.ts';
import { keepWithin, memoryForSandboxes } from './memory-of-sandboxes.ts';
import { openOwnProcesses } from './own-processes.ts';
import {
  NO_NETWORK,
  NO_STORAGE,
  startSandboxProcess,
  type Network,
  type RunServices,
  type SandboxProcess,
} from './sandbox-process.ts';
import type { RunnableHook } from './sandbox/protocol.ts';
import type { Storage } from './storage/storage-of-run.ts';

/** Runs hooks in a fixed number of sandbox processes, each replaced when it dies; hooks with `isolation: process` in their own, and those of a hosted tenant in its. */
export type SandboxPool = {
  /** Runs a hook once, or with `null` as arguments only loads it; a run whose process died under it is run once more, in another. */
  run(
    hook: RunnableHook,
    args: string | null,
    deadlineMs: number,
    network?: Network,
    storage?: Storage,
  ): Promise<HookOutcome>;
  /** Lets every process forget a revision. */
  unload(revision: string): void;
  figures: () => SandboxFigures;
  close: () => void;
};

const RESTART_DELAY_MS = 100;
const MAX_RESTART_DELAY_MS = 5_000;

const MAX_OWN_PROCESSES = 4;
const MAX_TENANT_PROCESSES = 8;

const WHY_REPLACED = {
  stuck: 'a sandbox process is stuck',
  memory: 'a sandbox process holds memory that nothing in it needs',
};

/**
 * Starts the processes and waits until they take runs; fails with what they said if they cannot start.
 *
 * @param maxOwn Most processes of single hooks at a time, beside the shared ones.
 * @param maxOfTenants The same of hosted tenants.
 * @param memoryBytes What all of them may take together.
 */
export async function openSandboxPool(
  size: number,
  start = () => startSandboxProcess(),
  maxOwn = MAX_OWN_PROCESSES,
  memoryBytes = memoryForSandboxes(),
  maxOfTenants = MAX_TENANT_PROCESSES,
): Promise<SandboxPool> {
  const running = new Set<SandboxProcess>();
  const slots = Array.from({ length: size }, started);
  const ownProcesses = openOwnProcesses(started, maxOwn);
  const tenantProcesses = openOwnProcesses(started, maxOfTenants);
  const memoryWatch = keepWithin(memoryBytes, running);
  const waitingForProcess = new Set<(process: SandboxProcess) => void>();
  let closed = false;
  const isClosed = (): boolean => closed;

  /** Keeps a process in a slot. One that must be replaced goes on until the next is ready. */
  async function keepRunning(slot: number, first: SandboxProcess): Promise<void> {
    let failures = 0;
    let retire = (): void => undefined;
    for (let process = first; ; process = started()) {
      try {
        await process.ready;
        failures = 0;
        slots[slot] = process;
        retire();
        retire = () => undefined;
        for (const resolve of waitingForProcess) resolve(process);
        waitingForProcess.clear();
      } catch (error) {
        failures++;
        logger.error({ err: error }, messageOf(error));
      }
      const over = await Promise.race([process.ended.then((lastWords) => ({ lastWords })), process.replaceable]);
      if (isClosed()) return;
      if (typeof over === 'string') {
        retire = () => process.retire(over);
        logger.warn({ slot }, `${WHY_REPLACED[over]}; another takes its place`);
      } else logger.warn({ slot, ...over }, 'a sandbox process ended; another is started');
      if (failures > 0) await delay(Math.min(RESTART_DELAY_MS * 2 ** failures, MAX_RESTART_DELAY_MS));
      if (isClosed()) return;
    }
  }

  function started(): SandboxProcess {
    const process = start();
    running.add(process);
    void process.ended.then(() => running.delete(process));
    return process;
  }

  /** The process with the least to do, the first of equals: a lone caller always meets the same warm isolates. */
  function leastBusy(): SandboxProcess | undefined {
    let best: SandboxProcess | undefined;
    for (const process of slots) {
      if (process.takesRuns() && process.inFlight() < (best?.inFlight() ?? Infinity)) best = process;
    }
    return best;
  }

  async function runIn(
    hook: RunnableHook,
    args: string | null,
    deadlineMs: number,
    services: RunServices,
  ): Promise<HookOutcome | 'full' | undefined> {
    const { processOf } = hook;
    if (processOf === undefined) {
      return await (leastBusy() ?? (await nextProcess(deadlineMs)))?.run(hook, args, deadlineMs, services);
    }
    return 'hook' in processOf
      ? await ownProcesses.run(processOf.hook, hook, args, deadlineMs, services)
      : await tenantProcesses.run(processOf.tenant, hook, args, deadlineMs, services);
  }

  function nextProcess(deadlineMs: number): Promise<SandboxProcess | undefined> {
    return new Promise((resolve) => {
      const timer = setTimeout(
        () => {
          waitingForProcess.delete(give);
          resolve(undefined);
        },
        Math.max(0, deadlineMs - Date.now()),
      );
      const give = (process: SandboxProcess): void => {
        clearTimeout(timer);
        resolve(process);
      };
      waitingForProcess.add(give);
    });
  }

  function close(): void {
    closed = true;
    for (const process of running) process.kill();
    memoryWatch.end();
  }

  const ready = Promise.all(slots.map((process) => process.ready));
  for (const [slot, process] of slots.entries()) void keepRunning(slot, process);
  try {
    await ready;
  } catch (error) {
    close();
    throw error;
  }

  return {
    run: async (hook, args, deadlineMs, http = NO_NETWORK, storage = NO_STORAGE) => {
      const services = { http, storage };
      for (let attempt = 1; attempt <= 2; attempt++) {
        const outcome = await runIn(hook, args, deadlineMs, services);
        if (outcome === 'full') return unavailable('no sandbox process of its own was free for the hook in time');
        if (outcome !== undefined) return outcome;
      }
      return unavailable('the sandbox process died twice under this run');
    },
    unload: (revision) => {
      for (const process of slots) process.unload(revision);
      ownProcesses.unload(revision);
      tenantProcesses.unload(revision);
    },
    figures: () => figuresOf(running),
    close,
  };
}

function figuresOf(processes: ReadonlySet<SandboxProcess>): SandboxFigures {
  const sum = { processes: processes.size, residentBytes: 0, isolates: 0, scriptCharacters: 0 };
  for (const process of processes) {
    const { isolates, scriptCharacters } = process.holds();
    sum.residentBytes += process.residentBytes();
    sum.isolates += isolates;
    sum.scriptCharacters += scriptCharacters;
  }
  return sum;
}
