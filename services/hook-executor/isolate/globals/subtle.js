import { bytesOf, isBufferSource } from './buffer-source.js';
import { callHost } from './connection.js';
import { defineInterface } from './define.js';
import { DOMException } from './dom-exception.js';
import {
  defineProperty,
  deleteProperty,
  freeze,
  fromBase64,
  indexOfItem,
  iterator,
  parse,
  push,
  stringify,
  toBase64,
} from './intrinsics.js';
import { decodeUtf8, encodeUtf8 } from './utf8.js';

const token = {};

/** A key as the hook has it; what it is made of goes to the host with each call and never comes out unless extractable. */
export class CryptoKey {
  #type;
  #extractable;
  #algorithm;
  #usages;
  #material;

  constructor(secret, { type, extractable, algorithm, usages, material }) {
    if (secret !== token) throw new TypeError('Illegal constructor');
    this.#type = type;
    this.#extractable = extractable;
    this.#algorithm = algorithm;
    this.#usages = usages;
    this.#material = material;
  }
  static is = (value) => typeof value === 'object' && value !== null && #material in value;
  static wire = (key) => ({
    __proto__: null,
    type: key.#type,
    extractable: key.#extractable,
    algorithm: key.#material.algorithm,
    usages: key.#material.usages,
    data: key.#material.data,
  });
  get type() {
    return this.#type;
  }
  get extractable() {
    return this.#extractable;
  }
  get algorithm() {
    return this.#algorithm;
  }
  get usages() {
    return this.#usages;
  }
}
const isKey = CryptoKey.is;
const wireKey = CryptoKey.wire;
deleteProperty(CryptoKey, 'is');
deleteProperty(CryptoKey, 'wire');

/** Binary data and keys within what JSON carries. */
function wire(value) {
  if (isBufferSource(value)) return { __proto__: null, bytes: toBase64(bytesOf(value)) };
  if (isKey(value)) return { __proto__: null, key: wireKey(value) };
  return value;
}

const PARAMETERS = [
  'name',
  'hash',
  'namedCurve',
  'modulusLength',
  'publicExponent',
  'length',
  'iv',
  'additionalData',
  'tagLength',
  'counter',
  'label',
  'saltLength',
  'salt',
  'info',
  'iterations',
  'public',
];

function wireAlgorithm(algorithm) {
  if (typeof algorithm === 'string') return { __proto__: null, name: algorithm };
  if (algorithm === null || typeof algorithm !== 'object')
    throw new TypeError('algorithm: must be a name or an object');
  const wired = { __proto__: null };
  for (let i = 0; i < PARAMETERS.length; i++) {
    const value = algorithm[PARAMETERS[i]];
    if (value === undefined) continue;
    if (PARAMETERS[i] === 'hash') wired.hash = typeof value === 'string' ? value : `${value?.name}`;
    else wired[PARAMETERS[i]] = wire(value);
  }
  return wired;
}

function requireKey(key, usage) {
  if (!isKey(key)) throw new TypeError('2nd argument is not of type CryptoKey.');
  if (usage !== undefined && indexOfItem(key.usages, usage) < 0) {
    throw new DOMException(`Unable to use this key to ${usage}`, 'InvalidAccessError');
  }
  return wireKey(key);
}

function bytesArgument(data) {
  if (!isBufferSource(data))
    throw new TypeError('The data is not an instance of ArrayBuffer, Buffer, TypedArray, or DataView.');
  return toBase64(bytesOf(data));
}

function listOf(usages) {
  if (usages === null || typeof usages !== 'object' || typeof usages[iterator] !== 'function') {
    throw new TypeError('keyUsages: must be a sequence of usages');
  }
  const list = [];
  for (const usage of usages) push(list, `${usage}`);
  return list;
}

async function call(operation, request) {
  try {
    return await callHost('subtle', { __proto__: null, operation, ...request });
  } catch (error) {
    if (error.code === undefined) throw error;
    if (error.code === 'TypeError') throw new TypeError(error.message);
    throw new DOMException(error.message, error.code);
  }
}

const bufferOf = (result) => fromBase64(result.bytes).buffer;

/** Algorithms have their parameters frozen: a key is what it is. */
function keyOf(described) {
  const { algorithm } = described;
  if (algorithm.publicExponent !== undefined) algorithm.publicExponent = fromBase64(algorithm.publicExponent.bytes);
  const shown = { ...algorithm };
  return new CryptoKey(token, {
    type: described.type,
    extractable: described.extractable,
    algorithm: shown,
    usages: described.usages,
    material: {
      algorithm: wireAlgorithm(freeze(algorithm)),
      usages: freeze([...described.usages]),
      data: described.data,
    },
  });
}

