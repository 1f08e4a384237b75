import { JetStreamApiError } from '@nats-io/jetstream';

/**
 * Why JetStream takes no message: `taken`, the last one on its subject is not the expected one; `full`, the stream has as many messages or
 * bytes as it may, or the server; `away`, the stream has no leader, too few replicas or no server. What is `away` or `full` says nothing of
 * the message.
 */
export type JetStreamRefusal = 'taken' | 'full' | 'away';

/** By the server's codes, https://github.com/nats-io/nats-server/blob/main/server/errors.json. */
const REFUSALS: ReadonlyMap<number, JetStreamRefusal> = new Map([
  [10_071, 'taken'], // JSStreamWrongLastSequenceErrF
  [10_164, 'taken'], // JSStreamWrongLastSequenceConstantErr: while the one that came first is on its way to the replicas
  [10_023, 'full'], // JSInsufficientResourcesErr
  [10_028, 'full'], // JSMemoryResourcesExceededErr
  [10_047, 'full'], // JSStorageResourcesExceededErr
  [10_077, 'full'], // JSStreamStoreFailedF: maximum bytes or messages exceeded, or the disk
  [10_002, 'full'], // JSAccountResourcesExceededErr
  [10_008, 'away'], // JSClusterNotAvailErr
  [10_009, 'away'], // JSClusterNotLeaderErr
  [10_039, 'away'], // JSNotEnabledForAccountErr
  [10_059, 'away'], // JSStreamNotFoundErr
  [10_076, 'away'], // JSNotEnabledErr
  [10_118, 'away'], // JSStreamOfflineErr
]);

/** Of an error of the JetStream client; `undefined` of one that is known for nothing of this. */
export function jetStreamRefusalOf(error: unknown): JetStreamRefusal | undefined {
  return error instanceof JetStreamApiError ? REFUSALS.get(error.code) : undefined;
}
