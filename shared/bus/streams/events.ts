import {
  AckPolicy,
  DeliverPolicy,
  DiscardPolicy,
  RetentionPolicy,
  StorageType,
  type ConsumerConfig,
  type JetStreamManager,
} from '@nats-io/jetstream';
import { nanos, type NatsConnection } from '@nats-io/transport-node';
import { EVENTS_STREAM, EVENTS_STREAM_SUBJECTS } from '../../subjects/events.ts';
import type { BusEnv } from '../connect.ts';
import { ensureStream } from './ensure-stream.ts';

const MAX_AGE_MS = 30 * 24 * 3_600_000;
export const EVENTS_BYTES = 1_073_741_824;
const DUPLICATE_WINDOW_MS = 120_000;

/** The durable consumer by which all replicas of management read the stream; the bus's permissions name it. */
export const MANAGEMENT_CONSUMER = 'management';

/**
 * How a user of another account names the JetStream API of the account that keeps the events; a server without accounts has one API,
 * under its own name.
 */
export function eventsApi(env: Pick<BusEnv, 'NATS_NKEY_SEED'>): { domain?: string } {
  return env.NATS_NKEY_SEED === undefined ? {} : { domain: 'events' };
}

/** A message that a replica took but did not acknowledge goes to another after this time. */
const ACK_WAIT_MS = 10_000;

/**
 * Creates or updates the stream `HOOKMINT_EVENTS`: every event, kept for 30 days or 1 GiB, the oldest going first; and the consumer
 * by which management reads it.
 *
 * @param replicas How many servers of the cluster keep it.
 * @param maxBytes How large it may become.
 * @throws {HookmintError} `bus_jetstream_missing`
 */
export function ensureEventsStream(connection: NatsConnection, replicas = 1, maxBytes = EVENTS_BYTES): Promise<void> {
  const config = {
    name: EVENTS_STREAM,
    subjects: EVENTS_STREAM_SUBJECTS,
    retention: RetentionPolicy.Limits,
    storage: StorageType.File,
    discard: DiscardPolicy.Old,
    max_age: nanos(MAX_AGE_MS),
    max_bytes: maxBytes,
    duplicate_window: nanos(DUPLICATE_WINDOW_MS),
    num_replicas: replicas,
  };
  return ensureStream(connection, config, ensureConsumer);
}

async function ensureConsumer({ consumers }: JetStreamManager): Promise<void> {
  const settings: Partial<ConsumerConfig> = {
    ack_wait: nanos(ACK_WAIT_MS),
    // One message at a time, whoever handles it: what follows is not handled before what it follows, so that logs appear in
    // their order and nobody who reads them page by page misses one.
    max_ack_pending: 1,
    max_deliver: -1,
  };
  // Its permanent members cannot be changed, and are never sent again.
  for await (const { name } of consumers.list(EVENTS_STREAM)) {
    if (name !== MANAGEMENT_CONSUMER) continue;
    await consumers.update(EVENTS_STREAM, MANAGEMENT_CONSUMER, settings);
    return;
  }
  await consumers.add(EVENTS_STREAM, {
    durable_name: MANAGEMENT_CONSUMER,
    ack_policy: AckPolicy.Explicit,
    deliver_policy: DeliverPolicy.All,
    ...settings,
  });
}
