import { webcrypto } from 'node:crypto';
import { CallError } from './call-error.ts';
import { parseCall } from './parse-call.ts';
import { algorithmOf, requireUsualExponent, type Algorithm } from './subtle-algorithm.ts';
import { MAX_DERIVED_BITS, MAX_KEY_PAIR_BYTES, MAX_RSA_BITS } from './subtle-limits.ts';
import { base64Of, booleanOf, fail, recordOf, textOf, textsOf, type Json } from './subtle-request.ts';
import { estimatedMs, SubtleWork } from './subtle-work.ts';

const { subtle } = webcrypto;
type CryptoKey = webcrypto.CryptoKey;
type KeyUsage = webcrypto.KeyUsage;

/**
 * One operation of WebCrypto for a hook: call kind 'subtle'. Stateless: keys come with each call and go back as the material that
 * the next one brings.
 *
 * @param work Of the run that asks; default: a run of its own.
 * @throws {CallError} Its code is the name of the DOMException, or 'TypeError', or that of Node's TypeError.
 */
export async function runSubtle(json: string, work = new SubtleWork()): Promise<string> {
  try {
    const request = recordOf(parseCall(json));
    const name = textOf(request.operation);
    const operation = OPERATIONS[name];
    if (operation === undefined) fail('NotSupportedError', 'Unrecognized operation');
    return JSON.stringify(await work.perform(estimatedMs(name, request), () => operation(request)));
  } catch (error) {
    throw asCallError(error);
  }
}

function asCallError(error: unknown): CallError {
  if (error instanceof CallError) return error;
  if (error instanceof DOMException) return new CallError(error.name, error.message, { cause: error });
  if (error instanceof TypeError) return new CallError(codeOf(error), error.message.slice(0, 512), { cause: error });
  return new CallError('OperationError', 'The operation failed for an operation-specific reason', { cause: error });
}

function codeOf(error: TypeError & { code?: unknown }): string {
  return typeof error.code === 'string' && /^ERR_\w{1,64}$/.test(error.code) ? error.code : 'TypeError';
}

type Operation = (request: Json) => Promise<unknown>;
const bytes = (buffer: ArrayBuffer) => ({ bytes: Buffer.from(buffer).toString('base64') });
const keyed = async (request: Json): Promise<[Algorithm, CryptoKey, Buffer<ArrayBuffer>]> => [
  await algorithmOf(request.algorithm, loadKey),
  await loadKey(request.key),
  base64Of(request.data),
];

const OPERATIONS: Record<string, Operation | undefined> = {
  __proto__: null as never,
  digest: async (request) =>
    bytes(await subtle.digest(await algorithmOf(request.algorithm, loadKey), base64Of(request.data))),
  sign: async (request) => bytes(await subtle.sign(...(await keyed(request)))),
  async verify(request) {
    const [algorithm, key, data] = await keyed(request);
    return { valid: await subtle.verify(algorithm, key, base64Of(request.signature), data) };
  },
  encrypt: async (request) => bytes(await subtle.encrypt(...(await keyed(request)))),
  decrypt: async (request) => bytes(await subtle.decrypt(...(await keyed(request)))),
  /** The key's material is data by now. */
  async wrap(request) {
    const [algorithm, key, data] = await keyed(request);
    if (algorithm.name.toUpperCase() !== 'AES-KW')
      return bytes(await subtle.encrypt(algorithm, await asCipher(key), data));
    const wrapped = await subtle.importKey('raw', data, { name: 'HMAC', hash: 'SHA-256' }, true, ['sign']);
    return bytes(await subtle.wrapKey('raw', wrapped, key, algorithm));
  },
  async unwrap(request) {
    const [algorithm, key, data] = await keyed(request);
    if (algorithm.name.toUpperCase() !== 'AES-KW')
      return bytes(await subtle.decrypt(algorithm, await asCipher(key), data));
    const unwrapped = await subtle.unwrapKey('raw', data, key, algorithm, { name: 'HMAC', hash: 'SHA-256' }, true, [
      'sign',
    ]);
    return bytes(await subtle.exportKey('raw', unwrapped));
  },
  async deriveBits(request) {
    const length = request.length;
    if (length !== null && !(Number.isInteger(length) && Number(length) >= 0 && Number(length) <= MAX_DERIVED_BITS)) {
      fail('OperationError', `at most ${MAX_DERIVED_BITS} bits can be derived`);
    }
    const algorithm = await algorithmOf(request.algorithm, loadKey);
    return bytes(await subtle.deriveBits(algorithm, await loadKey(request.key), length as number));
  },
  async deriveKey(request) {
    const derived = await subtle.deriveKey(
      await algorithmOf(request.algorithm, loadKey),
      await loadKey(request.key),
      await algorithmOf(request.derived, loadKey),
      true,
      textsOf(request.usages) as KeyUsage[],
    );
    return { key: await describe(derived, booleanOf(request.extractable)) };
  },
  async generateKey(request) {
    const algorithm = await algorithmOf(request.algorithm, loadKey);
    requireUsualExponent(algorithm);
    const extractable = booleanOf(request.extractable);
    const made = await subtle.generateKey(algorithm as never, true, textsOf(request.usages) as KeyUsage[]);
    if (!('privateKey' in made)) return { key: await describe(made, extractable) };
    return {
      publicKey: await describe(made.publicKey, true),
      privateKey: await describe(made.privateKey, extractable),
    };
  },
  async importKey(request) {
    const format = textOf(request.format);
    const algorithm = await algorithmOf(request.algorithm, loadKey);
    const extractable = booleanOf(request.extractable);
    const usages = textsOf(request.usages) as KeyUsage[];
    if (format === 'jwk') {
      const text = textOf(request.jwk);
      const jwk = recordOf(parseCall(text));
      if (jwk.kty !== 'oct') requireKeyPairSize(text.length / 2);
      if (jwk.ext === false && extractable) fail('DataError', 'JWK is not extractable');
      // The copy that the hook holds has to be had again from the material, whatever the hook may do with it.
      const material: Json = { ...jwk };
      delete material.ext;
      return {
        key: await describe(await subtle.importKey('jwk', material, algorithm, true, usages), extractable),
      };
    }
    if (!['raw', 'spki', 'pkcs8'].includes(format)) fail('NotSupportedError', `Unable to import a key in ${format}`);
    const data = base64Of(request.data);
    if (format !== 'raw') requireKeyPairSize(data.length);
    // Keys to derive from are never extractable for WebCrypto: their material is what was given.
    if (['HKDF', 'PBKDF2'].includes(algorithm.name.toUpperCase())) {
      const key = await subtle.importKey('raw', data, algorithm, extractable, usages);
      return { key: { ...shownKey(key, false), data: `raw:${data.toString('base64')}` } };
    }
    return {
      key: await describe(await subtle.importKey(format as 'raw', data, algorithm, true, usages), extractable),
    };
  },
  async exportKey(request) {
    const key = await loadKey(request.key);
    const format = textOf(request.format);
    if (format === 'jwk') return { jwk: JSON.stringify(await subtle.exportKey('jwk', key)) };
    if (!['raw', 'spki', 'pkcs8'].includes(format)) fail('NotSupportedError', `Unable to export a key in ${format}`);
    return bytes(await subtle.exportKey(format as 'raw', key));
  },
};

