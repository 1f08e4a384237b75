import { randomBytes } from 'node:crypto';
import type { RuntimeTexts } from '../../isolate/bundle-globals.ts';

/** Longest text of a URL that is parsed: parsing, 3 ms at most, runs on the thread that serves every hook of the process. */
const MAX_URL_LENGTH = 65_536;
/** Longest URL that is changed: one character of its text may be nine. */
const MAX_HREF_LENGTH = 9 * MAX_URL_LENGTH;
/** Largest request for random bytes, as WebCrypto has it. */
const MAX_RANDOM_BYTES = 65_536;
/**
 * Longest time for which the thread that all isolates of the process share answers them and does nothing else, milliseconds. isolated-vm
 * leaves that thread no turn as long as any isolate asks.
 */
const MAX_TURN_MS = 5;
/** Largest JSON text of one call; an HTTP request of 1 MiB fits with its base64. */
const MAX_CALL_LENGTH = 2_097_152;

const URL_PARTS = [
  'href',
  'origin',
  'protocol',
  'username',
  'password',
  'host',
  'hostname',
  'port',
  'pathname',
  'search',
  'hash',
] as const;
const SETTABLE = new Set<string>(URL_PARTS.filter((part) => part !== 'origin'));

/**
 * A call's kind: 'http' as in egress/http-exchange.ts, 'storage' as in storage/storage-of-run.ts, 'subtle' for {@link runSubtle},
 * 'decode' for {@link runDecode}, 'work' for the answer to a ticket of {@link NodeWork}.
 */
export type HostCallKind = 'http' | 'storage' | 'subtle' | 'decode' | 'work';
/** How finely hooks may measure, milliseconds: differences of caches, by which neighbours could be read, are some thousandths of it. */
const CLOCK_STEP_MS = 0.1;

const KINDS: readonly unknown[] = ['http', 'storage', 'subtle', 'decode', 'work'] satisfies HostCallKind[];

export type HostEvents = {
  /** To enter the isolate with `fireTimer(timerId)` in `delayMs`; of one timer id the latest counts. */
  onTimer: (runId: number, timerId: number, delayMs: number) => void;
  onClearTimer: (timerId: number) => void;
  /** The isolate says no more of timers until it is entered with `takeTimers()`, whose text {@link parseTimers} reads. */
  onTimersKept: (runId: number) => void;
  /** To be answered by entering the isolate with `settleCall(callId, ok, json)`; {@link callError} makes the json of a failure. */
  onCall: (runId: number, callId: number, kind: HostCallKind, json: string) => void;
  /** As {@link NodeWork} has it. */
  onWork: (json: string, waits: boolean) => string;
  onWorkDone: (ticket: number) => string;
};

/** The functions that the runtime of one isolate is given. All take the hook's word for nothing and throw nothing. */
export type HostFunctions = {
  /** These answer nothing: `new ivm.Callback(fn, { ignored: true })`. */
  ignored: {
    timer: (runId: unknown, timerId: unknown, delayMs: unknown) => void;
    clearTimer: (timerId: unknown) => void;
    timersKept: (runId: unknown) => void;
    call: (runId: unknown, callId: unknown, kind: unknown, json: unknown) => void;
  };
  /** These answer at once, with `undefined` for "ask again later": `new ivm.Callback(fn, { sync: true })`. */
  sync: {
    random: (bytes: unknown) => string | undefined;
    parseUrl: (input: unknown, base: unknown) => string | undefined;
    setUrl: (href: unknown, part: unknown, value: unknown) => string | undefined;
    now: () => number | undefined;
    /** The text of one of the runtime's libraries; '' of what is none. */
    library: (name: unknown) => string | undefined;
    work: (json: unknown, waits: unknown) => string | undefined;
    workDone: (ticket: unknown) => string | undefined;
  };
};

