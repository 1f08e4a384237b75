import type { KeyObject } from 'node:crypto';
import { MAX_RSA_BITS } from '../subtle-limits.ts';
import { refuse } from './refuse.ts';

/** As OpenSSL has it: to verify takes little with any of them. */
const MAX_PUBLIC_RSA_BITS = 16_384;
const MAX_DSA_BITS = 3_072;
/** Of a key that is encoded: as long as one of RSA with its largest modulus, and of DH with 4,096 bits. */
const MAX_KEY_BYTES = 8_192;
const MAX_DH_KEY_BYTES = 1_100;
/** Rounds by which a passphrase becomes a key; with scrypt, all its numbers multiplied. OpenSSL's own keys have 2,048. */
const MAX_PASSPHRASE_ROUNDS = 16_384;
/** Of a key as text or bytes. */
const MAX_INPUT_LENGTH = 32_768;

/** Only keys whose use takes a few milliseconds. */
export function requireBoundedKey(key: KeyObject): KeyObject {
  if (key.type === 'secret') return key;
  const { modulusLength = 0 } = key.asymmetricKeyDetails ?? {};
  const kind = key.asymmetricKeyType ?? '';
  const largest = kind === 'dsa' ? MAX_DSA_BITS : key.type === 'private' ? MAX_RSA_BITS : MAX_PUBLIC_RSA_BITS;
  if (modulusLength > largest) refuse(`${kind} keys are limited to ${String(largest)} bits`);
  const { length } =
    key.type === 'private' ? key.export({ format: 'der', type: 'pkcs8' }) : key.export({ format: 'der', type: 'spki' });
  const longest = kind === 'dh' ? MAX_DH_KEY_BYTES : MAX_KEY_BYTES;
  if (length > longest) refuse(`${kind} keys are limited to ${String(longest)} bytes`);
  return key;
}

const PEM = /-----BEGIN ENCRYPTED PRIVATE KEY-----([^]*?)-----END/g;

/**
 * A key that is not read yet. One under a passphrase says itself how much work it is to read, on the thread that does it: that is looked at
 * before.
 */
export function requireBoundedInput(value: unknown): void {
  if (typeof value === 'string') {
    if (value.length > MAX_INPUT_LENGTH) refuse(`a key is limited to ${String(MAX_INPUT_LENGTH)} characters`);
    for (const [, body = ''] of value.matchAll(PEM)) {
      if (body.includes(':')) refuse('a key under a passphrase has no headers');
      requireFewRounds(Buffer.from(body, 'base64'));
    }
  } else if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) {
    const bytes = ArrayBuffer.isView(value)
      ? Buffer.from(value.buffer, value.byteOffset, value.byteLength)
      : Buffer.from(value);
    requireBoundedInput(bytes.toString('latin1'));
    requireFewRounds(bytes);
  }
}

const [SEQUENCE, INTEGER] = [0x30, 0x02];

/** RFC 5958 section 3: an encrypted key is a sequence of the algorithm, with its rounds, and the key. */
function requireFewRounds(der: Buffer): void {
  const [algorithm, encrypted] = elementsOf(contentOf(der, SEQUENCE));
  if (algorithm?.tag !== SEQUENCE || encrypted?.tag !== 0x04) return;
  const rounds = integersIn(algorithm.content).reduce((product, integer) => product * integer, 1);
  if (rounds > MAX_PASSPHRASE_ROUNDS) {
    refuse(`a key under a passphrase is limited to ${String(MAX_PASSPHRASE_ROUNDS)} rounds of deriving it`);
  }
}

function integersIn(content: Buffer): number[] {
  return elementsOf(content).flatMap(({ tag, content: inner }) =>
    tag === SEQUENCE ? integersIn(inner) : tag === INTEGER ? [Math.max(1, Number(`0x0${inner.toString('hex')}`))] : [],
  );
}

type Element = { tag: number; content: Buffer; end: number };

function contentOf(der: Buffer, tag: number): Buffer {
  const element = elementAt(der, 0);
  return element?.tag === tag ? element.content : Buffer.alloc(0);
}

function elementsOf(content: Buffer): Element[] {
  const elements: Element[] = [];
  for (let at = 0; at < content.length && elements.length < 16;) {
    const element = elementAt(content, at);
    if (element === undefined) break;
    elements.push(element);
    at = element.end;
  }
  return elements;
}

function elementAt(der: Buffer, at: number): Element | undefined {
  const [tag, short] = [der[at], der[at + 1]];
  if (tag === undefined || short === undefined) return undefined;
  if (short === 0x80) refuse('keys must have lengths');
  const count = short & 0x80 ? short & 0x7f : 0;
  const start = at + 2 + count;
  const length = count === 0 ? short : der.subarray(at + 2, start).reduce((sum, byte) => sum * 256 + byte, 0);
  return { tag, content: der.subarray(start, start + length), end: start + length };
}
