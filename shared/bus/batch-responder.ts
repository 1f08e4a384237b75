import { setTimeout as delay } from 'node:timers/promises';
import type { Msg, NatsConnection, Subscription } from '@nats-io/transport-node';
import { SpanKind, type Attributes } from '@opentelemetry/api';
import { z } from 'zod';
import { HookmintError, messageOf } from '../errors.ts';
import { logger } from '../log.ts';
import { measureBus, type BusMeasure } from '../telemetry/metrics.ts';
import { contextFrom, inSpan, messagingAttributes } from '../telemetry/tracing.ts';
import {
  ALIVE_INTERVAL_MS,
  ENVELOPE_BYTES,
  MAX_REPLY_BYTES,
  messagesOf,
  requestEnvelope,
  requestsIn,
} from './batch.ts';
import { createFairShares, type Holder } from './fair-shares.ts';
import { isInbox } from './connect.ts';
import { createProofCheck, proveReply, type Proved, type ProofKeys, type ProofRefusal } from './proof.ts';
import { isFromStream } from './stored-message.ts';
import { createTimeOnTheWay } from './time-on-the-way.ts';
import { atTurnEnd, whenDry } from './turn-end.ts';

export type BatchResponder = {
  /** Requests being worked on. */
  inFlight: () => number;
  /** Whether it takes requests; not: the bus gives them to the others of its group. */
  serve: (isServing: boolean) => void;
  /** Takes no new requests, answers those it has, and ends. */
  drain: () => Promise<void>;
};

/** Where replies to one message go, and what they must be proved by. */
type ReplyTo = { subject: string; proved: Proved | undefined };

/** What one message asked: its subject, and what is told of it. */
type Asked = { subject: string; attributes: Attributes; measure: BusMeasure };

type InFlight = { id: string; to: ReplyTo; sinceMs: number };

/**
 * The answering side of a subject: one member of a queue group. Each event is checked against `schema`; each reply goes out as
 * soon as it is there, so a slow request delays nobody else's answer. Where a message says when it was sent, deadlines are counted by the clock of
 * who asks: this one's may be wrong.
 *
 * @param pattern What is subscribed to, with wildcards. Figures are told of the one subject, and of all others together. Default: the subject alone.
 * @param handle Gives the reply to one event, which came on a subject. What it throws is answered as an error with the code of a {@link HookmintError},
 *   `internal` for anything else, without detail.
 * @param proofKeys Keys of the allowed requesters: a request without a valid proof is dropped. Default: the bus decides who may send.
 * @param heardTime Told when each request was proved, by the clock of who made it.
 * @param maxMessageBytes A larger message is dropped before anything of it is read. Default: as large as the bus carries.
 * @param isServing Whether it takes requests from the start. Default true.
 * @param maxInFlight Requests beyond this number at a time are answered `overloaded` at once.
 * @param holdRepliesMs How long a reply may wait for those of other requests under way, to go out in one message with them: for requests
 *   that all take about as long. The last one waits for nothing. Default 0.
 * @param holderOf The owner of an event, which came on a subject, or several, of which each has its share. An owner that holds its share of the places is answered `overloaded`. Default: one owner of all.
 */
