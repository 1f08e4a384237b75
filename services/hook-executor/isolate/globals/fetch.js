import { isAborted, onAbort, reasonOf } from './abort.js';
import { Body } from './body.js';
import { callHost, parseUrl } from './connection.js';
import { defineGlobal, hidden } from './define.js';
import { appendHeader, Headers, headerPairs } from './headers.js';
import {
  defineProperty,
  fromBase64,
  indexOf,
  parse,
  PromiseClass,
  slice,
  startsWith,
  then,
  toBase64,
  toLowerCase,
  toUpperCase,
} from './intrinsics.js';
import { Request, takeRequest } from './request.js';
import { isNullBodyStatus, isRedirectStatus, receivedResponse } from './response.js';

const MAX_REDIRECTS = 20;
const DEFAULTS = [
  ['accept', '*/*'],
  ['accept-language', '*'],
  ['sec-fetch-mode', 'cors'],
  ['user-agent', 'node'],
  // A body is given as it comes: it must come plain.
  ['accept-encoding', 'identity'],
];
// Fetch standard, HTTP-redirect fetch: what describes a body goes with it.
const BODY_HEADERS = ['content-encoding', 'content-language', 'content-location', 'content-type', 'content-length'];
const CREDENTIAL_HEADERS = ['authorization', 'proxy-authorization', 'cookie', 'host'];

const failed = (cause) => {
  const error = new TypeError('fetch failed');
  hidden(error, 'cause', cause);
  return error;
};
const refused = (message) => failed(new Error(message));

/** One request over the network, redirects not followed. */
export function exchange(request) {
  const { url, method, headers, body, verify_tls = true } = request;
  return callHost('http', { __proto__: null, url, method, headers, body, verify_tls });
}

function outgoing(headers) {
  const all = new Headers(headers);
  for (let i = 0; i < DEFAULTS.length; i++) {
    if (!all.has(DEFAULTS[i][0])) all.set(DEFAULTS[i][0], DEFAULTS[i][1]);
  }
  return all;
}

function withHash(url, from) {
  const hash = indexOf(from, '#');
  return hash < 0 || indexOf(url, '#') >= 0 ? url : url + slice(from, hash);
}

function removeAll(headers, names) {
  for (let i = 0; i < names.length; i++) headers.delete(names[i]);
}

async function follow({ url, method, headers, body, redirect }) {
  const sent = outgoing(headers);
  let bytes = body === null ? undefined : await body.consume();
  let redirects = 0;
  for (;;) {
    const response = await send(url, method, sent, bytes);
    const location = isRedirectStatus(response.status) ? response.headers.get('location') : null;
    if (location === null || redirect === 'manual') return received(response, url, method, redirects > 0);
    if (redirect === 'error') throw refused('unexpected redirect');
    const json = parseUrl(location, url);
    if (json === '') throw refused(`Invalid URL in location: ${slice(location, 0, 256)}`);
    const next = parse(json);
    if (!startsWith(next.protocol, 'http')) throw refused('URL scheme must be a HTTP(S) scheme');
    if (++redirects > MAX_REDIRECTS) throw refused('redirect count exceeded');
    if (response.status !== 303 && body !== null && !body.replayable)
      throw refused('a streamed body cannot be sent again');
    const { status } = response;
    const toGet = status === 303 ? method !== 'GET' && method !== 'HEAD' : status <= 302 && method === 'POST';
    if (toGet) {
      method = 'GET';
      bytes = undefined;
      removeAll(sent, BODY_HEADERS);
    }
    if (parse(parseUrl(url, undefined)).origin !== next.origin) removeAll(sent, CREDENTIAL_HEADERS);
    url = withHash(next.href, url);
  }
}

async function send(url, method, headers, bytes) {
  let response;
  try {
    response = await exchange({
      url,
      method: toUpperCase(method),
      headers: headerPairs(headers),
      body: bytes === undefined ? undefined : toBase64(bytes),
    });
  } catch (error) {
    throw failed(error);
  }
  const received = new Headers();
  for (let i = 0; i < response.headers.length; i++) {
    appendHeader(received, toLowerCase(response.headers[i][0]), response.headers[i][1]);
  }
  return { status: response.status, statusText: response.status_text, headers: received, body: response.body };
}

async function received(response, url, method, redirected) {
  const { status, statusText, headers } = response;
  const empty = isNullBodyStatus(status) || method === 'HEAD';
  const body = empty ? null : new Body(await plain(response));
  return receivedResponse({ body, status, statusText, headers, url, redirected });
}

/** The body without its content encoding, for servers that encode all the same and callers that asked for it. */
async function plain({ headers, body }) {
  const encoding = headers.get('content-encoding');
  if (encoding === null || encoding === '' || encoding === 'identity' || body === '') return fromBase64(body);
  try {
    const decoded = await callHost('decode', { __proto__: null, encoding: toLowerCase(encoding), body });
    return fromBase64(decoded.body);
  } catch (error) {
    throw failed(error);
  }
}

async function fetch(input, init = undefined) {
  if (arguments.length === 0) throw new TypeError('The "fetch" method requires 1 argument, but only 0 present.');
  const request = takeRequest(new Request(input, init));
  const { signal } = request;
  if (isAborted(signal)) throw reasonOf(signal);
  if (!startsWith(request.url, 'http:') && !startsWith(request.url, 'https:')) throw refused('unknown scheme');
  return new PromiseClass((resolve, reject) => {
    const done = onAbort(signal, () => reject(reasonOf(signal)));
    const settle = (use) => (value) => {
      done();
      use(value);
    };
    then(follow(request), settle(resolve), settle(reject));
  });
}

export function defineFetch() {
  defineGlobal('fetch', fetch);
  defineProperty(globalThis, Symbol.for('hookmint.exchange'), {
    value: exchange,
    writable: false,
    configurable: false,
  });
}
