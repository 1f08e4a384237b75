import { JetStreamApiError } from '@nats-io/jetstream';

/** https://github.com/nats-io/nats-server/blob/main/server/errors.json: JSStreamWrongLastSequenceErrF and its constant form. */
const WRONG_LAST_SEQUENCE_CODES = [10_071, 10_164];

/** Whether JetStream refused a message because the last one on its subject is not the expected one. */
export function isWrongLastSequence(error: unknown): boolean {
  return error instanceof JetStreamApiError && WRONG_LAST_SEQUENCE_CODES.includes(error.code);
}
