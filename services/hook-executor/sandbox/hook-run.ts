import { SubtleWork, type SubtleTurns } from './host-calls/subtle-work.ts';
import { LimitError } from './limit.ts';

/** Timers of one run that the host keeps; the runtime inside allows 1,000 of an isolate. */
const MAX_TIMERS = 2_000;

/** One run of a hook, from its entry until nothing of it is under way any more. */
export class HookRun {
  readonly id: number;
  /** On the clock of `performance`. Then it is answered, and what it left to be done is dropped. */
  readonly deadlineMs: number;
  readonly startedMs = performance.now();
  cpuMs = 0;
  /** Its outcome has been given; what is still under way goes on until the deadline. */
  settled = false;
  /** It was ended by something else than its outcome. */
  failed = false;
  /** The text of an outcome that counts once its entry has come back. */
  returned: string | undefined;
  readonly subtleWork: SubtleWork;
  /** Entries into the isolate that have not come back: each may still set timers and make calls. */
  entries = 0;
  /** Calls of the host it waits for. */
  calls = 0;
  readonly timers = new Map<number, NodeJS.Timeout>();
  /** Resolves with the text of the outcome, rejects with what ended the run instead. */
  readonly settlement: Promise<string>;
  readonly settle: (text: string) => void;
  readonly fail: (reason: Error) => void;
  readonly #wall: NodeJS.Timeout | undefined;

  /** @param waitMs Until the wall limit; `undefined` for none. */
  constructor(id: number, waitMs: number | undefined, subtleTurns: SubtleTurns) {
    this.id = id;
    this.deadlineMs = waitMs === undefined ? Infinity : this.startedMs + waitMs;
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    promise.catch(() => undefined);
    [this.settlement, this.settle] = [promise, resolve];
    this.fail = (reason) => {
      this.failed ||= !this.settled;
      reject(reason);
    };
    this.#wall =
      waitMs === undefined ? undefined : setTimeout(() => this.fail(new LimitError('wall')), Math.max(0, waitMs));
    this.subtleWork = new SubtleWork(subtleTurns);
  }

  get wallMs(): number {
    return performance.now() - this.startedMs;
  }

  /** Something of it will come back by itself. */
  get underWay(): boolean {
    return this.entries > 0 || this.calls > 0 || this.timers.size > 0;
  }

  get hasMostTimers(): boolean {
    return this.timers.size >= MAX_TIMERS;
  }

  end(): void {
    this.settled = true;
    clearTimeout(this.#wall);
  }

  drop(): void {
    this.end();
    for (const timer of this.timers.values()) clearTimeout(timer);
    this.timers.clear();
    this.subtleWork.end();
  }
}
