import { setTimeout as delay } from 'node:timers/promises';
import { jetstream, type Consumer, type ConsumerMessages, type JsMsg } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import type { Db } from 'mongodb';
import { MANAGEMENT_CONSUMER, type eventsApi } from '../../../shared/bus/events-stream.ts';
import { isFromStream } from '../../../shared/bus/stored-message.ts';
import { messageOf } from '../../../shared/errors.ts';
import { logger } from '../../../shared/log.ts';
import { logsIn } from '../../../shared/store/logs.ts';
import { EVENTS_STREAM, StreamEvents } from '../../../shared/subjects/events.ts';
import { logId } from './log-id.ts';
import { logOfEvent } from './log-of-event.ts';

const RETRY_DELAY_MS = 1_000;

/** Asked anew so often: of a server of the cluster that is lost nobody says that the question is. */
const PULL_EXPIRES_MS = 2_000;

/**
 * Turns the events of the stream into the tenant's logs, for as long as the process lives. The consumer is shared by all replicas
 * and hands out one message at a time, which is acknowledged once its logs are written: what a dying replica took, another
 * writes, and what was written already is not written twice. While the store or the bus is away it waits.
 *
 * @param api Of JetStream, where the events are kept.
 * @param hostname That clients reach hookmint by.
 */
export function keepLogs(deps: {
  bus: NatsConnection;
  api: ReturnType<typeof eventsApi>;
  db: Db;
  hostname: string;
}): { close: () => Promise<void> } {
  const { bus, api, hostname } = deps;
  const logs = logsIn(deps.db);
  const stopping = new AbortController();
  const stopped = stopping.signal;
  let messages: ConsumerMessages | undefined;

  async function follow(): Promise<void> {
    let complained = false;
    while (!stopped.aborted) {
      try {
        const consumer = await jetstream(bus, api).consumers.get(EVENTS_STREAM, MANAGEMENT_CONSUMER);
        complained = false;
        await consumeAll(consumer);
      } catch (error) {
        if (!complained) {
          logger.warn({ reason: messageOf(error) }, 'events cannot be read at the moment, and wait to become logs');
        }
        complained = true;
      }
      await pause(stopped);
    }
  }

  async function consumeAll(consumer: Consumer): Promise<void> {
    messages = await consumer.consume({ max_messages: 1, expires: PULL_EXPIRES_MS, abort_on_missing_resource: true });
    if (stopped.aborted) await messages.close();
    for await (const message of messages) await handle(message, consumer);
  }

  async function handle(message: JsMsg, consumer: Consumer): Promise<void> {
    const events = parsed(message);
    if (events === undefined) return;
    for (let attempt = 1; !stopped.aborted; attempt++) {
      try {
        // Asked anew after a failure: ids that are taken are those of a stream before this one.
        const { created } = await consumer.info(attempt === 1);
        const idOf = (index: number): string => logId(Date.parse(created), message.seq, index);
        const entries = events.map((event, index) => logOfEvent(event, idOf(index), hostname));
        await logs.append(entries);
        message.ack();
        return;
      } catch (error) {
        if (attempt === 1) logger.warn({ err: error }, 'logs cannot be written at the moment, and wait');
        // It stays with this replica.
        message.working();
        await pause(stopped);
      }
    }
    message.nak();
  }

  const followed = follow();
  return {
    close: async () => {
      stopping.abort();
      await messages?.close();
      await followed;
    },
  };
}

/** What cannot be read never will be: it is given up, and said. */
function parsed(message: JsMsg): StreamEvents['events'] | undefined {
  try {
    if (isFromStream(message)) throw new Error('it was taken out of another stream and sent here');
    return StreamEvents.parse(message.json()).events;
  } catch (error) {
    logger.error(
      { sequence: message.seq, subject: message.subject, reason: messageOf(error) },
      'no event can be read in a message',
    );
    message.term('it holds no events');
    return undefined;
  }
}

function pause(stopped: AbortSignal): Promise<void> {
  return delay(RETRY_DELAY_MS, undefined, { signal: stopped }).catch(() => undefined);
}
