import { z } from 'zod';
import { holdsMoreValuesThan } from '../json-values.ts';
import { CORRELATION_ID } from '../telemetry/correlation.ts';

/**
 * What travels in one bus message: the requests that were in flight within one event-loop turn, and later their replies, each
 * told apart by its `id`. Coalescing costs no waiting and saves most of what a message costs.
 */
export const MAX_EVENTS_PER_MESSAGE = 32;

/** Larger than this only what travels alone is: nothing small waits for much to be read, and whoever reads bounds what one message may hold. */
const MAX_SHARED_BYTES = 1_000_000;

/**
 * Largest JSON text of one reply, bytes. The largest outcome of a run is below it: 262,144 bytes of result and 65,536 of console, of which
 * JSON makes twice and six times as many.
 */
export const MAX_REPLY_BYTES = 1_048_576;

/** Room left in a message of the server's `max_payload` for the envelope. */
export const ENVELOPE_BYTES = 1_024;

/** Largest message of requests that all share one. */
export const MAX_SHARED_MESSAGE_BYTES = MAX_SHARED_BYTES + ENVELOPE_BYTES;

/** How often a responder says of a request that takes long that it is still being worked on. */
export const ALIVE_INTERVAL_MS = 500;

/** After this time without reply or sign of life a request is sent again, then given up: its responder is gone. */
export const UNRESPONSIVE_AFTER_MS = 1_750;

/** Added to each event of a request message. */
export const requestEnvelope = {
  id: z.string().max(64),
  /** Milliseconds since the epoch; after it nobody waits for the reply and the work is dropped unrun. */
  deadline_ms: z.number(),
  /** W3C Trace Context. */
  traceparent: z.string().max(64).optional(),
  /** What the caller of the HTTP request calls it. */
  correlation_id: z.string().regex(CORRELATION_ID).optional(),
};

const RequestBatch = z.object({
  /** Absent in messages of older releases, and where the requests are proved: there the proof has the time. */
  sent: z.object({ by: z.string().min(1).max(64), at_ms: z.number(), up_ms: z.number() }).optional(),
  events: z.array(z.unknown()).min(1).max(MAX_EVENTS_PER_MESSAGE),
});

/** Why a responder would not answer a request, as a value. */
export const RemoteError = z.object({ code: z.string().max(64), message: z.string().max(4_096) });
export type RemoteError = z.infer<typeof RemoteError>;

const ReplyBatch = z.object({
  replies: z
    .array(
      z.union([
        z.object({ id: z.string(), reply: z.unknown() }),
        z.object({ id: z.string(), error: RemoteError }),
        z.object({ id: z.string(), alive: z.literal(true) }),
      ]),
    )
    .max(MAX_EVENTS_PER_MESSAGE),
});

/** More than fit into a message that replies share: a line of a console is three, and 28 bytes. */
const MAX_VALUES = 200_000;

/** The requests of a message. @throws when it is none. */
export function requestsIn(text: string): z.infer<typeof RequestBatch> {
  if (holdsMoreValuesThan(MAX_VALUES, text)) throw new Error('it holds more values than any requests');
  return RequestBatch.parse(JSON.parse(text));
}

/** The replies of a message; of one that is none, none: its requests are settled by their deadline. */
export function repliesIn(text: string): z.infer<typeof ReplyBatch>['replies'] {
  if (holdsMoreValuesThan(MAX_VALUES, text)) return [];
  try {
    return ReplyBatch.parse(JSON.parse(text)).replies;
  } catch {
    return [];
  }
}

/** Splits JSON texts into messages: at most {@link MAX_EVENTS_PER_MESSAGE} texts and {@link MAX_SHARED_BYTES} each, or one of up to `maxBytes`. */
export function messagesOf<Item extends { text: string }>(items: readonly Item[], maxBytes: number): Item[][] {
  const messages: Item[][] = [];
  const maxSharedBytes = Math.min(maxBytes, MAX_SHARED_BYTES);
  let current: Item[] = [];
  let bytes = 0;
  for (const item of items) {
    const itemBytes = Buffer.byteLength(item.text) + 1;
    if (current.length > 0 && (current.length === MAX_EVENTS_PER_MESSAGE || bytes + itemBytes > maxSharedBytes)) {
      messages.push(current);
      current = [];
      bytes = 0;
    }
    current.push(item);
    bytes += itemBytes;
  }
  if (current.length > 0) messages.push(current);
  return messages;
}
