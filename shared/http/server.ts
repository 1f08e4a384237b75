import { createServer, STATUS_CODES, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { HookmintError, messageOf } from '../errors.ts';
import { breakOffOpenEnded } from './open-ended.ts';
import { followTlsFiles, readTlsFiles, type TlsFiles } from './tls-files.ts';

/** Longest time a client may take to send a request, and a proxy may keep an idle connection open. */
const REQUEST_TIMEOUT_MS = 30_000;
const KEEP_ALIVE_TIMEOUT_MS = 65_000;
const IDLE_SWEEP_INTERVAL_MS = 20;

const ERROR_HEADERS = { 'Content-Type': 'application/json; charset=utf-8', 'Cache-Control': 'no-store' };

export type HttpServer = { port: number; close: () => Promise<void> };

export type ListenOptions = {
  host: string;
  port: number;
  /** Serves HTTPS with these files, read again when they change; `undefined`: HTTP. */
  tls?: TlsFiles | undefined;
  /** The body of an error in the terms of the API that is served. */
  errorBody: (status: number, description: string) => object;
};

/** What is answered to a request that is no valid HTTP. */
export const NOT_HTTP = 'The request is not valid HTTP';

/**
 * Serves an application.
 *
 * @throws {HookmintError} `port_unavailable` when it cannot listen there, `config_invalid` for unusable certificate files.
 */
export async function listen(app: RequestListener, options: ListenOptions): Promise<HttpServer> {
  const { host, port, tls } = options;
  const settings = {
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    requireHostHeader: false,
  };
  const secure = tls === undefined ? undefined : createTlsServer({ ...settings, ...readTlsFiles(tls) }, app);
  const server = secure ?? createServer(settings, app);
  const following = tls === undefined ? undefined : followTlsFiles(tls, (files) => secure?.setSecureContext(files));

  const bodyOf = (status: number, description: string): string =>
    JSON.stringify(options.errorBody(status, description));
  /** What is not HTTP at all never reaches the application; it too is answered in the API's terms. */
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) => {
    if (error.code === 'ECONNRESET' || !socket.writable) return;
    const status = error.code === 'HPE_HEADER_OVERFLOW' ? 431 : error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : 400;
    const body = bodyOf(status, NOT_HTTP);
    const headers = { ...ERROR_HEADERS, Connection: 'close', 'Content-Length': body.length };
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${String(value)}`);
    socket.end([`HTTP/1.1 ${String(status)} ${STATUS_CODES[status] ?? ''}`, ...lines, '', body].join('\r\n'));
  });
  server.on('checkExpectation', (_request, response) => {
    const body = bodyOf(417, 'The expectation of the request cannot be met');
    response.writeHead(417, { ...ERROR_HEADERS, 'Content-Length': body.length }).end(body);
  });
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host, resolve);
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
      breakOffOpenEnded();
      await close(server);
    },
  };
}

/** Lets requests under way finish; connections are closed as soon as they are idle, whatever `Keep-Alive` promised. */
function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const sweep = setInterval(() => server.closeIdleConnections(), IDLE_SWEEP_INTERVAL_MS);
    server.close(() => {
      clearInterval(sweep);
      resolve();
    });
  });
}
