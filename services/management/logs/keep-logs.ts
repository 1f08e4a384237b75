import type { KeyObject } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { jetstream, type Consumer, type ConsumerMessages, type JsMsg } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import type { Db } from 'mongodb';
import { provedPlace } from '../../../shared/bus/events-proof.ts';
import { MANAGEMENT_CONSUMER, type eventsApi } from '../../../shared/bus/streams/events.ts';
import { ENVELOPE_BYTES } from '../../../shared/bus/batch.ts';
import { isFromStream } from '../../../shared/bus/stored-message.ts';
import type { LogEntry } from '../../../shared/domain/log-entry.ts';
import { messageOf } from '../../../shared/errors.ts';
import { logger } from '../../../shared/log.ts';
import { logsIn } from '../../../shared/store/logs.ts';
import { eventsMissing, observeUnreadEvents } from '../../../shared/telemetry/metrics.ts';
import { EVENTS_STREAM, MAX_EVENTS_BYTES, StreamEvents } from '../../../shared/subjects/events.ts';
import { describeGap, messagesMissing, type AuditGap, type GapTimes } from './audit-gaps.ts';
import { auditPosition } from './audit-position.ts';
import { createTokenCounter } from './count-tokens.ts';
import { exportLogs } from './export-logs.ts';
import { FIRST_GAP_INDEX, logId } from './log-id.ts';
import type { LogNote, LogNotes } from './log-notes.ts';
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

/** Interval at which the pull is repeated: nobody reports that one was lost with a server of the cluster. */
const PULL_EXPIRES_MS = 2_000;

/** Where the logs of a tenant go. */
export type LogsOfTenant = {
  db: Db;
  /** That clients reach hookmint by. */
  hostname: string;
  /** Whether the store has room for its logs; while it has none, events wait as they do while it is away. */
  mayAdd: () => boolean;
  notes: LogNotes;
};

/**
 * Turns the events of the stream into the tenants' logs, for as long as the process lives. The consumer is shared by all replicas
 * and hands out one message at a time, which is acknowledged once its logs are written: what a dying replica took, another
 * writes, and what was written already is not written twice. While the store or the bus is away it waits.
 *
 * @param api Of JetStream, where the events are kept.
 * @param own The deployment's own tenant, which keeps how far the stream was read, and what of it is missing.
 * @param of The tenant of that name; `undefined`: there is none, and its events are given up.
 * @param keyOf Of the proof that who may publish the events of a tenant gives with them.
 */
