import { HookIsolate, type HookHost } from './hook-isolate.ts';
import type { OpenIsolate } from './hook-realm.ts';
import type { MemoryBounds } from './memory-bounds.ts';
import { oneToGiveUp } from './one-to-give-up.ts';
import type { RunnableHook, SandboxCounts } from './protocol.ts';

/** An isolate, its load while that is under way, how many runs are in it or wait for the load, and when it was used last. */
export type Loading = { hook: HookIsolate; loading: Promise<void> | undefined; runs: number; usedMs: number };
type Waiting = { revision: RunnableHook; dueMs: number; resolve: (isolate: Loading | undefined) => void };

const MAX_ISOLATES = 128;

/** The isolates of a process, one for each revision; a run that finds as many as there may be, and a run in each of them, waits. */
export class Isolates {
  readonly #host: HookHost;
  readonly #openIsolate: OpenIsolate;
  /** In the order of use, the least recently used first. */
  readonly #isolates = new Map<string, Loading>();
  readonly #waiting = new Set<Waiting>();
  /** All whose thread may still run, those given up among them. */
  readonly watched = new Set<HookIsolate>();
  #counts = { warm: 0, cold: 0, evicted: 0 };

  constructor(host: HookHost, openIsolate: OpenIsolate) {
    this.#host = host;
    this.#openIsolate = openIsolate;
  }

  /** What happened since this was asked last. */
  takeCounts(): SandboxCounts {
    const counts = { ...this.#counts, isolates: this.#isolates.size };
    this.#counts = { warm: 0, cold: 0, evicted: 0 };
    return counts;
  }

  get none(): boolean {
    return this.#isolates.size === 0;
  }

  /** Counts a run in the isolate of its revision; gives `undefined` when there was no room for one in time. */
  enter(revision: RunnableHook, dueMs: number): Loading | Promise<Loading | undefined> {
    const mayEnter = this.#waiting.size === 0 || this.#isolates.has(revision.revision);
    const isolate = mayEnter ? this.#isolateFor(revision) : undefined;
    return isolate ?? new Promise((resolve) => void this.#waiting.add({ revision, dueMs, resolve }));
  }

  /** A run that was counted in an isolate is over. */
  leave(revision: string, isolate: Loading): void {
    isolate.runs--;
    isolate.usedMs = performance.now();
    if (!isolate.hook.usable && this.#isolates.get(revision) === isolate) this.#isolates.delete(revision);
    if (isolate.runs > 0) return;
    if (this.#isolates.get(revision) !== isolate) isolate.hook.dispose();
    this.admit();
  }

  /** Lets those in that wait, as far as there is room. */
  admit(): void {
    let room = true;
    for (const run of this.#waiting) {
      const late = performance.now() >= run.dueMs;
      const mayEnter = !late && (room || this.#isolates.has(run.revision.revision));
      const isolate = mayEnter ? this.#isolateFor(run.revision) : undefined;
      if (isolate !== undefined || late) {
        this.#waiting.delete(run);
        run.resolve(isolate);
      } else room = false;
    }
  }

  /** Gives up an isolate; the runs in it come to their end. */
  discard(revision: string): void {
    const isolate = this.#isolates.get(revision);
    if (this.#isolates.delete(revision)) this.#counts.evicted++;
    if (isolate?.runs === 0) isolate.hook.dispose();
  }

  /** Gives up those that have not been used for long, and one that has nothing to do when so much memory is resident. */
  giveUp(rssBytes: number, { giveUpBytes, pressedBytes, inUseMs, idleMs }: MemoryBounds): 'gave up' | 'nothing left' {
    const nowMs = performance.now();
    for (const [revision, { hook, runs, usedMs }] of this.#isolates) {
      if (nowMs - usedMs < idleMs) break;
      if (runs === 0 && hook.idle) this.discard(revision);
    }
    if (rssBytes <= giveUpBytes) return 'nothing left';
    const isPressed = rssBytes > pressedBytes;
    const gaveUp = this.#makeRoom(({ hook, usedMs }) => hook.idle && (isPressed || nowMs - usedMs > inUseMs));
    return gaveUp ? 'gave up' : 'nothing left';
  }

  #isolateFor(revision: RunnableHook): Loading | undefined {
    let isolate = this.#isolates.get(revision.revision);
    const isWarm = isolate !== undefined && isolate.loading === undefined;
    if (isolate === undefined) {
      // One without a run may still have to do what settled runs left.
      const isFull = this.#isolates.size >= MAX_ISOLATES;
      if (isFull && !this.#makeRoom(({ hook }) => hook.idle) && !this.#makeRoom(() => true)) return undefined;
      isolate = this.#load(revision);
    }
    this.#isolates.delete(revision.revision);
    this.#isolates.set(revision.revision, isolate);
    isolate.runs++;
    isolate.usedMs = performance.now();
    this.#counts[isWarm ? 'warm' : 'cold']++;
    return isolate;
  }

  #load(revision: RunnableHook): Loading {
    const hook = new HookIsolate(revision, this.#host, this.#openIsolate);
    this.watched.add(hook);
    const isolate: Loading = { hook, loading: hook.load(), runs: 0, usedMs: performance.now() };
    const loaded = (): void => {
      isolate.loading = undefined;
    };
    isolate.loading?.then(loaded, loaded);
    return isolate;
  }

  /** Gives up one of those that no run is in. */
  #makeRoom(which: (isolate: Loading) => boolean): boolean {
    const candidates = [...this.#isolates].filter(([, isolate]) => isolate.runs === 0 && which(isolate));
    const chosen = oneToGiveUp(candidates, ([, { usedMs }]) => usedMs);
    if (chosen !== undefined) this.discard(chosen[0]);
    return chosen !== undefined;
  }
}
