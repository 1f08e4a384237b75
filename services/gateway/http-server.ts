import { createServer, STATUS_CODES, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { HookmintError, messageOf } from '../../shared/errors.ts';
import { NOT_HTTP } from './http-errors.ts';

/** Longest time a client may take to send a request, and a proxy may keep an idle connection open. */
const REQUEST_TIMEOUT_MS = 30_000;
const KEEP_ALIVE_TIMEOUT_MS = 65_000;
const IDLE_SWEEP_INTERVAL_MS = 20;

const ERROR_HEADERS = { 'Content-Type': 'application/json; charset=utf-8', 'Cache-Control': 'no-store' };

export type HttpServer = { port: number; close: () => Promise<void> };

/**
 * Serves the application.
 *
 * @throws {HookmintError} `port_unavailable` when it cannot listen there.
 */
export async function listen(app: RequestListener, host: string, port: number): Promise<HttpServer> {
  const server = createServer(
    { requestTimeout: REQUEST_TIMEOUT_MS, keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS, requireHostHeader: false },
    app,
  );
  server.on('clientError', answerClientError);
  server.on('checkExpectation', (_request, response) => {
    const body = invalidRequest('The expectation of the request cannot be met');
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
  return { port: (server.address() as AddressInfo).port, close: () => close(server) };
}

/** What is not HTTP at all never reaches the application; it too is answered in the protocol's terms. */
function answerClientError(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return;
  const status = error.code === 'HPE_HEADER_OVERFLOW' ? 431 : error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : 400;
  const body = invalidRequest(NOT_HTTP);
  socket.end(
    [
      `HTTP/1.1 ${String(status)} ${STATUS_CODES[status] ?? ''}`,
      ...Object.entries({ ...ERROR_HEADERS, Connection: 'close', 'Content-Length': body.length }).map(
        ([name, value]) => `${name}: ${String(value)}`,
      ),
      '',
      body,
    ].join('\r\n'),
  );
}

function invalidRequest(error_description: string): string {
  return JSON.stringify({ error: 'invalid_request', error_description });
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