const madeOf = (result) =>
  result.key === undefined
    ? { publicKey: keyOf(result.publicKey), privateKey: keyOf(result.privateKey) }
    : keyOf(result.key);

export class SubtleCrypto {
  constructor(secret) {
    if (secret !== token) throw new TypeError('Illegal constructor');
  }
  async digest(algorithm, data) {
    return bufferOf(await call('digest', { algorithm: wireAlgorithm(algorithm), data: bytesArgument(data) }));
  }
  async generateKey(algorithm, extractable, keyUsages) {
    const request = { algorithm: wireAlgorithm(algorithm), extractable: !!extractable, usages: listOf(keyUsages) };
    return madeOf(await call('generateKey', request));
  }
  async importKey(format, keyData, algorithm, extractable, keyUsages) {
    const request = { algorithm: wireAlgorithm(algorithm), extractable: !!extractable, usages: listOf(keyUsages) };
    if (format === 'jwk') {
      if (keyData === null || typeof keyData !== 'object' || isBufferSource(keyData)) {
        throw new TypeError('Key data must be an object for "jwk" import.');
      }
      request.jwk = stringify(keyData);
    } else request.data = bytesArgument(keyData);
    return madeOf(await call('importKey', { format: `${format}`, ...request }));
  }
  async exportKey(format, key) {
    const wired = requireKey(key);
    if (!key.extractable) throw new DOMException('key is not extractable', 'InvalidAccessError');
    const result = await call('exportKey', { format: `${format}`, key: wired });
    return result.jwk === undefined ? bufferOf(result) : parse(result.jwk);
  }
  async sign(algorithm, key, data) {
    const request = { algorithm: wireAlgorithm(algorithm), key: requireKey(key, 'sign'), data: bytesArgument(data) };
    return bufferOf(await call('sign', request));
  }
  async verify(algorithm, key, signature, data) {
    const request = { algorithm: wireAlgorithm(algorithm), key: requireKey(key, 'verify') };
    request.signature = bytesArgument(signature);
    request.data = bytesArgument(data);
    return (await call('verify', request)).valid;
  }
  async encrypt(algorithm, key, data) {
    const request = { algorithm: wireAlgorithm(algorithm), key: requireKey(key, 'encrypt'), data: bytesArgument(data) };
    return bufferOf(await call('encrypt', request));
  }
  async decrypt(algorithm, key, data) {
    const request = { algorithm: wireAlgorithm(algorithm), key: requireKey(key, 'decrypt'), data: bytesArgument(data) };
    return bufferOf(await call('decrypt', request));
  }
  async deriveBits(algorithm, baseKey, length = null) {
    const key = requireKey(baseKey, 'deriveBits');
    return bufferOf(await call('deriveBits', { algorithm: wireAlgorithm(algorithm), key, length }));
  }
  async deriveKey(algorithm, baseKey, derivedKeyAlgorithm, extractable, keyUsages) {
    const request = { algorithm: wireAlgorithm(algorithm), key: requireKey(baseKey, 'deriveKey') };
    request.derived = wireAlgorithm(derivedKeyAlgorithm);
    request.extractable = !!extractable;
    request.usages = listOf(keyUsages);
    return madeOf(await call('deriveKey', request));
  }
  async wrapKey(format, key, wrappingKey, wrapAlgorithm) {
    requireKey(wrappingKey, 'wrapKey');
    const exported = await exportKey(format, key);
    const data = format === 'jwk' ? encodeUtf8(stringify(exported)) : exported;
    const request = { algorithm: wireAlgorithm(wrapAlgorithm), key: wireKey(wrappingKey), data: bytesArgument(data) };
    return bufferOf(await call('wrap', request));
  }
  async unwrapKey(format, wrappedKey, unwrappingKey, unwrapAlgorithm, unwrappedKeyAlgorithm, extractable, keyUsages) {
    const key = requireKey(unwrappingKey, 'unwrapKey');
    const request = { algorithm: wireAlgorithm(unwrapAlgorithm), key, data: bytesArgument(wrappedKey) };
    const data = bufferOf(await call('unwrap', request));
    const keyData = format === 'jwk' ? parse(decodeUtf8(bytesOf(data))) : data;
    return importKey(format, keyData, unwrappedKeyAlgorithm, extractable, keyUsages);
  }
}
const { exportKey, importKey } = SubtleCrypto.prototype;
export const subtle = new SubtleCrypto(token);

export function defineCryptoKey() {
  defineInterface('CryptoKey', CryptoKey);
  // For `require('crypto')`, whose functions take such keys too, as in Node.
  defineProperty(globalThis, Symbol.for('hookmint.keyMaterial'), {
    value: (key) => (isKey(key) ? { type: key.type, data: wireKey(key).data } : undefined),
  });
}
