const IncomingMessage = require('./incoming-message.js');
const OutgoingMessage = require('./outgoing-message.js');
const Socket = require('./socket.js');
const { AbortError, coded, invalidArgType } = require('../errors.js');
const { TOKEN } = require('./header-checks.js');
const { optionsOf, urlOf, verifiesTls } = require('./target.js');

const EXCHANGE = Symbol.for('hookmint.exchange');
const WITHOUT_BODY = new Set(['GET', 'HEAD', 'DELETE', 'OPTIONS', 'TRACE', 'CONNECT']);
// They describe the connection, which is not this request's.
const OF_THE_CONNECTION = new Set([
  'connection',
  'keep-alive',
  'transfer-encoding',
  'upgrade',
  'expect',
  'proxy-connection',
]);

class ClientRequest extends OutgoingMessage {
  #chunks = [];
  #verifyTls;
  #sent = false;
  #closed = false;
  #host = '';

  constructor(input, options, callback, byDefault = 'http:') {
    super();
    const settled = optionsOf(input, options, byDefault);
    this.url = urlOf(settled);
    const { method = 'GET' } = settled;
    if (method !== null && typeof method !== 'string') throw invalidArgType('options.method', 'of type string', method);
    if (method && !TOKEN.test(method))
      throw coded(TypeError, 'ERR_INVALID_HTTP_TOKEN', `Method must be a valid HTTP token ["${method}"]`);
    const { insecureHTTPParser } = settled;
    if (insecureHTTPParser !== undefined && typeof insecureHTTPParser !== 'boolean')
      throw invalidArgType('options.insecureHTTPParser', 'of type boolean', insecureHTTPParser);
    this.method = (method || 'GET').toUpperCase();
    this.path = settled.path || '/';
    this.protocol = settled.protocol;
    this.host = settled.hostname || settled.host || 'localhost';
    this.agent = settled.agent;
    this.aborted = false;
    this.finished = false;
    this.reusedSocket = false;
    this.res = null;
    this.maxHeadersCount = null;
    this.#verifyTls = verifiesTls(settled);
    this.socket = this.connection = new Socket(this.protocol === 'https:');
    this.socket.request = this;
    this.#setHeaders(settled.headers);
    this.#setHost(settled);
    if (settled.auth && !this.hasHeader('authorization')) {
      this.setHeader('Authorization', `Basic ${Buffer.from(String(settled.auth)).toString('base64')}`);
    }
    if (callback) this.once('response', callback);
    const timeoutMs = settled.timeout ?? settled.agent?.options?.timeout;
    if (timeoutMs) this.setTimeout(timeoutMs);
    this.#followSignal(settled.signal);
    this.socket.on('timeout', () => this.emit('timeout'));
    process.nextTick(() => this.#closed || this.emit('socket', this.socket));
  }

  setNoDelay() {}
  setSocketKeepAlive() {}
  cork() {}
  uncork() {}
  onSocket() {}

  end(...args) {
    if (this.destroyed) return this;
    this.finished = true;
    super.end(...args);
    return this;
  }

  abort() {
    if (this.aborted) return;
    this.aborted = true;
    process.nextTick(() => this.emit('abort'));
    this.destroy();
  }

  // The stream's own destroy tells too little: what happens depends on how far the exchange is.
  destroy(error) {
    if (this.destroyed) return this;
    this.destroyed = true;
    this.socket.settle();
    const { res } = this;
    process.nextTick(() => {
      if (res === null) {
        if (!this.#closed) this.emit('error', error ?? failure('socket hang up', 'ECONNRESET'));
      } else if (!res.readableEnded && !res._readableState.endEmitted) {
        res.aborted = true;
        res.complete = false;
        res.emit('aborted');
        res.destroy(error ?? (res.listenerCount('error') > 0 ? failure('aborted', 'ECONNRESET') : undefined));
      }
      this.#close();
    });
    return this;
  }

  _write(chunk, _encoding, done) {
    this.#chunks.push(chunk);
    done();
  }
  _final(done) {
    done();
    this.#send();
  }

  #setHeaders(headers) {
    if (Array.isArray(headers?.host)) throw invalidArgType('options.headers.host', 'of type string', headers.host);
    if (Array.isArray(headers)) {
      const pairs = Array.isArray(headers[0])
        ? headers
        : headers.flatMap((_, i) => (i % 2 ? [] : [[headers[i], headers[i + 1]]]));
      for (const [name, value] of pairs) this.appendHeader(name, value);
    } else {
      for (const [name, value] of Object.entries(headers ?? {})) if (value !== undefined) this.setHeader(name, value);
    }
  }

  /** To be seen, as in Node; what is sent is made of the URL. */
  #setHost({ headers, setHost = true, hostname, host, port, defaultPort, agent }) {
    if (Array.isArray(headers) || !setHost || this.hasHeader('host')) return;
    const name = hostname || host || 'localhost';
    const usual = defaultPort || agent?.defaultPort || (this.protocol === 'https:' ? 443 : 80);
    const authority = name.split(':').length > 2 && !name.startsWith('[') ? `[${name}]` : name;
    this.#host = port && Number(port) !== usual ? `${authority}:${port}` : authority;
    this.setHeader('Host', this.#host);
  }

  #followSignal(signal) {
    if (!signal) return;
    const abort = () => this.destroy(new AbortError(signal));
    if (signal.aborted) process.nextTick(abort);
    else signal.addEventListener('abort', abort, { once: true });
  }

  #send() {
    if (this.#sent || this.destroyed) return;
    this.#sent = true;
    const exchange = globalThis[EXCHANGE];
    if (typeof exchange !== 'function') {
      this.destroy(failure('the network is not available here', 'ENETUNREACH'));
      return;
    }
    const body = Buffer.concat(this.#chunks);
    this.#chunks = [];
    const headers = this.#headerPairs(body.length);
    this.headersSent = true;
    exchange({
      url: this.url,
      method: this.method,
      headers,
      ...(body.length > 0 ? { body: body.toString('base64') } : {}),
      verify_tls: this.#verifyTls,
    }).then(
      (response) => this.#receive(response),
      (error) => this.destroy(error instanceof Error ? error : new Error(String(error?.message ?? error))),
    );
  }

  #headerPairs(length) {
    if (!this.hasHeader('content-length') && (length > 0 || !WITHOUT_BODY.has(this.method))) {
      this.setHeader('Content-Length', String(length));
    }
    return this.getRawHeaderNames()
      .filter((name) => !OF_THE_CONNECTION.has(name.toLowerCase()))
      .filter((name) => name.toLowerCase() !== 'host' || this.getHeader(name) !== this.#host)
      .flatMap((name) => [this.getHeader(name)].flat().map((one) => [name, String(one)]));
  }

  #receive(response) {
    if (this.destroyed) return;
    this.socket.settle();
    this.res = IncomingMessage.of(response, this);
    this.res.once('close', () => this.#close());
    if (!this.emit('response', this.res)) this.res.resume();
  }

  #close() {
    if (this.#closed) return;
    this.#closed = true;
    this.socket.settle();
    this.destroyed = true;
    this.emit('close');
    this.socket.emit('close', false);
  }
}

function failure(message, code) {
  return Object.assign(new Error(message), { code });
}

module.exports = ClientRequest;
