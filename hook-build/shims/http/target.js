// What http.request was given, as one set of options. Node's own precedence: options over the URL, `hostname` over `host`.
function optionsOf(input, options, byDefault) {
  const fromUrl = typeof input === 'string' || input instanceof URL ? ofUrl(new URL(input)) : input;
  const merged = { ...fromUrl, ...options };
  const agent = typeof merged.agent === 'object' && merged.agent !== null ? merged.agent : undefined;
  merged.protocol ||= agent?.protocol ?? byDefault;
  return merged;
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
  if (/[\u0000-\u0020]/.test(path)) throw unescaped();
  const name = hostname || host || 'localhost';
  const authority = name.includes(':') && !name.startsWith('[') ? `[${name}]` : name;
  const number = port || defaultPort;
  const absolute = /^https?:\/\//i.test(path);
  return absolute
    ? path
    : `${protocol}//${authority}${number ? `:${number}` : ''}${path.startsWith('/') ? '' : '/'}${path}`;
}

function unescaped() {
  const error = new TypeError('Request path contains unescaped characters');
  return Object.assign(error, { code: 'ERR_UNESCAPED_CHARACTERS' });
}

function verifiesTls({ rejectUnauthorized, agent }) {
  const said = rejectUnauthorized ?? agent?.options?.rejectUnauthorized ?? agent?.connectOpts?.rejectUnauthorized;
  if (said !== undefined && said !== null) return said !== false;
  return globalThis.process?.env?.NODE_TLS_REJECT_UNAUTHORIZED !== '0';
}

module.exports = { optionsOf, urlOf, verifiesTls };
