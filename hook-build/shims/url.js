const legacy = require('url/');
const querystring = require('querystring');

const { URL, URLSearchParams } = globalThis;

function fileURLToPath(value) {
  const url = typeof value === 'string' ? new URL(value) : value;
  if (url.protocol !== 'file:') throw new TypeError('The URL must be of scheme file');
  return decodeURIComponent(url.pathname);
}

module.exports = {
  ...legacy,
  parse(value, parseQuery, slashesDenoteHost) {
    const parsed = legacy.parse(value, false, slashesDenoteHost);
    if (parseQuery) {
      parsed.query = querystring.parse(parsed.query ?? '');
      parsed.search ??= '';
    }
    return parsed;
  },
  format(value, options) {
    return URL !== undefined && value instanceof URL ? formatURL(value, options) : legacy.format(value);
  },
  URL,
  URLSearchParams,
  fileURLToPath,
  pathToFileURL: (path) => new URL(`file://${encodeURI(path)}`),
  domainToASCII: (domain) => new URL(`http://${domain}`).hostname,
  domainToUnicode: (domain) => require('punycode').toUnicode(domain),
  urlToHttpOptions: (url) => ({
    protocol: url.protocol,
    hostname: url.hostname.replace(/^\[|\]$/g, ''),
    hash: url.hash,
    search: url.search,
    pathname: url.pathname,
    path: `${url.pathname}${url.search}`,
    href: url.href,
    ...(url.port === '' ? {} : { port: Number(url.port) }),
    ...(url.username === '' ? {} : { auth: `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}` }),
  }),
};

function formatURL(value, { fragment = true, search = true, auth = true } = {}) {
  const url = new URL(value.href);
  if (!fragment) url.hash = '';
  if (!search) url.search = '';
  if (!auth) url.username = url.password = '';
  return url.href;
}
