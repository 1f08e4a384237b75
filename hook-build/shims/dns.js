// Names are resolved where the request is made, outside of the hook: only addresses are known here.
const { isIP } = require('./net.js');

const INSTEAD = 'names are resolved where the request is made: use fetch, http or https';

function failed(hostname) {
  const message = `dns.lookup is not available in hooks (${hostname})`;
  return Object.assign(new Error(message), { code: 'ENOTFOUND', syscall: 'getaddrinfo', hostname });
}

function lookup(hostname, options, callback) {
  const done = typeof options === 'function' ? options : callback;
  const family = isIP(hostname);
  queueMicrotask(() => {
    if (family === 0) done(failed(hostname));
    else if (options?.all) done(null, [{ address: hostname, family }]);
    else done(null, hostname, family);
  });
}

const promises = Object.assign(require('./unavailable.js')('dns.promises', 'dns', INSTEAD), {
  lookup: (hostname, options = {}) =>
    new Promise((resolve, reject) =>
      lookup(hostname, options, (error, address, family) =>
        error ? reject(error) : resolve(options.all ? address : { address, family }),
      ),
    ),
});

module.exports = Object.assign(require('./unavailable.js')('dns', 'dns', INSTEAD), {
  lookup,
  promises,
  ADDRCONFIG: 32,
  V4MAPPED: 8,
  ALL: 16,
  NODATA: 'ENODATA',
  NOTFOUND: 'ENOTFOUND',
});
