import { DiscardPolicy, RetentionPolicy, StorageType } from '@nats-io/jetstream';
import { nanos, type NatsConnection } from '@nats-io/transport-node';
import { ASSERTIONS_STREAM, ASSERTIONS_STREAM_SUBJECTS } from '../../subjects/assertion-used.ts';
import { ensureStream } from './ensure-stream.ts';

/** Longer than any assertion is accepted: its lifetime of five minutes and what clocks may differ by, on both sides. DPoP proofs live two minutes. */
const MAX_AGE_MS = 360_000;
export const ASSERTIONS_BYTES = 1_073_741_824;

/**
 * Creates or updates the stream `HOOKMINT_ASSERTIONS`: each client assertion and DPoP proof that was used, until it has expired. It is kept on
 * disk, and a full stream refuses more instead of forgetting: an assertion must not come to life again.
 *
 * @param replicas How many servers of the cluster keep it.
 * @param maxBytes How large it may become.
 * @throws {HookmintError} `bus_jetstream_missing`
 */
export function ensureAssertionsStream(
  connection: NatsConnection,
  replicas = 1,
  maxBytes = ASSERTIONS_BYTES,
): Promise<void> {
  return ensureStream(connection, {
    name: ASSERTIONS_STREAM,
    subjects: ASSERTIONS_STREAM_SUBJECTS,
    retention: RetentionPolicy.Limits,
    storage: StorageType.File,
    discard: DiscardPolicy.New,
    max_age: nanos(MAX_AGE_MS),
    max_bytes: maxBytes,
    num_replicas: replicas,
  });
}
