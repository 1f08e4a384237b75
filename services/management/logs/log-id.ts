/** Digits of the parts: the consumer's birth in ms since the epoch, the message's place in the stream, the event's in the message. */
const BORN_DIGITS = 13;
const SEQUENCE_DIGITS = 12;
const INDEX_DIGITS = 4;

/** Indexes from here on are of logs that are of no event. */
export const FIRST_GAP_INDEX = 9_000;

/** Ids made while a message held 64 events at most. */
const OLD_INDEX_DIGITS = 2;

/** What every log's id looks like. */
export const LOG_ID = new RegExp(
  [OLD_INDEX_DIGITS, INDEX_DIGITS]
    .map((digits) => `^\\d{${String(BORN_DIGITS + SEQUENCE_DIGITS + digits)}}$`)
    .join('|'),
);

/**
 * The id of a log: in the order of the stream when compared as text. A stream that is made anew has a consumer of later birth, so
 * its logs come after those of the one before, although it counts from one again.
 */
export function logId(bornMs: number, sequence: number, index: number): string {
  const digits = (value: number, length: number): string => String(value).padStart(length, '0');
  return digits(bornMs, BORN_DIGITS) + digits(sequence, SEQUENCE_DIGITS) + digits(index, INDEX_DIGITS);
}
