import { request as httpRequest } from 'node:http';
import ivm from 'isolated-vm';
import { bundleRuntime } from '../../services/hook-executor/isolate/bundle-globals.ts';
import { runDecode } from '../../services/hook-executor/sandbox/host-calls/decode.ts';
import {
  callError,
  createHostFunctions,
  parseTimers,
  type HostCallKind,
  type HostEvents,
} from '../../services/hook-executor/sandbox/host-calls/host-functions.ts';
import type { HttpExchangeRequest, HttpExchangeResponse } from '../../services/hook-executor/egress/http-exchange.ts';
import { NodeWork } from '../../services/hook-executor/sandbox/host-calls/node-work/node-work.ts';
import { SubtleWork } from '../../services/hook-executor/sandbox/host-calls/subtle-work.ts';
import { runSubtle } from '../../services/hook-executor/sandbox/host-calls/subtle.ts';

export type ConsoleLine = { level: string; text: string };

const ENTRY = `
  const host = { timer: $0, clearTimer: $1, timersKept: $2, call: $3, random: $4, parseUrl: $5, setUrl: $6, now: $7, library: $8, work: $9, workDone: $10 };
  const write = $11, done = $12;
  let run = 0;
  const install = BUNDLE;
  // As bootstrap.js does.
  for (const name of ['Atomics', 'SharedArrayBuffer', 'WebAssembly', 'FinalizationRegistry']) delete globalThis[name];
  const runtime = install(host, () => run, (level, text) => write(run, level, text));
  const { stringify } = JSON;
  const { eval: evaluate, Promise: PromiseClass, String: StringFunction } = globalThis;
  const then = Function.prototype.call.bind(PromiseClass.prototype.then);
  return {
    enter(id, source) {
      run = id;
      const settle = (ok) => (value) => done(id, ok, ok ? (stringify(value) ?? 'null') : StringFunction((value && value.stack) || value));
      let promise;
      try { promise = evaluate('(async () => {' + source + '\\n})()'); } catch (error) { return settle(false)(error); }
      then(promise, settle(true), settle(false));
    },
    fire(id, timerId) { run = id; runtime.fireTimer(timerId); },
    takeTimers() { return runtime.takeUntoldTimers(); },
    settle(id, callId, ok, json) { run = id; runtime.settleCall(callId, ok, json); },
    end(id) { runtime.endRun(id); },
  };`;

