import { AsyncLocalStorage } from 'node:async_hooks';
import { HookmintError } from '../errors.ts';
import { storeFailureOf } from './store-failure.ts';

/** A document that is written, or several of a collection by what they have in common. */
export type Target = { collection: string; id: string };

/** Documents that a request has written so far, and those of which nobody knows whether it has. */
const ofRequest = new AsyncLocalStorage<Target[]>();

/** Makes a write, noted as one of the request that it is made for. */
export async function written<T>(collection: string, id: string, write: () => Promise<T>): Promise<T> {
  try {
    const result = await write();
    note({ collection, id });
    return result;
  } catch (error) {
    if (isOutcomeUnknown(error)) note({ collection, id });
    throw error;
  }
}

/**
 * Handles a request that writes. When it fails for want of a server or a service after something was written, or may have been,
 * `whenUnknown` says what is thrown instead.
 */
export async function notingWrites<T>(
  handle: () => Promise<T>,
  whenUnknown: (targets: readonly Target[], cause: unknown) => Promise<Error>,
): Promise<T> {
  const targets: Target[] = [];
  try {
    return await ofRequest.run(targets, handle);
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
