import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { z } from 'zod';
import { hookScript } from '../../hook-build/hook-script.ts';
import { HookOutcome, NOT_RUN } from '../../shared/domain/hook-outcome.ts';
import type { HookLimits } from '../../shared/domain/hook.ts';
import { logger } from '../../shared/log.ts';
import { OWN_STATUS_FILE, processUsage } from '../../shared/process-wall/usage.ts';
import { NO_WALL, type Wall } from '../../shared/process-wall/wall.ts';
import { bundleRuntime } from './isolate/bundle-globals.ts';
import { EgressError } from './egress/http-exchange.ts';
import { callError } from './sandbox/host-calls/host-functions.ts';
import { MAX_MESSAGE_CHARACTERS } from './sandbox/message-bounds.ts';
import { FromSandbox, type RunnableHook, type SandboxRun, type ToSandbox } from './sandbox/protocol.ts';
import { StorageError } from './storage/hook-documents.ts';
import type { Storage } from './storage/storage-of-run.ts';

const SANDBOX_MAIN = fileURLToPath(new URL('./sandbox/main.ts', import.meta.url));

/** A sandbox process that does not answer within this time after a run's deadline is ended. */
const WATCHDOG_GRACE_MS = 1_000;
const WATCHDOG_INTERVAL_MS = 250;

/**
 * A sandbox process that says nothing from one look of the watchdog to so many later, 6 s, is ended, whatever time its runs still have.
 * Counted in looks, not in time: on an overloaded machine this process may not have run either.
 */
const MAX_SILENT_LOOKS = 24;

const LAST_WORDS_LENGTH = 4_096;

/** Above this RSS the executor ends a sandbox process. The process ends itself earlier; this is for one that no longer does what it should. */
const MAX_PROCESS_BYTES = 1_536 * 1_048_576;
const MAX_PROCESS_THREADS = 1_024;

/** Marks of cut lines come on top of the console's limit. */
const CONSOLE_SLACK = 16;

type Call = NonNullable<z.infer<typeof FromSandbox>['calls']>[number];
type Pending = {
  run: SandboxRun;
  limits: HookLimits;
  /** On the clock of `performance`: that of the epoch may be set. */
  dueMs: number;
  resolve: (outcome: HookOutcome | undefined) => void;
};

/** Makes a request for a hook; gives the JSON text of the response, or throws an error with a `code`. */
export type Network = (request: string) => Promise<string>;

/** What one run may ask for, by the kind of its calls. */
export type RunServices = { http: Network; storage: Storage };

/** One stripped child process that runs hooks. It ends only once; its owner starts another. */
export type SandboxProcess = {
  /** Resolves when the process takes runs; rejects when it ended first. */
  ready: Promise<void>;
  /** Resolves when the process has ended, with what it said last. */
  ended: Promise<string>;
  inFlight(): number;
  /** True from when it is ready until it is known to be ending. */
  takesRuns(): boolean;
  /** True from when it is known to be ending. */
  isEnding(): boolean;
  /**
   * Runs a hook once.
   *
   * @returns The outcome, or `undefined` when the process died before it came.
   */
  run(
    hook: RunnableHook,
    args: string | null,
    deadlineMs: number,
    services: RunServices,
  ): Promise<HookOutcome | undefined>;
  unload(revision: string): void;
  kill: () => void;
};

/**
 * Starts a sandbox process: no environment, and of the file system only its own code, isolated-vm and nothing else.
 *
 * @param main Its code, if not the default.
 * @param wall What stands around it.
 */
