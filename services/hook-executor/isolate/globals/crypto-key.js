import { illegalConstructor } from './node-error.js';

const token = {};

/** A key as the hook has it; what it is made of goes to the host with each call and never comes out unless extractable. */
export class CryptoKey {
  #type;
  #extractable;
  #algorithm;
  #usages;
  #material;

  constructor(secret, parts) {
    if (secret !== token) throw illegalConstructor();
    const { type, extractable, algorithm, usages, material } = parts;
    this.#type = type;
    this.#extractable = extractable;
    this.#algorithm = algorithm;
    this.#usages = usages;
    this.#material = material;
  }
  /** @type {any} */
  static is = (value) => typeof value === 'object' && value !== null && #material in value;
  /** @type {any} */
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
export const isKey = CryptoKey.is;
/** What the host is sent. */
export const wireKey = CryptoKey.wire;
delete CryptoKey.is;
delete CryptoKey.wire;

export const newKey = (parts) => new CryptoKey(token, parts);
