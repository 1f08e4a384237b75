import type { HookLimits } from '../../../shared/domain/hook.ts';
import type { HookOutcome } from '../../../shared/domain/hook-outcome.ts';
import type { RuntimeTexts } from '../isolate/bundle-globals.ts';
import { callError, parseTimers, type HostCallKind } from './host-calls/host-functions.ts';
import { SubtleTurns, type SubtleWork } from './host-calls/subtle-work.ts';
import { NodeWork } from './host-calls/node-work/node-work.ts';
import { EnteredRuns } from './entered-runs.ts';
import { HookRun } from './hook-run.ts';
import { lastWords } from './last-words.ts';
import { LimitError, limitOf, type Limit } from './limit.ts';
import type { Entries, HookSource, OneIsolate, OpenIsolate } from './hook-realm.ts';
import type { CpuShare } from './process-time.ts';
import { Turns } from './turns.ts';
import { compileError, hostError, parseHookError, parseOutcome, type Measured } from './outcome-text.ts';

/** Last resort if an entry is not ended by {@link HookIsolate.stop}, in multiples of its CPU limit. */
const MAX_WALL_PER_CPU = 10;

/** If nothing in an isolate has been under way for this time, runs that wait for `cb` wait in vain. */
const NEVER_CALLED_BACK_MS = 250;

/**
 * Timers that fire and calls that are answered in one turn of the event loop, of one isolate. With all of them at once an isolate that
 * asks anew whenever it is answered would leave no turn to anybody else.
 */
const MAX_ANSWERS_PER_TURN = 16;

/** Part of a core that what was begun at load may use. */
const LOAD_CPU_SHARE = 0.1;

/** Stands for the load where ids of runs are kept; those begin at 1. */
const LOAD = 0;

/** What an isolate needs of the process it is in. */
export type HookHost = {
  runtime: RuntimeTexts;
  /** Answers a call of a hook; gives or throws the JSON text that the hook's promise is settled with. */
  call: (runId: number, kind: Exclude<HostCallKind, 'work'>, json: string, work: SubtleWork) => Promise<string>;
  /** How the process's CPU time is shared by the isolates that are entered. */
  cpu: CpuShare;
  /** A run has the isolate for itself now and may use so much CPU time, milliseconds; then {@link HookIsolate.leftMs} is looked at. */
  entered: (leftMs: number) => void;
  /** Nothing of a run is under way any more: it makes no more calls. */
  over: (runId: number) => void;
};

/** Thrown by {@link HookIsolate.run} when the isolate ended under a run that did not cause it: another isolate may run it. */
export class IsolateGoneError extends Error {}

/**
 * One hook revision in a V8 isolate of its own, loaded once and run many times: what the hook keeps in `global` stays between
 * runs, as in Auth0's warm containers (contract §1.5). No object of the host ever enters it, only strings, numbers and functions.
 * Whatever runs in it was entered by the host, for one run, within that run's limits.
 */
export class HookIsolate {
  readonly #source: HookSource;
  readonly #limits: HookLimits;
  readonly #host: HookHost;
  readonly #isolate: OneIsolate;
  readonly #runs = new Map<number, HookRun>();
  #entries: Entries | undefined;
  #loadFailure: Extract<HookOutcome, { status: 'threw' | 'timed_out' | 'out_of_memory' }> | undefined;
  /** In whose name the network is used for what began while the hook was loaded. */
  readonly #firstRun = Promise.withResolvers<number>();
  #firstRunId: number | undefined;
  readonly #subtleTurns = new SubtleTurns();
  readonly #nodeWork = new NodeWork();
  readonly #answerTurns = new Turns(MAX_ANSWERS_PER_TURN);
  readonly #entered: EnteredRuns;
  #refilledMs = performance.now();
  /** When it was ended, as {@link CpuShare.ms} has it. */
  #endedShareMs: number | undefined;

