import type { EventsPlace } from '../../../shared/bus/events-proof.ts';

/** What is not as it has to be between the messages that were read before and this one. */
export type AuditGap =
  /** Numbers of messages of the stream that were not read. */
  | { kind: 'missing'; first: number; last: number }
  /** The stream or its consumer was created again. */
  | { kind: 'anew' }
  /** The stream gives a number again that it gave before: it was restored from a backup. */
  | { kind: 'put_back'; from: number; to: number }
  /** Numbers of messages of one publisher that were not read. */
  | { kind: 'removed'; publisher: string; first: number; last: number }
  /** A publisher's own loss: the bus did not take them. */
  | { kind: 'dropped'; publisher: string; events: number }
  /** It was replaced or added by who has no key. */
  | { kind: 'unproven'; sequence: number };

/** When the messages on both sides of a gap were stored, milliseconds since the epoch; the first is unknown of what an older release read. */
export type GapTimes = { afterMs: number | undefined; beforeMs: number };

/** How far a publisher's messages were read. */
export type PublisherRead = { number: number; dropped: number };

export type AuditRead = {
  /** When the message that was read last was stored, milliseconds since the epoch. */
  stored_ms?: number;
  /** Of the consumer, milliseconds since the epoch. */
  born_ms: number;
  /** Of the message that was read last. */
  sequence: number;
  /** Since when publishers are known; the first messages of earlier ones are unknown. */
  publishers_since_ms?: number;
};

/** A message of the stream; `place` where it proves one. */
export type AuditMessage = { bornMs: number; sequence: number; storedMs: number; place: EventsPlace | undefined };

/**
 * Compares a message with what was read before it. A message that is read once more, as the bus may give it, is not a gap.
 *
 * @param publisher How far that of the message was read; undefined: none of its messages.
 */
export function auditGaps(
  read: AuditRead,
  publisher: PublisherRead | undefined,
  message: Omit<AuditMessage, 'storedMs'>,
): AuditGap[] {
  const { bornMs, sequence, place } = message;
  if (place === undefined) return [{ kind: 'unproven', sequence }, ...streamGaps(read, message, false)];
  const isNew = isNewOf(publisher, place);
  const gaps = streamGaps(read, message, isNew);
  if (!isNew) return gaps;
  const isUnknown = publisher === undefined && place.beganMs < (read.publishers_since_ms ?? Infinity);
  const { number, dropped } = isUnknown
    ? { number: place.number - 1, dropped: place.dropped }
    : (publisher ?? { number: 0, dropped: 0 });
  const inStream = read.born_ms === bornMs ? Math.max(sequence - read.sequence - 1, 0) : 0;
  const name = place.publisher;
  // Those that the stream lacks are told already.
  if (place.number - number - 1 > inStream) {
    gaps.push({ kind: 'removed', publisher: name, first: number + 1, last: place.number - 1 });
  }
  if (place.dropped > dropped) gaps.push({ kind: 'dropped', publisher: name, events: place.dropped - dropped });
  return gaps;
}

export function isNewOf(publisher: PublisherRead | undefined, place: EventsPlace): boolean {
  return publisher === undefined || place.number > publisher.number;
}

function streamGaps(read: AuditRead, { bornMs, sequence }: Omit<AuditMessage, 'storedMs'>, isNew: boolean): AuditGap[] {
  if (bornMs > read.born_ms || (bornMs < read.born_ms && isNew)) return [{ kind: 'anew' }];
  if (bornMs < read.born_ms) return [];
  if (sequence > read.sequence + 1) return [{ kind: 'missing', first: read.sequence + 1, last: sequence - 1 }];
  return isNew && sequence <= read.sequence ? [{ kind: 'put_back', from: read.sequence, to: sequence }] : [];
}

/** Messages that are in no log by it; a publisher's own loss is counted where it happened. */
export function messagesMissing(gap: AuditGap): number {
  if (gap.kind === 'dropped') return 0;
  return gap.kind === 'missing' || gap.kind === 'removed' ? gap.last - gap.first + 1 : 1;
}

export function describeGap(gap: AuditGap, times: GapTimes): string {
  switch (gap.kind) {
    case 'missing':
      return `Messages ${String(gap.first)} to ${String(gap.last)} of the audit events${timesOf(times)} were removed before they became logs`;
    case 'anew':
      return 'The stream of audit events, or its consumer, was created again: unread events are not in the logs';
    case 'put_back':
      return `The stream of audit events was put back from message ${String(gap.from)} to ${String(gap.to - 1)}: later unread events are not in the logs`;
    case 'removed':
      return `Messages ${String(gap.first)} to ${String(gap.last)} of the publisher ${gap.publisher} of audit events were removed before they became logs`;
    case 'dropped':
      return `The publisher ${gap.publisher} gave up ${String(gap.events)} audit events that the bus did not accept`;
    case 'unproven':
      return `Message ${String(gap.sequence)} of the audit events has no valid proof of a gateway or of management: it was replaced or added`;
  }
}

function timesOf({ afterMs, beforeMs }: GapTimes): string {
  const time = (ms: number): string => new Date(ms).toISOString();
  return afterMs === undefined ? `, before ${time(beforeMs)},` : `, from ${time(afterMs)} to ${time(beforeMs)},`;
}
