import { readFileSync } from 'node:fs';
import ivm from 'isolated-vm';
import type { HookLimits } from '../../../shared/domain/hook.ts';
import type { HookError, HookOutcome } from '../../../shared/domain/hook-outcome.ts';
import { hookScript, LINE_OFFSET } from './hook-script.ts';

const bootstrap = readFileSync(new URL('./isolate/bootstrap.js', import.meta.url), 'utf8');
const BOOTSTRAP = `return (${bootstrap.replace(/;\s*$/, '')})($0)`;

const MESSAGES = {
  timeout: 'Script execution timed out.',
  memoryLimit: 'Isolate was disposed during execution due to memory limit',
  compile: 'Unable to compile the extensibility code as javascript',
};

type Measured = Pick<HookOutcome, 'cpu_ms' | 'wall_ms' | 'console'>;
type Waiting = { timer: NodeJS.Timeout | undefined; settle: (text: string) => void; fail: (reason: Error) => void };
type Limit = 'cpu' | 'memory' | 'wall';

/** Some of V8's loops cannot be interrupted; an entry that goes on for so long after its isolate was ended will not be. */
const UNINTERRUPTIBLE_AFTER_MS = 250;

/** Last resort should nobody {@link HookIsolate.charge} an entry, in multiples of its CPU limit. */
const MAX_WALL_PER_CPU = 10;

/** Stands for the load where ids of runs are kept; those begin at 1. */
const LOAD = 0;

/** Thrown by {@link HookIsolate.run} when the isolate ended under a run that did not cause it: another isolate may run it. */
export class IsolateGoneError extends Error {}

/**
 * One hook revision in a V8 isolate of its own, loaded once and run many times: what the hook keeps in `global` stays between
 * runs, as in Auth0's warm containers (contract §1.5). No object of the host ever enters it, only strings and two functions.
 */
export class HookIsolate {
  readonly #limits: HookLimits;
  readonly #isolate: ivm.Isolate;
  readonly #waiting = new Map<number, Waiting>();
  #enter: ivm.Reference<(id: number, json: string, consoleBytes: number) => string | undefined> | undefined;
  #loadFailure: Extract<HookOutcome, { status: 'threw' | 'timed_out' | 'out_of_memory' }> | undefined;
  #lastCpuNs = 0n;
  /** Runs whose entry has not come back, in the order in which the isolate takes them. */
  readonly #entered = new Set<number>();
  /** Of the first of them: since when it has the isolate, and the CPU time it was charged with. */
  #entrySinceMs = 0;
  #chargedMs = 0;
  #endedMs: number | undefined;

