import type { HookRun } from './hook-run.ts';
import type { CpuShare } from './process-time.ts';

/**
 * The runs that are entered into one isolate, and the CPU time of each. The isolate takes entries one after the other, so the time in it since
 * the last account is that of the first run. isolated-vm measures it by the clock; of that, no more was CPU time than the isolate's share of
 * what the process has used.
 */
export class EnteredRuns {
  readonly #cpu: CpuShare;
  readonly #limitMs: number;
  readonly #insideNs: () => bigint | undefined;
  /** Those whose entry has not come back, in the order in which the isolate takes them. */
  readonly #runs: HookRun[] = [];
  /** Since when the first of them, or none, has the isolate. */
  #sinceMs = performance.now();
  /** Until when CPU time is accounted: by the isolate's clock, and by the process's. */
  #accountedInsideNs = 0n;
  #accountedShareMs = 0;

  /**
   * @param limitMs CPU time that each run may use, milliseconds.
   * @param insideNs Time that was spent in the isolate, nanoseconds; `undefined` once it is disposed.
   */
  constructor(cpu: CpuShare, limitMs: number, insideNs: () => bigint | undefined) {
    this.#cpu = cpu;
    this.#limitMs = limitMs;
    this.#insideNs = insideNs;
  }

  get none(): boolean {
    return this.#runs.length === 0;
  }

  /** The run that has the isolate. */
  get first(): HookRun | undefined {
    return this.#runs[0];
  }

  /** Since when the first run, or none, has the isolate; by the clock of `performance`. */
  get sinceMs(): number {
    return this.#sinceMs;
  }

  /** CPU time that the first run may still use, milliseconds. */
  get leftMs(): number {
    return this.none ? Infinity : this.leftAtAccountMs - (this.#cpu.ms - this.#accountedShareMs);
  }

  /** The same, as it was when time was last accounted. */
  get leftAtAccountMs(): number {
    return this.#limitMs - (this.first?.cpuMs ?? 0);
  }

  enter(run: HookRun): void {
    run.entries++;
    this.#runs.push(run);
    if (this.#runs.length > 1) return;
    this.#accountedShareMs = this.#cpu.enter();
    this.#sinceMs = performance.now();
  }

  leave(run: HookRun): void {
    run.entries--;
    this.#runs.splice(this.#runs.indexOf(run), 1);
    this.account(run);
    if (this.none) this.#cpu.leave();
    this.#sinceMs = performance.now();
  }

  /** Adds what the isolate has used since the last account to the time of a run. */
  account(run: HookRun): void {
    const insideNs = this.#insideNs();
    if (insideNs === undefined) {
      this.charge(run);
      return;
    }
    this.charge(run, Number(insideNs - this.#accountedInsideNs) / 1e6);
    this.#accountedInsideNs = insideNs;
  }

  /** The same without a look at the isolate's clock, which cannot be read while a run cannot be stopped. */
  charge(run: HookRun, atMostMs = Infinity): void {
    const shareMs = this.#cpu.ms;
    run.cpuMs += Math.min(atMostMs, shareMs - this.#accountedShareMs);
    this.#accountedShareMs = shareMs;
  }
}
