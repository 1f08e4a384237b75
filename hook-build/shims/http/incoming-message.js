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
    this.socket = this.connection = socket;
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

  addHeader(name, value) {
    this.rawHeaders.push(name, value);
    const key = name.toLowerCase();
    (this.headersDistinct[key] ??= []).push(value);
    // A header may be called like what objects inherit; `headers` has a prototype, as in Node.
    const before = Object.hasOwn(this.headers, key) ? this.headers[key] : undefined;
    if (key === 'set-cookie') define(this.headers, key, [...(before ?? []), value]);
    else if (before === undefined) define(this.headers, key, value);
    else if (!FIRST_ONLY.has(key)) define(this.headers, key, `${before}${key === 'cookie' ? ';' : ','} ${value}`);
  }

  setTimeout(ms, callback) {
    this.socket?.setTimeout(ms, callback);
    return this;
  }
}

module.exports = IncomingMessage;
