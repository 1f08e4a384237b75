const EventEmitter = require('events');

// Connections are made and kept outside of the hook; of an agent only what it says of TLS is used.
class Agent extends EventEmitter {
  constructor(options = {}) {
    super();
    this.options = { ...options };
    this.defaultPort = 80;
    this.protocol = 'http:';
    this.keepAlive = options.keepAlive ?? false;
    this.keepAliveMsecs = options.keepAliveMsecs ?? 1000;
    this.maxSockets = options.maxSockets ?? Infinity;
    this.maxFreeSockets = options.maxFreeSockets ?? 256;
    this.maxTotalSockets = options.maxTotalSockets ?? Infinity;
    this.requests = {};
    this.sockets = {};
    this.freeSockets = {};
  }
  getName(options = {}) {
    const { host, port, localAddress, family, socketPath } = options;
    const parts = [host || 'localhost', port || '', localAddress || ''];
    if (family === 4 || family === 6) parts.push(family);
    if (socketPath) parts.push(socketPath);
    return parts.join(':');
  }
  addRequest() {}
  createConnection() {
    throw new Error('http.Agent.createConnection is not available in hooks');
  }
  keepSocketAlive() {
    return true;
  }
  reuseSocket() {}
  destroy() {}
}

/** Options of TLS that tell one connection from another, in Node's order; of some also that they are false or 0. */
const OF_TLS = [
  ['ca'],
  ['cert'],
  ['clientCertEngine'],
  ['ciphers'],
  ['key'],
  ['pfx'],
  ['rejectUnauthorized', true],
  ['servername'],
  ['minVersion'],
  ['maxVersion'],
  ['secureProtocol'],
  ['crl'],
  ['honorCipherOrder', true],
  ['ecdhCurve'],
  ['dhparam'],
  ['secureOptions', true],
  ['sessionIdContext'],
  ['sigalgs'],
  ['privateKeyIdentifier'],
  ['privateKeyEngine'],
];

class SecureAgent extends Agent {
  constructor(options) {
    super(options);
    this.defaultPort = 443;
    this.protocol = 'https:';
    this.maxCachedSessions = 100;
  }
  getName(options = {}) {
    const parts = OF_TLS.map(([name, isSaid]) => {
      const value = options[name];
      if ((isSaid ? value === undefined : !value) || (name === 'servername' && value === options.host)) return '';
      return name === 'sigalgs' ? JSON.stringify(value) : value;
    });
    return [super.getName(options), ...parts].join(':');
  }
}

module.exports = { Agent: callable(Agent), SecureAgent: callable(SecureAgent) };

// Older libraries write `http.Agent.call(this, options)` and inherit with util.inherits.
function callable(Class) {
  return new Proxy(Class, {
    apply(target, self, args) {
      return self instanceof target ? void Object.assign(self, new target(...args)) : new target(...args);
    },
  });
}
