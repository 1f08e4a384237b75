import { AsyncLocalStorage } from 'node:async_hooks';
import { HookmintError } from '../errors.ts';
import { storeFailureOf } from './store-failure.ts';

/** A document that is written, or several of a collection by what they have in common. */
export type Target = {
  collection: string;
  id: string;
  /** What token requests look up what was written by, each; absent where that is more than can be told. */
  keys?: readonly string[] | undefined;
};

/** Documents that a request has written so far, and those of which nobody knows whether it has. */
const ofRequest = new AsyncLocalStorage<Target[]>();

/**
 * Makes a write, noted as one of the request that it is made for.
 *
 * @param keysOf Of what the write gave, or of nothing when that is unknown, what token requests look it up by.
 */
export async function written<T>(
  collection: string,
  id: string,
  write: () => Promise<T>,
  keysOf?: (result: T | undefined) => readonly string[] | undefined,
): Promise<T> {
  try {
    const result = await write();
    note({ collection, id, keys: keysOf?.(result) });
    return result;
  } catch (error) {
    if (isOutcomeUnknown(error)) note({ collection, id, keys: keysOf?.(undefined) });
    throw error;
  }
}

/** Notes a document that is already as a request wants it: the write that made it so may be one whose outcome nobody knew, nor told. */
export function alreadyWritten(target: Target): void {
  note(target);
}

/**
 * Handles a request that writes, and gives with its result what it has written. When it fails for want of a server or a service after something was written, or may have been,
 * `whenUnknown` says what is thrown instead.
 */
export async function notingWrites<T>(
  handle: () => Promise<T>,
  whenUnknown: (targets: readonly Target[], cause: unknown) => Promise<Error>,
): Promise<{ result: T; targets: readonly Target[] }> {
  const targets: Target[] = [];
  try {
    return { result: await ofRequest.run(targets, handle), targets };
  } catch (error) {
    if (targets.length === 0 || !isUnavailable(error)) throw error;
    throw await whenUnknown(targets, error);
  }
}

function note(target: Target): void {
  ofRequest.getStore()?.push(target);
}

const isUnavailable = (error: unknown): boolean =>
  storeFailureOf(error) !== undefined || (error instanceof HookmintError && error.code.startsWith('bus_'));

/** Whoever was asked may have done it: its answer is lost, or says that it does not know. */
const UNKNOWN_CODES = ['bus_deadline_exceeded', 'bus_unresponsive', 'bus_remote_error'];

const isOutcomeUnknown = (error: unknown): boolean =>
  storeFailureOf(error) === 'unknown' || (error instanceof HookmintError && UNKNOWN_CODES.includes(error.code));
