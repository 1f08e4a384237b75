import { connect, type NatsConnection } from '@nats-io/transport-node';
import { z } from 'zod';
import { HookmintError, messageOf } from '../errors.ts';
import { logger } from '../log.ts';
import { withoutPassword } from '../without-password.ts';
import { nkeyAuthenticator } from './nkey.ts';
import { busTlsEnv, busTlsOf, type BusTlsEnv } from './tls.ts';

const urlsOf = (urls: string): string[] => urls.split(',').map((url) => url.trim());

/** Environment of every service that talks on the bus. */
export const busEnv = {
  /** URLs of the NATS servers, comma-separated: nats://, or tls:// for servers that have to speak TLS. */
  NATS_URL: z
    .string()
    .refine(
      (urls) => urlsOf(urls).every((url) => /^(?:nats|tls):\/\/[^/]/.test(url)),
      'must be nats:// or tls:// URLs, comma-separated, as in tls://nats:4222',
    ),
  /** Seed of the service's own nkey user; unset for a server without users. */
  NATS_NKEY_SEED: z.string().startsWith('SU', 'must be the seed of a user nkey, beginning with SU').optional(),
  ...busTlsEnv,
};

export type BusEnv = { NATS_URL: string; NATS_NKEY_SEED?: string | undefined } & BusTlsEnv;

/** A server that refused is tried again after the delay and a part of the jitter, so that services do not all come at once. */
const RECONNECT_DELAY_MS = 100;
const RECONNECT_JITTER_MS = 200;
const CONNECT_TIMEOUT_MS = 5_000;

/** A server that answers no ping is gone: a machine that lost its power closes no connection. Noticed within 3 s. */
const PING_INTERVAL_MS = 1_000;
const MAX_PINGS_OUT = 2;

/** Where a service receives replies: its user may subscribe below this, and no other's may. */
export function inboxPrefixOf(service: string): string {
  return `_INBOX_${service}`;
}

/** Whether replies may go there: to an inbox, by its own name or by the one that the server gives it between accounts. */
export function isInbox(subject: string): boolean {
  return subject.startsWith('_INBOX_') || subject.startsWith('_R_.');
}

/**
 * Connects one service to NATS. Once connected it reconnects for as long as the process lives.
 *
 * @param name Of the service: seen in the server's monitoring, and the prefix of its inboxes (`_INBOX_<name>.>`), so that a
 *   user may be allowed its own replies and nobody else's.
 * @param peers Whom this connection alone is with, for the log; default: everybody.
 * @throws {HookmintError} `bus_unreachable`, naming the URL and what went wrong; `config_invalid` for unusable files of TLS.
 */
export async function connectBus(name: string, env: BusEnv, peers?: string): Promise<NatsConnection> {
  const servers = urlsOf(env.NATS_URL);
  const tls = busTlsOf(servers, env);
  let connection: NatsConnection;
  try {
    connection = await connect({
      name,
      servers,
      inboxPrefix: inboxPrefixOf(name),
      timeout: CONNECT_TIMEOUT_MS,
      maxReconnectAttempts: -1,
      reconnectTimeWait: RECONNECT_DELAY_MS,
      reconnectJitter: RECONNECT_JITTER_MS,
      reconnectJitterTLS: RECONNECT_JITTER_MS,
      pingInterval: PING_INTERVAL_MS,
      maxPingOut: MAX_PINGS_OUT,
      ignoreAuthErrorAbort: true,
      noAsyncTraces: true,
      ...(tls === undefined ? {} : { tls }),
      ...(env.NATS_NKEY_SEED === undefined ? {} : { authenticator: nkeyAuthenticator(env.NATS_NKEY_SEED) }),
    });
  } catch (error) {
    throw new HookmintError(
      'bus_unreachable',
      `No NATS server could be used at NATS_URL=${withoutPassword(env.NATS_URL)}: ${messageOf(error)}.`,
      { cause: error },
    );
  }
  // The client has forgotten the servers that did not answer at this first attempt.
  if (servers.length > 1) connection.setServers(servers);
  void logStatus(connection, peers);
  return connection;
}

async function logStatus(connection: NatsConnection, peers?: string): Promise<void> {
  for await (const status of connection.status()) {
    if (status.type === 'disconnect')
      logger.warn({ server: status.server, peers }, 'bus connection lost, reconnecting');
    if (status.type === 'reconnect') logger.info({ server: status.server, peers }, 'bus connection is back');
    if (status.type === 'error') logger.error({ err: status.error, peers }, 'the bus refused something');
  }
}

type Listener = { reconnected: () => void; disconnected: () => void };

/** Of each connection, who wants to know. */
const listening = new WeakMap<NatsConnection, Set<Listener>>();

/** Calls `reconnected` each time the connection is back after a loss, and `disconnected` at each loss. @returns What ends that. */
export function onReconnect(
  connection: NatsConnection,
  reconnected: () => void,
  disconnected: () => void = () => undefined,
): () => void {
  let listeners = listening.get(connection);
  if (listeners === undefined) {
    listeners = new Set();
    listening.set(connection, listeners);
    void tell(connection, listeners);
  }
  const listener = { reconnected, disconnected };
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

async function tell(connection: NatsConnection, listeners: ReadonlySet<Listener>): Promise<void> {
  for await (const { type } of connection.status()) {
    if (type === 'reconnect') for (const { reconnected } of [...listeners]) reconnected();
    if (type === 'disconnect') for (const { disconnected } of [...listeners]) disconnected();
  }
}
