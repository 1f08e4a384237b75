import { parseUrl, setUrl } from './connection.js';
import { defineInterface } from './define.js';
import { defineProperty, descriptorOf, indexOf, parse, slice, toWellFormed } from './intrinsics.js';
import { coded } from './node-error.js';
import { record, showAs } from './shown.js';
import { paramsOf, resetParams } from './url-search-params.js';
import { refuseToClone } from './structured-clone.js';

const text = (value) => toWellFormed(`${value}`);

function partsOf(input, base) {
  const json = parseUrl(text(input), base === undefined ? undefined : text(base));
  return json === '' ? undefined : parse(json);
}

export class URL {
  /** href, origin, protocol, username, password, host, hostname, port, pathname, search, hash. */
  #parts;
  #searchParams;

  constructor(url, base = undefined) {
    if (arguments.length === 0) throw coded(TypeError, 'ERR_MISSING_ARGS', 'The "url" argument must be specified');
    this.#parts = partsOf(url, base);
    if (this.#parts === undefined) {
      const error = coded(TypeError, 'ERR_INVALID_URL', 'Invalid URL');
      error.input = text(url);
      if (base !== undefined) error.base = text(base);
      throw error;
    }
  }

  static canParse(url, base = undefined) {
    return partsOf(url, base) !== undefined;
  }
  static parse(url, base = undefined) {
    try {
      return new URL(url, base);
    } catch {
      return null;
    }
  }
  static change(url, part, value) {
    const json = setUrl(url.#parts.href, part, value);
    if (json === '') return false;
    url.#parts = parse(json);
    if (url.#searchParams !== undefined) resetParams(url.#searchParams, slice(url.#parts.search, 1));
    return true;
  }
  /** What the query of a form-encoded text makes of the parts needs no parser: nothing in it is special. */
  static changeQuery(url, query) {
    const parts = url.#parts;
    const search = query === '' ? '' : `?${query}`;
    let end = indexOf(parts.href, '#');
    if (end < 0) end = parts.href.length;
    const mark = indexOf(parts.href, '?');
    const path = slice(parts.href, 0, mark >= 0 && mark < end ? mark : end);
    url.#parts = { ...parts, search, href: path + search + slice(parts.href, end) };
  }
  static part = (url, name) => url.#parts[name];
  /** Of what is no URL, V8 has more to say by a method than by a member: as in Node. */
  static partByMethod = (url, name) => url.#part(name);
  #part(name) {
    return this.#parts[name];
  }
  static is = (value) => typeof value === 'object' && value !== null && #parts in value;

  get searchParams() {
    return (this.#searchParams ??= paramsOf(slice(this.#parts.search, 1), (query) => changeQuery(this, query)));
  }
  get origin() {
    return part(this, 'origin');
  }
  get href() {
    return this.#part('href');
  }
  set href(value) {
    this.#parts;
    if (!change(this, 'href', text(value))) throw coded(TypeError, 'ERR_INVALID_URL', 'Invalid URL');
  }
  toString() {
    return this.#part('href');
  }
  toJSON() {
    return this.#part('href');
  }
}
const { change, changeQuery, part, partByMethod } = URL;
const isUrl = URL.is;
for (const name of ['change', 'changeQuery', 'part', 'partByMethod', 'is']) delete URL[name];

const PARTS = ['protocol', 'username', 'password', 'host', 'hostname', 'port', 'pathname', 'search', 'hash'];
for (let i = 0; i < PARTS.length; i++) {
  const name = PARTS[i];
  // Named as they are in a class.
  const accessors = {
    get [name]() {
      return name === 'search' ? partByMethod(this, name) : part(this, name);
    },
    set [name](value) {
      part(this, name);
      change(this, name, text(value));
    },
  };
  defineProperty(URL.prototype, name, descriptorOf(accessors, name));
}

const SHOWN = [
  'href',
  'origin',
  'protocol',
  'username',
  'password',
  'host',
  'hostname',
  'port',
  'pathname',
  'search',
  'searchParams',
  'hash',
];

export function defineUrl() {
  defineInterface('URL', URL);
  refuseToClone(isUrl);
  showAs(URL, isUrl, (url) => record(SHOWN.map((name) => [name, url[name]])));
}
