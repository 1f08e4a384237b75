import { dateNow, min, parse, pause, PromiseClass, push, SafeMap, stringify } from './intrinsics.js';
import { placeOfCaller } from './last-calls.js';

// The one way to the host. Its functions stay in this module's closure; what is under way is tagged with its run.

/** Calls under way, per isolate, and the characters they may hold together. */
const MAX_CALLS = 1_000;
/** As much as the host takes in one call; it would drop a longer one unanswered. */
const MAX_CALL_LENGTH = 2_097_152;
const MAX_CALL_CHARACTERS = 16 * 1_048_576;

let host;
let currentRun;
let writeLine;
let uncaught;
let basisMs;
const startedMs = dateNow();

export function connect(hostFunctions, currentRunOf, write, onUncaught) {
  // Copied: the caller's object may change.
  const { timer, clearTimer, timersKept, call, random, parseUrl, setUrl, now, library, work, workDone } = hostFunctions;
  host = {
    __proto__: null,
    timer,
    clearTimer,
    timersKept,
    call,
    random,
    parseUrl,
    setUrl,
    now,
    library,
    work,
    workDone,
  };
  currentRun = currentRunOf;
  writeLine = write;
  uncaught = onUncaught;
}

export const timeOriginMs = startedMs;
export const runId = () => currentRun();
export const write = (level, text) => writeLine(level, text);
export const tellTimer = (id, timerId, delayMs) => void host.timer(id, timerId, delayMs);
export const tellCleared = (timerId) => void host.clearTimer(timerId);
export const tellKept = (id) => void host.timersKept(id);
export const randomBase64 = (bytes) => answered(host.random, bytes);
export const libraryText = (name) => answered(host.library, name);
export const parseUrl = (input, base) => answered(host.parseUrl, input, base);
export const setUrl = (href, part, value) => answered(host.setUrl, href, part, value);

/** Asks for work of Node's own; gives JSON text, or the number of a ticket after a '#'. */
export const askForWork = (json, waits) => answered(host.work, json, waits);

/** The answer to a ticket. The wait is the hook's own: for CPU time counts what the work takes meanwhile. */
export function waitForWork(ticket) {
  for (let pauseMs = MIN_WORK_PAUSE_MS; ; pauseMs = min(2 * pauseMs, MAX_WORK_PAUSE_MS)) {
    pause(pauseMs);
    const answer = answered(host.workDone, ticket);
    if (answer !== '') return answer;
  }
}

const MIN_WORK_PAUSE_MS = 0.25;
const MAX_WORK_PAUSE_MS = 4;

/** Milliseconds, at most twice as many, until a host that is busy is asked again. */
const PAUSE_MS = 1;

/** Asks the host until it has the time to answer. The wait is the hook's own CPU time: nothing else stops an isolate. */
function answered(ask, a, b, c) {
  for (;;) {
    const answer = ask(a, b, c);
    if (answer !== undefined) return answer;
    const untilMs = dateNow() + PAUSE_MS;
    while (dateNow() <= untilMs);
  }
}

/** Milliseconds since the isolate was made, with a fraction. */
export function elapsedMs() {
  const nowMs = answered(host.now);
  basisMs ??= nowMs - (dateNow() - startedMs);
  return nowMs - basisMs;
}

/** @type {(error: unknown) => boolean} */
let isCaught = () => false;
/** @param handler Takes an error that nobody caught, and tells whether it is settled by that. */
export const catchUncaught = (handler) => void (isCaught = handler);

/** An error that nobody is left to catch: thrown by a timer, a microtask or an event's listener. */
export const reportUncaught = (error, describe) => {
  try {
    if (isCaught(error)) return;
  } catch (thrown) {
    error = thrown;
  }
  if (uncaught === undefined) write('error', `Uncaught ${describe(error)}`);
  else uncaught(error);
};

const calls = new SafeMap();
let characters = 0;
let lastCallId = 0;

/**
 * Asks the host for something that takes time. Refused with an `Error` that has the host's `code`.
 *
 * @param request Of strings, numbers and arrays of them, without prototypes where a hook could have set `toJSON`.
 */
export function callHost(kind, request) {
  return new PromiseClass((resolve, reject) => {
    const json = stringify(request);
    if (json.length > MAX_CALL_LENGTH) {
      throw new RangeError(`a request is limited to ${MAX_CALL_LENGTH} characters, binary data in base64`);
    }
    if (calls.size >= MAX_CALLS || characters + json.length > MAX_CALL_CHARACTERS) {
      throw new RangeError(`at most ${MAX_CALLS} calls and ${MAX_CALL_CHARACTERS} characters of them can be under way`);
    }
    const id = ++lastCallId;
    characters += json.length;
    const run = currentRun();
    const detail = kind === 'http' ? `${request.method} ${request.url}` : request.operation;
    calls.set(id, { length: json.length, run, resolve, reject, kind, detail, place: placeOfCaller() });
    host.call(run, id, kind, json);
  });
}

function forget(id, call) {
  calls.delete(id);
  characters -= call.length;
}

/** Gives the call that it was, if it was one. */
export function settleCall(id, ok, json) {
  const call = calls.get(id);
  if (call === undefined) return undefined;
  forget(id, call);
  const value = parse(json);
  if (ok) call.resolve(value);
  else {
    const error = new Error(value.message);
    error.code = value.code;
    if (value.advice !== undefined) write('warn', value.advice);
    call.reject(error);
  }
  return call;
}

export function openCalls(run) {
  const open = [];
  calls.forEach((call) => {
    if (call.run === run) push(open, call);
  });
  return open;
}

/** Drops what an ended run still waited for: its promises stay pending for ever. */
export function dropCalls(run) {
  calls.forEach((call, id) => {
    if (call.run === run) forget(id, call);
  });
}
