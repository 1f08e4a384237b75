import type { HookOutcome } from '../../../shared/domain/hook-outcome.ts';
import { ownChannel } from '../../../shared/process-wall/channel.ts';
import { sealIfWalled } from '../../../shared/process-wall/seal.ts';
import { openOwnResidentBytes } from '../../../shared/process-wall/usage.ts';
import { by } from './by.ts';
import { dropRights } from './drop-rights.ts';
import { runDecode } from './host-calls/decode.ts';
import { runSubtle } from './host-calls/subtle.ts';
import { callExecutor, settleCall, takeCalls } from './executor-calls.ts';
import { HookIsolate, IsolateGoneError, type HookHost } from './hook-isolate.ts';
import { CpuShare } from './process-time.ts';
import { messagesFromSandbox } from './messages.ts';
import type { RunnableHook, SandboxRun, ToSandbox } from './protocol.ts';

/**
 * A sandbox process: runs hooks in isolates for the executor that started it, and nothing else. It has no environment, no files
 * but its own, no network and no right to start anything; it is told everything over its channel.
 */
const MAX_ISOLATES = 128;

/** Above so much memory isolates that have nothing to do are given up, the least recently used first. */
const EVICTION_RSS_BYTES = 768 * 1_048_576;

/** Above so much the process ends, and with it the run that had an isolate for itself meanwhile. */
const MAX_RSS_BYTES = 1_024 * 1_048_576;

/** Longest and shortest time between two looks at what runs; within them the next is when a run would be at its CPU limit. */
const MAX_WATCH_INTERVAL_MS = 20;
const MIN_WATCH_INTERVAL_MS = 1;

/**
 * Some of V8's loops cannot be interrupted: an entry that uses so much CPU time after its isolate was ended will not be, and the executor is
 * asked to replace the process. After so much, nobody has.
 */
const STUCK_MS = 250;
const STUCK_END_MS = 3_000;

/** What an outcome measures of a run that there was none of. */
const NOT_RUN = { cpu_ms: 0, wall_ms: 0, console: [] };

/** An isolate, its load while that is under way, and how many runs are in it or wait for the load. */
type Loading = { hook: HookIsolate; loading: Promise<void> | undefined; runs: number };
type Waiting = { revision: RunnableHook; dueMs: number; resolve: (isolate: Loading | undefined) => void };

const revisions = new Map<string, RunnableHook>();
/** In the order of use, the least recently used first. */
const isolates = new Map<string, Loading>();
/** Runs that find as many isolates as there may be, and a run in each of them. */
const waiting = new Set<Waiting>();
/** All whose thread may still run, those given up among them. */
const watched = new Set<HookIsolate>();
const outbox: { id: number; outcome: HookOutcome }[] = [];
const over: number[] = [];

/** Counts a run in the isolate of its revision; gives `undefined` when there was no room for one in time. */
function enter(revision: RunnableHook, dueMs: number): Loading | Promise<Loading | undefined> {
  const isolate = waiting.size === 0 || isolates.has(revision.revision) ? isolateFor(revision) : undefined;
  return isolate ?? new Promise((resolve) => void waiting.add({ revision, dueMs, resolve }));
}

/** Lets those in that wait, as far as there is room. */
function admit(): void {
  let room = true;
  for (const run of waiting) {
    const late = performance.now() >= run.dueMs;
    const isolate = !late && (room || isolates.has(run.revision.revision)) ? isolateFor(run.revision) : undefined;
    if (isolate !== undefined || late) {
      waiting.delete(run);
      run.resolve(isolate);
    } else room = false;
  }
}

function isolateFor(revision: RunnableHook): Loading | undefined {
  let isolate = isolates.get(revision.revision);
  if (isolate === undefined) {
    if (isolates.size >= MAX_ISOLATES && !evictIdle() && !evict(() => true)) return undefined;
    isolate = load(revision);
  }
  isolates.delete(revision.revision);
  isolates.set(revision.revision, isolate);
  isolate.runs++;
  return isolate;
}

function load(revision: RunnableHook): Loading {
  const hook = new HookIsolate(revision, host);
  watched.add(hook);
  const isolate: Loading = { hook, loading: hook.load(), runs: 0 };
  const loaded = (): void => {
    isolate.loading = undefined;
  };
  isolate.loading?.then(loaded, loaded);
  return isolate;
}

/** Gives up the least recently used isolate that has nothing to do. */
function evictIdle(): boolean {
  return evict((hook) => hook.idle);
}

/** Gives up the least recently used isolate that no run is in; it may still have to do what settled runs left. */
function evict(which: (hook: HookIsolate) => boolean): boolean {
  for (const [revision, { hook, runs }] of isolates) {
    if (runs > 0 || !which(hook)) continue;
    discard(revision);
    return true;
  }
  return false;
}

