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
type Waiting = { timer: NodeJS.Timeout; settle: (text: string) => void };

/** Some of V8's loops cannot be interrupted; an entry that is so long past its CPU limit will not be. */
const UNINTERRUPTIBLE_AFTER_MS = 250;

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
  #entrySinceMs = 0;

  private constructor(limits: HookLimits) {
    this.#limits = limits;
    this.#isolate = new ivm.Isolate({
      memoryLimit: limits.heap_mib,
      // V8 could not even unwind: nothing in this process can be trusted to go on. The executor starts another.
      onCatastrophicError: () => process.abort(),
    });
  }

  /** Makes the isolate and loads the hook. A hook that cannot be loaded gives an isolate whose runs all tell why. */
  static async load(code: string, limits: HookLimits): Promise<HookIsolate> {
    const hook = new HookIsolate(limits);
    await hook.#load(code);
    return hook;
  }

  get usable(): boolean {
    return !this.#isolate.isDisposed && this.#loadFailure === undefined;
  }

  get heapBytes(): number {
    return this.#isolate.isDisposed ? 0 : this.#isolate.getHeapStatisticsSync().total_heap_size;
  }

  dispose(): void {
    if (!this.#isolate.isDisposed) this.#isolate.dispose();
    for (const { timer } of this.#waiting.values()) clearTimeout(timer);
  }

  async #load(code: string): Promise<void> {
    const startedMs = performance.now();
    const timeout = this.#limits.cpu_ms;
    try {
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
      if (typeof error === 'string') this.#fail('load', parseHookError(error), startedMs);
      load.release();
      realm.release();
      script.release();
      this.#measure(startedMs);
    } catch (error) {
      const measured = this.#measure(startedMs);
      if (messageIs(error, MESSAGES.timeout)) this.#loadFailure = { status: 'timed_out', limit: 'cpu', ...measured };
      else if (messageIs(error, MESSAGES.memoryLimit)) this.#loadFailure = { status: 'out_of_memory', ...measured };
      else this.#fail('compile', compileError(error), startedMs);
    }
  }

  #isGone(): boolean {
    return this.#isolate.isDisposed;
  }

  #fail(during: 'compile' | 'load', error: HookError, startedMs: number): void {
    this.#loadFailure = { status: 'threw', during, error, ...this.#measure(startedMs) };
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
    if (this.#enter === undefined || this.#isGone()) throw new IsolateGoneError();
    const startedMs = performance.now();
    // Before the entry: an asynchronous hook may settle while its entry is still on its way back.
    const later = this.#settlement(id, deadlineMs);
    try {
      const text = (await Promise.race([this.#enterIsolate(id, json), later])) ?? (await later);
      return this.#outcome(text, startedMs);
    } catch (error) {
      const measured = this.#measure(startedMs);
      if (error instanceof WallLimitError) return { status: 'timed_out', limit: 'wall', ...measured };
      if (messageIs(error, MESSAGES.timeout)) {
        // The hook was cut off at any point; what it keeps in its globals may be half done.
        this.dispose();
        return { status: 'timed_out', limit: 'cpu', ...measured };
      }
      if (messageIs(error, MESSAGES.memoryLimit)) return { status: 'out_of_memory', ...measured };
      if (this.#isGone()) throw new IsolateGoneError();
      return { status: 'threw', during: 'run', error: hostError(error), ...measured };
    } finally {
      clearTimeout(this.#waiting.get(id)?.timer);
      this.#waiting.delete(id);
    }
  }

  /** The run that holds the isolate and can no longer be stopped, if there is one: its process has to end. */
  stuckRun(): number | undefined {
    const [first] = this.#entered;
    const overdue = performance.now() - this.#entrySinceMs > this.#limits.cpu_ms + UNINTERRUPTIBLE_AFTER_MS;
    return overdue ? first : undefined;
  }

  async #enterIsolate(id: number, json: string): Promise<string | undefined> {
    if (this.#entered.size === 0) this.#entrySinceMs = performance.now();
    this.#entered.add(id);
    try {
      return await this.#enter?.apply(undefined, [id, json, this.#limits.console_bytes], {
        timeout: this.#limits.cpu_ms,
      });
    } finally {
      this.#entered.delete(id);
      this.#entrySinceMs = performance.now();
    }
  }

  #settlement(id: number, deadlineMs: number): Promise<string> {
    const settlement = new Promise<string>((resolve, reject) => {
      const waitMs = Math.max(0, Math.min(this.#limits.wall_ms, deadlineMs - Date.now()));
      const timer = setTimeout(() => reject(new WallLimitError()), waitMs);
      this.#waiting.set(id, { timer, settle: resolve });
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

class WallLimitError extends Error {}

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
