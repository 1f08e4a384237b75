import { tellCleared, tellKept, tellTimer } from './connection.js';
import { dateNow, max, push, SafeMap, stringify } from './intrinsics.js';

// What the host is told of timers. It is told by messages that nobody waits for, and a loop makes more of them than the host's
// thread can take: after some it is told nothing until it has asked for the rest.

/** Messages to the host between two times that it asks for the rest. */
const MAX_MESSAGES = 100;

let messages = 0;
/** Ids of timers that the host may still fire. */
const known = new SafeMap();
/** What the host has not been told, by timer id: the latest, with a `dueMs` of `undefined` for a timer that was cleared. */
const untold = new SafeMap();

/** Whether the host may be told at once; the last time it may, it is asked to ask. */
function mayTell(run) {
  if (messages > MAX_MESSAGES) return false;
  if (++messages <= MAX_MESSAGES) return true;
  tellKept(run);
  return false;
}

export function armTimer(run, timerId, delayMs) {
  if (!mayTell(run)) {
    untold.set(timerId, { run, dueMs: dateNow() + delayMs });
    return;
  }
  known.set(timerId, true);
  tellTimer(run, timerId, delayMs);
}

export function disarmTimer(run, timerId) {
  untold.delete(timerId);
  // Of a timer that the host never heard of there is nothing to tell.
  if (!known.delete(timerId)) return;
  if (mayTell(run)) tellCleared(timerId);
  else untold.set(timerId, { run, dueMs: undefined });
}

/** A timer that the host has fired or dropped. */
export function forgetTimer(timerId) {
  known.delete(timerId);
  untold.delete(timerId);
}

/** Gives what the host was not told, as JSON text of `[run, timer id, delay in ms]`, the delay `null` for one that was cleared. */
export function takeUntoldTimers() {
  const nowMs = dateNow();
  const changes = [];
  untold.forEach(({ run, dueMs }, timerId) => {
    if (dueMs !== undefined) known.set(timerId, true);
    push(changes, [run, timerId, dueMs === undefined ? null : max(0, dueMs - nowMs)]);
  });
  untold.clear();
  messages = 0;
  return stringify(changes);
}
