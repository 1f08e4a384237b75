import { jetstreamManager, DiscardPolicy, RetentionPolicy, StorageType } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { HookmintError, messageOf } from '../../errors.ts';
import { HOOK_STORAGE_STREAM, HOOK_STORAGE_SUBJECTS, MAX_HOOK_DOCUMENT_BYTES } from '../../subjects/hook-storage.ts';

const MAX_BYTES = 268_435_456;
/** Headers on top of a document. */
const HEADER_BYTES = 1_024;

/**
 * Creates or updates the bucket `HOOKMINT_STORAGE`: the last document of each hook, 256 MiB together; when they are used up
 * writes are refused and nothing is lost. Needs a user that may use the JetStream API, which no running service has.
 *
 * @param replicas How many servers of the cluster keep it.
 * @throws {HookmintError} `bus_jetstream_missing` when the server has no JetStream or refuses the stream.
 */
export async function ensureHookStorage(connection: NatsConnection, replicas = 1): Promise<void> {
  const config = {
    name: HOOK_STORAGE_STREAM,
    subjects: HOOK_STORAGE_SUBJECTS,
    retention: RetentionPolicy.Limits,
    storage: StorageType.File,
    discard: DiscardPolicy.New,
    max_msgs_per_subject: 1,
    max_msg_size: MAX_HOOK_DOCUMENT_BYTES + HEADER_BYTES,
    max_bytes: MAX_BYTES,
    allow_direct: true,
    deny_delete: true,
    num_replicas: replicas,
  };
  try {
    const manager = await jetstreamManager(connection);
    const names = await manager.streams.names(HOOK_STORAGE_SUBJECTS[0]).next();
    if (names.includes(HOOK_STORAGE_STREAM)) await manager.streams.update(HOOK_STORAGE_STREAM, config);
    else await manager.streams.add(config);
  } catch (error) {
    throw new HookmintError(
      'bus_jetstream_missing',
      `The NATS server cannot keep the stream ${HOOK_STORAGE_STREAM}: ${messageOf(error)}. Start it with JetStream (-js).`,
      { cause: error },
    );
  }
}
