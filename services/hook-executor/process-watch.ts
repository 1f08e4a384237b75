import { mainThread, processUsage, type MainThread, type ProcessUsage } from '../../shared/process-wall/usage.ts';

export const LOOK_INTERVAL_MS = 250;

/**
 * A sandbox process that says nothing for so long is ended, whatever time its runs still have: of the looks at it, not by the clock, and without
 * the time for which it waited for a processor. So is one that says nothing while its main thread computes for so long.
 */
const MAX_SILENT_MS = 6_000;
const MAX_SILENT_CPU_MS = 1_500;

/** Above this RSS the executor ends a sandbox process. The process ends itself earlier; this is for one that no longer does what it should. */
const MAX_PROCESS_BYTES = 1_536 * 1_048_576;
/** Twice as many as 128 isolates need. */
const MAX_PROCESS_THREADS = 256;

/** CPU time that may be used while there is nothing to do, milliseconds: at once, and for each look. */
const MAX_IDLE_CPU_MS = 2_000;
const IDLE_CPU_MS_PER_LOOK = LOOK_INTERVAL_MS / 10;

/** Looks for which a process is known to have waited. */
const WAITED_LOOKS = 8;

const NO_SILENCE = { looks: 0, ms: 0, cpuMs: 0 };

/** Looks at a sandbox process from outside: one whose thread is kept busy, or that was taken over, cannot watch itself. */
export class ProcessWatch {
  readonly #pid: number | undefined;
  /** Since it was asked for a sign of life; no looks when that has come. */
  #silence = NO_SILENCE;
  #usage: ProcessUsage | undefined;
  /** While it is silent. */
  #thread: MainThread | undefined;
  #waitedLooks = 0;
  #wasIdle = false;
  #idleCpuMs = 0;

  /** @param pid Of the process or what wraps it; `undefined` when it could not be started. */
  constructor(pid: number | undefined) {
    this.#pid = pid;
  }

  /** A sign of life has come. */
  heard(): void {
    this.#silence = NO_SILENCE;
    this.#thread = undefined;
  }

  /** Whether it must be asked for a sign of life. */
  get asks(): boolean {
    return this.#silence.looks === 1;
  }

  /** It said nothing just now or lately because the machine had no time for it: it could run, and others did. */
  get isKeptWaiting(): boolean {
    return this.#waitedLooks > 0;
  }

  /**
   * Looks; to be called every {@link LOOK_INTERVAL_MS}.
   *
   * @param isIdle It has no run, and none that may still ask for something.
   * @returns Why it must be ended, if it must.
   */
  look(isIdle: boolean): string | undefined {
    const usage = this.#pid === undefined ? undefined : processUsage(this.#pid);
    const usedMs = (usage?.cpuMs ?? 0) - (this.#usage?.cpuMs ?? usage?.cpuMs ?? 0);
    this.#usage = usage;
    if (this.#lookForSilence(usedMs)) return 'a sandbox process gives no sign of life';

    const idleMs = isIdle && this.#wasIdle ? usedMs : 0;
    this.#wasIdle = isIdle;
    this.#idleCpuMs = Math.max(0, this.#idleCpuMs + idleMs - IDLE_CPU_MS_PER_LOOK);
    if (this.#idleCpuMs > MAX_IDLE_CPU_MS) return 'a sandbox process computes with nothing to do';
    if (usage === undefined) return undefined;
    const takesTooMuch = usage.residentBytes > MAX_PROCESS_BYTES || usage.threads > MAX_PROCESS_THREADS;
    return takesTooMuch ? 'a sandbox process takes more than its part' : undefined;
  }

  /** @param usedMs By all its threads since the last look: where those are what it waits for, it keeps itself waiting. */
  #lookForSilence(usedMs: number): boolean {
    const { looks, ms, cpuMs } = this.#silence;
    const before = this.#thread;
    const now = looks > 0 && this.#pid !== undefined ? mainThread(this.#pid) : undefined;
    const ranMs = now === undefined || before === undefined ? 0 : now.ranMs - before.ranMs;
    const waitedMs = usedMs > LOOK_INTERVAL_MS / 2 ? 0 : waitedBetween(before, now);
    this.#thread = now;
    this.#waitedLooks = waitedMs > LOOK_INTERVAL_MS / 2 ? WAITED_LOOKS : Math.max(0, this.#waitedLooks - 1);
    this.#silence = { looks: looks + 1, ms: ms + LOOK_INTERVAL_MS - waitedMs, cpuMs: cpuMs + ranMs };
    return this.#silence.ms > MAX_SILENT_MS || this.#silence.cpuMs > MAX_SILENT_CPU_MS;
  }
}

function waitedBetween(before: MainThread | undefined, now: MainThread | undefined): number {
  if (before === undefined || now === undefined) return 0;
  // A wait is only counted once it is over.
  if (now.isRunnable && now.ranMs === before.ranMs) return LOOK_INTERVAL_MS;
  return Math.min(LOOK_INTERVAL_MS, now.waitedMs - before.waitedMs);
}
