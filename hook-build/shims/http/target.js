const { coded, invalidArgType } = require('../errors.js');

const INVALID_PATH = /[^\u0021-\u00ff]/;

// What http.request was given, as one set of options. Node's own precedence: options over the URL, `hostname` over `host`.
function optionsOf(input, options, byDefault) {
  const fromUrl = typeof input === 'string' || input instanceof URL ? ofUrl(new URL(input)) : input;
  const merged = { ...fromUrl, ...options };
  const agent = typeof merged.agent === 'object' && merged.agent !== null ? merged.agent : undefined;
  const expected = agent?.protocol || byDefault;
  merged.protocol ||= byDefault;
  if (merged.path && INVALID_PATH.test(String(merged.path)))
    throw coded(TypeError, 'ERR_UNESCAPED_CHARACTERS', 'Request path contains unescaped characters');
  if (merged.protocol !== expected) {
    const message = `Protocol "${merged.protocol}" not supported. Expected "${expected}"`;
    throw coded(TypeError, 'ERR_INVALID_PROTOCOL', message);
  }
  requireHost('hostname', merged.hostname);
  requireHost('host', merged.host);
  return merged;
}

function requireHost(name, host) {
  if (host !== undefined && host !== null && typeof host !== 'string')
    throw invalidArgType(`options.${name}`, 'of type string or one of undefined or null', host);
}

function ofUrl(url) {
  return {
    protocol: url.protocol,
    hostname: url.hostname.replace(/^\[|\]$/g, ''),
    path: `${url.pathname}${url.search}`,
    ...(url.port === '' ? {} : { port: url.port }),
    ...(url.username === '' && url.password === ''
      ? {}
      : { auth: `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}` }),
  };
}

function urlOf({ protocol, hostname, host, port, defaultPort, path = '/' }) {
  const name = hostname || host || 'localhost';
  const authority = name.includes(':') && !name.startsWith('[') ? `[${name}]` : name;
  const number = port || defaultPort;
  const absolute = /^https?:\/\//i.test(path);
  return absolute
    ? path
    : `${protocol}//${authority}${number ? `:${number}` : ''}${path.startsWith('/') ? '' : '/'}${path}`;
}

function verifiesTls({ rejectUnauthorized, agent }) {
  const said = rejectUnauthorized ?? agent?.options?.rejectUnauthorized ?? agent?.connectOpts?.rejectUnauthorized;
  if (said !== undefined && said !== null) return said !== false;
  return globalThis.process?.env?.NODE_TLS_REJECT_UNAUTHORIZED !== '0';
}

module.exports = { optionsOf, urlOf, verifiesTls };