export function serveBatches<Shape extends z.ZodRawShape, Reply>(options: {
  connection: NatsConnection;
  subject: string;
  pattern?: string;
  queue: string;
  schema: z.ZodObject<Shape>;
  proofKeys?: ProofKeys;
  heardTime?: (timeMs: number) => void;
  maxMessageBytes?: number;
  isServing?: boolean;
  maxInFlight: number;
  holdRepliesMs?: number;
  holderOf?: (event: z.infer<z.ZodObject<Shape>>, subject: string) => Holder;
  handle: (event: z.infer<z.ZodObject<Shape>>, deadlineMs: number, subject: string) => Promise<Reply>;
}): BatchResponder {
  const {
    connection,
    subject,
    pattern = subject,
    queue,
    handle,
    proofKeys,
    maxInFlight,
    holdRepliesMs = 0,
    holderOf,
  } = options;
  const checkProof = proofKeys === undefined ? undefined : createProofCheck(proofKeys, subject, options.heardTime);
  const schema = options.schema.extend(requestEnvelope);
  const own: Asked = askedOn(subject, measureBus(subject, 'process'));
  const measureOthers = pattern === subject ? own.measure : measureBus(pattern, 'process');

  const onTheWayMs = createTimeOnTheWay();
  const inFlight = new Set<InFlight>();
  const shares = createFairShares();
  let outbox = new Map<ReplyTo, { text: string }[]>();
  let holding: NodeJS.Timeout | undefined;

  const maxMessageBytes = (): number => (connection.info?.max_payload ?? 1_048_576) - ENVELOPE_BYTES;

  function flush(): void {
    clearTimeout(holding);
    holding = undefined;
    const replies = outbox;
    outbox = new Map();
    for (const [to, items] of replies) {
      for (const message of messagesOf(items, maxMessageBytes())) {
        const member = `"replies":[${message.map(({ text }) => text).join(',')}]`;
        connection.publish(
          to.subject,
          to.proved === undefined ? `{${member}}` : proveReply(to.proved, subject, member),
        );
      }
    }
  }

  function reply(to: ReplyTo, content: { id: string } & Record<string, unknown>): void {
    // The request that is answered is among them.
    if (inFlight.size <= 1) atTurnEnd(flush);
    else if (holdRepliesMs > 0) holding ??= setTimeout(flush, holdRepliesMs);
    else whenDry(flush);
    const item = { text: JSON.stringify(content) };
    if (Buffer.byteLength(item.text) > Math.min(MAX_REPLY_BYTES, maxMessageBytes())) {
      item.text = JSON.stringify({ id: content.id, error: replyTooLarge });
    }
    const items = outbox.get(to);
    if (items === undefined) outbox.set(to, [item]);
    else items.push(item);
  }

  async function answer(raw: unknown, asked: Asked, to: ReplyTo, shiftMs: number): Promise<void> {
    const { attributes, measure } = asked;
    const parsed = schema.safeParse(raw);
    if (!parsed.success) {
      const id = z.object({ id: requestEnvelope.id }).safeParse(raw);
      logger.error({ subject: asked.subject, err: parsed.error }, 'a request on the bus does not fit its schema');
      measure.refused('invalid_event');
      if (id.success) reply(to, { id: id.data.id, error: invalidEvent });
      return;
    }
    const event = parsed.data as z.infer<z.ZodObject<typeof requestEnvelope>>;
    const deadlineMs = event.deadline_ms + shiftMs;
    if (deadlineMs <= Date.now()) {
      measure.refused('expired');
      return;
    }
    const holder = holderOf?.(parsed.data as z.infer<z.ZodObject<Shape>>, asked.subject);
    const free = maxInFlight - inFlight.size;
    if (free <= 0 || (holder !== undefined && !shares.take(holder, free))) {
      measure.refused('overloaded');
      reply(to, { id: event.id, error: overloaded });
      return;
    }
    const startedMs = performance.now();
    const entry = { id: event.id, to, sinceMs: startedMs };
    inFlight.add(entry);
    try {
      const content = await inSpan(
        `process ${asked.subject}`,
        { kind: SpanKind.CONSUMER, attributes, parent: contextFrom(event.traceparent, event.correlation_id) },
        () => handle(parsed.data as z.infer<z.ZodObject<Shape>>, deadlineMs, asked.subject),
      );
      reply(to, { id: event.id, reply: content });
      measure.ended(startedMs);
    } catch (error) {
      logger.error({ subject: asked.subject, err: error }, 'a request on the bus failed');
      const remote = asRemoteError(error);
      reply(to, { id: event.id, error: remote });
      measure.ended(startedMs, remote.code);
    } finally {
      inFlight.delete(entry);
      if (holder !== undefined) shares.giveBack(holder);
    }
  }

  function receive(message: Msg): void {
    const replySubject = message.reply ?? '';
    if (replySubject === '' || isFromStream(message)) return;
    // Whoever asks chooses it: it must not be a subject on which others hear this service.
    if (!isInbox(replySubject)) {
      refuse('invalid_reply_subject');
      return;
    }
    if (message.data.length > (options.maxMessageBytes ?? Infinity)) {
      refuse('too_large');
      return;
    }
    const text = message.string();
    const proved = checkProof?.(text, replySubject);
    if (typeof proved === 'string') {
      refuse(proved);
      return;
    }
    const to = { subject: replySubject, proved };
    const asked = message.subject === subject ? own : askedOn(message.subject, measureOthers);
    let batch;
    try {
      batch = requestsIn(text);
    } catch (error) {
      logger.error({ subject, err: error }, 'a message on the bus is not a batch of requests');
      return;
    }
    const { events, sent } = batch;
    // From a time by the clock of who asks to the same by this one's.
    const shiftMs = sent === undefined ? 0 : Date.now() - sent.at_ms - onTheWayMs(sent);
    for (const raw of events) void answer(raw, asked, to, shiftMs);
  }

  function refuse(reason: ProofRefusal | 'invalid_reply_subject' | 'too_large'): void {
    own.measure.refused(reason);
    logger.warn({ subject, reason }, 'a message on the bus was refused');
  }

  let subscription: Subscription | undefined;
  function serve(isServing: boolean): void {
    if (isServing && draining === undefined) {
      subscription ??= connection.subscribe(pattern, {
        queue,
        callback: (error, message) => {
          if (error === null) receive(message);
          else logger.error({ subject, err: error }, 'the subscription failed');
        },
      });
    } else {
      // What the bus has sent already is still answered.
      void subscription?.drain();
      subscription = undefined;
    }
  }
  let draining: Promise<void> | undefined;
  serve(options.isServing ?? true);
  async function drain(): Promise<void> {
    await subscription?.drain();
    while (inFlight.size > 0) await delay(10);
    clearInterval(heartbeat);
    flush();
    await connection.flush();
  }

  const heartbeat = setInterval(() => {
    const longSinceMs = performance.now() - ALIVE_INTERVAL_MS;
    for (const { id, to, sinceMs } of inFlight) {
      if (sinceMs <= longSinceMs) reply(to, { id, alive: true });
    }
  }, ALIVE_INTERVAL_MS).unref();

  return {
    inFlight: () => inFlight.size,
    serve,
    drain: () => (draining ??= drain()),
  };
}

const askedOn = (subject: string, measure: BusMeasure): Asked => ({
  subject,
  attributes: messagingAttributes(subject, 'process'),
  measure,
});

const invalidEvent = { code: 'invalid_event', message: 'the request does not fit its schema' };
const replyTooLarge = { code: 'reply_too_large', message: 'the reply is larger than one may be' };
const overloaded = { code: 'overloaded', message: 'this responder has too many requests' };

function asRemoteError(error: unknown): { code: string; message: string } {
  if (error instanceof HookmintError) return { code: error.code, message: messageOf(error) };
  return { code: 'internal', message: 'the request failed' };
}
