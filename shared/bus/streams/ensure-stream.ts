import { jetstreamManager, type JetStreamManager, type StreamConfig } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { HookmintError, messageOf } from '../../errors.ts';

export type StreamSettings = Partial<StreamConfig> & { name: string; subjects: string[] };

/**
 * Creates or updates a stream. Needs a user that may use the JetStream API, which no running service has.
 *
 * @param thenEnsure What else the stream must have, such as a consumer.
 * @throws {HookmintError} `bus_jetstream_missing` when the server has no JetStream or refuses the stream.
 */
export async function ensureStream(
  connection: NatsConnection,
  config: StreamSettings,
  thenEnsure: (manager: JetStreamManager) => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  try {
    const manager = await jetstreamManager(connection);
    const names = await manager.streams.names(config.subjects[0] ?? '>').next();
    if (names.includes(config.name)) await manager.streams.update(config.name, config);
    else await manager.streams.add(config);
    await thenEnsure(manager);
  } catch (error) {
    const told = messageOf(error);
    throw new HookmintError(
      'bus_jetstream_missing',
      `The NATS server cannot keep the stream ${config.name}: ${told}. ${adviceFor(told, config)}.`,
      { cause: error },
    );
  }
}

/** @param told By the server. */
function adviceFor(told: string, { max_bytes = 0, num_replicas = 1 }: StreamSettings): string {
  if (/insufficient (?:storage )?resources|insufficient storage/i.test(told))
    return `It needs room for ${String(Math.ceil(max_bytes / 1e6))} MB: give it a larger disk, or a larger max_file_store`;
  // A cluster that has just started has not heard of all its servers yet.
  if (/replicas|peers? /i.test(told))
    return `It needs ${String(num_replicas)} servers of one cluster that are up: start them, and try again, or ask for fewer replicas`;
  return 'Start it with JetStream (-js)';
}
