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
    return `${options.host ?? 'localhost'}:${options.port ?? ''}:${options.localAddress ?? ''}`;
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

class SecureAgent extends Agent {
  constructor(options) {
    super(options);
    this.defaultPort = 443;
    this.protocol = 'https:';
    this.maxCachedSessions = 100;
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
