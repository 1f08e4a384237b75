import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { addressOf, networkOf } from './address.ts';

/** How many connections a server keeps. */
export type ConnectionLimits = {
  /** Of all addresses together. */
  max: number;
  /** Of one address, of IPv6 of one /64; `Infinity` where connections are those of a proxy. */
  maxPerAddress: number;
};

/** Requests of one connection that are worked on at a time, and that wait for these: who sends them ahead has one turn among others. */
const MAX_AT_ONCE = 4;
const MAX_QUEUED = 60;

/** Time to take what is sent, without a piece of it taken: then the connection is given up. */
const ANSWER_READ_TIMEOUT_MS = 10_000;
const SWEEP_INTERVAL_MS = 1_000;

/** Of answers that are not taken yet, in all: over it, those who have most of it are given up. */
const MAX_UNREAD_BYTES = 128 * 1_048_576;
const UNREAD_INTERVAL_MS = 50;

type Connection = {
  socket: Socket;
  network: string;
  /** Requests that are not answered yet. */
  underWay: number;
  responses: Set<ServerResponse>;
  latest: IncomingMessage | undefined;
  queued: (() => void)[];
  /** What was not taken at the last sweep, bytes, and since when. */
  unread: number;
  unreadSinceMs: number;
};

/**
 * Serves requests on connections that are kept within their bounds. One too many takes the place of the one that has been without a whole
 * request for longest, of its own address or of all; where each has a request under way it is not taken. So whoever holds connections open
 * holds up nobody.
 */
export function serveBounded(server: Server, limits: ConnectionLimits, serve: RequestListener): void {
  // In the order of their last use.
  const all = new Set<Connection>();
  const byNetwork = new Map<string, Set<Connection>>();
  const bySocket = new WeakMap<Socket, Connection>();
  /** Of TLS the request has another socket than the connection: both have the same peer. */
  const byPeer = new Map<string, Connection>();
  const answering = new Set<Connection>();

  function add(connection: Connection): void {
    all.add(connection);
    const ofNetwork = byNetwork.get(connection.network) ?? new Set();
    byNetwork.set(connection.network, ofNetwork.add(connection));
  }

  function remove(connection: Connection): void {
    all.delete(connection);
    answering.delete(connection);
    const ofNetwork = byNetwork.get(connection.network);
    ofNetwork?.delete(connection);
    if (ofNetwork?.size === 0) byNetwork.delete(connection.network);
  }

  /** @returns Whether there is room for one more. */
  function makeRoom(among: ReadonlySet<Connection> | undefined, max: number): boolean {
    if (among === undefined || among.size < max) return true;
    for (const connection of among) {
      if (!isWaiting(connection)) continue;
      remove(connection);
      connection.socket.destroy();
      return true;
    }
    return false;
  }

  server.on('connection', (socket: Socket) => {
    const network = networkOf(addressOf(socket.remoteAddress) ?? '');
    if (!makeRoom(byNetwork.get(network), limits.maxPerAddress) || !makeRoom(all, limits.max)) {
      socket.destroy();
      return;
    }
    const connection: Connection = {
      socket,
      network,
      underWay: 0,
      responses: new Set(),
      latest: undefined,
      queued: [],
      unread: 0,
      unreadSinceMs: 0,
    };
    add(connection);
    bySocket.set(socket, connection);
    const peer = peerOf(socket);
    byPeer.set(peer, connection);
    socket.once('close', () => {
      remove(connection);
      connection.queued.length = 0;
      if (byPeer.get(peer) === connection) byPeer.delete(peer);
    });
  });
  server.on('secureConnection', (socket: Socket) => {
    const connection = byPeer.get(peerOf(socket));
    if (connection === undefined) return;
    connection.socket = socket;
    bySocket.set(socket, connection);
  });

  const sweep = setInterval(() => {
    const nowMs = performance.now();
    for (const connection of answering) {
      const unread = connection.socket.writableLength;
      if (unread !== connection.unread) {
        connection.unread = unread;
        connection.unreadSinceMs = nowMs;
      } else if (unread > 0 && nowMs - connection.unreadSinceMs >= ANSWER_READ_TIMEOUT_MS) connection.socket.destroy();
    }
  }, SWEEP_INTERVAL_MS).unref();
  const bound = setInterval(() => giveUpUnread(answering), UNREAD_INTERVAL_MS).unref();
  server.once('close', () => {
    clearInterval(sweep);
    clearInterval(bound);
  });

  const begin = (connection: Connection, ...[request, response]: Parameters<RequestListener>): void => {
    connection.underWay++;
    connection.responses.add(response);
    response.once('close', () => connection.responses.delete(response));
    answering.add(connection);
    // Not at once: a chain of immediate answers would keep other connections from being read.
    response.once('close', () => setImmediate(end, connection));
    serve(request, response);
  };
  const end = (connection: Connection): void => {
    connection.underWay--;
    if (!all.has(connection)) return;
    connection.queued.shift()?.();
    if (connection.underWay > 0) return;
    remove(connection);
    add(connection);
  };
  server.on('request', (request, response) => {
    const connection = bySocket.get(request.socket);
    // Requests that arrived together with the one that was too many are still reported.
    if (connection === undefined || request.socket.destroyed) return;
    connection.latest = request;
    if (connection.underWay < MAX_AT_ONCE && connection.queued.length === 0) begin(connection, request, response);
    else if (connection.queued.length < MAX_QUEUED) connection.queued.push(() => begin(connection, request, response));
    else connection.socket.destroy();
  });
}

/** Ends the connections that have most of what is not taken, as long as it is too much. */
function giveUpUnread(answering: ReadonlySet<Connection>): void {
  const unread = [...answering].map((connection) => ({ connection, bytes: unreadOf(connection) }));
  let inAll = unread.reduce((sum, { bytes }) => sum + bytes, 0);
  if (inAll <= MAX_UNREAD_BYTES) return;
  for (const { connection, bytes } of unread.sort((one, other) => other.bytes - one.bytes)) {
    if (inAll <= MAX_UNREAD_BYTES) return;
    inAll -= bytes;
    connection.socket.destroy();
  }
}

/** What waits in the connection, and in answers that wait for their turn on it. */
function unreadOf({ socket, responses }: Connection): number {
  let bytes = socket.writableLength;
  for (const response of responses) if (response.socket === null) bytes += response.writableLength;
  return bytes;
}

/** Whether nothing is done for it: it is idle, in its handshake, or has not sent the whole of its request. */
function isWaiting({ underWay, latest }: Connection): boolean {
  return underWay === 0 || latest?.complete !== true;
}

function peerOf({ remoteAddress = '', remotePort = 0 }: Socket): string {
  return `${remoteAddress} ${String(remotePort)}`;
}
