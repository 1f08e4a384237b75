import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { NatsConnection } from '@nats-io/transport-node';
import { HookmintError, messageOf } from './errors.ts';
import { integer } from './env.ts';
import { VERSION } from './version.ts';

/** Environment of the services that speak no HTTP otherwise. */
export const healthEnv = {
  /** Serves `/livez` and `/readyz` there, for an orchestrator's probes; unset: nowhere. */
  HOOKMINT_HEALTH_PORT: integer.min(0).max(65_535).optional(),
};

export type Health = {
  /** Where it listens; `undefined` when it does not. */
  port: number | undefined;
  /** From now on `/readyz` reports what is missing, and these facts; before, that the service is starting. */
  readyUnless: (missing: () => string[], details?: Record<string, string>) => void;
  /** From now on `/readyz` says no, while what is under way is finished. */
  stopping: () => void;
  close: () => Promise<void>;
};

const HEADERS = { 'Content-Type': 'application/json; charset=utf-8', 'Cache-Control': 'no-store' };

/**
 * Serves a service's health: `GET /livez` answers 200 for as long as the event loop turns; `GET /readyz` answers 200, or 503 with what
 * is missing. A service that has lost the bus is alive and not ready: starting it again would not bring the bus back.
 *
 * @param port 0: a random one; `undefined`: none.
 * @throws {HookmintError} `port_unavailable`
 */
export async function serveHealth(port: number | undefined): Promise<Health> {
  let missing = (): string[] => ['the service is starting'];
  let told: Record<string, string> = {};
  const state = {
    readyUnless: (reasons: () => string[], details = {}): void => {
      missing = reasons;
      told = details;
    },
    stopping: (): void => {
      missing = () => ['the service is stopping'];
    },
  };
  if (port === undefined) return { port, ...state, close: () => Promise.resolve() };

  const answer: RequestListener = ({ url }, response) => {
    if (url === '/livez') {
      response.writeHead(200, HEADERS).end(JSON.stringify({ status: 'ok', version: VERSION }));
    } else if (url === '/readyz') {
      const reasons = missing();
      const body =
        reasons.length === 0
          ? { status: 'ready', version: VERSION, ...told }
          : { status: 'not ready', version: VERSION, missing: reasons, ...told };
      response.writeHead(reasons.length === 0 ? 200 : 503, HEADERS).end(JSON.stringify(body));
    } else {
      response.writeHead(404, HEADERS).end(JSON.stringify({ error: 'not_found' }));
    }
  };
  const server = createServer(answer);
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => {
      const message = `HOOKMINT_HEALTH_PORT ${String(port)} cannot be used: ${messageOf(cause)}.`;
      reject(new HookmintError('port_unavailable', message, { cause }));
    });
    server.listen(port, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    ...state,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Follows a connection to the bus: what is missing while it is away, for `/readyz`. */
export function watchBus(connection: NatsConnection): () => string[] {
  let connected = true;
  void (async () => {
    for await (const { type } of connection.status()) {
      if (type === 'disconnect') connected = false;
      if (type === 'reconnect') connected = true;
    }
    connected = false;
  })();
  return () => (connected ? [] : ['the bus is not connected']);
}
