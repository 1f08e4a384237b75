import { createCipheriv, createDecipheriv, createHash, createHmac, createSign, createVerify } from 'node:crypto';
import { useMs } from './crypto-operations.ts';
import { bytesOf, dataMs, requireResultBytes } from './estimates.ts';
import { unchecked, type Operation } from './operations.ts';
import { refuse } from './refuse.ts';

/** Of one isolate; each is some kilobytes. One more, and the one that was used longest ago is closed. */
const MAX_OPENED = 64;
/** 3DES in it takes 10 ms. */
const MAX_PIECE_BYTES = 262_144;
const PIECE_TIMES = 4;
const OPEN_MS = 0.1;

type Opened = Record<string, (...args: unknown[]) => unknown>;

const OPEN: Record<string, (...args: unknown[]) => unknown> = {
  cipher: unchecked(createCipheriv),
  decipher: unchecked(createDecipheriv),
  hash: unchecked(createHash),
  hmac: unchecked(createHmac),
  sign: unchecked(createSign),
  verify: unchecked(createVerify),
};
const METHODS = new Set([
  'update',
  'final',
  'setAutoPadding',
  'setAAD',
  'setAuthTag',
  'getAuthTag',
  'digest',
  'sign',
  'verify',
]);

/** A hash may be of any length. */
function bounded(options: unknown): number {
  if (typeof options === 'object' && options !== null && 'outputLength' in options)
    requireResultBytes(options.outputLength);
  return OPEN_MS;
}

/** What is made in pieces, and is the host's between them: ciphers, and hashes of what is large. Known to the isolate by numbers. */
export function openedOperations(): Record<string, Operation> {
  const opened = new Map<number, Opened>();
  let last = 0;

  const keep = (made: Opened): number => {
    const [oldest] = opened.keys();
    if (opened.size >= MAX_OPENED && oldest !== undefined) opened.delete(oldest);
    opened.set(++last, made);
    return last;
  };
  const use = (id: unknown): Opened => {
    const found = opened.get(id as number);
    if (found === undefined) refuse(`no more than ${String(MAX_OPENED)} ciphers and large hashes are kept`);
    // Now it is the latest.
    opened.delete(id as number);
    opened.set(id as number, found);
    return found;
  };

  return {
    open: {
      ms: (_kind, _algorithm, options) => bounded(options),
      run: (kind, ...args) => {
        const make = Object.hasOwn(OPEN, String(kind)) ? OPEN[String(kind)] : undefined;
        if (make === undefined) throw new TypeError('nothing of that kind can be opened');
        return keep(make(...args) as Opened);
      },
    },
    copy: { ms: (_id, options) => bounded(options), run: (id, options) => keep(use(id).copy?.(options) as Opened) },
    call: {
      ms: (_id, method, data) => {
        if (method === 'sign' || method === 'verify') return useMs('', data);
        if (bytesOf(data) > MAX_PIECE_BYTES) refuse(`a piece is limited to ${String(MAX_PIECE_BYTES)} bytes`);
        return 0.05 + dataMs(data) * PIECE_TIMES;
      },
      run: (id, method, ...args) => {
        if (!METHODS.has(String(method))) throw new TypeError('no such method');
        const target = use(id);
        const answer = target[String(method)]?.(...args);
        return answer === target ? undefined : answer;
      },
    },
    close: {
      ms: () => 0.01,
      run: (id) => {
        opened.delete(id as number);
      },
    },
  };
}
