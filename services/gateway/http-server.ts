import { createServer, STATUS_CODES, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { HookmintError, messageOf } from '../../shared/errors.ts';

/** Longest time a client may take to send a request, and a proxy may keep an idle connection open. */
const REQUEST_TIMEOUT_MS = 30_000;
const KEEP_ALIVE_TIMEOUT_MS = 65_000;
const IDLE_SWEEP_INTERVAL_MS = 20;

export type HttpServer = { port: number; close: () => Promise<void> };

/**
 * Serves the application.
 *
 * @throws {HookmintError} `port_unavailable` when it cannot listen there.
 */
export async function listen(app: RequestListener, host: string, port: number): Promise<HttpServer> {
  const server = createServer({ requestTimeout: REQUEST_TIMEOUT_MS, keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS }, app);
  server.on('clientError', answerClientError);
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
  const body = JSON.stringify({ error: 'invalid_request', error_description: 'The request is not valid HTTP' });
  socket.end(
    `HTTP/1.1 ${String(status)} ${STATUS_CODES[status] ?? ''}\r\nConnection: close\r\nCache-Control: no-store\r\n` +
      `Content-Type: application/json; charset=utf-8\r\nContent-Length: ${String(body.length)}\r\n\r\n${body}`,
  );
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
