import { CodedError } from '../../../shared/coded-error.ts';

/** A hook's document as JSON text, `undefined` for none, and the number of the write it is from, 0 before the first. */
export type StoredDocument = { json: string | undefined; sequence: number };

/** Where the documents of hooks are kept, by hook id. Its methods throw a {@link StorageError}. */
export type HookDocuments = {
  read(hookId: string, timeoutMs: number): Promise<StoredDocument>;
  /**
   * Replaces the document, or takes it away.
   *
   * @param expected Number of the write that must still be the last one; `undefined` to write over any.
   * @returns The number of this write, or `undefined` when another has come between.
   */
  write(
    hookId: string,
    json: string | undefined,
    expected: number | undefined,
    timeoutMs: number,
  ): Promise<number | undefined>;
};

/** Why a document was not read or written; told to the hook with its message. */
export type StorageErrorCode =
  | 'STORAGE_INVALID_REQUEST'
  | 'STORAGE_TOO_MANY_CALLS'
  | 'STORAGE_DOCUMENT_TOO_LARGE'
  | 'STORAGE_FULL'
  | 'STORAGE_TIMED_OUT'
  | 'STORAGE_UNAVAILABLE';

export class StorageError extends CodedError<StorageErrorCode> {}
