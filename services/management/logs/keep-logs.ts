import { setTimeout as delay } from 'node:timers/promises';
import { jetstream, type Consumer, type ConsumerMessages, type JsMsg } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import type { Db } from 'mongodb';
import { MANAGEMENT_CONSUMER, type eventsApi } from '../../../shared/bus/streams/events.ts';
import { ENVELOPE_BYTES } from '../../../shared/bus/batch.ts';
import { isFromStream } from '../../../shared/bus/stored-message.ts';
import { messageOf } from '../../../shared/errors.ts';
import { logger } from '../../../shared/log.ts';
import { logsIn } from '../../../shared/store/logs.ts';
import { eventsMissing } from '../../../shared/telemetry/metrics.ts';
import { EVENTS_STREAM, MAX_EVENTS_BYTES, StreamEvents } from '../../../shared/subjects/events.ts';
import { auditPosition, type AuditGap } from './audit-position.ts';
import { logId } from './log-id.ts';
import { logOfEvent } from './log-of-event.ts';

const RETRY_DELAY_MS = 1_000;
/** More are in the logs. */
const MAX_WARNINGS = 5;

type KeptLogs = {
  /** What an operator must know of the audit since this process started, for `/readyz`. */
  warnings: () => string[];
  close: () => Promise<void>;
};

const MAX_REASON_LENGTH = 1_024;

/** Index of a log that is of no event: a message holds 64 of them at most. */
const NO_EVENT_INDEX = 99;

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
}): KeptLogs {
  const { bus, api, hostname } = deps;
  const logs = logsIn(deps.db);
  const position = auditPosition(deps.db);
  const warnings: string[] = [];
  // A counter that begins with its first loss shows no increase by it.
  eventsMissing.add(0);
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
    for (let attempt = 1; !stopped.aborted; attempt++) {
      try {
        // Asked anew after a failure: ids that are taken are those of a stream before this one.
        const { created } = await consumer.info(attempt === 1);
        const idOf = (index: number): string => logId(Date.parse(created), message.seq, index);
        const entries = events?.map((event, index) => logOfEvent(event, idOf(index), hostname)) ?? [];
        await logs.append(entries);
        const gap = await position.moveTo(Date.parse(created), message.seq);
        if (gap !== undefined) await warnOf(gap, Date.parse(created), message.seq);
        if (events === undefined) message.term('it holds no events');
        else message.ack();
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

  async function warnOf(gap: AuditGap, bornMs: number, sequence: number): Promise<void> {
    const description =
      gap.kind === 'anew'
        ? 'The stream of audit events, or its consumer, was made anew: what it held and nobody had read is not in the logs'
        : `Messages ${String(gap.first)} to ${String(gap.last)} of the audit events were gone before they became logs`;
    eventsMissing.add(gap.kind === 'anew' ? 1 : gap.last - gap.first + 1);
    logger.error({ gap }, description);
    warnings.push(description);
    if (warnings.length > MAX_WARNINGS) warnings.shift();
    const id = logId(bornMs, sequence - 1, NO_EVENT_INDEX);
    await logs.append([
      {
        log_id: id,
        event_id: `gap-${id}`,
        date: new Date(),
        type: 'w',
        description,
        hostname,
        details: JSON.stringify(gap),
      },
    ]);
  }

  const followed = follow();
  return {
    warnings: () => [...warnings],
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
    if (message.data.length > MAX_EVENTS_BYTES + ENVELOPE_BYTES)
      throw new Error('it is larger than any that a gateway sends');
    return StreamEvents.parse(message.json()).events;
  } catch (error) {
    logger.error(
      { sequence: message.seq, subject: message.subject, reason: messageOf(error).slice(0, MAX_REASON_LENGTH) },
      'no event can be read in a message',
    );
    return undefined;
  }
}

function pause(stopped: AbortSignal): Promise<void> {
  return delay(RETRY_DELAY_MS, undefined, { signal: stopped }).catch(() => undefined);
}
