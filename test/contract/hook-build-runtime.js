// A small runtime for an isolate of tests: what the hook-executor's runtime provides, as far as the tests' modules use it.
// Called with the host's functions `host = { exchange, startTimer, stopTimer, parseUrl, random, work, workDone }`.
(function (host) {
  globalThis.global = globalThis;
  globalThis.process = {
    env: {},
    version: 'v22.0.0',
    versions: { node: '22.0.0' },
    nextTick: (run, ...args) => queueMicrotask(() => run(...args)),
  };
  globalThis.queueMicrotask = (run) => void Promise.resolve().then(run);
  globalThis.console = { log() {}, info() {}, warn() {}, error() {}, debug() {}, dir() {}, trace() {} };
  globalThis.performance = { now: () => Date.now(), timeOrigin: 0, mark() {}, measure() {} };

  const timers = new Map();
  let lastTimer = 0;
  const start = (run, ms, args, again) => {
    const id = (lastTimer += 1);
    timers.set(id, { run: () => run(...args), again });
    host.startTimer(id, Number(ms) || 0, again);
    const timer = { id, ref: () => timer, unref: () => timer, hasRef: () => true, [Symbol.toPrimitive]: () => id };
    return timer;
  };
  const stop = (timer) => {
    const id = Number(timer?.id ?? timer);
    if (timers.delete(id)) host.stopTimer(id);
  };
  globalThis.setTimeout = (run, ms, ...args) => start(run, ms, args, false);
  globalThis.setInterval = (run, ms, ...args) => start(run, ms, args, true);
  globalThis.setImmediate = (run, ...args) => start(run, 0, args, false);
  globalThis.clearTimeout = globalThis.clearInterval = globalThis.clearImmediate = stop;

  const pending = new Map();
  let lastExchange = 0;
  const work = (json) => host.work(json, true);
  work.begin = (json) => {
    const answer = host.work(json, false);
    if (answer[0] !== '#') return answer;
    return new Promise((resolve, reject) => {
      const id = (lastExchange += 1);
      pending.set(id, { resolve, reject });
      host.workDone(id, Number(answer.slice(1)));
    });
  };
  globalThis[Symbol.for('hookmint.work')] = work;
  globalThis[Symbol.for('hookmint.keyMaterial')] = () => undefined;
  globalThis[Symbol.for('hookmint.exchange')] = (request) =>
    new Promise((resolve, reject) => {
      const id = (lastExchange += 1);
      pending.set(id, { resolve, reject });
      host.exchange(id, JSON.stringify(request));
    });

  const toUtf8 = (text) => Uint8Array.from(unescape(encodeURIComponent(text.toWellFormed())), (c) => c.charCodeAt(0));
  const fromUtf8 = (bytes) => {
    let text = '';
    for (const byte of bytes) text += String.fromCharCode(byte);
    return decodeURIComponent(escape(text));
  };
  const bytesOf = (value) =>
    ArrayBuffer.isView(value)
      ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
      : new Uint8Array(value ?? 0);
  globalThis.TextEncoder = class TextEncoder {
    encode(text = '') {
      return toUtf8(String(text));
    }
  };
  globalThis.TextDecoder = class TextDecoder {
    decode(value) {
      return fromUtf8(bytesOf(value));
    }
  };

  const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  globalThis.btoa = (text) => {
    let out = '';
    for (let i = 0; i < text.length; i += 3) {
      const [a, b, c] = [text.charCodeAt(i), text.charCodeAt(i + 1), text.charCodeAt(i + 2)];
      out += ALPHABET[a >> 2] + ALPHABET[((a & 3) << 4) | (b >> 4)];
      out += Number.isNaN(b) ? '=' : ALPHABET[((b & 15) << 2) | (c >> 6)];
      out += Number.isNaN(c) ? '=' : ALPHABET[c & 63];
    }
    return out;
  };
  globalThis.atob = (text) => {
    let [out, bits, count] = ['', 0, 0];
    for (const character of text.replace(/[=\s]/g, '')) {
      bits = (bits << 6) | ALPHABET.indexOf(character);
      count += 6;
      if (count >= 8) out += String.fromCharCode((bits >> (count -= 8)) & 255);
    }
    return out;
  };

  globalThis.crypto = {
    getRandomValues(array) {
      const bytes = bytesOf(array);
      bytes.set(new Uint8Array(host.random(bytes.length)));
      return array;
    },
    randomUUID: () => {
      const hex = Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, '0')).join(
        '',
      );
      return hex.replace(/^(.{8})(.{4}).(.{3}).(.{3})/, '$1-$2-4$3-a$4-');
    },
  };

  globalThis.URLSearchParams = class URLSearchParams {
    #pairs = [];
    constructor(init = '') {
      if (typeof init === 'string') {
        const plain = (text) => decodeURIComponent(text.replace(/\+/g, ' '));
        for (const part of init.replace(/^\?/, '').split('&')) {
          if (part === '') continue;
          const [name, ...value] = part.split('=');
          this.#pairs.push([plain(name), plain(value.join('='))]);
        }
      } else {
        for (const [name, value] of init[Symbol.iterator] ? init : Object.entries(init)) this.append(name, value);
      }
    }
    append(name, value) {
      this.#pairs.push([String(name), String(value)]);
    }
    set(name, value) {
      this.delete(name);
      this.append(name, value);
    }
    delete(name) {
      this.#pairs = this.#pairs.filter(([own]) => own !== name);
    }
    get(name) {
      return this.#pairs.find(([own]) => own === name)?.[1] ?? null;
    }
    has(name) {
      return this.get(name) !== null;
    }
    sort() {
      this.#pairs.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    }
    forEach(run) {
      for (const [name, value] of this.#pairs) run(value, name, this);
    }
    entries() {
      return this.#pairs[Symbol.iterator]();
    }
    [Symbol.iterator]() {
      return this.entries();
    }
    get [Symbol.toStringTag]() {
      return 'URLSearchParams';
    }
    toString() {
      const form = (text) => encodeURIComponent(text).replace(/%20/g, '+');
      return this.#pairs.map(([name, value]) => `${form(name)}=${form(value)}`).join('&');
    }
  };
  globalThis.URL = class URL {
    constructor(text, base) {
      const parsed = host.parseUrl(String(text), base === undefined ? '' : String(base));
      if (parsed === '') throw Object.assign(new TypeError('Invalid URL'), { code: 'ERR_INVALID_URL', input: text });
      Object.assign(this, JSON.parse(parsed));
      this.searchParams = new URLSearchParams(this.search);
    }
    toString() {
      return this.href;
    }
    toJSON() {
      return this.href;
    }
    get [Symbol.toStringTag]() {
      return 'URL';
    }
  };

  globalThis.EventTarget = class EventTarget {
    #listeners = [];
    addEventListener(type, run) {
      this.#listeners.push([type, run]);
    }
    removeEventListener(type, run) {
      this.#listeners = this.#listeners.filter(([own, listener]) => own !== type || listener !== run);
    }
    dispatchEvent(event) {
      for (const [type, run] of [...this.#listeners]) if (type === event.type) run.call(this, event);
      return true;
    }
  };
  globalThis.Event = class Event {
    constructor(type) {
      this.type = type;
    }
  };
  globalThis.AbortSignal = class AbortSignal extends EventTarget {
    aborted = false;
    throwIfAborted() {
      if (this.aborted) throw this.reason;
    }
  };
  globalThis.AbortController = class AbortController {
    signal = new AbortSignal();
    abort(reason = Object.assign(new Error('This operation was aborted'), { name: 'AbortError' })) {
      if (this.signal.aborted) return;
      Object.assign(this.signal, { aborted: true, reason });
      this.signal.dispatchEvent(new Event('abort'));
    }
  };

  globalThis.Headers = class Headers {
    #values = new Map();
    constructor(init = {}) {
      for (const [name, value] of init[Symbol.iterator] ? init : Object.entries(init)) this.append(name, value);
    }
    append(name, value) {
      const before = this.get(name);
      this.set(name, before === null ? value : `${before}, ${value}`);
    }
    set(name, value) {
      this.#values.set(name.toLowerCase(), String(value));
    }
    get(name) {
      return this.#values.get(name.toLowerCase()) ?? null;
    }
    has(name) {
      return this.#values.has(name.toLowerCase());
    }
    delete(name) {
      this.#values.delete(name.toLowerCase());
    }
    forEach(run) {
      for (const [name, value] of this) run(value, name, this);
    }
    entries() {
      return this.#values.entries();
    }
    [Symbol.iterator]() {
      return this.entries();
    }
  };
  class Body {
    constructor(text) {
      this.bodyText = text;
    }
    async text() {
      return this.bodyText;
    }
    async json() {
      return JSON.parse(this.bodyText);
    }
    async arrayBuffer() {
      return toUtf8(this.bodyText).buffer;
    }
  }
  globalThis.Request = class Request extends Body {
    constructor(url, init = {}) {
      super(init.body === undefined || init.body === null ? '' : String(init.body));
      Object.assign(this, {
        url: String(url),
        method: init.method ?? 'GET',
        headers: new Headers(init.headers),
        signal: init.signal,
      });
    }
    clone() {
      return new Request(this.url, { ...this, body: this.bodyText });
    }
  };
  globalThis.Response = class Response extends Body {
    constructor(text = '', init = {}) {
      super(text);
      const { status = 200, statusText = '', url = '' } = init;
      Object.assign(this, {
        status,
        statusText,
        url,
        ok: status >= 200 && status < 300,
        headers: new Headers(init.headers),
      });
      this.body = null;
    }
    clone() {
      return new Response(this.bodyText, this);
    }
  };
  globalThis.FormData = class FormData {};
  globalThis.Blob = class Blob {};
  globalThis.fetch = async (input, init) => {
    const request = input instanceof Request ? input : new Request(input, init);
    const response = await globalThis[Symbol.for('hookmint.exchange')]({
      url: request.url,
      method: request.method,
      headers: [...request.headers],
      ...(request.bodyText === '' ? {} : { body: btoa(unescape(encodeURIComponent(request.bodyText))) }),
      verify_tls: true,
    });
    const { status, status_text: statusText, headers, body } = response;
    return new Response(decodeURIComponent(escape(atob(body))), { status, statusText, headers, url: request.url });
  };

  return {
    fire(id) {
      const timer = timers.get(id);
      if (timer?.again === false) timers.delete(id);
      timer?.run();
    },
    respond(id, error, json) {
      const { resolve, reject } = pending.get(id);
      pending.delete(id);
      if (error === '') resolve(JSON.parse(json));
      else reject(new Error(error));
    },
    /** Runs a hook and gives `[error, result]` as JSON, or the stack of what it threw. */
    run(factory, argsJson) {
      const module = { exports: {} };
      const require = (name) => {
        throw Object.assign(new Error(`Cannot find module '${name}'`), { code: 'MODULE_NOT_FOUND' });
      };
      const shown = (error) =>
        error instanceof Error ? { name: error.name, message: error.message, stack: error.stack } : (error ?? null);
      return new Promise((resolve) => {
        const settle = (error, result) => resolve(JSON.stringify([shown(error), result ?? null]));
        try {
          factory.call(module.exports, module.exports, require, module, '/hook.js', '/');
          const { client, scope, audience, context } = JSON.parse(argsJson);
          const returned = module.exports(client, scope, audience, context, settle);
          if (returned instanceof Promise) returned.catch(settle);
        } catch (error) {
          settle(error);
        }
      });
    },
  };
});
