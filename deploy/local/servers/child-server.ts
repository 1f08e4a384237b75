import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, renameSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { dataDirError } from './data-dir.ts';

/** How a server ended; `lastLines` is the end of its log. */
export interface ServerExit {
  code: number | null;
  signal: NodeJS.Signals | null;
  lastLines: string;
}

/** A server that answers. `stop` is idempotent and resolves when the process is gone; `graceMs` is between SIGINT and SIGKILL. */
export interface RunningServer {
  url: string;
  port: number;
  process: ChildProcess;
  stop: (graceMs?: number) => Promise<void>;
}

/** A spawned server, ready or not. */
export interface ChildServer {
  process: ChildProcess;
  exited: Promise<ServerExit>;
  /** Undefined while the process lives. */
  exit: () => ServerExit | undefined;
  /** This run's output so far; empty when its file is gone. */
  log: () => string;
  stop: (graceMs?: number) => Promise<void>;
  /** Calls back when the process ends without {@link ChildServer.stop} having been called. */
  onUnexpectedExit: (callback: (exit: ServerExit) => void) => void;
}

export interface SpawnOptions {
  /** For messages. */
  name: string;
  binary: string;
  args: readonly string[];
  env: NodeJS.ProcessEnv;
  /** Holds this run's output; the run before is kept as `<logFile>.1`. */
  logFile: string;
  /** Between SIGINT and SIGKILL, in milliseconds. */
  stopGraceMs: number;
}

const LAST_LINES = 8;
const POLL_INTERVAL_MS = 15;

/**
 * Spawns a server in a process group of its own, so that a terminal's Ctrl-C reaches only the launcher. Its output goes
 * to a file, not to a pipe: a launcher that is killed must not take the server down with a broken pipe.
 */
export function spawnServer({ name, binary, args, env, logFile, stopGraceMs }: SpawnOptions): ChildServer {
  const output = openLog(name, logFile);
  const child = spawn(binary, args, { env, detached: true, windowsHide: true, stdio: ['ignore', output, output] });
  closeSync(output);

  const log = (): string => readLog(logFile);
  let ended: ServerExit | undefined;
  let stopping = false;
  const exited = new Promise<ServerExit>((resolve) => {
    const end = (exit: ServerExit): void => resolve((ended ??= exit));
    child.once('error', (error) => end({ code: null, signal: null, lastLines: error.message }));
    child.once('exit', (code, signal) => end({ code, signal, lastLines: lastLines(log()) }));
  });

  const stop = async (graceMs = stopGraceMs): Promise<void> => {
    stopping = true;
    if (ended) return;
    child.kill('SIGINT');
    const escalate = setTimeout(() => child.kill('SIGKILL'), graceMs);
    await exited;
    clearTimeout(escalate);
  };

  return {
    process: child,
    exited,
    exit: () => ended,
    log,
    stop,
    onUnexpectedExit: (callback) =>
      void exited.then((exit) => {
        if (!stopping) callback(exit);
      }),
  };
}

/**
 * Polls `probe` until it gives a value, the process ends or the time is up.
 * @returns the probe's value; undefined when the process ended (see `exit()`) or when the time was up (it still lives).
 */
export async function untilReady<T>(
  child: ChildServer,
  probe: () => Promise<T | undefined>,
  timeoutMs: number,
): Promise<T | undefined> {
  const deadline = Date.now() + timeoutMs;
  while (!child.exit() && Date.now() < deadline) {
    const value = await probe();
    if (value !== undefined) return value;
    await Promise.race([delay(POLL_INTERVAL_MS), child.exited]);
  }
  return undefined;
}

/** What a server needs of the launcher's environment, and no more: its secrets stay with the launcher. */
export function serverEnv(env: NodeJS.ProcessEnv, extra: Record<string, string> = {}): NodeJS.ProcessEnv {
  const kept = ['PATH', 'HOME', 'TMPDIR', 'TEMP', 'TMP', 'TZ', 'SystemRoot'];
  const base = Object.fromEntries(kept.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])));
  // mongod refuses to start under a LANG that is not installed.
  return { ...base, LC_ALL: 'C', ...extra };
}

/** In words that fit into a sentence. */
export function howItEnded({ code, signal }: ServerExit): string {
  return signal ?? (code === null ? 'not run' : `exit code ${code}`);
}

function openLog(name: string, logFile: string): number {
  try {
    if (existsSync(logFile)) renameSync(logFile, `${logFile}.1`);
    return openSync(logFile, 'w', 0o600);
  } catch (error) {
    throw dataDirError(name, dirname(logFile), error);
  }
}

function readLog(logFile: string): string {
  try {
    return readFileSync(logFile, 'utf8');
  } catch {
    return '';
  }
}

function lastLines(log: string): string {
  return log.trimEnd().split('\n').slice(-LAST_LINES).join('\n');
}
