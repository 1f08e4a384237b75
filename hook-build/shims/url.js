// Node's legacy URLs as unenv has them; everything of the standard's is the runtime's.
const { Url } = require('unenv/node/url');
const punycode = require('punycode');
const { coded, invalidArgType, requireString } = require('./errors.js');
const path = require('./path.js');

const { URL, URLSearchParams } = globalThis;

const MEMBERS = [
  'protocol',
  'slashes',
  'auth',
  'host',
  'port',
  'hostname',
  'hash',
  'search',
  'query',
  'pathname',
  'path',
  'href',
];
/** With its members in Node's order. */
function ordered(url) {
  const made = Object.create(Url.prototype);
  for (const name of MEMBERS) made[name] = url[name];
  return made;
}

function parse(url, /** @type {any} */ parseQueryString = undefined, /** @type {any} */ slashesDenoteHost = undefined) {
  if (url instanceof Url) return url;
  requireString('url', url);
  try {
    const parsed = new Url();
    parsed.parse(url, parseQueryString, slashesDenoteHost);
    return ordered(parsed);
  } catch (error) {
    throw error.code === 'ERR_INVALID_URL'
      ? Object.assign(coded(TypeError, error.code, 'Invalid URL'), { input: url })
      : error;
  }
}

const OPTIONS = ['fragment', 'unicode', 'search', 'auth'];

function format(url, options = undefined) {
  if (typeof url === 'string') return parse(url).format();
  if (typeof url !== 'object' || url === null) throw invalidArgType('urlObject', 'one of type object or string', url);
  if (!(url instanceof URL)) return Url.prototype.format.call(url);
  if (options !== undefined && options !== null && (typeof options !== 'object' || Array.isArray(options)))
    throw invalidArgType('options', 'of type object', options);
  const [fragment, unicode, search, auth] = OPTIONS.map((name) =>
    options?.[name] === undefined || options[name] === null ? name !== 'unicode' : Boolean(options[name]),
  );
  const made = new URL(url.href);
  if (!fragment) made.hash = '';
  if (!search) made.search = '';
  if (!auth) made.username = made.password = '';
  return unicode ? made.href.replace(made.hostname, domainToUnicode(made.hostname)) : made.href;
}

const resolve = (source, relative) => parse(source, false, true).resolve(relative);
const resolveObject = (source, relative) => (source ? parse(source, false, true).resolveObject(relative) : relative);
Url.prototype.resolve = /** @this {any} */ function (relative) {
  return this.resolveObject(parse(relative, false, true)).format();
};

/** Of a name as hosts have it; '' of what is none. */
const hostOf = (domain) => URL.parse(`ws://${domain}`)?.hostname ?? '';

function domainToASCII(domain) {
  if (arguments.length < 1) throw coded(TypeError, 'ERR_MISSING_ARGS', 'The "domain" argument must be specified');
  return hostOf(`${domain}`);
}

function domainToUnicode(domain) {
  if (arguments.length < 1) throw coded(TypeError, 'ERR_MISSING_ARGS', 'The "domain" argument must be specified');
  return punycode.toUnicode(hostOf(`${domain}`));
}

const isURL = (value) => Boolean(value?.href && value.protocol && value.auth === undefined && value.path === undefined);
const ESCAPED = {
  '%': '%25',
  '\\': '%5C',
  '\n': '%0A',
  '\r': '%0D',
  '\t': '%09',
  '?': '%3F',
  '#': '%23',
  '[': '%5B',
  ']': '%5D',
  '^': '%5E',
  '|': '%7C',
  '~': '%7E',
};

function pathToFileURL(file, /** @type {any} */ options = undefined) {
  requireString('path', file);
  const isWindows = options?.windows === true;
  const { resolve, sep } = isWindows ? path.win32 : path.posix;
  // Names of Windows in their longer form, whose server and path are the same.
  if (isWindows) file = file.replace(/^\\\\\?\\UNC\\/, '\\\\');
  let resolved = resolve(file);
  if (/[/]$/.test(file) || (isWindows && /\\$/.test(file))) if (!resolved.endsWith(sep)) resolved += sep;
  if (isWindows) resolved = resolved.replace(/\\/g, '/');
  const unc = isWindows ? /^\/\/([^/]+)(\/[^]*)$/.exec(resolved) : null;
  if (isWindows && file.startsWith('\\\\') && unc === null)
    throw coded(TypeError, 'ERR_INVALID_ARG_VALUE', `The argument 'path' Missing UNC resource path. Received ${file}`);
  const escaped = (text) =>
    text.replace(isWindows ? /[%\n\r\t?#[\]^|~]/g : /[%\\\n\r\t?#[\]^|~]/g, (one) => ESCAPED[one]);
  if (unc !== null) return new URL(`file://${domainToASCII(unc[1])}${escaped(unc[2])}`);
  return new URL(`file://${isWindows ? '/' : ''}${escaped(resolved)}`);
}

function fileURLToPath(value, /** @type {any} */ options = undefined) {
  const url = typeof value === 'string' ? new URL(value) : value;
  if (!isURL(url)) throw invalidArgType('path', 'of type string or an instance of URL', value);
  if (url.protocol !== 'file:') throw coded(TypeError, 'ERR_INVALID_URL_SCHEME', 'The URL must be of scheme file');
  const { hostname, pathname } = url;
  if (options?.windows) return windowsPath(hostname, pathname);
  if (hostname !== '')
    throw coded(TypeError, 'ERR_INVALID_FILE_URL_HOST', 'File URL host must be "localhost" or empty on linux');
  if (/%2f/i.test(pathname))
    throw coded(TypeError, 'ERR_INVALID_FILE_URL_PATH', 'File URL path must not include encoded / characters');
  return decodeURIComponent(pathname);
}

function windowsPath(hostname, pathname) {
  if (/%2f|%5c/i.test(pathname))
    throw coded(TypeError, 'ERR_INVALID_FILE_URL_PATH', 'File URL path must not include encoded \\ or / characters');
  const plain = decodeURIComponent(pathname.replace(/\//g, '\\'));
  if (hostname !== '') return `\\\\${punycode.toUnicode(hostname)}${plain}`;
  if (!/^.[a-z]:/i.test(plain)) throw coded(TypeError, 'ERR_INVALID_FILE_URL_PATH', 'File URL path must be absolute');
  return plain.slice(1);
}

function urlToHttpOptions(url) {
  const { hostname, pathname, port, username, password, search } = url;
  return {
    __proto__: null,
    ...url,
    protocol: url.protocol,
    hostname: hostname?.startsWith('[') ? hostname.slice(1, -1) : hostname,
    hash: url.hash,
    search,
    pathname,
    path: `${pathname || ''}${search || ''}`,
    href: url.href,
    ...(port === '' ? {} : { port: Number(port) }),
    ...(username || password ? { auth: `${decodeURIComponent(username)}:${decodeURIComponent(password)}` } : {}),
  };
}

module.exports = {
  Url,
  parse,
  resolve,
  resolveObject,
  format,
  URL,
  URLSearchParams,
  domainToASCII,
  domainToUnicode,
  pathToFileURL,
  fileURLToPath,
  urlToHttpOptions,
};
