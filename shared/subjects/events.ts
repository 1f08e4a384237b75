import { z } from 'zod';
import { ConfigWritten } from './config-written.ts';
import { LimitExceeded, QuotaWarning } from './limit-events.ts';
import { TokenEvent } from './token-events.ts';

/** The JetStream stream that keeps every event, each type under a subject of its own. */
export const EVENTS_STREAM = 'HOOKMINT_EVENTS';
export const EVENTS_STREAM_SUBJECTS = [
  'hookmint.*.token.issued',
  'hookmint.*.token.denied',
  'hookmint.*.token.failed',
  'hookmint.*.config.written',
  'hookmint.*.quota.warning',
  'hookmint.*.limit.exceeded',
];

export const StreamEvent = z.discriminatedUnion('type', [TokenEvent, ConfigWritten, QuotaWarning, LimitExceeded]);
export type StreamEvent = z.infer<typeof StreamEvent>;

export function eventSubject(tenant: string, type: StreamEvent['type']): string {
  return `hookmint.${tenant}.${type}`;
}

/** What comes together within {@link MAX_EVENTS_WAIT_MS} at 10,000 tokens a second. */
export const MAX_EVENTS_PER_MESSAGE = 1_024;

/** How long an event waits for others, milliseconds: what a process that is killed loses, and how late a log may be. */
export const MAX_EVENTS_WAIT_MS = 100;

/** Largest text of the events of one message, bytes; the bus takes 8 MB, and by default 1 MiB. */
export const MAX_EVENTS_BYTES = 1_000_000;

/** A message of the stream: the events of one type of one moment. */
export const StreamEvents = z.object({ events: z.array(StreamEvent).min(1).max(MAX_EVENTS_PER_MESSAGE) });
export type StreamEvents = z.infer<typeof StreamEvents>;
