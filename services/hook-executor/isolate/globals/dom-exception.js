import { defineInterface } from './define.js';
import { defineProperty, deleteProperty, hasOwn, setPrototypeOf } from './intrinsics.js';

const CODES = {
  __proto__: null,
  IndexSizeError: 1,
  HierarchyRequestError: 3,
  WrongDocumentError: 4,
  InvalidCharacterError: 5,
  NoModificationAllowedError: 7,
  NotFoundError: 8,
  NotSupportedError: 9,
  InUseAttributeError: 10,
  InvalidStateError: 11,
  SyntaxError: 12,
  InvalidModificationError: 13,
  NamespaceError: 14,
  InvalidAccessError: 15,
  TypeMismatchError: 17,
  SecurityError: 18,
  NetworkError: 19,
  AbortError: 20,
  URLMismatchError: 21,
  QuotaExceededError: 22,
  TimeoutError: 23,
  InvalidNodeTypeError: 24,
  DataCloneError: 25,
};
const { captureStackTrace } = Error;

export class DOMException {
  #name;
  #message;

  /** @param {string | { name?: unknown, cause?: unknown }} options */
  constructor(message = '', options = 'Error') {
    // An Error by birth, so that it is one for V8 as well: with a stack, shown as an error.
    this.#message = `${message}`;
    if (options !== null && typeof options === 'object') {
      this.#name = options.name === undefined ? 'Error' : `${options.name}`;
      if ('cause' in options) {
        defineProperty(this, 'cause', { value: options.cause, writable: true, configurable: true });
      }
    } else this.#name = `${options}`;
    captureStackTrace(this, DOMException);
  }

  get name() {
    return this.#name;
  }
  get message() {
    return this.#message;
  }
  get code() {
    return hasOwn(CODES, this.#name) ? CODES[this.#name] : 0;
  }

  static is = (value) => typeof value === 'object' && value !== null && #name in value;
}
export const isDomException = DOMException.is;
deleteProperty(DOMException, 'is');

setPrototypeOf(DOMException.prototype, Error.prototype);
/** Constants that no error has any more. */
const HISTORICAL = { DOMSTRING_SIZE_ERR: 2, NO_DATA_ALLOWED_ERR: 6, VALIDATION_ERR: 16 };
const constants = Object.entries(HISTORICAL);
for (const name in CODES) {
  const constant = name
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toUpperCase()
    .replace(/_ERROR$/, '_ERR')
    .replace('IN_USE', 'INUSE')
    .replace('URLM', 'URL_M');
  constants.push([constant, CODES[name]]);
}
for (const [constant, value] of constants.sort(([, a], [, b]) => a - b)) {
  const descriptor = { value, enumerable: true };
  defineProperty(DOMException, constant, descriptor);
  defineProperty(DOMException.prototype, constant, descriptor);
}
defineProperty(DOMException, 'prototype', { writable: false });

export function defineDomException() {
  defineInterface('DOMException', DOMException);
}
