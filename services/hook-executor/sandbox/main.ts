import type { HookOutcome } from '../../../shared/domain/hook-outcome.ts';
import { dropRights } from './drop-rights.ts';
import { runDecode } from '../runtime/decode.ts';
import { runSubtle } from '../runtime/subtle.ts';
import { callExecutor, settleCall, takeCalls } from './executor-calls.ts';
import { HookIsolate, IsolateGoneError, type HookHost } from './hook-isolate.ts';
import { later, processTime } from './process-time.ts';
import type { RunnableHook, SandboxRun, ToSandbox } from './protocol.ts';

/**
 * A sandbox process: runs hooks in isolates for the executor that started it, and nothing else. It has no environment, no files
 * but its own, no network and no right to start anything; it is told everything over its IPC channel.
 */
const MAX_ISOLATES = 128;

/** Above so much memory isolates that have nothing to do are given up, the least recently used first. */
const EVICTION_RSS_BYTES = 768 * 1_048_576;

/** Above so much the process ends, and with it the run that had an isolate for itself meanwhile. */
const MAX_RSS_BYTES = 1_024 * 1_048_576;

/** Longest and shortest time between two looks at what runs; within them the next is when a run would be at its CPU limit. */
const MAX_WATCH_INTERVAL_MS = 20;
const MIN_WATCH_INTERVAL_MS = 1;

type Loading = { hook: HookIsolate; loaded: Promise<void> };

const revisions = new Map<string, RunnableHook>();
/** In the order of use, the least recently used first. */
const isolates = new Map<string, Loading>();
/** All whose thread may still run, those given up among them. */
const watched = new Set<HookIsolate>();
let outbox: { id: number; outcome: HookOutcome }[] = [];
let over: number[] = [];

function isolateFor(revision: RunnableHook): Loading {
  const isolate = isolates.get(revision.revision) ?? load(revision);
  isolates.delete(revision.revision);
  isolates.set(revision.revision, isolate);
  if (isolates.size > MAX_ISOLATES) evict();
  return isolate;
}

function load(revision: RunnableHook): Loading {
  const hook = new HookIsolate(revision, host);
  watched.add(hook);
  return { hook, loaded: hook.load() };
}

/** Gives up the least recently used isolate that has nothing to do, or else the least recently used. */
function evict(): void {
  const [oldest] = isolates;
  const [revision] = [...isolates].find(([, { hook }]) => hook.idle) ?? oldest ?? [];
  if (revision !== undefined) discard(revision);
}

function discard(revision: string): void {
  isolates.get(revision)?.hook.dispose();
  isolates.delete(revision);
}

async function run({ id, revision: address, arguments: json, deadlineMs }: SandboxRun): Promise<HookOutcome> {
  const revision = revisions.get(address);
  if (revision === undefined) throw new Error('a run of a revision that was not loaded');
  for (;;) {
    const isolate = isolateFor(revision);
    try {
      await isolate.loaded;
      return await isolate.hook.run(id, json, deadlineMs);
    } catch (error) {
      // Another run of the hook ended the isolate; this one did nothing wrong and gets a fresh one while there is time.
      if (!(error instanceof IsolateGoneError) || Date.now() >= deadlineMs) throw error;
    } finally {
      if (!isolate.hook.usable && isolates.get(address) === isolate) discard(address);
    }
  }
}

async function answer(request: SandboxRun): Promise<void> {
  let outcome: HookOutcome;
  try {
    outcome = await run(request);
  } catch {
    outcome = { status: 'unavailable', reason: 'the isolate ended under this run', cpu_ms: 0, wall_ms: 0, console: [] };
  }
  schedule();
  outbox.push({ id: request.id, outcome });
}

let scheduled = false;
function schedule(): void {
  if (!scheduled) setImmediate(flush);
  scheduled = true;
}

function flush(): void {
  const message = { outcomes: outbox, calls: takeCalls(), over };
  [outbox, over] = [[], []];
  scheduled = false;
  process.send?.(message);
}

const host: HookHost = {
  runtime: '',
  entered: (leftMs) => {
    if (performance.now() + leftMs < nextWatchMs) watchIn(leftMs);
  },
  over: (runId) => {
    schedule();
    over.push(runId);
  },
  call: (runId, kind, json, work): Promise<string> => {
    switch (kind) {
      case 'subtle':
        return runSubtle(json, work);
      case 'decode':
        return runDecode(json);
      case 'http':
      case 'storage':
        schedule();
        return callExecutor(runId, kind, json);
    }
  },
};

let lastWatch = processTime();
let nextWatch: NodeJS.Timeout | undefined;
let nextWatchMs = 0;

function watchIn(ms: number): void {
  const delayMs = Math.min(MAX_WATCH_INTERVAL_MS, Math.max(MIN_WATCH_INTERVAL_MS, Math.ceil(ms)));
  clearTimeout(nextWatch);
  nextWatch = setTimeout(watch, delayMs);
  nextWatchMs = performance.now() + delayMs;
}

/**
 * Charges the runs that had an isolate for themselves since the last time with the CPU time the process used meanwhile, in equal
 * shares: on a machine that has no time for the process their limits stand still. Ends the process when a run cannot be stopped
 * or memory goes that no isolate counts; the executor runs what else was in it elsewhere.
 */
function watch(): void {
  const now = processTime();
  const busy = [...watched].filter(({ heldSince }) => heldSince !== undefined);
  for (const hook of busy) {
    const since = later(lastWatch, hook.heldSince ?? now);
    hook.charge(Math.min(now.atMs - since.atMs, (now.cpuMs - since.cpuMs) / busy.length));
  }
  const allTheTime = busy.filter(({ heldSince }) => heldSince !== undefined && heldSince.atMs <= lastWatch.atMs);
  lastWatch = now;

  const rssBytes = process.memoryUsage.rss();
  if (rssBytes > MAX_RSS_BYTES) {
    if (allTheTime.length === 1) allTheTime[0]?.stop('memory');
    end();
  } else if (rssBytes > EVICTION_RSS_BYTES && [...isolates.values()].some(({ hook }) => hook.idle)) evict();

  for (const hook of watched) {
    hook.sweep();
    if (hook.stuck) end();
    if (!hook.usable && hook.idle) watched.delete(hook);
  }
  watchIn(Math.min(...busy.map(({ usable, leftMs }) => (usable ? leftMs : Infinity))));
}
watchIn(MAX_WATCH_INTERVAL_MS);

/** By then all that was settled in this turn is in the outbox. */
function end(): void {
  setImmediate(() => process.send?.({ outcomes: outbox }, () => process.kill(process.pid, 'SIGKILL')));
}

process.on('message', (message: ToSandbox) => {
  for (const revision of message.unload ?? []) {
    revisions.delete(revision);
    discard(revision);
  }
  for (const revision of message.load ?? []) revisions.set(revision.revision, revision);
  for (const result of message.results ?? []) settleCall(result);
  for (const request of message.runs ?? []) void answer(request);
  if (message.runtime !== undefined) {
    host.runtime = message.runtime;
    process.send?.({ ready: true });
  }
});
dropRights();
process.on('disconnect', () => process.exit(0));
