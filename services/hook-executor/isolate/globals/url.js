import { parseUrl, setUrl } from './connection.js';
import { defineInterface } from './define.js';
import {
  defineProperty,
  descriptorOf,
  indexOf,
  indexOfItem,
  parse,
  replace,
  slice,
  toWellFormed,
} from './intrinsics.js';
import { coded } from './node-error.js';
import { nameOf, record, show } from './shown.js';
import { paramsOf, resetParams } from './url-search-params.js';
import { refuseToClone } from './structured-clone.js';

/** As the host has it. */
const MAX_LENGTH = 65_536;
const MAX_HREF_LENGTH = 9 * MAX_LENGTH;

function text(value) {
  const given = `${value}`;
  if (given.length > MAX_LENGTH)
    throw coded(RangeError, 'ERR_OVER_HOOK_LIMIT', `a URL is limited to ${MAX_LENGTH} characters`);
  return toWellFormed(given);
}

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
    } catch (error) {
      if (error?.code === 'ERR_OVER_HOOK_LIMIT') throw error;
      return null;
    }
  }
  static change(url, part, value) {
    const json = setUrl(url.#parts.href, part, value);
    if (json === '') {
      // A member that takes no such value stays as it is; what the host did not look at must not.
      if (url.#parts.href.length > MAX_HREF_LENGTH)
        throw coded(RangeError, 'ERR_OVER_HOOK_LIMIT', `a URL is limited to ${MAX_HREF_LENGTH} characters`);
      return false;
    }
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

const OMITTED = 0xffff_ffff;
const SCHEMES = ['http:', '', 'https:', 'ws:', 'ftp:', 'wss:', 'file:'];

/** Where the parts of a URL begin and end in its text, as Node shows whoever wants to see what is hidden. */
class Context {
  constructor({ href, protocol, username, password, hostname, port, pathname }) {
    const hasAuthority = slice(href, protocol.length, protocol.length + 2) === '//';
    const usernameEnd = protocol.length + (hasAuthority ? 2 : 0) + username.length;
    const hostStart = usernameEnd + (password === '' ? 0 : 1 + password.length);
    const hostEnd = hostStart + (href[hostStart] === '@' ? 1 : 0) + hostname.length;
    const pathnameStart = hostEnd + (port === '' ? 0 : 1 + port.length);
    const hashStart = indexOf(href, '#');
    const pathnameEnd = pathnameStart + pathname.length;
    const scheme = indexOfItem(SCHEMES, protocol);
    this.href = href;
    this.protocol_end = protocol.length;
    this.username_end = usernameEnd;
    this.host_start = hostStart;
    this.host_end = hostEnd;
    this.pathname_start = pathnameStart;
    this.search_start = href[pathnameEnd] === '?' ? pathnameEnd : OMITTED;
    this.hash_start = hashStart < 0 ? OMITTED : hashStart;
    this.port = port === '' ? OMITTED : +port;
    this.scheme_type = scheme < 0 ? 1 : scheme;
  }
  get hasPort() {
    return this.port !== OMITTED;
  }
  get hasSearch() {
    return this.search_start !== OMITTED;
  }
  get hasHash() {
    return this.hash_start !== OMITTED;
  }
}

export function defineUrl() {
  defineProperty(Context, 'name', { value: 'URLContext' });
  defineInterface('URL', URL);
  refuseToClone(isUrl);
  show(
    URL,
    isUrl,
    (url, options, inspect) => {
      const shown = record(SHOWN.map((name) => [name, url[name]]));
      if (options.showHidden) shown[Symbol('context')] = new Context(url);
      // Names that are symbols are in brackets in the Node that hooks see.
      return `${nameOf(url)} ${replace(inspect(shown, options), /^( *)Symbol\(context\):/m, '$1[Symbol(context)]:')}`;
    },
    'URL {}',
  );
}
