import { jetstreamManager, DiscardPolicy, RetentionPolicy, StorageType } from '@nats-io/jetstream';
import { nanos, type NatsConnection } from '@nats-io/transport-node';
import { HookmintError, messageOf } from '../errors.ts';
import { EVENTS_STREAM, EVENTS_STREAM_SUBJECTS } from '../subjects/events.ts';

const MAX_AGE_MS = 30 * 24 * 3_600_000;
const MAX_BYTES = 1_073_741_824;
const DUPLICATE_WINDOW_MS = 120_000;

/**
 * Creates or updates the stream `HOOKMINT_EVENTS`: every token event, kept for 30 days or 1 GiB, the oldest going first. Needs
 * a user that may use the JetStream API, which no running service has.
 *
 * @throws {HookmintError} `bus_jetstream_missing` when the server has no JetStream or refuses the stream.
 */
export async function ensureEventsStream(connection: NatsConnection): Promise<void> {
  const config = {
    name: EVENTS_STREAM,
    subjects: EVENTS_STREAM_SUBJECTS,
    retention: RetentionPolicy.Limits,
    storage: StorageType.File,
    discard: DiscardPolicy.Old,
    max_age: nanos(MAX_AGE_MS),
    max_bytes: MAX_BYTES,
    duplicate_window: nanos(DUPLICATE_WINDOW_MS),
  };
  try {
    const manager = await jetstreamManager(connection);
    const names = await manager.streams.names(EVENTS_STREAM_SUBJECTS[0]).next();
    if (names.includes(EVENTS_STREAM)) await manager.streams.update(EVENTS_STREAM, config);
    else await manager.streams.add(config);
  } catch (error) {
    throw new HookmintError(
      'bus_jetstream_missing',
      `The NATS server cannot keep the stream ${EVENTS_STREAM}: ${messageOf(error)}. Start it with JetStream (-js).`,
      { cause: error },
    );
  }
}
