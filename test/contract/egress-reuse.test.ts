import assert from 'node:assert/strict';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { test, type TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { EgressPolicy } from '../../shared/domain/egress.ts';
import { NO_CEILING } from '../../shared/egress/address-ceiling.ts';
import { createEgressBroker } from '../../services/hook-executor/egress/broker.ts';

const LOOPBACK: EgressPolicy = { allowed_addresses: ['127.0.0.0/8'], allowed_hosts: null };
const ANSWER = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
/** The shortest that servers in common use keep an idle connection for. */
const SHORTEST_KEEP_ALIVE_MS = 5_000;

type Upstream = { exchange: (method: string) => Promise<number>; connections: () => number; requests: () => number };

/** A server that answers requests by `serve`, given their number on its connection, from 1. */
async function startUpstream(t: TestContext, serve: (socket: Socket, number: number) => void): Promise<Upstream> {
  let [connections, requests] = [0, 0];
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    connections++;
    open.add(socket);
    let number = 0;
    socket.on('error', () => undefined);
    socket.on('data', () => {
      requests++;
      serve(socket, ++number);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const broker = createEgressBroker(NO_CEILING);
  t.after(() => {
    broker.close();
    for (const socket of open) socket.destroy();
    server.close();
  });
  const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/`;
  return {
    exchange: async (method) => {
      const request = { url, method, headers: [], verify_tls: true };
      const options = { deadlineMs: Date.now() + 20_000, traceparent: undefined };
      return (await broker.exchange('hook', LOOPBACK, request, options)).status;
    },
    connections: () => connections,
    requests: () => requests,
  };
}

/** Answers one request of a connection, and resets it when a second one comes: that one has crossed the end of the idle time. */
const oncePerConnection = (socket: Socket, number: number): void => {
  if (number === 1) socket.write(ANSWER);
  else socket.resetAndDestroy();
};

test('a request that may be sent twice is, when its connection was closed as it came', async (t) => {
  const upstream = await startUpstream(t, oncePerConnection);
  for (const method of ['GET', 'PUT', 'DELETE', 'GET']) assert.equal(await upstream.exchange(method), 200, method);
  assert.equal(upstream.requests(), 7);
});

test('a request that may not be sent twice is not', async (t) => {
  const upstream = await startUpstream(t, oncePerConnection);
  assert.equal(await upstream.exchange('POST'), 200);
  await assert.rejects(upstream.exchange('POST'), { code: 'EGRESS_FAILED' });
  assert.equal(upstream.requests(), 2);
});

test('a request is sent twice at most, and not at all again on a connection of its own', async (t) => {
  const upstream = await startUpstream(t, (socket) => socket.resetAndDestroy());
  await assert.rejects(upstream.exchange('GET'), { code: 'EGRESS_FAILED' });
  assert.equal(upstream.requests(), 1);
});

test('a connection is used again at once, and not after as long as servers keep it', async (t) => {
  const upstream = await startUpstream(t, (socket) => socket.write(ANSWER));
  await upstream.exchange('POST');
  await upstream.exchange('POST');
  assert.equal(upstream.connections(), 1);
  await delay(SHORTEST_KEEP_ALIVE_MS - 500);
  await upstream.exchange('POST');
  assert.equal(upstream.connections(), 2);
});

test('the connections of a batch are kept for the next one', async (t) => {
  const upstream = await startUpstream(t, (socket) => socket.write(ANSWER));
  const batch = (): Promise<number[]> => Promise.all(Array.from({ length: 20 }, () => upstream.exchange('POST')));
  for (let i = 0; i < 3; i++) await batch();
  assert.deepEqual([upstream.connections(), upstream.requests()], [20, 60]);
});

test('a slow answer may take longer than an idle connection is kept', async (t) => {
  const upstream = await startUpstream(
    t,
    (socket) => void delay(SHORTEST_KEEP_ALIVE_MS).then(() => socket.write(ANSWER)),
  );
  assert.equal(await upstream.exchange('GET'), 200);
});
