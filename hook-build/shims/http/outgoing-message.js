const { Writable } = require('stream');
const { coded } = require('../errors.js');
const { validateHeaderName, validateHeaderValue } = require('./header-checks.js');

const keyOf = (name) => String(name).toLowerCase();

/** Headers, as they are before they are sent. */
class OutgoingMessage extends Writable {
  #headers = new Map();

  /** @param {any} [options] */
  constructor(options = undefined) {
    super({ decodeStrings: true, emitClose: false, autoDestroy: false, ...options });
    this.headersSent = false;
    this.socket = null;
  }

  setHeader(name, value) {
    if (this.headersSent)
      throw coded(Error, 'ERR_HTTP_HEADERS_SENT', 'Cannot set headers after they are sent to the client');
    validateHeaderName(name);
    validateHeaderValue(name, value);
    this.#headers.set(keyOf(name), { name, value });
    return this;
  }
  setHeaders(headers) {
    for (const [name, value] of headers) this.setHeader(name, value);
    return this;
  }
  appendHeader(name, value) {
    const before = this.getHeader(name);
    return this.setHeader(name, before === undefined ? value : [before, value].flat());
  }
  getHeader(name) {
    return this.#headers.get(keyOf(name))?.value;
  }
  hasHeader(name) {
    return this.#headers.has(keyOf(name));
  }
  removeHeader(name) {
    this.#headers.delete(keyOf(name));
  }
  getHeaders() {
    return Object.assign(
      Object.create(null),
      Object.fromEntries([...this.#headers].map(([key, { value }]) => [key, value])),
    );
  }
  getHeaderNames() {
    return [...this.#headers.keys()];
  }
  getRawHeaderNames() {
    return [...this.#headers.values()].map(({ name }) => name);
  }
  get _headers() {
    return this.getHeaders();
  }
  get _headerNames() {
    const names = [...this.#headers].map(([key, { name }]) => [key, name]);
    return Object.assign(Object.create(null), Object.fromEntries(names));
  }
  set _headerNames(names) {
    if (typeof names !== 'object' || names === null) return;
    for (const [key, header] of this.#headers) if (Object.hasOwn(names, key)) header.name = names[key];
  }

  setTimeout(ms, callback = undefined) {
    if (callback) this.once('timeout', callback);
    if (this.socket) this.socket.setTimeout(ms);
    else this.once('socket', (socket) => socket.setTimeout(ms));
    return this;
  }
  flushHeaders() {}
  addTrailers() {}
}

module.exports = OutgoingMessage;
