import type { KeyObject } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { nuid, type NatsConnection } from '@nats-io/transport-node';
import { jetstream, type JetStreamClient } from '@nats-io/jetstream';
import { logger } from '../log.ts';
import { eventsDropped } from '../telemetry/metrics.ts';
import { proveEvents } from './events-proof.ts';
import {
  EVENTS_STREAM,
  eventSubject,
  MAX_EVENTS_BYTES,
  MAX_EVENTS_PER_MESSAGE,
  MAX_EVENTS_WAIT_MS,
  type StreamEvent,
} from '../subjects/events.ts';

export type EventPublisher = {
  /** Takes an event and returns at once; it is stored by the bus soon after. */
  publish: (event: StreamEvent) => void;
  /** Stores what is still waiting. */
  close: () => Promise<void>;
};

/** An event as it will be sent. */
type Waiting = { type: StreamEvent['type']; json: string; bytes: number };

const MAX_WAITING = 20_000;
/** Names of claims and scopes in an event are a hook's choice, and may be long. */
const MAX_WAITING_BYTES = 67_108_864;
const PUBLISH_TIMEOUT_MS = 2_000;
const RETRY_DELAY_MS = 250;
/** How long a stopping service tries to have its last events stored. */
const CLOSE_TIMEOUT_MS = 4_000;

/**
 * Publishes events to the stream in order, those of a moment together, each message acknowledged by JetStream and sent again until
 * it is; an id for each message keeps the repetition from being stored twice. While the bus is away up to 20,000 events or 64 MiB wait;
 * beyond that the oldest are lost, and counted.
 *
 * @param key Of the proof of each message's place among the messages of this process.
 */
export function createEventPublisher(connection: NatsConnection, tenant: string, key: KeyObject): EventPublisher {
  const client: JetStreamClient = jetstream(connection);
  const waiting: Waiting[] = [];
  let waitingBytes = 0;
  let timer: NodeJS.Timeout | undefined;
  let sending: Promise<void> | undefined;
  let giveUpAtMs = Infinity;
  const [publisher, beganMs] = [nuid.next(), Date.now()];
  let number = 0;
  let dropped = 0;
  // A counter that begins with its first loss shows no increase by it.
  eventsDropped.add(0);

  function takeMessage(): Waiting[] {
    const [first] = waiting;
    let count = 0;
    let sum = 0;
    for (const { type, bytes } of waiting) {
      const isOneToo = count < MAX_EVENTS_PER_MESSAGE && type === first?.type && sum + bytes <= MAX_EVENTS_BYTES;
      if (count > 0 && !isOneToo) break;
      sum += bytes;
      count++;
    }
    waitingBytes -= sum;
    return waiting.splice(0, count);
  }

  async function sendMessage(events: Waiting[]): Promise<void> {
    const [first] = events;
    if (first === undefined) return;
    const msgID = nuid.next();
    const subject = eventSubject(tenant, first.type);
    const member = `"events":[${events.map(({ json }) => json).join(',')}]`;
    const payload = proveEvents(key, subject, { publisher, beganMs, number: ++number, dropped }, member);
    for (let attempt = 1; ; attempt++) {
      try {
        await client.publish(subject, payload, {
          msgID,
          timeout: PUBLISH_TIMEOUT_MS,
          // Another that took the subject would acknowledge them, and nobody reads it.
          expect: { streamName: EVENTS_STREAM },
        });
        return;
      } catch (error) {
        if (attempt === 1) logger.warn({ err: error, waiting: waiting.length }, 'the bus does not accept events');
        if (performance.now() >= giveUpAtMs) throw error;
        await delay(RETRY_DELAY_MS);
      }
    }
  }

  async function sendAll(): Promise<void> {
    try {
      while (waiting.length > 0) await sendMessage(takeMessage());
    } finally {
      sending = undefined;
    }
  }

  function drop(): void {
    dropped++;
    eventsDropped.add(1);
  }

  function flush(): void {
    timer = undefined;
    sending ??= sendAll();
    // Only a closing publisher gives up, and it is told by close().
    sending.catch(() => undefined);
  }

  return {
    publish: (event) => {
      const json = JSON.stringify(event);
      const bytes = Buffer.byteLength(json);
      // It would be refused for ever, and all events after it would wait.
      if (bytes > MAX_EVENTS_BYTES) {
        logger.error({ type: event.type, id: event.id, bytes }, 'an event is too large');
        drop();
        return;
      }
      while (waiting.length >= MAX_WAITING || waitingBytes + bytes > MAX_WAITING_BYTES) {
        waitingBytes -= waiting.shift()?.bytes ?? 0;
        drop();
      }
      waiting.push({ type: event.type, json, bytes });
      waitingBytes += bytes;
      if (sending === undefined) timer ??= setTimeout(flush, MAX_EVENTS_WAIT_MS);
    },
    close: async () => {
      giveUpAtMs = performance.now() + CLOSE_TIMEOUT_MS;
      clearTimeout(timer);
      await (sending ??= sendAll());
    },
  };
}
