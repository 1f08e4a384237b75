import { MongoServerError } from 'mongodb';

/** MongoDB's code of a write that a unique index refuses. */
export const DUPLICATE_KEY_CODE = 11_000;

/** Whether a write was refused because another document has its key. */
export function isDuplicateKey(error: unknown): boolean {
  return error instanceof MongoServerError && error.code === DUPLICATE_KEY_CODE;
}
