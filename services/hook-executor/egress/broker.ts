import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { LRUCache } from 'lru-cache';
import type { EgressPolicy } from '../../../shared/domain/egress.ts';
import { withinCeiling } from '../../../shared/egress/address-ceiling.ts';
import { checkedLookup, refusedLiteral } from '../../../shared/egress/checked-lookup.ts';
import { addressFilter } from '../../../shared/egress/public-addresses.ts';
import { messageOf } from '../../../shared/errors.ts';
import { EgressError, type HttpExchangeRequest, type HttpExchangeResponse } from './http-exchange.ts';
import { ResponseMemory, type RunMemory } from './response-memory.ts';

/** Largest body of one request and of one response, bytes. */
const MAX_REQUEST_BYTES = 1_048_576;
const MAX_RESPONSE_BYTES = 5_242_880;
/** Connections of one hook to one host. Idle ones are kept: tokens come in batches, and what one leaves the next one uses. */
const MAX_SOCKETS_PER_HOST = 32;
/** Hooks whose connections are kept. */
const MAX_HOOKS = 1_000;
/** Servers close what is idle after 5 s or more, some without a word: a request that crosses that on its way is lost. */
const IDLE_SOCKET_TIMEOUT_MS = 4_000;

/** May be sent twice (RFC 9110 §9.2.2). */
const IDEMPOTENT_METHODS = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE']);
/** What Node says of a connection that the other side has closed. */
const CLOSED_CODES = new Set(['ECONNRESET', 'EPIPE']);

/** Set by the broker or by the connection itself, never by a hook. */
const CONNECTION_HEADERS = new Set([
  'connection',
  'content-length',
  'host',
  'transfer-encoding',
  'keep-alive',
  'proxy-authorization',
  'te',
  'trailer',
  'upgrade',
  'traceparent',
  'tracestate',
]);

export type EgressBroker = ReturnType<typeof createEgressBroker>;

type Connections = { http: HttpAgent; https: HttpsAgent; mayReach: (address: string) => boolean };

/**
 * Makes the HTTP requests of hooks in their place: a sandbox process has no network. Private, loopback, link-local, metadata and
 * all other addresses that are not public are refused once the name is resolved, on the connection itself, so that a name that
 * resolves differently the second time changes nothing; a policy may allow some of those that the operator has opened.
 *
 * @param ceiling Addresses and blocks that hooks' policies may allow.
 */
