import { setFlagsFromString } from 'node:v8';
import type { HookOutcome } from '../../../shared/domain/hook-outcome.ts';
import { ownChannel } from '../../../shared/process-wall/channel.ts';
import { sealIfWalled } from '../../../shared/process-wall/seal.ts';
import { openOwnResidentBytes } from '../../../shared/process-wall/usage.ts';
import { by } from './by.ts';
import { dropRights } from './drop-rights.ts';
import { runDecode } from './host-calls/decode.ts';
import { runSubtle } from './host-calls/subtle.ts';
import { callExecutor, settleCall, takeCalls } from './executor-calls.ts';
import { IsolateGoneError, type HookHost } from './hook-isolate.ts';
import { Isolates } from './isolates.ts';
import { MemoryWatch } from './memory-watch.ts';
import { CpuShare } from './process-time.ts';
import { messagesFromSandbox } from './messages.ts';
import type { RunnableHook, SandboxRun, ToSandbox } from './protocol.ts';

/**
 * A sandbox process: runs hooks in isolates for the executor that started it, and nothing else. It has no environment, no files
 * but its own, no network and no right to start anything; it is told everything over its channel.
 */
const revisions = new Map<string, RunnableHook>();

// What bounds this process's own heap is not for those of isolates, which are made from here on and have limits of their own.
for (const option of ['--max-semi-space-size=0', '--initial-old-space-size=0']) setFlagsFromString(option);

const outbox: { id: number; outcome: HookOutcome }[] = [];
const over: number[] = [];

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

async function run({ id, revision: address, arguments: json, deadlineMs }: SandboxRun): Promise<HookOutcome> {
  const revision = revisions.get(address);
  if (revision === undefined) throw new Error('a run of a revision that was not loaded');
  // From here on by a monotonic clock.
  const dueMs = performance.now() + Math.min(revision.limits.wall_ms, deadlineMs - Date.now());
  for (;;) {
    const isolate = await isolates.enter(revision, dueMs);
    if (isolate === undefined) return { status: 'unavailable', reason: 'no isolate was free in time', ...NOT_RUN };
    try {
      const loaded = isolate.loading === undefined || (await by(dueMs, isolate.loading));
      if (!loaded) return { status: 'timed_out', limit: 'wall', ...NOT_RUN };
      return json === null ? isolate.hook.loaded() : await isolate.hook.run(id, json, dueMs);
    } catch (error) {
      // Another run of the hook ended the isolate; this one did nothing wrong and gets a fresh one while there is time.
      if (!(error instanceof IsolateGoneError) || performance.now() >= dueMs) throw error;
    } finally {
      isolates.leave(address, isolate);
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

const isolates = new Isolates(host);
const memory = new MemoryWatch();
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
  const { watched } = isolates;
  for (const hook of watched) {
    if (hook.leftMs <= 0) hook.stop('cpu');
  }
  const allTheTime = [...watched].filter(({ heldSinceMs }) => heldSinceMs !== undefined && heldSinceMs <= lastWatchMs);
  lastWatchMs = performance.now();

  const toDo = memory.look(residentBytes(), isolates, allTheTime.length > 0);
  if (toDo === 'end') {
    if (allTheTime.length === 1) allTheTime[0]?.stop('memory');
    end();
  } else if (toDo === 'replace') askToBeReplaced('memory');

  for (const hook of watched) {
    hook.sweep();
    if (hook.stuckForMs > STUCK_END_MS) end();
    else if (hook.stuckForMs > STUCK_MS) askToBeReplaced('stuck');
    if (!hook.usable && hook.idle) watched.delete(hook);
  }
  isolates.admit();
  watchIn(Math.min(...[...watched].map(({ usable, leftMs }) => (usable ? leftMs : Infinity))));
}
watchIn(MAX_WATCH_INTERVAL_MS);

const COUNTS_INTERVAL_MS = 1_000;
let toldIsolates = 0;
setInterval(() => {
  const counts = isolates.takeCounts();
  const { isolates: kept, warm, cold, evicted } = counts;
  // One with nothing to do says nothing.
  if (warm + cold + evicted > 0 || kept !== toldIsolates) channel.send({ counts });
  toldIsolates = kept;
}, COUNTS_INTERVAL_MS);

let asked = false;
function askToBeReplaced(replace: 'stuck' | 'memory'): void {
  if (!asked) channel.send({ replace });
  asked = true;
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
    isolates.discard(revision);
  }
  for (const revision of message.load ?? []) revisions.set(revision.revision, revision);
  for (const result of message.results ?? []) settleCall(result);
  for (const request of message.runs ?? []) void answer(request);
  if (message.alive === true) channel.send({ alive: true });
  if (message.memory !== undefined) memory.bounds = message.memory;
  if (message.runtime !== undefined) {
    host.runtime = message.runtime;
    channel.send({ ready: true });
  }
});
