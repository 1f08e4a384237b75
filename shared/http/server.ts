import { createServer, STATUS_CODES, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { integer } from '../env.ts';
import { HookmintError, messageOf } from '../errors.ts';
import { serveBounded, type ConnectionLimits } from './connections.ts';
import { breakOffOpenEnded } from './open-ended.ts';
import { followTlsFiles, readTlsFiles, type TlsFiles } from './tls-files.ts';

/** Longest time a client may take for its TLS handshake, to send a request's head, and to send all of a request. */
const HANDSHAKE_TIMEOUT_MS = 5_000;
const HEAD_TIMEOUT_MS = 5_000;
const REQUEST_TIMEOUT_MS = 30_000;
/** How often it is looked whether these are over. */
const CONNECTIONS_CHECKING_INTERVAL_MS = 500;
/** Longest time a proxy may keep an idle connection open. */
const KEEP_ALIVE_TIMEOUT_MS = 65_000;
/** Time to read the answer to what is no HTTP, by a client that would leave the connection half open. */
const LINGER_MS = 250;
/** Connections that wait to be taken: a burst of one stranger's leaves room for others. */
const BACKLOG = 4_096;
const IDLE_SWEEP_INTERVAL_MS = 20;

const ERROR_HEADERS = { 'Content-Type': 'application/json; charset=utf-8', 'Cache-Control': 'no-store' };

/** Environment of every service that serves HTTP, in addition to its address. */
export const drainEnv = {
  /**
   * How long a service that is told to stop goes on answering, each answer the last of its connection, and `/readyz` saying no: whoever
   * balances load has to have noticed by then. Default 1000.
   */
  HOOKMINT_HTTP_DRAIN_MS: integer.min(0).max(10_000).default(1_000),
};

/** Environment of every service that serves HTTP to strangers. */
export const connectionsEnv = {
  /** Connections that a service keeps at a time; one more takes the place of the one that was idle for longest. Default 10240. */
  HOOKMINT_MAX_CONNECTIONS: integer.min(16).max(1_000_000).default(10_240),
  /** Those of one address, of IPv6 of one /64; not counted behind trusted proxies, whose connections are many clients'. Default 2048. */
  HOOKMINT_MAX_CONNECTIONS_PER_ADDRESS: integer.min(8).max(1_000_000).default(2_048),
};

export function connectionLimitsOf(config: {
  HOOKMINT_MAX_CONNECTIONS: number;
  HOOKMINT_MAX_CONNECTIONS_PER_ADDRESS: number;
  HOOKMINT_TRUSTED_PROXIES: number;
}): ConnectionLimits {
  return {
    max: config.HOOKMINT_MAX_CONNECTIONS,
    maxPerAddress: config.HOOKMINT_TRUSTED_PROXIES > 0 ? Infinity : config.HOOKMINT_MAX_CONNECTIONS_PER_ADDRESS,
  };
}

export type HttpServer = {
  port: number;
  /** Goes on for the time of {@link ListenOptions.drainMs}, lets requests under way finish, and ends. */
  close: () => Promise<void>;
};

export type ListenOptions = {
  host: string;
  port: number;
  /** Serves HTTPS with these files, read again when they change; `undefined`: HTTP. */
  tls?: TlsFiles | undefined;
  /** See {@link drainEnv}. */
  drainMs: number;
  connections: ConnectionLimits;
  /** Headers of every answer that is given here. */
  headers: Readonly<Record<string, string>>;
  /** The body of an error in the terms of the API that is served. */
  errorBody: (status: number, description: string) => object;
};

/** What is answered to a request that is not valid HTTP. */
export const NOT_HTTP = 'The request is not valid HTTP';

/**
 * Serves an application.
 *
 * @throws {HookmintError} `port_unavailable` when it cannot listen there, `config_invalid` for unusable certificate files.
 */
export async function listen(app: RequestListener, options: ListenOptions): Promise<HttpServer> {
  const { host, port, tls } = options;
  const errorHeaders = { ...options.headers, ...ERROR_HEADERS };
  const settings = {
    headersTimeout: HEAD_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    connectionsCheckingInterval: CONNECTIONS_CHECKING_INTERVAL_MS,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    requireHostHeader: false,
  };
  const draining = drainable(app, errorHeaders);
  const secure =
    tls === undefined
      ? undefined
      : createTlsServer({ ...settings, handshakeTimeout: HANDSHAKE_TIMEOUT_MS, ...readTlsFiles(tls) });
  const server = secure ?? createServer(settings);
  serveBounded(server, options.connections, draining.serve);
  const connected = new Set<Socket>();
  secure?.on('secureConnection', (socket) => {
    connected.add(socket);
    socket.once('close', () => connected.delete(socket));
  });
  /** Has every connection that there is end after its next answer; those that are idle at once. */
  const leaveConnections = (): void => {
    draining.askToLeave(connected);
    server.closeIdleConnections();
  };
  const following =
    tls === undefined
      ? undefined
      : followTlsFiles(tls, (files) => {
          secure?.setSecureContext(files);
          // What connections have shown was checked by the authorities of before.
          if (tls.clients !== undefined) leaveConnections();
        });

  const bodyOf = (status: number, description: string): string =>
    JSON.stringify(options.errorBody(status, description));
  /** What is not HTTP at all never reaches the application; it too is answered in the API's terms. */
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) => {
    if (error.code === 'ECONNRESET' || !socket.writable) return;
    const status = error.code === 'HPE_HEADER_OVERFLOW' ? 431 : error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : 400;
    const body = bodyOf(status, NOT_HTTP);
    const headers = { ...errorHeaders, Connection: 'close', 'Content-Length': body.length };
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${String(value)}`);
    setTimeout(() => socket.destroy(), LINGER_MS).unref();
    socket.end([`HTTP/1.1 ${String(status)} ${STATUS_CODES[status] ?? ''}`, ...lines, '', body].join('\r\n'));
  });
  server.on('checkExpectation', (_request, response) => {
    const body = bodyOf(417, 'The expectation of the request cannot be met');
    response.writeHead(417, { ...errorHeaders, 'Content-Length': body.length }).end(body);
  });
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ port, host, backlog: BACKLOG }, resolve);
    });
  } catch (error) {
    throw new HookmintError('port_unavailable', `Port ${String(port)} cannot be used: ${messageOf(error)}.`, {
      cause: error,
    });
  }
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      following?.stop();
      draining.begin();
      await delay(options.drainMs);
      breakOffOpenEnded();
      await close(server);
    },
  };
}

/**
 * The application, and what becomes of it once `begin` was called: every answer, those under way included, asks its client to leave the
 * connection. To close a connection that is kept alive without a word loses the request that is just on its way.
 */
function drainable(
  app: RequestListener,
  headers: Readonly<Record<string, string>>,
): { serve: RequestListener; begin: () => void; askToLeave: (connections: Iterable<Socket>) => void } {
  const underWay = new Set<ServerResponse>();
  const leaving = new WeakSet<Socket>();
  let isDraining = false;
  const askAll = (): void => {
    for (const response of underWay) response.shouldKeepAlive = false;
  };
  return {
    serve: (request, response) => {
      underWay.add(response);
      response.once('close', () => underWay.delete(response));
      if (isDraining || leaving.has(request.socket)) response.shouldKeepAlive = false;
      if (isDraining && request.url === '/readyz') {
        const body = JSON.stringify({ status: 'not ready', missing: ['the service is stopping'] });
        response.writeHead(503, { ...headers, 'Content-Length': body.length }).end(body);
      } else app(request, response);
    },
    begin: () => {
      isDraining = true;
      askAll();
    },
    askToLeave: (connections) => {
      for (const connection of connections) leaving.add(connection);
      askAll();
    },
  };
}

/** Lets requests under way finish, and closes each connection as soon as it is idle, in spite of `Keep-Alive`. */
function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const sweep = setInterval(() => server.closeIdleConnections(), IDLE_SWEEP_INTERVAL_MS);
    server.close(() => {
      clearInterval(sweep);
      resolve();
    });
  });
}
