import { CallError } from '../call-error.ts';
import { parseCall } from '../parse-call.ts';
import type { SubtleWork } from '../subtle-work.ts';
import { CRYPTO_OPERATIONS } from './crypto-operations.ts';
import { openedOperations } from './opened.ts';
import type { Operation } from './operations.ts';
import { refuse } from './refuse.ts';
import { SYSTEM_OPERATIONS } from './system-operations.ts';
import { decodeValue, encodeError, encodeValue } from './values.ts';
import { X509_OPERATIONS } from './x509-operations.ts';
import { zlibOperations } from './zlib-operations.ts';

/** What takes longer, milliseconds, is done on another thread, or not at all. */
const MAX_QUICK_MS = 12;
const MAX_ARGUMENTS = 12;
/** Of one isolate: done and not asked for. */
const MAX_TICKETS = 64;
const MAX_REQUEST_LENGTH = 2_097_152;

/** Of the run that asks. */
export type Asker = {
  /** CPU time that it may still use, milliseconds, if it waits for the answer. */
  leftMs: number;
  work: SubtleWork;
  /** False: nothing can be done on another thread while it waits. Default true. */
  hasOwnThread?: boolean;
};

type Ticket = { answer: string | undefined; done: Promise<string> };

/**
 * Node's own functions for one isolate: those that are the platform's, and no JavaScript that an isolate could run as well. A request is
 * `[operation, arguments…]` as {@link decodeValue} has them; an answer `{ value }` or `{ error }`, or a ticket where it is not there yet.
 */
export class NodeWork {
  readonly #operations: Record<string, Operation>;
  readonly #tickets = new Map<number, Ticket>();
  #last = 0;

  constructor() {
    this.#operations = {
      __proto__: null as never,
      ...CRYPTO_OPERATIONS,
      ...X509_OPERATIONS,
      ...SYSTEM_OPERATIONS,
      ...openedOperations(),
      ...zlibOperations(),
    };
  }

  /**
   * @param waits Whether the isolate does nothing else meanwhile: the work must be done within the run's CPU time.
   * @returns JSON text of the answer, or `#` and the number of a ticket.
   */
  ask(json: string, waits: boolean, asker: Asker): string {
    try {
      if (json.length > MAX_REQUEST_LENGTH) refuse(`a request is limited to ${String(MAX_REQUEST_LENGTH)} characters`);
      const [name, ...wired] = parseCall(json) as unknown[];
      const operation = typeof name === 'string' ? this.#operations[name] : undefined;
      if (operation === undefined || wired.length > MAX_ARGUMENTS) {
        throw new CallError('ERR_METHOD_NOT_IMPLEMENTED', 'no such operation');
      }
      const args = wired.map((value) => decodeValue(value));
      const ms = operation.ms(...args);
      // Without waiting for it even what is quick is begun, so that what Node calls back with is not thrown.
      const mustBeDone = waits && asker.hasOwnThread === false;
      const isBegun = !mustBeDone && (ms > MAX_QUICK_MS || (!waits && operation.start !== undefined));
      if (!isBegun) return answerOf(operation.run(...args));
      if (operation.start === undefined || Number.isNaN(ms))
        refuse(`an operation of about ${String(Math.round(ms))} ms is not done`);
      if (waits && ms > asker.leftMs) {
        refuse(`an operation of about ${String(Math.round(ms))} ms is over the CPU time that the run has left`);
      }
      return this.#begin(operation, args, ms, asker.work);
    } catch (error) {
      return failureOf(error);
    }
  }

  /** The answer to a ticket, once; '' until it is there. */
  take(ticket: number): string {
    const { answer = '' } = this.#tickets.get(ticket) ?? { answer: GONE };
    if (answer !== '') this.#tickets.delete(ticket);
    return answer;
  }

  async wait(ticket: number): Promise<string> {
    const answer = (await this.#tickets.get(ticket)?.done) ?? GONE;
    this.#tickets.delete(ticket);
    return answer;
  }

  #begin({ start, shape = (value) => value }: Operation, args: unknown[], ms: number, work: SubtleWork): string {
    const id = ++this.#last;
    const done = work.begin(ms, () => {
      const { promise, resolve } = Promise.withResolvers<string>();
      // What Node has against the arguments it throws at once.
      start?.(
        (error, ...results) => {
          resolve(answered(() => (error ? failureOf(error) : answerOf(shape(...results)))));
        },
        ...args,
      );
      return promise;
    });
    const ticket: Ticket = { answer: undefined, done: done.catch(failureOf) };
    void ticket.done.then((answer) => {
      ticket.answer = answer;
    });
    const [oldest] = this.#tickets.keys();
    if (this.#tickets.size >= MAX_TICKETS && oldest !== undefined) this.#tickets.delete(oldest);
    this.#tickets.set(id, ticket);
    return `#${String(id)}`;
  }
}

const GONE = JSON.stringify({ error: { name: 'Error', message: 'the answer was not asked for in time' } });

const answerOf = (value: unknown): string => JSON.stringify({ value: encodeValue(value) });
const failureOf = (error: unknown): string => JSON.stringify({ error: encodeError(error) });

function answered(answer: () => string): string {
  try {
    return answer();
  } catch (error) {
    return failureOf(error);
  }
}
