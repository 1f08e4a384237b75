import type { HookOutcome } from '../../../shared/domain/hook-outcome.ts';
import { HookIsolate, IsolateGoneError } from './hook-isolate.ts';
import type { SandboxRun, ToSandbox } from './protocol.ts';

/**
 * A sandbox process: runs hooks in isolates for the executor that started it, and nothing else. It has no environment, no files
 * but its own, no network and no right to start anything; it is told everything over its IPC channel.
 */
const MAX_ISOLATES = 128;
const STUCK_CHECK_INTERVAL_MS = 50;

type Revision = NonNullable<ToSandbox['load']>[number];

const revisions = new Map<string, Revision>();
/** In the order of use, the least recently used first. */
const isolates = new Map<string, Promise<HookIsolate>>();
const loaded = new Set<HookIsolate>();
let outbox: { id: number; outcome: HookOutcome }[] = [];

function isolateFor(revision: Revision): Promise<HookIsolate> {
  const isolate = isolates.get(revision.revision) ?? load(revision);
  isolates.delete(revision.revision);
  isolates.set(revision.revision, isolate);
  if (isolates.size > MAX_ISOLATES) {
    const [oldest] = isolates.keys();
    if (oldest !== undefined) discard(oldest);
  }
  return isolate;
}

async function load(revision: Revision): Promise<HookIsolate> {
  const isolate = await HookIsolate.load(revision.code, revision.limits);
  loaded.add(isolate);
  return isolate;
}

function discard(revision: string): void {
  const isolate = isolates.get(revision);
  isolates.delete(revision);
  void isolate?.then((hook) => {
    loaded.delete(hook);
    hook.dispose();
  });
}

async function run({ id, revision: address, arguments: json, deadlineMs }: SandboxRun): Promise<HookOutcome> {
  const revision = revisions.get(address);
  if (revision === undefined) throw new Error('a run of a revision that was not loaded');
  for (let attempt = 1; ; attempt++) {
    const loading = isolateFor(revision);
    const isolate = await loading;
    try {
      return await isolate.run(id, json, deadlineMs);
    } catch (error) {
      // Another run of the hook ended the isolate; this one did nothing wrong and gets a fresh one, once.
      if (!(error instanceof IsolateGoneError) || attempt === 2) throw error;
    } finally {
      if (!isolate.usable && isolates.get(address) === loading) discard(address);
    }
  }
}

async function answer(request: SandboxRun): Promise<void> {
  let outcome: HookOutcome;
  try {
    outcome = await run(request);
  } catch {
    outcome = { status: 'unavailable', reason: 'the isolate ended twice', cpu_ms: 0, wall_ms: 0, console: [] };
  }
  if (outbox.length === 0) setImmediate(flush);
  outbox.push({ id: request.id, outcome });
}

function flush(): void {
  const outcomes = outbox;
  outbox = [];
  process.send?.({ outcomes });
}

/** A run that cannot be stopped is answered, and the process ends; the executor runs what else was in it elsewhere. */
function endIfStuck(): void {
  for (const isolate of loaded) {
    const id = isolate.stuckRun();
    if (id === undefined) continue;
    const outcome: HookOutcome = { status: 'timed_out', limit: 'cpu', cpu_ms: 0, wall_ms: 0, console: [] };
    process.send?.({ outcomes: [{ id, outcome }] }, () => process.kill(process.pid, 'SIGKILL'));
  }
}
setInterval(endIfStuck, STUCK_CHECK_INTERVAL_MS);

process.on('message', (message: ToSandbox) => {
  for (const revision of message.load ?? []) revisions.set(revision.revision, revision);
  for (const revision of message.unload ?? []) {
    revisions.delete(revision);
    discard(revision);
  }
  for (const request of message.runs ?? []) void answer(request);
});
process.on('disconnect', () => process.exit(0));
process.send?.({ ready: true });
