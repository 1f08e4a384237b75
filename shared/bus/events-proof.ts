import { createHmac, createSecretKey, hkdfSync, timingSafeEqual, type KeyObject } from 'node:crypto';

/**
 * Where a message of events has its place: by it a reader notices what was removed from the stream, replaced in it or added to it,
 * whoever did so, the bus too. It is told under an HMAC-SHA-256 as the first member of the message, over the subject, the place and all
 * that follows. A hash of the message before would add nothing: who lacks the key can make no message of another number.
 */
export type EventsPlace = {
  /** The process that published it. */
  publisher: string;
  /** When that began, milliseconds since the epoch. */
  beganMs: number;
  /** Counts its messages from 1, without a gap. */
  number: number;
  /** Events that it gave up so far because the bus did not take them: those are in no message. */
  dropped: number;
};

const PROOF = /^\{"proof":"(\w{1,32}) (\d{1,15}) (\d{1,15}) (\d{1,15}) ([\w-]{43})",/;
const MAX_PROOF_BYTES = 160;
const PURPOSE = 'hookmint audit events';

/** @param clientSecretKey Only gateways, which publish events, and management, which keeps them, have it. */
export function eventsProofKey(clientSecretKey: Buffer): KeyObject {
  return createSecretKey(Buffer.from(hkdfSync('sha256', clientSecretKey, '', PURPOSE, 32)));
}

/** @param member The one member of the message, as in `"events":[…]`. */
export function proveEvents(key: KeyObject, subject: string, place: EventsPlace, member: string): string {
  const told = placeText(place);
  return `{"proof":"${told} ${macOf(key, subject, told, `${member}}`)}",${member}}`;
}

/** @returns The place, or undefined where the message has no proof, or a wrong one. */
export function provedPlace(key: KeyObject, subject: string, data: Uint8Array): EventsPlace | undefined {
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  const [start, publisher, beganMs, number, dropped, mac] =
    PROOF.exec(bytes.toString('latin1', 0, MAX_PROOF_BYTES)) ?? [];
  if (start === undefined || publisher === undefined || mac === undefined) return undefined;
  const place = { publisher, beganMs: Number(beganMs), number: Number(number), dropped: Number(dropped) };
  const expected = macOf(key, subject, placeText(place), bytes.subarray(start.length));
  return timingSafeEqual(Buffer.from(mac), Buffer.from(expected)) ? place : undefined;
}

const placeText = ({ publisher, beganMs, number, dropped }: EventsPlace): string =>
  `${publisher} ${String(beganMs)} ${String(number)} ${String(dropped)}`;

function macOf(key: KeyObject, subject: string, place: string, rest: string | Buffer): string {
  return createHmac('sha256', key).update(`events\n${subject}\n${place}\n`).update(rest).digest('base64url');
}