export function keepLogs(deps: {
  bus: NatsConnection;
  api: ReturnType<typeof eventsApi>;
  own: LogsOfTenant;
  of: (tenant: string) => Promise<LogsOfTenant | undefined>;
  keyOf: (tenant: string) => KeyObject;
}): KeptLogs {
  const { bus, api, own } = deps;
  const position = auditPosition(own.db);
  const counters = new WeakMap<LogsOfTenant, ReturnType<typeof createTokenCounter>>();
  const warnings: string[] = [];
  // A counter that begins with its first loss shows no increase by it.
  eventsMissing.add(0);
  const stopping = new AbortController();
  const stopped = stopping.signal;
  /** Once for each process: an attacker who can add messages can add many. */
  let isUnprovenTold = false;
  let messages: ConsumerMessages | undefined;
  let unread = 0;
  observeUnreadEvents(() => unread);

  async function follow(): Promise<void> {
    let complained = false;
    while (!stopped.aborted) {
      try {
        const consumer = await jetstream(bus, api).consumers.get(EVENTS_STREAM, MANAGEMENT_CONSUMER);
        complained = false;
        await consumeAll(consumer);
      } catch (error) {
        if (!complained) {
          logger.warn({ reason: messageOf(error) }, 'events cannot be read at the moment; they become logs later');
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
    unread = message.info.pending + 1;
    const tenant = await tenantOf(message);
    const events = tenant === undefined ? undefined : parsed(message);
    const place = isFromStream(message)
      ? undefined
      : provedPlace(deps.keyOf(tenantNameOf(message)), message.subject, message.data);
    const isRoom = (): boolean => own.mayAdd() && (tenant === undefined || tenant.mayAdd());
    while (!isRoom() && !stopped.aborted) {
      message.working();
      await pause(stopped);
    }
    for (let attempt = 1; !stopped.aborted; attempt++) {
      try {
        // Asked anew after a failure: ids that are taken are those of a stream before this one.
        const { created } = await consumer.info(attempt === 1);
        const { seq: sequence } = message;
        const storedMs = message.time.getTime();
        const judged = await position.judge({ bornMs: Date.parse(created), sequence, storedMs, place });
        const { gaps, times, logsBornMs, move } = judged;
        const idOf = (index: number): string => logId(logsBornMs, sequence, index);
        const entries = events?.map((event, index) => logOfEvent(event, idOf(index), (tenant ?? own).hostname)) ?? [];
        const told = gaps.filter(({ kind }) => kind !== 'unproven' || !isUnprovenTold);
        const { notes } = tenant ?? own;
        const waiting = notes.waiting();
        const gapNotes = told.map((gap) => noteOfGap(gap, times));
        const noteLogs = [...gapNotes, ...waiting].map((note, index) => logOfNote(note, idOf(FIRST_GAP_INDEX + index)));
        const [ofGaps, ofNotes] = [noteLogs.slice(0, told.length), noteLogs.slice(told.length)];
        // What is missing of the stream may be any tenant's: the deployment's own is told.
        if ((tenant ?? own) === own) await logsIn(own.db).append([...noteLogs, ...entries]);
        else {
          await logsIn(own.db).append(ofGaps);
          await logsIn((tenant ?? own).db).append([...ofNotes, ...entries]);
        }
        notes.added(waiting.length);
        if (events !== undefined && tenant !== undefined) await counterOf(tenant)(events, idOf(events.length - 1));
        exportLogs([...noteLogs, ...entries]);
        if (await move()) for (const gap of gaps) warnOf(gap, times);
        if (events === undefined) message.term('it contains no events');
        else message.ack();
        unread--;
        return;
      } catch (error) {
        if (attempt === 1) logger.warn({ err: error }, 'logs cannot be written at the moment; they are written later');
        // It stays with this replica.
        message.working();
        await pause(stopped);
      }
    }
    message.nak();
  }

  /** Until it is known: a tenant that cannot be opened now has its events wait, as those of all do while the store is away. */
  async function tenantOf(message: JsMsg): Promise<LogsOfTenant | undefined> {
    for (let attempt = 1; !stopped.aborted; attempt++) {
      try {
        const tenant = await deps.of(tenantNameOf(message));
        if (tenant === undefined) logger.error({ subject: message.subject }, 'events of a tenant that is not there');
        return tenant;
      } catch (error) {
        if (attempt === 1)
          logger.warn({ err: error, subject: message.subject }, 'logs of a tenant cannot be written yet');
        message.working();
        await pause(stopped);
      }
    }
    return undefined;
  }

  function counterOf(tenant: LogsOfTenant): ReturnType<typeof createTokenCounter> {
    let counter = counters.get(tenant);
    if (counter === undefined) counters.set(tenant, (counter = createTokenCounter(tenant.db)));
    return counter;
  }

  function warnOf(gap: AuditGap, times: GapTimes): void {
    eventsMissing.add(messagesMissing(gap));
    const isTold = gap.kind === 'unproven' && isUnprovenTold;
    if (gap.kind === 'unproven') isUnprovenTold = true;
    if (isTold) return;
    const description = describeGap(gap, times);
    logger.error({ gap }, description);
    warnings.push(description);
    if (warnings.length > MAX_WARNINGS) warnings.shift();
  }

  const noteOfGap = (gap: AuditGap, times: GapTimes): LogNote => ({
    description: describeGap(gap, times),
    details: gap,
  });

  function logOfNote({ id, description, details }: LogNote & { id?: string }, logId: string): LogEntry {
    const entry = { description, hostname: own.hostname, details: JSON.stringify(details) };
    return { log_id: logId, event_id: id ?? `gap-${logId}`, date: new Date(), type: 'w', ...entry };
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
    if (isFromStream(message)) throw new Error('it was copied from another stream');
    if (message.data.length > MAX_EVENTS_BYTES + ENVELOPE_BYTES)
      throw new Error('it is too large for a message of a gateway');
    return StreamEvents.parse(message.json()).events;
  } catch (error) {
    logger.error(
      { sequence: message.seq, subject: message.subject, reason: messageOf(error).slice(0, MAX_REASON_LENGTH) },
      'no event can be read in a message',
    );
    return undefined;
  }
}

const tenantNameOf = ({ subject }: JsMsg): string => subject.split('.', 2)[1] ?? '';

function pause(stopped: AbortSignal): Promise<void> {
  return delay(RETRY_DELAY_MS, undefined, { signal: stopped }).catch(() => undefined);
}
