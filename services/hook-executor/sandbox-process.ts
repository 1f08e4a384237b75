import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { z } from 'zod';
import { hookScript } from '../../hook-build/hook-script.ts';
import { HookOutcome, NOT_RUN } from '../../shared/domain/hook-outcome.ts';
import { MAX_WALL_MS, type HookLimits } from '../../shared/domain/hook.ts';
import { logger } from '../../shared/log.ts';
import { ownModule } from '../../shared/own-module.ts';
import { OWN_STATUS_FILE, processUsage } from '../../shared/process-wall/usage.ts';
import { countInSandbox } from '../../shared/telemetry/process-metrics.ts';
import { NO_WALL, type Wall } from '../../shared/process-wall/wall.ts';
import { bundleRuntime } from './isolate/bundle-globals.ts';
import { EgressError } from './egress/http-exchange.ts';
import { KeptValues } from './kept-values.ts';
import { LOOK_INTERVAL_MS, ProcessWatch } from './process-watch.ts';
import { callError } from './sandbox/host-calls/host-functions.ts';
import type { MemoryBounds } from './sandbox/memory-bounds.ts';
import { MAX_MESSAGE_CHARACTERS } from './sandbox/message-bounds.ts';
import { FromSandbox, type RunnableHook, type SandboxRun, type ToSandbox } from './sandbox/protocol.ts';
import { StorageError } from './storage/hook-documents.ts';
import type { Storage } from './storage/storage-of-run.ts';

const SANDBOX_MAIN = ownModule('./sandbox/main', import.meta.url);
/** What it evaluates in isolates. */
const ISOLATE_FOLDER = fileURLToPath(new URL('./isolate/', import.meta.url));

/** A sandbox process that does not answer within this time after a run's deadline is ended. */
const WATCHDOG_GRACE_MS = 1_000;
/** What is under way in a process that is replaced has so long to come to its end; then it is run again in another. */
const MAX_RETIRING_MS = { stuck: 500, memory: MAX_WALL_MS };

/** Most revisions that a process keeps, and their scripts, characters: each isolate has its own copy of one beside. */
const MAX_LOADED = { max: 2_000, maxSize: 128 * 1_048_576 };

/**
 * The process's own heap holds some 11 MB. V8 would let what runs leave in it grow to 300 MB before it collects that, over hours; so it costs
 * no more CPU, MiB.
 */
const OWN_HEAP_OPTIONS = ['--max-semi-space-size=2', '--initial-old-space-size=16'];

/** isolated-vm is an addon, and needs the first. */
const ISOLATED_VM_OPTIONS = ['--no-node-snapshot', '--allow-addons'];
/** Without isolated-vm: what gets hold of an object of Node's own realm still makes no code of it there. */
const INSPECTED_OPTIONS = ['--allow-inspector', '--disallow-code-generation-from-strings'];

const LAST_WORDS_LENGTH = 4_096;

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
  pid: number | undefined;
  /** Of one that is inspected: resolves with the address of its inspector, with `null` where the port cannot be had. */
  inspector: Promise<string | null>;
  /** Resolves when the process takes runs; rejects when it ended first. */
  ready: Promise<void>;
  /** Resolves when the process has ended, with what it said last. */
  ended: Promise<string>;
  /**
   * Resolves when another must take its place: a hook keeps a thread of it for ever, or its memory does not come back. Until then it serves
   * runs.
   */
  replaceable: Promise<'stuck' | 'memory'>;
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
  /** Resident, with its descendants; 0 where nothing tells it. */
  residentBytes(): number;
  /** As it told last, and as was sent to it. */
  holds(): { isolates: number; scriptCharacters: number };
  /** Ends it once what is under way in it is over, soon when it is stuck. It takes no more runs. */
  retire: (why: 'stuck' | 'memory') => void;
  kill: () => void;
};

/**
 * Starts a sandbox process: no environment, and of the file system only its own code, isolated-vm and nothing else.
 *
 * @param main Its code, if not the default.
 * @param wall What stands around it.
 * @param memory What it does about its memory, if not the default.
 * @param inspectAt Port at which a debugger may attach to it. Then nothing ends it for being slow: somebody may look at a line for hours.
 */
