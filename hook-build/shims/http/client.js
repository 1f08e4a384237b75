const { validateHeaderName, validateHeaderValue } = require('./header-checks.js');
const STATUS_CODES = require('builtin-status-codes');
const { Agent, SecureAgent } = require('./agent.js');
const BaseRequest = require('./client-request.js');
const IncomingMessage = require('./incoming-message.js');
const OutgoingMessage = require('./outgoing-message.js');

const METHODS =
  'ACL BIND CHECKOUT CONNECT COPY DELETE GET HEAD LINK LOCK M-SEARCH MERGE MKACTIVITY MKCALENDAR MKCOL MOVE NOTIFY OPTIONS PATCH POST PROPFIND PROPPATCH PURGE PUT QUERY REBIND REPORT SEARCH SOURCE SUBSCRIBE TRACE UNBIND UNLINK UNLOCK UNSUBSCRIBE'.split(
    ' ',
  );

/** Node's `http` or `https`, its client half. */
module.exports = function client(protocol) {
  class ClientRequest extends BaseRequest {
    constructor(input, options, callback) {
      if (typeof options === 'function') super(input, undefined, options, protocol);
      else super(input, options, callback, protocol);
    }
  }
  const request = (input, options, callback) => new ClientRequest(input, options, callback);
  const Own = protocol === 'https:' ? SecureAgent : Agent;

  class Server {
    constructor() {
      throw new Error(`${protocol.slice(0, -1)} servers are not available in hooks`);
    }
  }

  return {
    METHODS,
    STATUS_CODES,
    Agent: Own,
    globalAgent: new Own({ keepAlive: true }),
    ClientRequest,
    IncomingMessage,
    OutgoingMessage,
    ServerResponse: class ServerResponse extends OutgoingMessage {},
    Server,
    createServer: () => new Server(),
    maxHeaderSize: 16384,
    validateHeaderName,
    validateHeaderValue,
    request,
    get(input, options, callback) {
      const sent = request(input, options, callback);
      sent.end();
      return sent;
    },
  };
};
