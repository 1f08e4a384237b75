import { AbortController, AbortSignal, isSignal } from './abort.js';
import { defineBody, extractBody } from './body.js';
import { parseUrl } from './connection.js';
import { defineInterface } from './define.js';
import { Headers } from './headers.js';
import { indexOfItem, matches, parse, toUpperCase, toWellFormed } from './intrinsics.js';
import { showAs } from './shown.js';
import { refuseToClone } from './structured-clone.js';

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const NORMALISED = ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'POST', 'PUT'];
const REFUSED = ['CONNECT', 'TRACE', 'TRACK'];
const CHOICES = {
  __proto__: null,
  redirect: ['follow', 'error', 'manual'],
  mode: ['cors', 'same-origin', 'no-cors', 'navigate', 'websocket'],
  credentials: ['same-origin', 'omit', 'include'],
  cache: ['default', 'no-store', 'reload', 'no-cache', 'force-cache', 'only-if-cached'],
};

function methodOf(method) {
  const text = `${method}`;
  const upper = toUpperCase(text);
  if (!matches(TOKEN, text)) throw new TypeError(`'${text}' is not a valid HTTP method.`);
  if (indexOfItem(REFUSED, upper) >= 0) throw new TypeError(`'${text}' HTTP method is unsupported.`);
  return indexOfItem(NORMALISED, upper) >= 0 ? upper : text;
}

function urlOf(input) {
  const json = parseUrl(toWellFormed(`${input}`), undefined);
  if (json === '') throw new TypeError(`Failed to parse URL from ${input}`);
  const { href, username, password } = parse(json);
  if (username !== '' || password !== '') {
    throw new TypeError(`Request cannot be constructed from a URL that includes credentials: ${input}`);
  }
  return href;
}

/** @param {{ window?: unknown, duplex?: unknown, priority?: unknown }} init */
function refuseUnsupported({ window, duplex, priority }) {
  if (window !== undefined && window !== null) throw new TypeError('Request constructor: window can only be null');
  if (duplex !== undefined && `${duplex}` !== 'half')
    throw new TypeError("Request constructor: duplex can only be 'half'");
  if (priority !== undefined && indexOfItem(PRIORITIES, `${priority}`) < 0)
    throw new TypeError(`Request constructor: ${priority} is not a valid priority`);
}
const PRIORITIES = ['auto', 'high', 'low'];

export class Request {
  #url;
  #method = 'GET';
  #headers;
  /** @type {any} */
  #body = null;
  #signal;
  #settings = { redirect: 'follow', mode: 'cors', credentials: 'same-origin', cache: 'default' };
  #integrity = '';
  #keepalive = false;
  #referrer = 'about:client';

  constructor(input, init = {}) {
    if (arguments.length === 0) throw new TypeError('Request constructor: 1 argument required, but only 0 present.');
    init ??= {};
    const source = isRequest(input) ? input : undefined;
    this.#url = source === undefined ? urlOf(input) : source.#url;
    this.#method = init.method === undefined ? (source === undefined ? 'GET' : source.#method) : methodOf(init.method);
    this.#headers = new Headers(init.headers ?? (source === undefined ? undefined : source.#headers));
    for (const name in CHOICES) {
      const chosen =
        init[name] === undefined ? (source === undefined ? undefined : source.#settings[name]) : `${init[name]}`;
      if (chosen === undefined) continue;
      if (indexOfItem(CHOICES[name], chosen) < 0)
        throw new TypeError(`Request constructor: ${chosen} is not a valid ${name}`);
      this.#settings[name] = chosen;
    }
    refuseUnsupported(init);
    this.#integrity =
      init.integrity === undefined ? (source === undefined ? '' : source.#integrity) : `${init.integrity}`;
    this.#keepalive =
      init.keepalive === undefined ? (source === undefined ? false : source.#keepalive) : !!init.keepalive;
    this.#setSignal(init.signal === undefined ? (source === undefined ? undefined : source.#signal) : init.signal);
    this.#setBody(init, source);
  }

  #setSignal(signal) {
    if (signal === undefined || signal === null) this.#signal = new AbortController().signal;
    else {
      if (!isSignal(signal))
        throw new TypeError("Failed to construct 'Request': member signal is not of type AbortSignal.");
      this.#signal = AbortSignal.any([signal]);
    }
  }

  #setBody(init, source) {
    const given = init.body !== undefined && init.body !== null;
    const inherited = source !== undefined && source.#body !== null;
    if ((given || inherited) && (this.#method === 'GET' || this.#method === 'HEAD')) {
      throw new TypeError('Request with GET/HEAD method cannot have body.');
    }
    if (given) {
      const { body, type } = extractBody(init.body);
      if (!body.replayable && init.duplex === undefined) {
        throw new TypeError('RequestInit: duplex option is required when sending a body.');
      }
      this.#body = body;
      if (type !== undefined && !this.#headers.has('content-type')) this.#headers.append('content-type', type);
    } else if (inherited) {
      if (source.#body.unusable)
        throw new TypeError('Cannot construct a Request with a Request object that has already been used.');
      this.#body = source.#body.clone();
      // The body has gone over to the new request.
      void source.#body.consume().catch(() => undefined);
    }
  }

  static is = (value) => typeof value === 'object' && value !== null && #url in value;
  static bodyOf = (request) => request.#body;
  /** What fetch needs, in one. */
  static taken = (request) => ({
    url: request.#url,
    method: request.#method,
    headers: request.#headers,
    body: request.#body,
    signal: request.#signal,
    redirect: request.#settings.redirect,
  });

  get method() {
    return this.#method;
  }
  get url() {
    return this.#url;
  }
  get headers() {
    return this.#headers;
  }
  get destination() {
    return '';
  }
  get referrer() {
    return this.#referrer;
  }
  get referrerPolicy() {
    return '';
  }
  get mode() {
    return this.#settings.mode;
  }
  get credentials() {
    return this.#settings.credentials;
  }
  get cache() {
    return this.#settings.cache;
  }
  get redirect() {
    return this.#settings.redirect;
  }
  get integrity() {
    return this.#integrity;
  }
  get keepalive() {
    return this.#keepalive;
  }
  get isReloadNavigation() {
    return false;
  }
  get isHistoryNavigation() {
    return false;
  }
  get signal() {
    return this.#signal;
  }
  get duplex() {
    return 'half';
  }
  clone() {
    if (this.#body?.unusable) throw new TypeError('unusable');
    const copy = new Request(this.#url, { method: this.#method, headers: this.#headers, signal: this.#signal });
    copy.#settings = { ...this.#settings };
    copy.#body = this.#body === null ? null : this.#body.clone();
    return copy;
  }
}
const isRequest = Request.is;
const { bodyOf } = Request;
export const takeRequest = Request.taken;
for (const name of ['is', 'bodyOf', 'taken']) delete Request[name];
defineBody(Request, bodyOf);

export function defineRequest() {
  defineInterface('Request', Request);
  refuseToClone(isRequest);
  showAs(Request, isRequest, ({ method, url, headers, bodyUsed, signal }) => ({
    method,
    url,
    headers,
    bodyUsed,
    signal,
  }));
}
