import { timingSafeEqual } from 'node:crypto';
import { textHmac, type TextHmac } from './text-hmac.ts';

/**
 * Proof of who made a message, whatever the bus did to it: HMAC-SHA-256 (RFC 2104) under a key that the two sides have and nobody else, as
 * the first member of its JSON text. That of a request is over the subject, the inbox of the reply, the time, and all that follows; that of
 * a reply over the subject, the inbox of its request, and all that follows. A requester uses an inbox once, so it is the nonce too, and a
 * reply belongs to one request. The inbox is told in the proof: between accounts the server shows the responder another one.
 */
export type ProofKey = TextHmac;
export type ProofKeys = readonly ProofKey[];

/** Why a request is not worked on: `foreign` is one whose reply would go to another inbox than the one that it was made for. */
export type ProofRefusal = 'proof_missing' | 'proof_wrong' | 'proof_foreign' | 'proof_stale' | 'proof_replayed';

/** What a request was proved by, and its reply must be. */
export type Proved = { key: ProofKey; inbox: string };

/** What the clocks of two services may differ by, and how long a message may be on its way. */
const FRESH_MS = 10_000;

/** Over it, requests are refused: more than a signer could answer. Some 100 bytes each. */
const MAX_REMEMBERED = 500_000;

/** Inboxes that replies of the server to another account go to; it makes them itself. */
const MAPPED_INBOX = '_R_.';
const REQUEST = /^\{"proof":"(\d{1,15}) (_INBOX[\w.-]{1,128}) ([\w-]{43})",/;
const REPLY = /^\{"proof":"([\w-]{43})",/;

export function proofKey(key: Buffer): ProofKey {
  return textHmac(key);
}

/** @param member The one member of the message, as in `"events":[…]`. */
export function proveRequest(key: ProofKey, subject: string, inbox: string, member: string): string {
  const time = String(Date.now());
  return `{"proof":"${time} ${inbox} ${key(requestText(subject, inbox, time, `${member}}`))}",${member}}`;
}

/** @param member The one member of the message, as in `"replies":[…]`. */
export function proveReply({ key, inbox }: Proved, subject: string, member: string): string {
  return `{"proof":"${key(replyText(subject, inbox, `${member}}`))}",${member}}`;
}

/** Whether a reply is from who has the key, and to this request. */
export function isProvedReply({ key, inbox }: Proved, subject: string, text: string): boolean {
  const [start, mac] = REPLY.exec(text) ?? [];
  return mac !== undefined && isMac(mac, key(replyText(subject, inbox, text.slice(start?.length))));
}

/**
 * Checks requests of one subject: each proof is taken once by this process, within {@link FRESH_MS} of its time.
 *
 * @param keys Of those who may ask.
 * @param heardTime Told the time of each of them, milliseconds since the epoch, also when it is not this one's.
 * @returns What a request is proved by, or why it is refused.
 */
export function createProofCheck(
  keys: ProofKeys,
  subject: string,
  heardTime: (timeMs: number) => void = () => undefined,
): (text: string, reply: string) => Proved | ProofRefusal {
  const isReplayed = createMemory(2 * FRESH_MS);
  return (text, reply) => {
    const [start, time, inbox, mac] = REQUEST.exec(text) ?? [];
    if (start === undefined || time === undefined || inbox === undefined || mac === undefined) return 'proof_missing';
    const proved = requestText(subject, inbox, time, text.slice(start.length));
    const key = keys.find((candidate) => isMac(mac, candidate(proved)));
    if (key === undefined) return 'proof_wrong';
    heardTime(Number(time));
    if (reply !== inbox && !reply.startsWith(MAPPED_INBOX)) return 'proof_foreign';
    if (Math.abs(Date.now() - Number(time)) > FRESH_MS) return 'proof_stale';
    return isReplayed(inbox) ? 'proof_replayed' : { key, inbox };
  };
}

/** Tells whether something was there within the last `keptMs`; what cannot be remembered counts as there. */
function createMemory(keptMs: number): (nonce: string) => boolean {
  let [recent, before] = [new Set<string>(), new Set<string>()];
  let turnedMs = performance.now();
  return (nonce) => {
    const nowMs = performance.now();
    if (nowMs - turnedMs > keptMs) {
      before = nowMs - turnedMs > 2 * keptMs ? new Set() : recent;
      recent = new Set();
      turnedMs = nowMs;
    }
    if (recent.has(nonce) || before.has(nonce) || recent.size >= MAX_REMEMBERED) return true;
    recent.add(nonce);
    return false;
  };
}

const requestText = (subject: string, inbox: string, time: string, rest: string): string =>
  `request\n${subject}\n${inbox}\n${time}\n${rest}`;
const replyText = (subject: string, inbox: string, rest: string): string => `reply\n${subject}\n${inbox}\n${rest}`;

/** Both are 43 characters. */
function isMac(given: string, expected: string): boolean {
  return timingSafeEqual(Buffer.from(given), Buffer.from(expected));
}