/** A real isolate with the hooks' globals, whose timers and calls are served here. */
export async function createRuntime({ memoryLimitMib = 64 } = {}) {
  const isolate = new ivm.Isolate({ memoryLimit: memoryLimitMib });
  const context = await isolate.createContext();
  const lines: ConsoleLine[] = [];
  /** Ids of the timers and calls that the host was asked for. */
  const asked: number[] = [];
  const runs = new Map<number, { resolve: (json: string) => void; reject: (error: Error) => void }>();
  const timers = new Map<number, NodeJS.Timeout>();
  let isOver = false;
  const enter = (name: string, args: unknown[]) => {
    if (isolate.isDisposed) return;
    realm.getSync(name, { reference: true }).apply(undefined, args, { timeout: 5_000 }).catch(failAll);
  };
  const failAll = (error: unknown) => runs.forEach(({ reject }) => reject(error as Error));

  async function answer(runId: number, callId: number, kind: HostCallKind, json: string): Promise<void> {
    try {
      const work = (ticket: string) => nodeWork.wait(Number(ticket));
      const serve = { http: runHttp, storage: runHttp, subtle: runSubtle, decode: runDecode, work }[kind];
      enter('settle', [runId, callId, true, await serve(json)]);
    } catch (error) {
      enter('settle', [runId, callId, false, callError(error)]);
    }
  }
  function setTimer(runId: number, timerId: number, delayMs: number): void {
    asked.push(timerId);
    clearTimeout(timers.get(timerId));
    if (isOver) return;
    timers.set(
      timerId,
      setTimeout(() => enter('fire', [runId, timerId]), delayMs),
    );
  }
  function clearTimer(timerId: number): void {
    clearTimeout(timers.get(timerId));
    timers.delete(timerId);
  }
  const nodeWork = new NodeWork();
  const events = {
    onWork: (json: string, waits: boolean) => nodeWork.ask(json, waits, { leftMs: 1_000, work: new SubtleWork() }),
    onWorkDone: (ticket: number) => nodeWork.take(ticket),
    onTimer: setTimer,
    onClearTimer: clearTimer,
    onTimersKept() {
      const entry = realm.getSync('takeTimers', { reference: true }) as ivm.Reference<() => string>;
      const taken = entry.apply(undefined, [], { timeout: 5_000 }).then((text) => {
        for (const { runId, timerId, delayMs } of parseTimers(text)) {
          if (delayMs === null) clearTimer(timerId);
          else setTimer(runId, timerId, delayMs);
        }
      });
      taken.catch(failAll);
    },
    onCall(...args: Parameters<HostEvents['onCall']>) {
      asked.push(args[1]);
      void answer(...args);
    },
  } satisfies HostEvents;
  const { ignored, sync } = createHostFunctions(events, bundle.libraries);
  const later = (fn: (...args: never[]) => unknown) => new ivm.Callback(fn, { ignored: true });
  const now = (fn: (...args: never[]) => unknown) => new ivm.Callback(fn, { sync: true });
  const startedMs = performance.now();
  const realm: ivm.Reference = await context.evalClosure(
    ENTRY.replace('BUNDLE', () => `(${bundle.globals})`),
    [
      ...[ignored.timer, ignored.clearTimer, ignored.timersKept, ignored.call].map(later),
      ...[sync.random, sync.parseUrl, sync.setUrl, sync.now, sync.library, sync.work, sync.workDone].map(now),
      later((_run: number, level: string, text: string) => lines.push({ level, text })),
      later((id: number, ok: boolean, text: string) => {
        if (ok) runs.get(id)?.resolve(text);
        else runs.get(id)?.reject(new Error(text));
      }),
    ],
    { result: { reference: true }, filename: 'hookmint:runtime' },
  );
  let lastRun = 0;
  return {
    isolate,
    lines,
    asked,
    setupMs: performance.now() - startedMs,
    /** Runs the body of an async function in the isolate; what it returns comes back by way of JSON. */
    async run(source: string, { timeoutMs = 5_000 } = {}): Promise<unknown> {
      const id = ++lastRun;
      const ended = new Promise<string>((resolve, reject) => runs.set(id, { resolve, reject }));
      ended.catch(() => undefined);
      await realm.getSync('enter', { reference: true }).apply(undefined, [id, source], { timeout: timeoutMs });
      try {
        return JSON.parse(await ended) as unknown;
      } finally {
        runs.delete(id);
        enter('end', [id]);
      }
    },
    async [Symbol.asyncDispose]() {
      isOver = true;
      timers.forEach((timer) => clearTimeout(timer));
      await new Promise((resolve) => setImmediate(resolve));
      if (!isolate.isDisposed) isolate.dispose();
    },
  };
}

const bundle = bundleRuntime();

function runHttp(json: string): Promise<string> {
  const { url, method, headers, body } = JSON.parse(json) as HttpExchangeRequest;
  const bytes = body === undefined ? undefined : Buffer.from(body, 'base64');
  const sent: Record<string, string> = { host: new URL(url).host, ...Object.fromEntries(headers) };
  if (bytes !== undefined) sent['content-length'] = String(bytes.length);
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(url, { method, headers: sent, setDefaultHeaders: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const pairs: [string, string][] = [];
        for (let i = 0; i < response.rawHeaders.length; i += 2) {
          pairs.push([response.rawHeaders[i] ?? '', response.rawHeaders[i + 1] ?? '']);
        }
        const answer: HttpExchangeResponse = {
          status: response.statusCode ?? 0,
          status_text: response.statusMessage ?? '',
          headers: pairs,
          body: Buffer.concat(chunks).toString('base64'),
        };
        resolve(JSON.stringify(answer));
      });
    });
    outgoing.on('error', (error) => reject(Object.assign(new Error(error.message), { code: 'EGRESS_FAILED' })));
    outgoing.end(bytes);
  });
}

/** The same in Node itself, to compare with. */
export async function runInNode(source: string): Promise<unknown> {
  const run = (0, eval)(`(async () => {${source}\n})`) as () => Promise<unknown>;
  return JSON.parse(JSON.stringify((await run()) ?? null)) as unknown;
}
