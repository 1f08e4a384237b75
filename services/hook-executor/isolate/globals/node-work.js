import { askForWork, callHost, waitForWork } from './connection.js';
import { defineProperty, parseInt, slice, startsWith } from './intrinsics.js';

/**
 * Node's functions that are the platform's, for the modules that stand in for Node's: `work(json)` gives the answer, however long it takes;
 * `work.begin(json)` gives it or a promise of it. What the texts are: hook-build/shims/host.js.
 */
export function defineNodeWork() {
  const ticketOf = (answer) => (startsWith(answer, '#') ? parseInt(slice(answer, 1), 10) : undefined);
  const work = (json) => {
    const answer = askForWork(`${json}`, true);
    const ticket = ticketOf(answer);
    return ticket === undefined ? answer : waitForWork(ticket);
  };
  work.begin = (json) => {
    const answer = askForWork(`${json}`, false);
    const ticket = ticketOf(answer);
    return ticket === undefined ? answer : callHost('work', ticket);
  };
  defineProperty(globalThis, Symbol.for('hookmint.work'), { value: work });
}