/** @param inTurn Puts off what cannot be answered now; a realm on the host's own thread would wait for ever. */
export function createHostFunctions(
  { onTimer, onClearTimer, onTimersKept, onCall, onWork, onWorkDone }: HostEvents,
  libraries: RuntimeTexts['libraries'],
  inTurn: InTurn = amongOthers,
): HostFunctions {
  const texts = new Map<unknown, string>(Object.entries(libraries));
  return {
    ignored: {
      timer(runId, timerId, delayMs) {
        if (isId(runId) && isId(timerId) && isId(delayMs)) onTimer(runId, timerId, delayMs);
      },
      clearTimer(timerId) {
        if (isId(timerId)) onClearTimer(timerId);
      },
      timersKept(runId) {
        if (isId(runId)) onTimersKept(runId);
      },
      call(runId, callId, kind, json) {
        if (!isId(runId) || !isId(callId) || !isKind(kind) || typeof json !== 'string') return;
        if (json.length <= MAX_CALL_LENGTH) onCall(runId, callId, kind, json);
      },
    },
    sync: {
      random: inTurn(random),
      parseUrl: inTurn(parseUrl),
      setUrl: inTurn(setUrl),
      now: inTurn(() => Math.floor(performance.now() / CLOCK_STEP_MS) * CLOCK_STEP_MS),
      library: inTurn((name) => texts.get(name) ?? ''),
      work: inTurn((json, waits) => (typeof json === 'string' ? onWork(json, waits === true) : '')),
      workDone: inTurn((ticket) => (isId(ticket) ? onWorkDone(ticket) : '')),
    },
  };
}

let turnSinceMs: number | undefined;

function turnIsOver(): boolean {
  const nowMs = performance.now();
  if (turnSinceMs === undefined) {
    turnSinceMs = nowMs;
    setImmediate(() => {
      turnSinceMs = undefined;
    });
  }
  return nowMs - turnSinceMs > MAX_TURN_MS;
}

type InTurn = <Args extends unknown[], Answer>(
  answer: (...args: Args) => Answer,
) => (...args: Args) => Answer | undefined;

const amongOthers: InTurn =
  (answer) =>
  (...args) =>
    turnIsOver() ? undefined : answer(...args);

/** Changes of timers; a `delayMs` of `null` is of one that was cleared. */
export function parseTimers(text: string | undefined): { runId: number; timerId: number; delayMs: number | null }[] {
  return (JSON.parse(text ?? '[]') as unknown[][]).flatMap(([runId, timerId, delayMs]) =>
    isId(runId) && isId(timerId) && (delayMs === null || isId(delayMs)) ? [{ runId, timerId, delayMs }] : [],
  );
}

/** The JSON text that a failed call is settled with. A failure without a code keeps its words to itself. */
export function callError(error: unknown): string {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined;
  if (!(error instanceof Error) || typeof code !== 'string') {
    return JSON.stringify({ code: 'OperationError', message: 'The operation failed' });
  }
  const { message, advice } = error as Error & { advice?: unknown };
  return JSON.stringify({ code, message, ...(typeof advice === 'string' ? { advice } : {}) });
}

const isId = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
const isKind = (value: unknown): value is HostCallKind => KINDS.includes(value);

function random(bytes: unknown): string {
  return isId(bytes) && bytes <= MAX_RANDOM_BYTES ? randomBytes(bytes).toString('base64') : '';
}

const isUrlText = (value: unknown): value is string => typeof value === 'string' && value.length <= MAX_URL_LENGTH;

function parseUrl(input: unknown, base: unknown): string {
  if (!isUrlText(input) || !(base === undefined || isUrlText(base))) return '';
  return partsOf(URL.parse(input, base));
}

/** The parts of a URL once one of them was assigned to; '' for none that can be. */
function setUrl(href: unknown, part: unknown, value: unknown): string {
  if (
    typeof href !== 'string' ||
    href.length > MAX_HREF_LENGTH ||
    !isUrlText(value) ||
    typeof part !== 'string' ||
    !SETTABLE.has(part)
  )
    return '';
  const url = URL.parse(href);
  if (url === null) return '';
  try {
    Reflect.set(url, part, value);
  } catch {
    return '';
  }
  return partsOf(url);
}

function partsOf(url: URL | null): string {
  return url === null ? '' : JSON.stringify(Object.fromEntries(URL_PARTS.map((part) => [part, url[part]])));
}
