import { bytesOf, isBufferSource } from './buffer-source.js';
import { callHost } from './connection.js';
import { defineInterface, hidden } from './define.js';
import { CryptoKey, isKey, newKey, wireKey } from './crypto-key.js';
import { DOMException } from './dom-exception.js';
import {
  apply,
  defineProperty,
  fromBase64,
  freeze,
  getOwnPropertyNames,
  indexOfItem,
  iterator,
  parse,
  push,
  startsWith,
  toUpperCase,
  stringify,
  toBase64,
} from './intrinsics.js';
import { coded, illegalConstructor, invalidArgument, invalidThis } from './node-error.js';
import { decodeUtf8, encodeUtf8 } from './utf8.js';

const token = {};

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
  'context',
  'public',
];

function wireAlgorithm(algorithm) {
  if (typeof algorithm === 'symbol') throw invalidArgument('a Symbol is not the name of an algorithm');
  if (algorithm === null || typeof algorithm !== 'object') return { __proto__: null, name: `${algorithm}` };
  if (algorithm.name === undefined) throw coded(TypeError, 'ERR_MISSING_OPTION', `'name' is required in 'Algorithm'.`);
  const wired = { __proto__: null };
  for (let i = 0; i < PARAMETERS.length; i++) {
    const value = algorithm[PARAMETERS[i]];
    if (value === undefined) continue;
    if (PARAMETERS[i] === 'public' && !isKey(value)) {
      const what = `'public' of 'EcdhKeyDeriveParams' (passed algorithm) is not of type CryptoKey.`;
      throw invalidArgument(`Failed to normalize algorithm: ${what}`);
    }
    if (PARAMETERS[i] === 'hash') wired.hash = typeof value === 'string' ? value : `${value?.name}`;
    else wired[PARAMETERS[i]] = wire(value);
  }
  return wired;
}

/**
 * @param {string} [usage]
 * @param {any} [algorithm] That the key must be for.
 */
function requireKey(key, usage = undefined, algorithm = undefined) {
  if (!isKey(key)) throw invalidArgument('2nd argument is not of type CryptoKey.');
  const isOther = algorithm !== undefined && toUpperCase(`${algorithm.name}`) !== toUpperCase(key.algorithm.name);
  if (usage !== undefined && (isOther || indexOfItem(key.usages, usage) < 0)) {
    const isCipher = usage === 'encrypt' || usage === 'decrypt';
    const message = isCipher
      ? 'The requested operation is not valid for the provided key'
      : `Unable to use this key to ${usage}`;
    throw new DOMException(message, 'InvalidAccessError');
  }
  return wireKey(key);
}

function bytesArgument(data) {
  if (!isBufferSource(data))
    throw invalidArgument('The data is not an instance of ArrayBuffer, Buffer, TypedArray, or DataView.');
  return toBase64(bytesOf(data));
}

function listOf(usages) {
  if (usages === null || typeof usages !== 'object' || typeof usages[iterator] !== 'function') {
    throw invalidArgument('keyUsages: must be a sequence of usages');
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
    if (startsWith(error.code, 'ERR_')) throw coded(TypeError, error.code, error.message);
    throw new DOMException(error.message, error.code);
  }
}

const bufferOf = (result) => fromBase64(result.bytes).buffer;

/** Algorithms have their parameters frozen: a key is what it is. */
function keyOf(described) {
  const { algorithm } = described;
  if (algorithm.publicExponent !== undefined) algorithm.publicExponent = fromBase64(algorithm.publicExponent.bytes);
  const shown = { ...algorithm };
  return newKey({
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
  #brand;
  /** @type {any} */
  static is = (value) => typeof value === 'object' && value !== null && #brand in value;
  constructor(secret) {
    if (secret !== token) throw illegalConstructor();
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
        throw invalidArgument('Key data must be an object for "jwk" import.');
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
    const wired = wireAlgorithm(algorithm);
    const request = { algorithm: wired, key: requireKey(key, 'sign', wired), data: bytesArgument(data) };
    return bufferOf(await call('sign', request));
  }
  async verify(algorithm, key, signature, data) {
    const wired = wireAlgorithm(algorithm);
    const request = { algorithm: wired, key: requireKey(key, 'verify', wired) };
    request.signature = bytesArgument(signature);
    request.data = bytesArgument(data);
    return (await call('verify', request)).valid;
  }
  async encrypt(algorithm, key, data) {
    const wired = wireAlgorithm(algorithm);
    const request = { algorithm: wired, key: requireKey(key, 'encrypt', wired), data: bytesArgument(data) };
    return bufferOf(await call('encrypt', request));
  }
  async decrypt(algorithm, key, data) {
    const wired = wireAlgorithm(algorithm);
    const request = { algorithm: wired, key: requireKey(key, 'decrypt', wired), data: bytesArgument(data) };
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
    const exported = await apply(exportKey, subtle, [format, key]);
    const data = format === 'jwk' ? encodeUtf8(stringify(exported)) : exported;
    const request = { algorithm: wireAlgorithm(wrapAlgorithm), key: wireKey(wrappingKey), data: bytesArgument(data) };
    return bufferOf(await call('wrap', request));
  }
  async unwrapKey(format, wrappedKey, unwrappingKey, unwrapAlgorithm, unwrappedKeyAlgorithm, extractable, keyUsages) {
    const key = requireKey(unwrappingKey, 'unwrapKey');
    const request = { algorithm: wireAlgorithm(unwrapAlgorithm), key, data: bytesArgument(wrappedKey) };
    const data = bufferOf(await call('unwrap', request));
    const keyData = format === 'jwk' ? parse(decodeUtf8(bytesOf(data))) : data;
    return apply(importKey, subtle, [format, keyData, unwrappedKeyAlgorithm, extractable, keyUsages]);
  }
}
const { exportKey, importKey } = SubtleCrypto.prototype;
export const subtle = new SubtleCrypto(token);
const isSubtle = SubtleCrypto.is;
delete SubtleCrypto.is;

/** Each with Node's word for what it is called on, and with how much. */
const names = getOwnPropertyNames(SubtleCrypto.prototype);
for (let i = 0; i < names.length; i++) {
  const name = names[i];
  const method = SubtleCrypto.prototype[name];
  if (name === 'constructor') continue;
  const { length } = method;
  const checked = {
    async [name](...args) {
      if (!isSubtle(this)) throw invalidThis('SubtleCrypto');
      if (args.length >= length) return apply(method, this, args);
      const wanted = `${length} argument${length > 1 ? 's' : ''} required, but only ${args.length} present.`;
      throw coded(TypeError, 'ERR_MISSING_ARGS', `Failed to execute '${name}' on 'SubtleCrypto': ${wanted}`);
    },
  }[name];
  defineProperty(checked, 'length', { value: length, configurable: true });
  hidden(SubtleCrypto.prototype, name, checked);
}

export function defineCryptoKey() {
  defineInterface('CryptoKey', CryptoKey);
  // For `require('crypto')`, whose functions take such keys too, as in Node.
  defineProperty(globalThis, Symbol.for('hookmint.keyMaterial'), {
    value: (key) => (isKey(key) ? { type: key.type, data: wireKey(key).data } : undefined),
  });
  // Makes one of what the host tells of it, with its material.
  defineProperty(globalThis, Symbol.for('hookmint.makeKey'), { value: keyOf });
}
