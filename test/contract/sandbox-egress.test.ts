import './quiet.ts';
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { createServer as createTcpServer, type AddressInfo, type Server } from 'node:net';
import { after, test } from 'node:test';
import { createEgressBroker } from '../../services/hook-executor/egress/broker.ts';

const LOOPBACK = '127.0.0.1';
const broker = createEgressBroker([LOOPBACK]);
const servers: Server[] = [];
after(() => {
  broker.close();
  for (const server of servers) server.close();
});

async function listen(server: Server): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, LOOPBACK, resolve));
  return (server.address() as AddressInfo).port;
}

const exchange = (hookId: string, port: number, { method = 'GET', path = '/', leftMs = 10_000 } = {}) =>
  broker.exchange(
    hookId,
    { allowed_addresses: [LOOPBACK], allowed_hosts: null },
    { url: `http://${LOOPBACK}:${String(port)}${path}`, method, headers: [], verify_tls: true },
    { deadlineMs: Date.now() + leftMs, traceparent: undefined },
  );

for (const [what, method, answer] of [
  ['switches protocols', 'GET', 'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n'],
  ['opens a tunnel', 'CONNECT', 'HTTP/1.1 200 OK\r\n\r\n'],
  ['refuses a tunnel', 'CONNECT', 'HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n'],
] as const) {
  test(`a request whose server ${what} fails, instead of never coming to an end`, { timeout: 5_000 }, async () => {
    const port = await listen(
      createTcpServer((socket) => socket.on('error', () => undefined).once('data', () => socket.end(answer))),
    );
    await assert.rejects(exchange('hook', port, { method, leftMs: 1_000 }), { code: 'EGRESS_FAILED' });
  });
}

test('requests under way are not cut off when many other hooks make theirs', async () => {
  let answerSlow: (() => void) | undefined;
  const port = await listen(
    createServer((request, response) => {
      if (request.url === '/slow') answerSlow = () => void response.end('slow');
      else response.end();
    }),
  );
  const slow = exchange('first', port, { path: '/slow', leftMs: 30_000 });
  slow.catch(() => undefined);
  for (let i = 0; i <= 1_000; i++) await exchange(`hook ${String(i)}`, port);
  answerSlow?.();
  assert.equal(Buffer.from((await slow).body, 'base64').toString(), 'slow');
});
