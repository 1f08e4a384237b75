import { askForWork, callHost, waitForWork } from './connection.js';
import { defineProperty, parseInt, slice, startsWith } from './intrinsics.js';

const ticketOf = (answer) => (startsWith(answer, '#') ? parseInt(slice(answer, 1), 10) : undefined);

/** Gives the answer, however long it takes. */
export function work(json) {
  const answer = askForWork(`${json}`, true);
  const ticket = ticketOf(answer);
  return ticket === undefined ? answer : waitForWork(ticket);
}

/** Gives the answer or a promise of it. */
export function beginWork(json) {
  const answer = askForWork(`${json}`, false);
  const ticket = ticketOf(answer);
  return ticket === undefined ? answer : callHost('work', ticket);
}

/**
 * Node's functions that are the platform's, for the modules that stand in for Node's: `work(json)` and `work.begin(json)`. What the texts are:
 * hook-build/shims/host.js.
 */
export function defineNodeWork() {
  const own = (json) => work(json);
  own.begin = (json) => beginWork(json);
  defineProperty(globalThis, Symbol.for('hookmint.work'), { value: own });
}
