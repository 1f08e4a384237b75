import { DiscardPolicy, RetentionPolicy, StorageType } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { HOOK_STORAGE_STREAM, HOOK_STORAGE_SUBJECTS, MAX_HOOK_DOCUMENT_BYTES } from '../../subjects/hook-storage.ts';
import { ensureStream } from './ensure-stream.ts';

export const HOOK_STORAGE_BYTES = 268_435_456;
/** Headers on top of a document. */
const HEADER_BYTES = 1_024;

/**
 * Creates or updates the bucket `HOOKMINT_STORAGE`: the last document of each hook, 256 MiB together; when they are used up
 * writes are refused and nothing is lost. Needs a user that may use the JetStream API, which no running service has.
 *
 * @param replicas How many servers of the cluster keep it.
 * @param maxBytes How large it may become.
 * @throws {HookmintError} `bus_jetstream_missing` when the server has no JetStream or refuses the stream.
 */
export function ensureHookStorage(
  connection: NatsConnection,
  replicas = 1,
  maxBytes = HOOK_STORAGE_BYTES,
): Promise<void> {
  const config = {
    name: HOOK_STORAGE_STREAM,
    subjects: HOOK_STORAGE_SUBJECTS,
    retention: RetentionPolicy.Limits,
    storage: StorageType.File,
    discard: DiscardPolicy.New,
    max_msgs_per_subject: 1,
    max_msg_size: MAX_HOOK_DOCUMENT_BYTES + HEADER_BYTES,
    max_bytes: maxBytes,
    allow_direct: true,
    deny_delete: true,
    num_replicas: replicas,
  };
  return ensureStream(connection, config);
}