  constructor(limits: HookLimits) {
    this.#limits = limits;
    this.#isolate = new ivm.Isolate({
      memoryLimit: limits.heap_mib,
      // V8 could not even unwind: nothing in this process can be trusted to go on. The executor starts another.
      onCatastrophicError: () => process.abort(),
    });
  }

  get usable(): boolean {
    return !this.#isolate.isDisposed && this.#loadFailure === undefined;
  }

  get idle(): boolean {
    return this.#waiting.size === 0 && this.#entered.size === 0;
  }

  /** Ends the isolate; its runs go on in another. */
  dispose(): void {
    this.#endedMs ??= performance.now();
    if (!this.#isolate.isDisposed) this.#isolate.dispose();
    for (const { fail } of this.#waiting.values()) fail(new IsolateGoneError());
  }

  /** True when one run has had the isolate for itself since then. */
  heldSince(ms: number): boolean {
    return this.#entered.size > 0 && this.#entrySinceMs <= ms;
  }

  /** Charges the run that has the isolate with CPU time; over its limit it is answered, and the isolate ended. */
  charge(cpuMs: number): void {
    this.#chargedMs += cpuMs;
    if (this.#chargedMs >= this.#limits.cpu_ms) this.stop('cpu');
  }

  /** Answers the run that has the isolate, and ends the isolate: the hook was cut off anywhere, its globals may be half done. */
  stop(limit: Limit): void {
    if (this.#endedMs !== undefined) return;
    const [first] = this.#entered;
    if (first !== undefined) this.#waiting.get(first)?.fail(new LimitError(limit, this.#chargedMs));
    this.dispose();
  }

  /** True when the isolate was ended and its thread cannot be stopped: the process has to end. */
  get stuck(): boolean {
    const ended = this.#endedMs ?? Infinity;
    return this.#entered.size > 0 && performance.now() - ended > UNINTERRUPTIBLE_AFTER_MS;
  }

  /** Loads the hook, once, before any run. After a failure all runs tell of it. */
  async load(code: string): Promise<void> {
    const startedMs = performance.now();
    const stopped = this.#settlement(LOAD, undefined);
    try {
      await Promise.race([this.#enterWith(LOAD, this.#load(code, startedMs)), stopped]);
    } catch (error) {
      this.#loadFailure = this.#failure(error, startedMs) ?? {
        status: 'threw',
        during: 'compile',
        error: compileError(error),
        ...this.#measure(startedMs),
      };
    } finally {
      this.#waiting.delete(LOAD);
    }
  }

  async #load(code: string, startedMs: number): Promise<void> {
    const timeout = this.#limits.cpu_ms * MAX_WALL_PER_CPU;
    const context = await this.#isolate.createContext();
    const settled = new ivm.Callback((id: unknown, text: unknown) => this.#settleLater(id, text), { ignored: true });
    const realm = await context.evalClosure(BOOTSTRAP, [settled], {
      result: { reference: true },
      filename: 'hookmint:bootstrap',
    });
    const script = await this.#isolate.compileScript(hookScript(code), {
      filename: 'hook.js',
      lineOffset: LINE_OFFSET,
    });
    const factory: ivm.Reference = await script.run(context, { reference: true, timeout });
    const load = await realm.get('load', { reference: true });
    const error: unknown = await load.apply(undefined, [factory.derefInto({ release: true })], { timeout });
    this.#enter = await realm.get('run', { reference: true });
    if (typeof error === 'string') {
      const measured = this.#measure(startedMs);
      this.#loadFailure = { status: 'threw', during: 'load', error: parseHookError(error), ...measured };
    }
    load.release();
    realm.release();
    script.release();
    this.#measure(startedMs);
  }

  /**
   * Runs the hook once.
   *
   * @param json JSON text of its arguments.
   * @param deadlineMs Since the epoch; by then, or after its wall limit, it is answered.
   * @throws {IsolateGoneError} When another run ended the isolate.
   */
  async run(id: number, json: string, deadlineMs: number): Promise<HookOutcome> {
    if (this.#loadFailure !== undefined) return this.#loadFailure;
    const enter = this.#enter;
    if (enter === undefined || this.#endedMs !== undefined) throw new IsolateGoneError();
    const startedMs = performance.now();
    // Before the entry: an asynchronous hook may settle while its entry is still on its way back.
    const later = this.#settlement(id, Math.min(this.#limits.wall_ms, deadlineMs - Date.now()));
    const { console_bytes, cpu_ms } = this.#limits;
    try {
      const entry = enter.apply(undefined, [id, json, console_bytes], { timeout: cpu_ms * MAX_WALL_PER_CPU });
      const text = (await Promise.race([this.#enterWith(id, entry), later])) ?? (await later);
      return this.#outcome(text, startedMs);
    } catch (error) {
      const failure = this.#failure(error, startedMs);
      if (failure !== undefined) return failure;
      return { status: 'threw', during: 'run', error: hostError(error), ...this.#measure(startedMs) };
    } finally {
      clearTimeout(this.#waiting.get(id)?.timer);
      this.#waiting.delete(id);
    }
  }

  /** What a limit made of a run, or `undefined` for an error of the hook's own. */
  #failure(error: unknown, startedMs: number) {
    const measured = this.#measure(startedMs);
    if (error instanceof LimitError && error.cpuMs > 0) measured.cpu_ms = round(error.cpuMs);
    const limit = limitOf(error);
    if (limit === 'wall') return { status: 'timed_out' as const, limit, ...measured };
    // Others that wait for this isolate are not to wait for nothing.
    if (limit !== undefined || this.#isolate.isDisposed) this.dispose();
    if (limit === 'cpu') return { status: 'timed_out' as const, limit, ...measured };
    if (limit === 'memory') return { status: 'out_of_memory' as const, ...measured };
    if (this.#endedMs !== undefined) throw new IsolateGoneError();
    return undefined;
  }

  async #enterWith<T>(id: number, entry: Promise<T>): Promise<T> {
    if (this.#entered.size === 0) this.#nextEntry();
    this.#entered.add(id);
    try {
      return await entry;
    } finally {
      this.#entered.delete(id);
      this.#nextEntry();
    }
  }

  #nextEntry(): void {
    this.#entrySinceMs = performance.now();
    this.#chargedMs = 0;
  }

  #settlement(id: number, waitMs: number | undefined): Promise<string> {
    const settlement = new Promise<string>((settle, fail) => {
      const timer =
        waitMs === undefined ? undefined : setTimeout(() => fail(new LimitError('wall')), Math.max(0, waitMs));
      this.#waiting.set(id, { timer, settle, fail });
    });
    settlement.catch(() => undefined);
    return settlement;
  }

  #settleLater(id: unknown, text: unknown): void {
    if (typeof id === 'number' && typeof text === 'string') this.#waiting.get(id)?.settle(text);
  }

  #outcome(text: string, startedMs: number): HookOutcome {
    const frame = text.indexOf('\n');
    const measured = { ...this.#measure(startedMs), console: parseConsole(text.slice(0, frame)) };
    const detail = text.slice(frame + 2);
    switch (text[frame + 1]) {
      case 'o':
        if (detail === '') return { status: 'ok', ...measured };
        if (detail.length > this.#limits.result_bytes || Buffer.byteLength(detail) > this.#limits.result_bytes) {
          return { status: 'bad_result', reason: 'too_large', ...measured };
        }
        return { status: 'ok', result: detail, ...measured };
      case 'd':
        return { status: 'denied', error: parseHookError(detail), ...measured };
      case 't':
        return { status: 'threw', during: 'run', error: parseHookError(detail), ...measured };
      case 'n':
        return { status: 'bad_result', reason: 'not_an_object', ...measured };
      default:
        return { status: 'bad_result', reason: 'not_serializable', ...measured };
    }
  }

  /** Entries into an isolate come one after the other, so the CPU time since the last outcome is this run's. */
  #measure(startedMs: number): Measured {
    const cpuNs = this.#isolate.isDisposed ? this.#lastCpuNs : this.#isolate.cpuTime;
    const cpuMs = Number(cpuNs - this.#lastCpuNs) / 1e6;
    this.#lastCpuNs = cpuNs;
    return { cpu_ms: round(cpuMs), wall_ms: round(performance.now() - startedMs), console: [] };
  }
}

class LimitError extends Error {
  readonly limit: Limit;
  readonly cpuMs: number;

  constructor(limit: Limit, cpuMs = 0) {
    super(`over its ${limit} limit`);
    this.limit = limit;
    this.cpuMs = cpuMs;
  }
}

function limitOf(error: unknown): Limit | undefined {
  if (error instanceof LimitError) return error.limit;
  if (messageIs(error, MESSAGES.timeout)) return 'cpu';
  return messageIs(error, MESSAGES.memoryLimit) ? 'memory' : undefined;
}

const round = (ms: number): number => Math.round(ms * 1000) / 1000;

function messageIs(error: unknown, message: string): boolean {
  return error instanceof Error && error.message === message;
}

function parseHookError(json: string): HookError {
  return JSON.parse(json) as HookError;
}

function parseConsole(json: string): HookOutcome['console'] {
  return json === '' ? [] : (JSON.parse(json) as HookOutcome['console']);
}

function compileError(error: unknown): HookError {
  const { message, stack } = hostError(error);
  return { name: 'SyntaxError', message: MESSAGES.compile, stack: stack ?? message };
}

function hostError(error: unknown): HookError {
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
  // The lines of the host's own call stack say nothing to the hook's author.
  const stackOfHook = stack?.replace(/\n {4}at \(<isolated-vm boundary>\)[\s\S]*$/, '').slice(0, 8_192);
  return { name, message: message.slice(0, 4_096), ...(stackOfHook === undefined ? {} : { stack: stackOfHook }) };
}
