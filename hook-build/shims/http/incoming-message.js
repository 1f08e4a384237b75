const { Readable } = require('stream');

// Of these a second value is dropped, as Node does.
const FIRST_ONLY = new Set(
  (
    'age authorization content-length content-type etag expires from host if-modified-since if-unmodified-since ' +
    'last-modified location max-forwards proxy-authorization referer retry-after server user-agent'
  ).split(' '),
);

const define = (target, key, value) =>
  Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true });

class IncomingMessage extends Readable {
  constructor(socket) {
    super({ read() {} });
    this.socket = socket;
    this.httpVersion = '1.1';
    this.httpVersionMajor = 1;
    this.httpVersionMinor = 1;
    this.complete = false;
    this.aborted = false;
    this.headers = {};
    this.headersDistinct = Object.create(null);
    this.rawHeaders = [];
    this.trailers = {};
    this.rawTrailers = [];
    this.url = '';
    this.method = null;
    this.statusCode = null;
    this.statusMessage = null;
  }

  static of({ status, status_text, headers, body }, request) {
    const message = new IncomingMessage(request.socket);
    message.statusCode = status;
    message.statusMessage = status_text ?? '';
    message.req = request;
    for (const [name, value] of headers) message.addHeader(name, value);
    if (body) message.push(Buffer.from(body, 'base64'));
    message.push(null);
    message.once('end', () => queueMicrotask(() => message.destroyed || message.destroy()));
    message.complete = true;
    return message;
  }

  get connection() {
    return this.socket;
  }
  set connection(socket) {
    this.socket = socket;
  }

  addHeader(name, value) {
    this.rawHeaders.push(name, value);
    const key = name.toLowerCase();
    (this.headersDistinct[key] ??= []).push(value);
    this._addHeaderLine(name, value, this.headers);
  }

  _addHeaderLine(name, value, headers) {
    const key = name.toLowerCase();
    // A header may be called like what objects inherit; `headers` has a prototype, as in Node.
    const before = Object.hasOwn(headers, key) ? headers[key] : undefined;
    if (key === 'set-cookie') define(headers, key, [...(before ?? []), value]);
    else if (before === undefined) define(headers, key, value);
    else if (!FIRST_ONLY.has(key)) define(headers, key, `${before}${key === 'cookie' ? ';' : ','} ${value}`);
  }

  /** @param lines Names and values, one after the other, of which `count` count. */
  _addHeaderLines(lines, count) {
    const [raw, kept] = this.complete ? ['rawTrailers', 'trailers'] : ['rawHeaders', 'headers'];
    this[raw] = lines;
    for (let i = 0; i < count; i += 2) this._addHeaderLine(lines[i], lines[i + 1], this[kept]);
  }

  setTimeout(ms, callback) {
    this.socket?.setTimeout(ms, callback);
    return this;
  }
}

module.exports = IncomingMessage;