function requireKeyPairSize(bytesOfKey: number): void {
  if (bytesOfKey > MAX_KEY_PAIR_BYTES) {
    fail('OperationError', `a public or private key is limited to ${String(MAX_KEY_PAIR_BYTES)} bytes`);
  }
}

function bounded(key: CryptoKey): CryptoKey {
  const { modulusLength } = key.algorithm as { modulusLength?: number };
  if (modulusLength !== undefined && modulusLength > MAX_RSA_BITS) {
    fail('NotSupportedError', `RSA keys are limited to ${MAX_RSA_BITS} bits`);
  }
  return key;
}

const FORMATS = { secret: 'raw', public: 'spki', private: 'pkcs8' } as const;

/** What the isolate keeps of a key; `algorithm` as WebCrypto has it, binary parts in base64. */
async function describe(key: CryptoKey, extractable: boolean) {
  bounded(key);
  const format = FORMATS[key.type];
  const data = Buffer.from(await subtle.exportKey(format, key)).toString('base64');
  return { ...shownKey(key, extractable), data: `${format}:${data}` };
}

/** What a key is, without its material. */
export function shownKey(key: CryptoKey, extractable: boolean) {
  const { publicExponent, ...algorithm } = key.algorithm as { publicExponent?: Uint8Array };
  const exponent =
    publicExponent === undefined ? {} : { publicExponent: bytes(Uint8Array.from(publicExponent).buffer) };
  return { type: key.type, extractable, algorithm: { ...algorithm, ...exponent }, usages: key.usages };
}

async function loadKey(value: unknown): Promise<CryptoKey> {
  const { algorithm, usages, data } = recordOf(value);
  const [format = '', material = ''] = textOf(data).split(':', 2);
  if (!['raw', 'spki', 'pkcs8'].includes(format)) fail('DataError', 'malformed key');
  const known = await algorithmOf(algorithm, () => fail('DataError', 'malformed key'));
  const derives = ['HKDF', 'PBKDF2'].includes(known.name.toUpperCase());
  const bytesOfKey = base64Of({ bytes: material });
  if (format !== 'raw') requireKeyPairSize(bytesOfKey.length);
  return bounded(await subtle.importKey(format as 'raw', bytesOfKey, known, !derives, textsOf(usages) as KeyUsage[]));
}

/** The same key for use on data: wrapping is encryption of what was exported. */
async function asCipher(key: CryptoKey): Promise<CryptoKey> {
  const format = FORMATS[key.type];
  const usages: KeyUsage[] =
    key.type === 'public' ? ['encrypt'] : key.type === 'private' ? ['decrypt'] : ['encrypt', 'decrypt'];
  return await subtle.importKey(format, await subtle.exportKey(format, key), key.algorithm, true, usages);
}
