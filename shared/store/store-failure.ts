import { MongoNetworkError, MongoServerError, MongoServerSelectionError, MongoWriteConcernError } from 'mongodb';

/** What an operation came to that failed for want of the store: `refused`, it had no effect; `unknown`, a write may be in effect all the same. */
export type StoreFailure = 'refused' | 'unknown';

/**
 * What a server says that is not to be written to, or leaves its place, by its code:
 * https://github.com/mongodb/mongo/blob/master/src/mongo/base/error_codes.yml
 */
const FAILURES: ReadonlyMap<number, StoreFailure> = new Map([
  [6, 'unknown'], // HostUnreachable
  [7, 'unknown'], // HostNotFound
  [24, 'refused'], // LockTimeout
  [50, 'unknown'], // MaxTimeMSExpired
  [64, 'unknown'], // WriteConcernTimeout
  [89, 'unknown'], // NetworkTimeout
  [91, 'unknown'], // ShutdownInProgress
  [100, 'unknown'], // UnsatisfiableWriteConcern
  [133, 'refused'], // FailedToSatisfyReadPreference
  [134, 'refused'], // ReadConcernMajorityNotAvailableYet
  [189, 'unknown'], // PrimarySteppedDown
  [262, 'unknown'], // ExceededTimeLimit
  [279, 'unknown'], // ClientDisconnect
  [9_001, 'unknown'], // SocketException
  [10_058, 'refused'], // LegacyNotPrimary
  [10_107, 'refused'], // NotWritablePrimary
  [11_600, 'unknown'], // InterruptedAtShutdown
  [11_601, 'unknown'], // Interrupted
  [11_602, 'unknown'], // InterruptedDueToReplStateChange
  [13_435, 'refused'], // NotPrimaryNoSecondaryOk
  [13_436, 'refused'], // NotPrimaryOrSecondary
  [14_031, 'refused'], // OutOfDiskSpace
]);

/** What Node says of a connection that broke: the driver hands it on as it is when it meets a write after the other side has ended it. */
const BROKEN_CONNECTION_CODES = ['EPIPE', 'ECONNRESET', 'ETIMEDOUT', 'ERR_STREAM_DESTROYED'];

/** Of an error of the driver that says that the store cannot serve, and nothing about what was asked of it; `undefined` of any other. */
export function storeFailureOf(error: unknown): StoreFailure | undefined {
  if (error instanceof MongoServerSelectionError) return 'refused';
  // Of a connection that was never made there is nothing that could have been sent.
  if (error instanceof MongoNetworkError) return error.hasErrorLabel('HandshakeError') ? 'refused' : 'unknown';
  // The member that answered has it; whether it stays is for the majority to say.
  if (error instanceof MongoWriteConcernError) return 'unknown';
  if (error instanceof MongoServerError) return FAILURES.get(Number(error.code));
  const isBroken = error instanceof Error && 'code' in error && BROKEN_CONNECTION_CODES.includes(String(error.code));
  return isBroken ? 'unknown' : undefined;
}
