import { defineBody, extractBody } from './body.js';
import { parseUrl } from './connection.js';
import { defineInterface } from './define.js';
import { fixHeaders, Headers } from './headers.js';
import { charCodeAt, indexOf, parse, slice, stringify } from './intrinsics.js';
import { showAs } from './shown.js';
import { refuseToClone } from './structured-clone.js';

const NULL_BODY = [101, 103, 204, 205, 304];
const REDIRECTS = [301, 302, 303, 307, 308];
export const isNullBodyStatus = (status) => NULL_BODY.includes(status);
export const isRedirectStatus = (status) => REDIRECTS.includes(status);

function initOf(init) {
  const status = init?.status === undefined ? 200 : Number(init.status) & 0xffff;
  if (status < 200 || status > 599)
    throw new RangeError('init["status"] must be in the range of 200 to 599, inclusive.');
  const statusText = init?.statusText === undefined ? '' : `${init.statusText}`;
  for (let i = 0; i < statusText.length; i++) {
    const code = charCodeAt(statusText, i);
    if (code > 255 || (code < 32 && code !== 9) || code === 127) throw new TypeError('Invalid statusText');
  }
  return { status, statusText, headers: new Headers(init?.headers) };
}

export class Response {
  /** @type {any} */
  #body = null;
  #status;
  #statusText;
  #headers;
  #type = 'default';
  #url = '';
  #redirected = false;

  constructor(/** @type {any} */ body = null, init = {}) {
    const { status, statusText, headers } = initOf(init);
    this.#status = status;
    this.#statusText = statusText;
    this.#headers = headers;
    if (body === null) return;
    if (isNullBodyStatus(status)) throw new TypeError(`Response constructor: Invalid response status code ${status}`);
    const extracted = extractBody(body);
    this.#body = extracted.body;
    if (extracted.type !== undefined && !headers.has('content-type')) headers.append('content-type', extracted.type);
  }

  /** What came from the network. */
  static received({ body, status, statusText, headers, url, redirected }) {
    const response = new Response();
    response.#body = body;
    response.#status = status;
    response.#statusText = statusText;
    response.#headers = fixHeaders(headers);
    response.#type = 'basic';
    response.#url = url;
    response.#redirected = redirected;
    return response;
  }
  static bodyOf = (response) => response.#body;
  static is = (value) => typeof value === 'object' && value !== null && #status in value;

  static error() {
    const response = new Response();
    response.#type = 'error';
    response.#status = 0;
    fixHeaders(response.#headers);
    return response;
  }
  static json(data, init = {}) {
    const text = stringify(data);
    if (text === undefined) throw new TypeError('Value is not JSON serializable');
    const response = new Response(text, init);
    if (!new Headers(init?.headers).has('content-type')) response.#headers.set('content-type', 'application/json');
    return response;
  }
  static redirect(url, status = 302) {
    const json = parseUrl(`${url}`, undefined);
    if (json === '') throw new TypeError(`Failed to parse URL from ${url}`);
    status = Number(status) & 0xffff;
    if (!isRedirectStatus(status)) throw new RangeError(`Invalid status code ${status}`);
    const response = new Response(null, { status, headers: { location: parse(json).href } });
    fixHeaders(response.#headers);
    return response;
  }

  get type() {
    return this.#type;
  }
  get url() {
    const hash = indexOf(this.#url, '#');
    return hash < 0 ? this.#url : slice(this.#url, 0, hash);
  }
  get redirected() {
    return this.#redirected;
  }
  get status() {
    return this.#status;
  }
  get ok() {
    return this.#status >= 200 && this.#status <= 299;
  }
  get statusText() {
    return this.#statusText;
  }
  get headers() {
    return this.#headers;
  }
  clone() {
    const response = new Response();
    response.#body = this.#body === null ? null : this.#body.clone();
    response.#status = this.#status;
    response.#statusText = this.#statusText;
    response.#headers = new Headers(this.#headers);
    response.#type = this.#type;
    response.#url = this.#url;
    response.#redirected = this.#redirected;
    return response;
  }
}
const { bodyOf } = Response;
export const receivedResponse = Response.received;
const isResponse = Response.is;
for (const name of ['received', 'bodyOf', 'is']) delete Response[name];
defineBody(Response, bodyOf);

export function defineResponse() {
  defineInterface('Response', Response);
  refuseToClone(isResponse);
  showAs(Response, isResponse, ({ status, statusText, headers, body, bodyUsed, ok, redirected, type, url }) => ({
    status,
    statusText,
    headers,
    body,
    bodyUsed,
    ok,
    redirected,
    type,
    url,
  }));
}
