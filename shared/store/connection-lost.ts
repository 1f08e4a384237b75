import { MongoNetworkError, MongoServerSelectionError } from 'mongodb';

/** What Node says of a connection that broke: the driver hands it on as it is when it meets a write after the other side has ended it. */
const BROKEN_CONNECTION_CODES = ['EPIPE', 'ECONNRESET', 'ETIMEDOUT', 'ERR_STREAM_DESTROYED'];

/** Whether an error of the driver says that the store is away, and nothing about what was asked of it. */
export function isConnectionLost(error: unknown): boolean {
  if (error instanceof MongoServerSelectionError || error instanceof MongoNetworkError) return true;
  return error instanceof Error && 'code' in error && BROKEN_CONNECTION_CODES.includes(String(error.code));
}
