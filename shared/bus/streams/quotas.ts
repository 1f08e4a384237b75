import { DiscardPolicy, RetentionPolicy, StorageType } from '@nats-io/jetstream';
import { nanos, type NatsConnection } from '@nats-io/transport-node';
import { QUOTAS_STREAM, QUOTAS_STREAM_SUBJECTS } from '../../subjects/quota-counted.ts';
import { ensureStream } from './ensure-stream.ts';

/** A day, the longest window, and what clocks may differ by. */
const MAX_AGE_MS = 25 * 3_600_000;
export const QUOTAS_BYTES = 134_217_728;

/**
 * Creates or updates the stream `HOOKMINT_QUOTAS`: the last count of each gateway and client, some 250 bytes each, 128 MiB together, the
 * oldest going first.
 *
 * @param replicas How many servers of the cluster keep it.
 * @param maxBytes How large it may become.
 * @throws {HookmintError} `bus_jetstream_missing`
 */
export function ensureQuotasStream(connection: NatsConnection, replicas = 1, maxBytes = QUOTAS_BYTES): Promise<void> {
  return ensureStream(connection, {
    name: QUOTAS_STREAM,
    subjects: QUOTAS_STREAM_SUBJECTS,
    retention: RetentionPolicy.Limits,
    storage: StorageType.File,
    discard: DiscardPolicy.Old,
    max_msgs_per_subject: 1,
    max_age: nanos(MAX_AGE_MS),
    max_bytes: maxBytes,
    allow_direct: true,
    num_replicas: replicas,
  });
}