export function startSandboxProcess(
  main = SANDBOX_MAIN,
  wall: Wall = NO_WALL,
  memory?: MemoryBounds,
  inspectAt?: number,
): SandboxProcess {
  const walled = wall.start({
    main,
    readable: readableFolders(main),
    maxMessageCharacters: MAX_MESSAGE_CHARACTERS,
    nodeOptions: [...(inspectAt === undefined ? ISOLATED_VM_OPTIONS : INSPECTED_OPTIONS), ...OWN_HEAP_OPTIONS],
  });
  const { process: child, channel } = walled;
  const pending = new Map<number, Pending>();
  const loaded = new KeptValues<true>(MAX_LOADED, tellUnloaded);
  /** Of the runs that may still ask for something, also after their outcome. */
  const servicesOf = new Map<number, { services: RunServices; dueMs: number }>();
  let outbox = emptyMessage();
  let scheduled = false;
  let lastId = 0;
  let isolates = 0;
  let lastWords = '';
  let started = false;
  let ending = false;
  let retiring: NodeJS.Timeout | undefined;
  const replaceable = Promise.withResolvers<'stuck' | 'memory'>();
  const inspector = Promise.withResolvers<string | null>();
  const watch = new ProcessWatch(child.pid);

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

  function tellUnloaded(revision: string): void {
    // The other side unloads before it runs anything.
    if (outbox.runs.some((run) => run.revision === revision)) flush();
    schedule();
    outbox.unload.push(revision);
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
    if (retiring !== undefined && pending.size === 0) kill();
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
      watch.heard();
      if (message.data.counts !== undefined) {
        countInSandbox(message.data.counts);
        ({ isolates } = message.data.counts);
      }
      if (message.data.inspector !== undefined) inspector.resolve(message.data.inspector);
      if (message.data.replace !== undefined) replaceable.resolve(message.data.replace);
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
    const first: ToSandbox = {
      runtime: bundleRuntime(),
      ...(memory === undefined ? {} : { memory }),
      ...(inspectAt === undefined ? {} : { inspectAt }),
    };
    channel.send(first);
  });
  ready.catch(() => undefined);

  function end(why: string): void {
    logger.error(`${why}; it is ended`);
    kill();
  }

  function look(): void {
    if (ending || !started) return;
    const why = watch.look(pending.size === 0 && servicesOf.size === 0);
    if (why !== undefined) end(why);
    else if (watch.asks) channel.send({ alive: true } satisfies ToSandbox);
    const overdueMs = performance.now() - WATCHDOG_GRACE_MS;
    for (const [id, { dueMs }] of servicesOf) {
      if (dueMs < overdueMs) servicesOf.delete(id);
    }
    for (const [id, { dueMs, resolve }] of pending) {
      if (dueMs > overdueMs) continue;
      pending.delete(id);
      resolve({ status: 'timed_out', limit: 'wall', ...NOT_RUN });
      if (!watch.isKeptWaiting) end('a sandbox process does not answer');
    }
  }
  // Once the messages were read that came while this process itself stood still.
  const watchdog = inspectAt === undefined ? setInterval(() => setImmediate(look), LOOK_INTERVAL_MS) : undefined;

  const ended = new Promise<string>((resolve) => {
    channel.onEnd((garbage) => {
      if (garbage !== undefined)
        logger.error({ err: garbage }, 'a sandbox process sent an unreadable message; it is ended');
      kill();
    });
    const over = (how: string): void => {
      ending = true;
      clearInterval(watchdog);
      clearTimeout(retiring);
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
    pid: child.pid,
    inspector: inspector.promise,
    ready,
    ended,
    replaceable: replaceable.promise,
    inFlight: () => pending.size,
    takesRuns: () => started && !ending && retiring === undefined,
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
        if (loaded.get(revision) === undefined) {
          loaded.set(revision, true, hook.script.length);
          outbox.load.push({ ...hook, script: hookScript(hook.script) });
        }
        pending.set(id, { run, limits, dueMs, resolve });
        servicesOf.set(id, { services, dueMs });
        outbox.runs.push(run);
      }),
    unload: (revision) => {
      if (loaded.delete(revision)) tellUnloaded(revision);
    },
    residentBytes: () => (child.pid === undefined ? 0 : (processUsage(child.pid)?.residentBytes ?? 0)),
    holds: () => ({ isolates, scriptCharacters: loaded.size }),
    retire: (why) => {
      if (pending.size === 0) kill();
      else retiring ??= setTimeout(kill, MAX_RETIRING_MS[why]);
    },
    kill,
  };
}

export const NO_NETWORK: Network = () => Promise.reject(new Error('there is no network here'));
export const NO_STORAGE: Storage = () =>
  Promise.reject(new StorageError('STORAGE_UNAVAILABLE', 'there is no storage here'));

const OVER: RunServices = {
  http: () => Promise.reject(new EgressError('EGRESS_FAILED', 'the run is over')),
  storage: () => Promise.reject(new StorageError('STORAGE_UNAVAILABLE', 'the run is over')),
};

function emptyMessage(): Required<Omit<ToSandbox, 'runtime' | 'memory' | 'inspectAt' | 'alive'>> {
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
    ISOLATE_FOLDER,
    join(dirname(main), '/'),
    packageFolder('isolated-vm'),
    packageFolder('node-gyp-build'),
    OWN_STATUS_FILE,
    '/etc/alpine-release', // node-gyp-build looks for it to tell musl from glibc
  ];
}
