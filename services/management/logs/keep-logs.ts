import type { KeyObject } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { jetstream, type Consumer, type ConsumerMessages, type JsMsg } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { LRUCache } from 'lru-cache';
import type { Db } from 'mongodb';
import { provedPlace } from '../../../shared/bus/events-proof.ts';
import { MANAGEMENT_CONSUMER, type eventsApi } from '../../../shared/bus/streams/events.ts';
import { ENVELOPE_BYTES } from '../../../shared/bus/batch.ts';
import { isFromStream } from '../../../shared/bus/stored-message.ts';
import type { LogEntry } from '../../../shared/domain/log-entry.ts';
import { messageOf } from '../../../shared/errors.ts';
import { logger } from '../../../shared/log.ts';
import { logsIn } from '../../../shared/store/logs.ts';
import { storeFailureOf } from '../../../shared/store/store-failure.ts';
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
const TOLD_AGAIN_AFTER_MS = 60_000;

/** Interval at which the pull is repeated: nobody reports that one was lost with a server of the cluster. */
const PULL_EXPIRES_MS = 2_000;

/** Where the logs of a tenant go. */
export type LogsOfTenant = {
  db: Db;
  /** That clients reach hookmint by. */
  hostname: string;
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
 * @param mayAdd Whether the store has room for logs; while it has none, events wait as they do while it is away.
 * @param keyOf Of the proof that who may publish the events of a tenant gives with them.
 */
export function keepLogs(deps: {
  bus: NatsConnection;
  api: ReturnType<typeof eventsApi>;
  own: LogsOfTenant;
  of: (tenant: string) => Promise<LogsOfTenant | undefined>;
  keyOf: (tenant: string) => KeyObject;
  mayAdd: () => boolean;
}): KeptLogs {
  const { bus, api, own } = deps;
  const position = auditPosition(own.db);
  const counters = new WeakMap<LogsOfTenant, ReturnType<typeof createTokenCounter>>();
  const warnings: string[] = [];
  const givenUpMs = new LRUCache<string, number>({ max: 1_000 });
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
    // All tenants share the disk.
    while (!deps.mayAdd() && !stopped.aborted) {
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
          await appendHosted(message, tenant ?? own, [...ofNotes, ...entries]);
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

  /** Waits while the store is away, as the logs of all do then. A tenant that cannot be opened for another reason has its events given up: the others' must not wait for it. */
  async function tenantOf(message: JsMsg): Promise<LogsOfTenant | undefined> {
    const name = tenantNameOf(message);
    for (let attempt = 1; !stopped.aborted; attempt++) {
      try {
        const tenant = await deps.of(name);
        if (tenant === undefined) logger.warn({ tenant: name }, 'events of a tenant that is not there any more');
        return tenant;
      } catch (error) {
        if (storeFailureOf(error) === undefined) {
          giveUp(name, error);
          return undefined;
        }
        if (attempt === 1) logger.warn({ err: error, tenant: name }, 'logs of a tenant cannot be written yet');
        message.working();
        await pause(stopped);
      }
    }
    return undefined;
  }

  async function appendHosted(message: JsMsg, { db }: LogsOfTenant, entries: readonly LogEntry[]): Promise<void> {
    try {
      await logsIn(db).append(entries);
    } catch (error) {
      if (storeFailureOf(error) !== undefined) throw error;
      giveUp(tenantNameOf(message), error);
    }
  }

  /** Told once a minute: a tenant may have many events. */
  function giveUp(tenant: string, error: unknown): void {
    eventsMissing.add(1);
    const nowMs = performance.now();
    if (nowMs - (givenUpMs.get(tenant) ?? -Infinity) < TOLD_AGAIN_AFTER_MS) return;
    givenUpMs.set(tenant, nowMs);
    const description = `Events of the tenant ${tenant} are given up: its logs cannot be written`;
    logger.error({ err: error, tenant }, description);
    own.notes.add({ description, details: { tenant, reason: messageOf(error).slice(0, MAX_REASON_LENGTH) } });
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