  constructor(source: HookSource, host: HookHost, openIsolate: OpenIsolate) {
    this.#source = source;
    this.#limits = source.limits;
    this.#host = host;
    this.#isolate = openIsolate(source.limits.heap_mib);
    this.#entered = new EnteredRuns(host.cpu, source.limits.cpu_ms, () =>
      this.#isolate.isDisposed ? undefined : this.#isolate.cpuTime,
    );
  }

  get usable(): boolean {
    return !this.#isolate.isDisposed && this.#loadFailure === undefined;
  }

  get idle(): boolean {
    const loadOnly = this.#runs.size === 0 || (this.#runs.size === 1 && this.#runs.has(LOAD));
    return loadOnly && this.#entered.none;
  }

  /** Ends the isolate; its runs go on in another. */
  dispose(): void {
    this.#endedShareMs ??= this.#host.cpu.ms;
    if (!this.#isolate.isDisposed) this.#isolate.dispose();
    for (const run of this.#runs.values()) {
      run.fail(new IsolateGoneError());
      run.drop();
    }
    this.#runs.clear();
  }

  /** Since when one run has had the isolate for itself; `undefined` when none has. */
  get heldSinceMs(): number | undefined {
    return this.#entered.none ? undefined : this.#entered.sinceMs;
  }

  /** CPU time that the run which has the isolate may still use, milliseconds; at 0 it must be stopped. */
  get leftMs(): number {
    return this.#entered.leftMs;
  }

  /** Answers the run that has the isolate, and ends the isolate: the hook was cut off anywhere, its globals may be half done. */
  stop(limit: Limit): void {
    if (this.#endedShareMs !== undefined) return;
    const run = this.#entered.first;
    if (run !== undefined) {
      this.#entered.charge(run);
      run.fail(new LimitError(limit));
    }
    this.dispose();
  }

  /** CPU time, milliseconds, that its thread has used since the isolate was ended. */
  get stuckForMs(): number {
    return this.#entered.none || this.#endedShareMs === undefined ? 0 : this.#host.cpu.ms - this.#endedShareMs;
  }

  /** Answers runs that nothing will ever settle, and drops what settled runs left to be done when their time is over. */
  sweep(): void {
    const runs = [...this.#runs.values()];
    const nothingUnderWay = this.#entered.none && !runs.some((run) => run.underWay);
    if (nothingUnderWay && performance.now() - this.#entered.sinceMs > NEVER_CALLED_BACK_MS) {
      for (const run of runs) run.fail(new LimitError('callback'));
    }
    for (const run of runs) {
      if (run.settled && (!run.underWay || performance.now() >= run.deadlineMs)) this.#forget(run);
    }
  }

  #forget(run: HookRun): void {
    // One that was dropped with its isolate goes on in another.
    if (!this.#runs.delete(run.id)) return;
    const knownInside = run.underWay || run.failed;
    run.drop();
    if (run.id !== LOAD && run.id !== this.#firstRunId) this.#host.over(run.id);
    if (knownInside) void this.#resume(run, 'endRun');
  }

  /** Loads the hook, once, before any run. After a failure every run reports it. */
  async load(): Promise<void> {
    const run = new HookRun(LOAD, undefined, this.#subtleTurns);
    this.#runs.set(LOAD, run);
    try {
      await Promise.race([this.#entering(run, this.#load(run)), run.settlement]);
    } catch (error) {
      this.#loadFailure = this.#failure(error, run) ?? {
        status: 'threw',
        during: 'compile',
        error: compileError(error),
        ...this.#measured(run),
      };
    } finally {
      run.end();
      run.cpuMs = 0;
      this.sweep();
    }
  }

  async #load(run: HookRun): Promise<void> {
    const realm = await this.#isolate.openRealm(this.#source, {
      runtime: this.#host.runtime,
      timeoutMs: this.#limits.cpu_ms * MAX_WALL_PER_CPU,
      onSettled: (id, text, inEntry) => {
        const run = this.#runs.get(id);
        if (inEntry && run !== undefined) run.returned = text;
        else run?.settle(text);
      },
      onTimer: (...timer) => this.#setTimer(...timer),
      onClearTimer: (id) => this.#clearTimer(id),
      onTimersKept: (id) => void this.#takeTimers(id),
      onCall: (...call) => void this.#call(...call),
      onWork: (json, waits) => this.#work(json, waits),
      onWorkDone: (ticket) => this.#nodeWork.take(ticket),
    });
    // Before the load: what it puts off may be due before it has come back.
    this.#entries = realm.entries;
    const error = await realm.load();
    if (error !== undefined) {
      this.#loadFailure = { status: 'threw', during: 'load', error: parseHookError(error), ...this.#measured(run) };
    }
  }

  /** How the load ended, once it has. */
  loaded(): HookOutcome {
    return this.#loadFailure ?? { status: 'ok', cpu_ms: 0, wall_ms: 0, console: [] };
  }

  /**
   * Runs the hook once.
   *
   * @param json JSON text of its arguments.
   * @param dueMs On the clock of `performance`; by then it is answered.
   * @throws {IsolateGoneError} When another run ended the isolate.
   */
  async run(id: number, json: string, dueMs: number): Promise<HookOutcome> {
    if (this.#loadFailure !== undefined) return this.#loadFailure;
    const enter = this.#entries?.run;
    if (enter === undefined || this.#endedShareMs !== undefined) throw new IsolateGoneError();
    // Before the entry: an asynchronous hook may settle while its entry is still on its way back.
    const run = new HookRun(id, dueMs - performance.now(), this.#subtleTurns);
    this.#runs.set(id, run);
    this.#firstRunId ??= id;
    this.#firstRun.resolve(this.#firstRunId);
    const { console_bytes, cpu_ms } = this.#limits;
    try {
      const entry = enter.apply(undefined, [id, json, console_bytes], { timeout: cpu_ms * MAX_WALL_PER_CPU });
      const settled = await Promise.race([this.#entering(run, entry), run.settlement]);
      const text = settled ?? run.returned ?? (await run.settlement);
      return parseOutcome(text, this.#measured(run), this.#limits);
    } catch (error) {
      const failure = this.#failure(error, run);
      if (failure?.status === 'timed_out')
        return { ...failure, ...(await lastWords(run, this.#resume(run, 'endRun'))) };
      if (failure !== undefined) return failure;
      return { status: 'threw', during: 'run', error: hostError(error), ...this.#measured(run) };
    } finally {
      run.end();
      if (!run.underWay) this.#forget(run);
    }
  }

  /** What a limit made of a run, or `undefined` for an error of the hook's own. */
  #failure(error: unknown, run: HookRun) {
    const measured = this.#measured(run);
    const limit = limitOf(error);
    if (limit === 'wall' || limit === 'callback') return { status: 'timed_out' as const, limit, ...measured };
    // Others that wait for this isolate must not wait for nothing.
    if (limit !== undefined || this.#isolate.isDisposed) this.dispose();
    if (limit === 'cpu') return { status: 'timed_out' as const, limit, ...measured };
    if (limit === 'memory') return { status: 'out_of_memory' as const, ...measured };
    if (this.#endedShareMs !== undefined) throw new IsolateGoneError();
    return undefined;
  }

  /** Enters the isolate again for a run, with the answer to something it asked for. */
  async #resume(run: HookRun, name: Exclude<keyof Entries, 'run'>, ...args: (string | number | boolean)[]) {
    const entry = this.#entries?.[name];
    if (entry === undefined || this.#endedShareMs !== undefined) return undefined;
    if (run.id === LOAD) this.#refill(run);
    try {
      const timeout = this.#limits.cpu_ms * MAX_WALL_PER_CPU;
      const answer = await this.#entering(run, entry.apply(undefined, [run.id, ...args], { timeout }));
      if (run.cpuMs >= this.#limits.cpu_ms) run.fail(new LimitError('cpu'));
      return answer;
    } catch (error) {
      run.fail(error as Error);
      if (limitOf(error) !== undefined) this.dispose();
      return undefined;
    }
  }

  /** What was begun at load may go on as long as the isolate: the CPU time of one run fills up again. */
  #refill(load: HookRun): void {
    const nowMs = performance.now();
    load.cpuMs = Math.max(0, load.cpuMs - (nowMs - this.#refilledMs) * LOAD_CPU_SHARE);
    this.#refilledMs = nowMs;
  }

  async #entering<T>(run: HookRun, entry: Promise<T>): Promise<T> {
    const wasEmpty = this.#entered.none;
    this.#entered.enter(run);
    if (wasEmpty) this.#host.entered(this.#entered.leftAtAccountMs);
    try {
      return await entry;
    } finally {
      this.#entered.leave(run);
      if (!this.#entered.none) this.#host.entered(this.#entered.leftAtAccountMs);
    }
  }

  #measured(run: HookRun): Measured {
    if (this.#entered.first === run) this.#entered.account(run);
    return { cpu_ms: round(run.cpuMs), wall_ms: round(run.wallMs), console: [] };
  }

  // -- what a run asks the host for -------------------------------------------------------------------------------------

  #setTimer(runId: number, timerId: number, delayMs: number): void {
    const run = this.#runs.get(runId);
    if (run === undefined || run.hasMostTimers) return;
    clearTimeout(run.timers.get(timerId));
    const timer = setTimeout(() => void this.#fireTimer(run, timerId, timer), delayMs);
    run.timers.set(timerId, timer);
  }

  async #fireTimer(run: HookRun, timerId: number, timer: NodeJS.Timeout): Promise<void> {
    await this.#answerTurns.take();
    if (run.timers.get(timerId) !== timer) return;
    run.timers.delete(timerId);
    await this.#resume(run, 'fireTimer', timerId);
  }

  #clearTimer(timerId: number): void {
    for (const { timers } of this.#runs.values()) {
      clearTimeout(timers.get(timerId));
      timers.delete(timerId);
    }
  }

  /** Once the entry that is under way is over: until then there is more to come. */
  async #takeTimers(runId: number): Promise<void> {
    // One that was dropped meanwhile is no reason to hear of nobody's timers any more.
    const run = this.#runs.get(runId) ?? new HookRun(runId, undefined, this.#subtleTurns);
    for (const { runId: of, timerId, delayMs } of parseTimers(await this.#resume(run, 'takeTimers'))) {
      this.#clearTimer(timerId);
      if (delayMs !== null) this.#setTimer(of, timerId, delayMs);
    }
  }

  /** Asked for by the run that has the isolate. */
  #work(json: string, waits: boolean): string {
    const { first, leftMs } = this.#entered;
    return first === undefined
      ? ''
      : this.#nodeWork.ask(json, waits, { leftMs, work: first.subtleWork, hasOwnThread: this.#isolate.hasOwnThread });
  }

  async #call(runId: number, callId: number, kind: HostCallKind, json: string): Promise<void> {
    const run = this.#runs.get(runId);
    if (run === undefined) return;
    run.calls++;
    const inTheNameOf = runId === LOAD ? await this.#firstRun.promise : runId;
    const answered =
      kind === 'work' ? this.#nodeWork.wait(Number(json)) : this.#host.call(inTheNameOf, kind, json, run.subtleWork);
    const [ok, answer] = await answered.then(
      (result) => [true, result] as const,
      (error: unknown) => [false, callError(error)] as const,
    );
    await this.#answerTurns.take();
    await this.#resume(run, 'settleCall', callId, ok, answer);
    run.calls--;
  }
}

const round = (ms: number): number => Math.round(ms * 1000) / 1000;