export function startSandboxProcess(main = SANDBOX_MAIN, wall: Wall = NO_WALL): SandboxProcess {
  const walled = wall.start({
    main,
    readable: readableFolders(main),
    maxMessageCharacters: MAX_MESSAGE_CHARACTERS,
    // isolated-vm needs the first, and is one.
    nodeOptions: ['--no-node-snapshot', '--allow-addons'],
  });
  const { process: child, channel } = walled;
  const pending = new Map<number, Pending>();
  const loaded = new Set<string>();
  /** Of the runs that may still ask for something, also after their outcome. */
  const servicesOf = new Map<number, { services: RunServices; dueMs: number }>();
  let outbox = emptyMessage();
  let scheduled = false;
  let lastId = 0;
  let lastWords = '';
  let started = false;
  let ending = false;
  /** Looks of the watchdog since it was asked for a sign of life; 0 when that has come. */
  let silentLooks = 0;

  function kill(): void {
    ending = true;
    walled.kill();
  }

  function flush(): void {
    const message = outbox;
    outbox = emptyMessage();
    scheduled = false;
    channel.send(message);
  }

  function schedule(): void {
    if (!scheduled) setImmediate(flush);
    scheduled = true;
  }

  function settle(id: number, outcome: unknown): void {
    const entry = pending.get(id);
    if (entry === undefined || ending) return;
    const parsed = HookOutcome.safeParse(outcome);
    if (!parsed.success || !fits(parsed.data, entry.limits)) {
      logger.error({ err: parsed.error }, 'a sandbox process sent an invalid answer; it is ended');
      kill();
      return;
    }
    pending.delete(id);
    entry.resolve(parsed.data);
  }

  async function answerCall({ run, call, kind, request }: Call): Promise<void> {
    const result = await (servicesOf.get(run)?.services ?? OVER)[kind](request).then(
      (json) => ({ call, ok: true, json }),
      (error: unknown) => ({ call, ok: false, json: callError(error) }),
    );
    schedule();
    outbox.results.push(result);
  }

  const ready = new Promise<void>((resolve, reject) => {
    channel.onMessage((raw) => {
      const message = FromSandbox.safeParse(raw);
      if (!message.success) {
        logger.error({ err: message.error }, 'a sandbox process sent an invalid message; it is ended');
        kill();
        return;
      }
      silentLooks = 0;
      if (message.data.ready === true) {
        started = true;
        resolve();
      }
      for (const { id, outcome } of message.data.outcomes ?? []) settle(id, outcome);
      for (const asked of message.data.calls ?? []) void answerCall(asked);
      for (const id of message.data.over ?? []) servicesOf.delete(id);
    });
    child.once('exit', () => reject(new Error(`the sandbox process ended while starting: ${lastWords}`)));
    child.once('error', reject);
    channel.send({ runtime: bundleRuntime() });
  });
  ready.catch(() => undefined);

  function watch(): void {
    watchLiveness();
    const overdueMs = performance.now() - WATCHDOG_GRACE_MS;
    for (const [id, { dueMs }] of servicesOf) {
      if (dueMs < overdueMs) servicesOf.delete(id);
    }
    for (const [id, { run, dueMs, resolve }] of pending) {
      if (dueMs > overdueMs) continue;
      logger.error({ revision: run.revision }, 'a sandbox process does not answer; it is ended');
      pending.delete(id);
      resolve({ status: 'timed_out', limit: 'wall', ...NOT_RUN });
      kill();
    }
    const usage = child.pid === undefined ? undefined : processUsage(child.pid);
    if (usage !== undefined && (usage.residentBytes > MAX_PROCESS_BYTES || usage.threads > MAX_PROCESS_THREADS)) {
      logger.error(usage, 'a sandbox process uses too much memory or too many threads; it is ended');
      kill();
    }
  }
  /** From outside: a process whose thread is kept busy cannot watch itself. */
  function watchLiveness(): void {
    if (ending || !started) return;
    silentLooks++;
    if (silentLooks === 1) channel.send({ alive: true } satisfies ToSandbox);
    else if (silentLooks > MAX_SILENT_LOOKS) {
      logger.error('a sandbox process does not respond; it is ended');
      kill();
    }
  }
  // Once the messages were read that came while this process itself stood still.
  const watchdog = setInterval(() => setImmediate(watch), WATCHDOG_INTERVAL_MS);

  const ended = new Promise<string>((resolve) => {
    channel.onEnd((garbage) => {
      if (garbage !== undefined)
        logger.error({ err: garbage }, 'a sandbox process sent an unreadable message; it is ended');
      kill();
    });
    const over = (how: string): void => {
      ending = true;
      clearInterval(watchdog);
      for (const { resolve: died } of pending.values()) died(undefined);
      pending.clear();
      resolve(lastWords === '' ? how : lastWords);
    };
    child.once('exit', (code, signal) => over(`exit ${String(signal ?? code)}`));
    child.once('error', (error) => {
      // A process that could not be started has no exit.
      if (child.pid === undefined) over(error.message);
    });
  });
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      lastWords = (lastWords + text).slice(-LAST_WORDS_LENGTH);
    });
  }

  return {
    ready,
    ended,
    inFlight: () => pending.size,
    takesRuns: () => started && !ending,
    isEnding: () => ending,
    run: (hook, args, deadlineMs, services) =>
      new Promise((resolve) => {
        const id = ++lastId;
        const { revision, limits } = hook;
        const nowMs = Date.now();
        const leftMs = Math.min(deadlineMs - nowMs, limits.wall_ms);
        const run = { id, revision, arguments: args, deadlineMs: nowMs + leftMs };
        const dueMs = performance.now() + leftMs;
        schedule();
        if (!loaded.has(revision)) {
          loaded.add(revision);
          outbox.load.push({ ...hook, script: hookScript(hook.script) });
        }
        pending.set(id, { run, limits, dueMs, resolve });
        servicesOf.set(id, { services, dueMs });
        outbox.runs.push(run);
      }),
    unload: (revision) => {
      if (!loaded.delete(revision)) return;
      // The other side unloads before it runs anything.
      if (outbox.runs.some((run) => run.revision === revision)) flush();
      schedule();
      outbox.unload.push(revision);
    },
    kill,
  };
}

const OVER: RunServices = {
  http: () => Promise.reject(new EgressError('EGRESS_FAILED', 'the run is over')),
  storage: () => Promise.reject(new StorageError('STORAGE_UNAVAILABLE', 'the run is over')),
};

function emptyMessage(): Required<Omit<ToSandbox, 'runtime' | 'alive'>> {
  return { load: [], unload: [], runs: [], results: [] };
}

/** Whether an outcome is within the limits that the sandbox process was to keep; the bus has to carry it. */
function fits(outcome: HookOutcome, limits: HookLimits): boolean {
  if (outcome.status === 'ok' && (outcome.result?.length ?? 0) > limits.result_bytes) return false;
  let left = limits.console_bytes + CONSOLE_SLACK;
  for (const { text } of outcome.console) left -= text.length;
  return left >= 0 && outcome.console.length <= limits.console_bytes;
}

/** What the sandbox process may read: its own code, and what isolated-vm needs to load its prebuilt binary. */
function readableFolders(main: string): string[] {
  const require = createRequire(import.meta.url);
  const packageFolder = (name: string): string => join(dirname(require.resolve(`${name}/package.json`)), '/');
  return [
    join(dirname(SANDBOX_MAIN), '/'),
    join(dirname(SANDBOX_MAIN), '../isolate/'),
    join(dirname(main), '/'),
    packageFolder('isolated-vm'),
    packageFolder('node-gyp-build'),
    OWN_STATUS_FILE,
    '/etc/alpine-release', // node-gyp-build looks for it to tell musl from glibc
  ];
}