export function createEgressBroker(ceiling: readonly string[]) {
  // Connections belong to one hook: what one hook authenticated is not there for another.
  const memory = new ResponseMemory();
  const connections = new LRUCache<string, Connections>({
    max: MAX_HOOKS,
    dispose: ({ http, https }) => {
      closeOnceIdle(http);
      closeOnceIdle(https);
    },
  });

  function connectionsOf(hookId: string, policy: EgressPolicy): Connections {
    const key = `${hookId} ${policy.allowed_addresses.join(' ')}`;
    const existing = connections.get(key);
    if (existing !== undefined) return existing;
    const mayReach = addressFilter(withinCeiling(policy.allowed_addresses, ceiling));
    const options = {
      keepAlive: true,
      maxSockets: MAX_SOCKETS_PER_HOST,
      maxFreeSockets: MAX_SOCKETS_PER_HOST,
      timeout: IDLE_SOCKET_TIMEOUT_MS,
      lookup: checkedLookup(mayReach, addressNotAllowed),
    };
    const made = { http: new HttpAgent(options), https: new HttpsAgent(options), mayReach };
    connections.set(key, made);
    return made;
  }

  return {
    /** Memory for the responses of one run, which gives it back when it is over. */
    memoryOfRun: (hookId: string): RunMemory => memory.ofRun(hookId),
    /**
     * Makes one request and reads its whole response.
     *
     * @param run.memory Holds the response until the run is over; default: until the response has been read.
     * @throws {EgressError}
     */
    async exchange(
      hookId: string,
      policy: EgressPolicy,
      request: HttpExchangeRequest,
      run: { deadlineMs: number; traceparent: string | undefined; memory?: RunMemory },
    ): Promise<HttpExchangeResponse> {
      const url = allowedUrl(request.url, policy);
      // A byte for each character: Node writes what is text with its headers in one call, other bodies in two.
      const body = request.body === undefined ? undefined : Buffer.from(request.body, 'base64').toString('latin1');
      if (body !== undefined && body.length > MAX_REQUEST_BYTES) {
        throw new EgressError(
          'EGRESS_REQUEST_TOO_LARGE',
          `a request body is limited to ${String(MAX_REQUEST_BYTES)} bytes`,
        );
      }
      const { http, https, mayReach } = connectionsOf(hookId, policy);
      const literal = refusedLiteral(url, mayReach);
      if (literal !== undefined) throw addressNotAllowed(literal);
      const signal = AbortSignal.timeout(Math.max(1, Math.ceil(run.deadlineMs - Date.now())));
      const options = {
        method: request.method,
        headers: outgoingHeaders(request.headers, url, body, run.traceparent),
        setDefaultHeaders: false,
        signal,
      };
      const send = (isRepeated = false): Promise<IncomingMessage> =>
        new Promise((resolve, reject) => {
          const outgoing =
            url.protocol === 'https:'
              ? httpsRequest(url, { ...options, agent: https, rejectUnauthorized: request.verify_tls })
              : httpRequest(url, { ...options, agent: http });
          let isAnswered = false;
          outgoing.on('response', (response) => {
            isAnswered = true;
            resolve(response);
          });
          outgoing.on('error', (error: NodeJS.ErrnoException) => {
            const wasClosedBefore = !isAnswered && outgoing.reusedSocket && CLOSED_CODES.has(error.code ?? '');
            if (wasClosedBefore && !isRepeated && IDEMPOTENT_METHODS.has(request.method)) resolve(send(true));
            else reject(error);
          });
          // A connection that became something else, as after CONNECT, ends without either.
          outgoing.on('close', () => reject(new Error('the connection was closed without a response')));
          outgoing.end(body, 'latin1');
        });
      try {
        const maxBytes = Math.min(MAX_RESPONSE_BYTES, request.max_response_bytes ?? Infinity);
        return await readResponse(await send(), maxBytes, run.memory ?? endedRun(memory, hookId));
      } catch (error) {
        throw signal.aborted ? timedOut(error) : asEgressError(error);
      }
    },
    close: () => {
      for (const { http, https } of connections.values()) {
        http.destroy();
        https.destroy();
      }
    },
  };
}

/** The broker as the hooks of one tenant use it: what they are told apart by, they share with no other's. */
export function brokerOf(broker: EgressBroker, ofTenant: (what: string) => string): EgressBroker {
  return {
    ...broker,
    memoryOfRun: (hookId) => broker.memoryOfRun(ofTenant(hookId)),
    exchange: (hookId, ...rest) => broker.exchange(ofTenant(hookId), ...rest),
  };
}

/** Closes the connections on which nothing is under way now, and each of the others after its response. */
function closeOnceIdle(agent: HttpAgent): void {
  agent.maxFreeSockets = 0;
  for (const sockets of Object.values(agent.freeSockets)) {
    for (const socket of sockets ?? []) socket.destroy();
  }
}

