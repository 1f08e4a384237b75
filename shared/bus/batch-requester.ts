import { createInbox, nuid, type Msg, type NatsConnection } from '@nats-io/transport-node';
import { SpanKind } from '@opentelemetry/api';
import type { z } from 'zod';
import { HookmintError, type HookmintErrorCode } from '../errors.ts';
import { activeCorrelationId } from '../telemetry/correlation.ts';
import { logger } from '../log.ts';
import { measureBus, repliesRefused } from '../telemetry/metrics.ts';
import { inSpan, messagingAttributes, traceparentOf } from '../telemetry/tracing.ts';
import { ENVELOPE_BYTES, messagesOf, RemoteError, repliesIn, UNRESPONSIVE_AFTER_MS } from './batch.ts';
import { inboxPrefixOf, onReconnect } from './connect.ts';
import { createExpectedReplies } from './expected-replies.ts';
import { isProvedReply, proveRequest, type ProofKey } from './proof.ts';
import { isFromStream } from './stored-message.ts';
import type { SentAt } from './time-on-the-way.ts';
import { atTurnEnd, whenDry } from './turn-end.ts';

type Pending = {
  text: string;
  // On the clock of `performance`: that of the epoch may be set.
  startedMs: number;
  deadlineMs: number;
  lastSignOfLifeMs: number;
  /** Numbers of the messages that carried it; only their replies may answer it. */
  messages: number[];
  /** Whether it was sent again because its responder gave no sign of life. */
  isSecondTry: boolean;
  /** Whether it waits to be sent once more because nobody was there; who answers may say so again and again. */
  isWaitingForReunion: boolean;
  resolve: (reply: unknown) => void;
  reject: (error: HookmintError) => void;
};

export type BatchRequester<Event, Reply> = {
  /**
   * Sends one request and gives its reply.
   *
   * @param deadlineMs Since the epoch. The promise is settled by then in any case.
   * @throws {HookmintError} `bus_no_responders` when nobody serves the subject: at once, or once nobody has come back for half a second,
   *   or `comesBackMs`; `bus_unresponsive` when whoever had it
   *   died, twice; `bus_deadline_exceeded`; `bus_message_too_large`; `bus_invalid_reply`; `bus_remote_error` (its `cause`
   *   holds the responder's {@link RemoteError}).
   */
  request(event: Event, deadlineMs: number): Promise<Reply>;
  close: () => void;
};

const SWEEP_INTERVAL_MS = 100;
const REUNION_MS = 2_000;
/** A responder heard from this recently is moving to another server of the cluster, not gone: its server has died. */
const REGROUP_MS = 500;
const REUNION_POLL_MS = 50;

