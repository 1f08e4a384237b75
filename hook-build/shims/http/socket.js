const EventEmitter = require('events');

// Stands for the connection, which is outside of the hook: always connected, and silent but for its timeouts.
class Socket extends EventEmitter {
  #timer;
  constructor(encrypted) {
    super();
    this.encrypted = encrypted;
    this.authorized = true;
    this.connecting = false;
    this.readable = true;
    this.writable = true;
    this.destroyed = false;
    this.bytesRead = 0;
    this.bytesWritten = 0;
    this.remoteAddress = '0.0.0.0';
    this.remoteFamily = 'IPv4';
    this.remotePort = 0;
    this.localAddress = '0.0.0.0';
    this.localPort = 0;
    this._httpMessage = null;
  }
  setTimeout(ms, callback) {
    if (callback) this.once('timeout', callback);
    clearTimeout(this.#timer);
    this.timeout = Number(ms) || 0;
    if (this.timeout > 0) this.#timer = setTimeout(() => this.emit('timeout'), this.timeout);
    return this;
  }
  settle() {
    clearTimeout(this.#timer);
  }
  destroy(error) {
    if (this.destroyed) return this;
    this.destroyed = true;
    this.readable = this.writable = false;
    this.settle();
    this.request?.destroy(error);
    queueMicrotask(() => this.emit('close', error !== undefined));
    return this;
  }
  end() {
    return this;
  }
  write() {
    return true;
  }
  setKeepAlive() {
    return this;
  }
  setNoDelay() {
    return this;
  }
  ref() {
    return this;
  }
  unref() {
    return this;
  }
  address() {
    return {};
  }
  getPeerCertificate() {
    return {};
  }
  getCipher() {
    return {};
  }
  getProtocol() {
    return 'TLSv1.3';
  }
  isSessionReused() {
    return false;
  }
}

module.exports = Socket;