/** @throws {EgressError} for one that is no request of a hook's, or to a host that its policy does not allow. */
export function allowedUrl(text: string, policy: EgressPolicy): URL {
  const url = URL.parse(text);
  if (url === null || !['http:', 'https:'].includes(url.protocol)) {
    throw new EgressError('EGRESS_INVALID_REQUEST', 'only http and https URLs can be requested');
  }
  // Node takes it for none, and connects to the scheme's.
  if (url.port === '0') throw new EgressError('EGRESS_INVALID_REQUEST', 'port 0 cannot be connected to');
  const host = url.hostname.replace(/\.$/, '');
  const allowed = policy.allowed_hosts?.some((pattern) =>
    pattern.startsWith('*.') ? host.endsWith(pattern.slice(1).toLowerCase()) : host === pattern.toLowerCase(),
  );
  if (allowed === false)
    throw new EgressError('EGRESS_HOST_NOT_ALLOWED', 'the host is not allowed', {
      advice: `a request to ${host} was refused: it is not among the allowed_hosts`,
    });
  return url;
}

function outgoingHeaders(
  headers: HttpExchangeRequest['headers'],
  url: URL,
  body: string | undefined,
  traceparent: string | undefined,
): Record<string, string | string[]> {
  // A header may have any name that an object inherits.
  const outgoing: Record<string, string | string[]> = Object.create(null) as typeof outgoing;
  outgoing.host = url.host;
  for (const [name, value] of headers) {
    const key = name.toLowerCase();
    if (CONNECTION_HEADERS.has(key)) continue;
    const earlier = outgoing[key];
    outgoing[key] = earlier === undefined ? value : [earlier, value].flat();
  }
  if (body !== undefined) outgoing['content-length'] = String(body.length);
  if (traceparent !== undefined) outgoing.traceparent = traceparent;
  return outgoing;
}

async function readResponse(
  response: IncomingMessage,
  maxBytes: number,
  memory: RunMemory,
): Promise<HttpExchangeResponse> {
  let heldBytes = 0;
  const hold = (bytes: number): void => {
    if (!memory.take(bytes)) {
      throw new EgressError('EGRESS_BUSY', 'too little memory is free for this response', {
        advice: 'a response was refused: those that are held leave no room for it; retry later, or request less',
      });
    }
    heldBytes += bytes;
  };
  try {
    const read = await readBody(response, maxBytes, hold);
    memory.keep(heldBytes);
    return read;
  } catch (error) {
    response.destroy();
    memory.give(heldBytes);
    throw error;
  }
}

async function readBody(
  response: IncomingMessage,
  maxBytes: number,
  hold: (bytes: number) => void,
): Promise<HttpExchangeResponse> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    hold(chunk.length);
    bytes += chunk.length;
    if (bytes > maxBytes) {
      throw new EgressError('EGRESS_RESPONSE_TOO_LARGE', `a response is limited to ${String(maxBytes)} bytes`);
    }
    chunks.push(chunk);
  }
  const headers: [string, string][] = [];
  for (let i = 0; i + 1 < response.rawHeaders.length; i += 2) {
    headers.push([response.rawHeaders[i] ?? '', response.rawHeaders[i + 1] ?? '']);
  }
  return {
    status: response.statusCode ?? 0,
    status_text: response.statusMessage ?? '',
    headers,
    body: Buffer.concat(chunks).toString('base64'),
  };
}

function asEgressError(error: unknown): EgressError {
  if (error instanceof EgressError) return error;
  const message = messageOf(error);
  return new EgressError('EGRESS_FAILED', message, { cause: error });
}

/** Whatever the end of the time made of the request: a response that drips is cut off like one that does not come. */
function timedOut(cause: unknown): EgressError {
  return new EgressError('EGRESS_TIMED_OUT', 'the request did not end within the time of the hook', { cause });
}

function addressNotAllowed(host: string): EgressError {
  return new EgressError('EGRESS_ADDRESS_NOT_ALLOWED', 'the address of the host is not allowed', {
    advice:
      `a request to ${host} was refused: its address is not public. To allow it, add it to allowed_addresses, and to ` +
      'HOOKMINT_EGRESS_ALLOWED_ADDRESSES of the executors; of the CLI to --allow-address',
  });
}

function endedRun(memory: ResponseMemory, hookId: string): RunMemory {
  const run = memory.ofRun(hookId);
  run.end();
  return run;
}
