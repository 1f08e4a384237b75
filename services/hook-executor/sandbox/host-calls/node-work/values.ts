import { createPrivateKey, createPublicKey, createSecretKey, KeyObject } from 'node:crypto';
import { CallError } from '../call-error.ts';
import { requireBoundedKey } from './key-bounds.ts';

// Values of Node's functions as JSON carries them: strings, booleans, null and finite numbers are themselves, everything else is a list that
// begins with what it is. What is no value of these functions comes as a stand-in, of which Node says what it says of the hook's own.

const MAX_DEPTH = 4;
const MAX_MEMBERS = 32;
const MAX_NAME_LENGTH = 128;

const VIEWS = {
  Buffer: (bytes: Buffer) => bytes,
  ArrayBuffer: copyOf,
  DataView: (bytes: Buffer) => new DataView(copyOf(bytes)),
  Uint8Array: (bytes: Buffer) => new Uint8Array(copyOf(bytes)),
  Uint8ClampedArray: (bytes: Buffer) => new Uint8ClampedArray(copyOf(bytes)),
  Int8Array: (bytes: Buffer) => new Int8Array(copyOf(bytes)),
  Uint16Array: (bytes: Buffer) => new Uint16Array(copyOf(bytes)),
  Int16Array: (bytes: Buffer) => new Int16Array(copyOf(bytes)),
  Uint32Array: (bytes: Buffer) => new Uint32Array(copyOf(bytes)),
  Int32Array: (bytes: Buffer) => new Int32Array(copyOf(bytes)),
  Float32Array: (bytes: Buffer) => new Float32Array(copyOf(bytes)),
  Float64Array: (bytes: Buffer) => new Float64Array(copyOf(bytes)),
  BigInt64Array: (bytes: Buffer) => new BigInt64Array(copyOf(bytes)),
  BigUint64Array: (bytes: Buffer) => new BigUint64Array(copyOf(bytes)),
} as const;

function copyOf(bytes: Buffer): ArrayBuffer {
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer;
}

/** @throws {CallError} for what is no value. */
export function decodeValue(value: unknown, depth = 0): unknown {
  if (!Array.isArray(value)) {
    if (typeof value === 'object' && value !== null) malformed();
    return value;
  }
  if (depth > MAX_DEPTH) malformed();
  const [kind, ...parts] = value as unknown[];
  const [first, second] = parts;
  switch (kind) {
    case 'undefined':
      return undefined;
    case 'number':
      return Number(textOf(first));
    case 'bigint':
      return BigInt(textOf(first).slice(0, 64));
    case 'bytes': {
      const make = Object.hasOwn(VIEWS, textOf(first)) ? VIEWS[first as keyof typeof VIEWS] : VIEWS.Buffer;
      return make(Buffer.from(textOf(second), 'base64'));
    }
    case 'key':
      return decodeKey(textOf(first), textOf(second));
    case 'array':
      if (!Array.isArray(first) || first.length > MAX_MEMBERS) malformed();
      return first.map((item) => decodeValue(item, depth + 1));
    case 'object':
      return decodeObject(first, depth);
    case 'symbol':
      return Symbol(textOf(first));
    case 'function':
      return named(() => undefined, first);
    case 'instance':
      return instanceOf(first);
  }
  return malformed();
}

function decodeObject(value: unknown, depth: number): Record<string, unknown> {
  if (typeof value !== 'object' || value === null) malformed();
  const members = Object.entries(value);
  if (members.length > MAX_MEMBERS) malformed();
  // Without the prototype's setter, which a member may be named like.
  const decoded = {};
  for (const [name, member] of members) {
    Object.defineProperty(decoded, name, {
      value: decodeValue(member, depth + 1),
      enumerable: true,
      writable: true,
      configurable: true,
    });
  }
  return decoded;
}

function named<T extends object>(target: T, name: unknown): T {
  return Object.defineProperty(target, 'name', { value: textOf(name).slice(0, MAX_NAME_LENGTH) });
}

function instanceOf(name: unknown): object {
  if (name === null) return Object.create(null) as object;
  const Class = named(
    class {
      readonly isStandIn = true;
    },
    name,
  );
  return new Class();
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : malformed();
}

function malformed(): never {
  throw new CallError('ERR_INVALID_ARG_VALUE', 'malformed request');
}

function decodeKey(type: string, material: string): KeyObject {
  const key = Buffer.from(material, 'base64');
  if (type === 'secret') return createSecretKey(key);
  const made =
    type === 'private'
      ? createPrivateKey({ key, format: 'der', type: 'pkcs8' })
      : createPublicKey({ key, format: 'der', type: 'spki' });
  return requireBoundedKey(made);
}

export function encodeValue(value: unknown): unknown {
  switch (typeof value) {
    case 'undefined':
      return ['undefined'];
    case 'bigint':
      return ['bigint', String(value)];
    case 'object':
      break;
    case 'string':
    case 'number':
    case 'boolean':
      return value;
    default:
      return ['undefined'];
  }
  if (value === null) return null;
  if (value instanceof KeyObject) return encodeKey(requireBoundedKey(value));
  if (value instanceof ArrayBuffer) return ['bytes', 'ArrayBuffer', Buffer.from(value).toString('base64')];
  if (ArrayBuffer.isView(value)) {
    return ['bytes', 'Buffer', Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64')];
  }
  if (Array.isArray(value)) return ['array', value.map(encodeValue)];
  const members = Object.entries(value).map(([name, member]) => [name, encodeValue(member)] as const);
  return ['object', Object.fromEntries(members)];
}

function encodeKey(key: KeyObject): unknown {
  if (key.type === 'secret') return ['key', 'secret', key.export().toString('base64')];
  const der =
    key.type === 'private' ? key.export({ format: 'der', type: 'pkcs8' }) : key.export({ format: 'der', type: 'spki' });
  const { asymmetricKeyType, asymmetricKeyDetails } = key;
  return ['key', key.type, der.toString('base64'), asymmetricKeyType, encodeValue({ ...asymmetricKeyDetails })];
}

const CLASSES = ['TypeError', 'RangeError', 'SyntaxError', 'Error'];
const DETAILS = ['code', 'library', 'reason', 'function', 'opensslErrorStack', 'errno'] as const;
const MAX_MESSAGE_LENGTH = 2_048;

/** What Node's functions threw, as the hook is to see it. Its stack stays here. */
export function encodeError(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { name: 'Error', message: 'The operation failed' };
  const { constructor } = error;
  const name = CLASSES.find((known) => known === constructor.name) ?? 'Error';
  const details = DETAILS.flatMap((detail) => {
    const value = (error as unknown as Record<string, unknown>)[detail];
    return typeof value === 'string' || typeof value === 'number' || Array.isArray(value) ? [[detail, value]] : [];
  });
  const domName = error instanceof DOMException ? { domName: error.name } : {};
  return {
    ...(Object.fromEntries(details) as object),
    ...domName,
    name,
    message: error.message.slice(0, MAX_MESSAGE_LENGTH),
  };
}