/** Gives up an isolate; the runs in it come to their end. */
function discard(revision: string): void {
  const isolate = isolates.get(revision);
  isolates.delete(revision);
  if (isolate?.runs === 0) isolate.hook.dispose();
}

async function run({ id, revision: address, arguments: json, deadlineMs }: SandboxRun): Promise<HookOutcome> {
  const revision = revisions.get(address);
  if (revision === undefined) throw new Error('a run of a revision that was not loaded');
  // From here on by a monotonic clock.
  const dueMs = performance.now() + Math.min(revision.limits.wall_ms, deadlineMs - Date.now());
  for (;;) {
    const isolate = await enter(revision, dueMs);
    if (isolate === undefined) return { status: 'unavailable', reason: 'no isolate was free in time', ...NOT_RUN };
    try {
      const loaded = isolate.loading === undefined || (await by(dueMs, isolate.loading));
      if (!loaded) return { status: 'timed_out', limit: 'wall', ...NOT_RUN };
      return json === null ? isolate.hook.loaded() : await isolate.hook.run(id, json, dueMs);
    } catch (error) {
      // Another run of the hook ended the isolate; this one did nothing wrong and gets a fresh one while there is time.
      if (!(error instanceof IsolateGoneError) || performance.now() >= dueMs) throw error;
    } finally {
      isolate.runs--;
      if (!isolate.hook.usable && isolates.get(address) === isolate) isolates.delete(address);
      if (isolate.runs === 0 && isolates.get(address) !== isolate) isolate.hook.dispose();
      if (isolate.runs === 0) admit();
    }
  }
}

async function answer(request: SandboxRun): Promise<void> {
  let outcome: HookOutcome;
  try {
    outcome = await run(request);
  } catch {
    outcome = { status: 'unavailable', reason: 'the isolate ended under this run', ...NOT_RUN };
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
  scheduled = false;
  for (const message of messagesFromSandbox({ outcomes: outbox, calls: takeCalls(), over })) channel.send(message);
}

const host: HookHost = {
  runtime: { globals: '', libraries: { encoding: '', inspect: '', streams: '' } },
  cpu: new CpuShare(),
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

const channel = ownChannel();
const residentBytes = openOwnResidentBytes();
let lastWatchMs = performance.now();
let nextWatch: NodeJS.Timeout | undefined;
let nextWatchMs = 0;

function watchIn(ms: number): void {
  const delayMs = Math.min(MAX_WATCH_INTERVAL_MS, Math.max(MIN_WATCH_INTERVAL_MS, Math.ceil(ms)));
  clearTimeout(nextWatch);
  nextWatch = setTimeout(watch, delayMs);
  nextWatchMs = performance.now() + delayMs;
}

/**
 * Stops runs that are at their CPU limit. Ends the process when memory goes that no isolate counts, and the executor runs what else was in
 * it elsewhere. One that cannot be stopped leaves time to the others until the executor has another process.
 */
function watch(): void {
  for (const hook of watched) {
    if (hook.leftMs <= 0) hook.stop('cpu');
  }
  const allTheTime = [...watched].filter(({ heldSinceMs }) => heldSinceMs !== undefined && heldSinceMs <= lastWatchMs);
  lastWatchMs = performance.now();

  const rssBytes = residentBytes();
  if (rssBytes > MAX_RSS_BYTES) {
    if (allTheTime.length === 1) allTheTime[0]?.stop('memory');
    end();
  } else if (rssBytes > EVICTION_RSS_BYTES) evictIdle();

  for (const hook of watched) {
    hook.sweep();
    if (hook.stuckForMs > STUCK_END_MS) end();
    else if (hook.stuckForMs > STUCK_MS) tellStuck();
    if (!hook.usable && hook.idle) watched.delete(hook);
  }
  admit();
  watchIn(Math.min(...[...watched].map(({ usable, leftMs }) => (usable ? leftMs : Infinity))));
}
watchIn(MAX_WATCH_INTERVAL_MS);

let toldStuck = false;
function tellStuck(): void {
  if (!toldStuck) channel.send({ stuck: true });
  toldStuck = true;
}

/** By then all that was settled in this turn is in the outbox. */
function end(): void {
  setImmediate(() => {
    flush();
    channel.send({}, () => process.kill(process.pid, 'SIGKILL'));
  });
}

// Not an exit, which would wait for threads that a hook keeps.
channel.onEnd(() => process.kill(process.pid, 'SIGKILL'));
await sealIfWalled();
dropRights();
channel.onMessage((raw) => {
  const message = raw as ToSandbox;
  for (const revision of message.unload ?? []) {
    revisions.delete(revision);
    discard(revision);
  }
  for (const revision of message.load ?? []) revisions.set(revision.revision, revision);
  for (const result of message.results ?? []) settleCall(result);
  for (const request of message.runs ?? []) void answer(request);
  if (message.alive === true) channel.send({ alive: true });
  if (message.runtime !== undefined) {
    host.runtime = message.runtime;
    channel.send({ ready: true });
  }
});