/** The requesting side of a subject: coalesces, matches replies, detects the death of a responder. */
export function createBatchRequester<Event extends object, Reply>(options: {
  connection: NatsConnection;
  /** Name of the asking service, as given to {@link connectBus}: its user may only have its own inboxes. */
  service: string;
  subject: string;
  replySchema: z.ZodType<Reply>;
  /** Shared with those who answer: requests are proved by it, and replies without its proof are no replies. Default: none. */
  proofKey?: ProofKey;
  /**
   * How long a request waits, within its deadline, for a responder to come back, from its last reply or from when it was first found to be
   * away. Once nobody came, requests fail at once until somebody answers again. Default: from its last reply, {@link REGROUP_MS}.
   */
  comesBackMs?: number;
  /** Told of bytes that came and that nobody had asked for. */
  wasted?: (bytes: number) => void;
  /** Told of each sign of who serves the subject, and of each sign that nobody does. */
  heard?: (isServed: boolean) => void;
}): BatchRequester<Event, Reply> {
  const { connection, subject, replySchema, proofKey, comesBackMs } = options;
  const { wasted = () => undefined, heard = () => undefined } = options;
  const inbox = createInbox(inboxPrefixOf(options.service));
  const idPrefix = nuid.next().slice(0, 10);
  const attributes = messagingAttributes(subject, 'send');
  // From the start, so that an observer sees the first one.
  if (proofKey !== undefined) repliesRefused.add(0, attributes);
  const measure = measureBus(subject, 'send');
  const spanName = `send ${subject}`;

  const pending = new Map<string, Pending>();
  const expected = createExpectedReplies();
  let waiting: { id: string; text: string }[] = [];
  let lastId = 0;
  let lastMessage = 0;
  let reconnectedMs = -Infinity;
  let lastHeardMs = -Infinity;
  /** Since when nobody has been there; `undefined` once somebody was heard. */
  let missedMs: number | undefined;

  const maxMessageBytes = (): number => (connection.info?.max_payload ?? 1_048_576) - ENVELOPE_BYTES;

  function send(): void {
    const items = waiting.filter(({ id }) => pending.has(id));
    waiting = [];
    for (const message of messagesOf(items, maxMessageBytes())) {
      const number = ++lastMessage;
      for (const { id } of message) pending.get(id)?.messages.push(number);
      expected.sent(number, message.length);
      const reply = `${inbox}.${String(number)}`;
      const member = `"events":[${message.map(({ text }) => text).join(',')}]`;
      const payload =
        proofKey === undefined
          ? `{"sent":${JSON.stringify(sentNow())},${member}}`
          : proveRequest(proofKey, subject, reply, member);
      connection.publish(subject, payload, { reply });
    }
  }

  const sentNow = (): SentAt => ({ by: idPrefix, at_ms: Date.now(), up_ms: Math.round(performance.now()) });

  function enqueue(id: string, text: string): void {
    waiting.push({ id, text });
    // One that is alone has nobody to travel with.
    if (pending.size > 1) whenDry(send);
    else atTurnEnd(send);
  }

  function take(id: string): Pending | undefined {
    const entry = pending.get(id);
    if (entry !== undefined) expected.settled(entry.messages);
    pending.delete(id);
    return entry;
  }

  function fail(id: string, code: HookmintErrorCode, message: string, cause?: unknown): void {
    const entry = take(id);
    if (entry === undefined) return;
    measure.ended(entry.startedMs, code);
    entry.reject(new HookmintError(code, `${subject}: ${message}`, { cause }));
  }

  function settle(id: string, reply: unknown): void {
    const parsed = replySchema.safeParse(reply);
    if (!parsed.success) {
      fail(id, 'bus_invalid_reply', 'the reply does not fit its schema', parsed.error);
      return;
    }
    const entry = take(id);
    if (entry === undefined) return;
    measure.ended(entry.startedMs);
    entry.resolve(parsed.data);
  }

  /** Whoever had it last says more than it was asked. */
  function failAll(number: number): void {
    for (const [id, { messages }] of pending) {
      if (messages.at(-1) === number) fail(id, 'bus_invalid_reply', 'more is replied than was asked for');
    }
  }

  function receive(message: Msg): void {
    const number = Number(message.subject.slice(inbox.length + 1));
    const verdict = expected.judge(number, message.data.length);
    if (verdict !== 'expected') wasted(message.data.length);
    if (verdict === 'too_much') failAll(number);
    if (verdict !== 'expected') return;
    if (message.headers?.code === 503) {
      heard(false);
      const nowMs = performance.now();
      // After a restart of the server its clients come back one by one; those who serve may not be there yet.
      if (comesBackMs !== undefined) missedMs ??= nowMs;
      const lastSeenMs = Math.max(lastHeardMs, missedMs ?? -Infinity);
      const mayComeBack = nowMs - reconnectedMs < REUNION_MS || nowMs - lastSeenMs < (comesBackMs ?? REGROUP_MS);
      for (const [id, entry] of pending) {
        if (entry.messages.at(-1) !== number) continue;
        if (mayComeBack) resendSoon(id, entry);
        else fail(id, 'bus_no_responders', 'no service answers on this subject');
      }
      return;
    }
    if (isFromStream(message)) return;
    const text = message.string();
    if (proofKey !== undefined && !isProvedReply({ key: proofKey, inbox: message.subject }, subject, text)) {
      repliesRefused.add(1, attributes);
      logger.warn({ subject }, 'a reply on the bus was refused: it has no valid proof of its sender');
      return;
    }
    for (const item of repliesIn(text)) {
      const entry = pending.get(item.id);
      if (entry?.messages.includes(number) !== true) continue;
      lastHeardMs = performance.now();
      missedMs = undefined;
      heard(true);
      if ('alive' in item) entry.lastSignOfLifeMs = lastHeardMs;
      else if ('error' in item) fail(item.id, 'bus_remote_error', item.error.message, item.error);
      else settle(item.id, item.reply);
    }
  }

  function sweep(): void {
    const nowMs = performance.now();
    for (const [id, entry] of pending) {
      if (nowMs >= entry.deadlineMs) fail(id, 'bus_deadline_exceeded', 'no reply within the deadline');
      else if (nowMs - entry.lastSignOfLifeMs < UNRESPONSIVE_AFTER_MS) continue;
      else {
        heard(false);
        if (entry.isSecondTry) fail(id, 'bus_unresponsive', 'the responder gave no sign of life, twice');
        else {
          entry.isSecondTry = true;
          resend(id, entry);
        }
      }
    }
  }

  function resend(id: string, entry: Pending): void {
    entry.lastSignOfLifeMs = performance.now();
    enqueue(id, entry.text);
  }

  function resendSoon(id: string, entry: Pending): void {
    if (entry.isWaitingForReunion) return;
    entry.isWaitingForReunion = true;
    setTimeout(() => {
      entry.isWaitingForReunion = false;
      if (pending.has(id)) resend(id, entry);
    }, REUNION_POLL_MS);
  }

  const subscription = connection.subscribe(`${inbox}.*`, {
    callback: (error, message) => {
      if (error === null) receive(message);
    },
  });
  const sweeper = setInterval(sweep, SWEEP_INTERVAL_MS);
  // What was in flight when the connection broke is most likely lost: better twice than late.
  const endReconnects = onReconnect(connection, () => {
    reconnectedMs = performance.now();
    for (const [id, entry] of pending) resend(id, entry);
  });

  return {
    request: (event, deadlineMs) =>
      inSpan(
        spanName,
        { kind: SpanKind.CLIENT, attributes },
        () =>
          new Promise<Reply>((resolve, reject) => {
            const id = `${idPrefix}.${(++lastId).toString(36)}`;
            const text = JSON.stringify({
              id,
              deadline_ms: deadlineMs,
              traceparent: traceparentOf(),
              correlation_id: activeCorrelationId(),
              ...event,
            });
            if (Buffer.byteLength(text) > maxMessageBytes()) {
              reject(
                new HookmintError(
                  'bus_message_too_large',
                  `${subject}: a request of ${String(Buffer.byteLength(text))} bytes is over the server's max_payload; raise it there`,
                ),
              );
              return;
            }
            const startedMs = performance.now();
            pending.set(id, {
              text,
              startedMs,
              deadlineMs: startedMs + deadlineMs - Date.now(),
              lastSignOfLifeMs: startedMs,
              messages: [],
              isSecondTry: false,
              isWaitingForReunion: false,
              resolve: resolve as (reply: unknown) => void,
              reject,
            });
            enqueue(id, text);
          }),
      ),
    close: () => {
      clearInterval(sweeper);
      endReconnects();
      subscription.unsubscribe();
      for (const id of pending.keys()) fail(id, 'bus_unresponsive', 'the service is stopping');
    },
  };
}

/** The responder's own error behind a `bus_remote_error`, if that is what `error` is. */
export function remoteErrorOf(error: unknown): RemoteError | undefined {
  if (!(error instanceof HookmintError) || error.code !== 'bus_remote_error') return undefined;
  return RemoteError.safeParse(error.cause).data;
}
