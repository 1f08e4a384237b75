import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { after, afterEach, describe, it } from 'node:test';
import { Worker } from 'node:worker_threads';
import { ensureLocalTls } from '../../deploy/local/local-tls.ts';
import { startAnother, type AnotherService } from '../support/another-service.ts';
import { figuresOf } from '../support/process-figures.ts';
import { until } from '../support/until.ts';
import { withStack } from '../support/with-stack.ts';
import type { Asked, GoodClient } from './good-client.ts';

/** Within it a good client has its token, whatever stands; time in which the gateway has no processor is not its own. */
const SERVED_WITHIN_MS = 2_000;
const ROUNDS = 5;
/** Fewer than by default: the test's process holds the other ends. */
const PER_ADDRESS = 250;
const MAX_CONNECTIONS = 3_000;
const MAX_IN_FLIGHT = 400;
/** Time that a stranger has for a head or a body, with what it takes to look whether it is over. */
const CLOSED_WITHIN_MS = 15_000;
const MAX_GROWTH_MIB = 300;
/** Of answers that nobody reads, and what making them takes. */
const MAX_UNREAD_GROWTH_MIB = 400;

const STRANGER = '127.0.0.1';
/** A client elsewhere, and one behind the stranger's own address. */
const GOOD_ADDRESSES = ['127.0.0.2', STRANGER];

const GOOD_CLIENT = new URL('./good-client.ts', import.meta.url);

const gateways: AnotherService[] = [];
let caFile: string;
const stack = withStack({ hook: null }, async (started) => {
  const { certFile, keyFile, caFile: authority } = await ensureLocalTls(started.dataDir);
  caFile = authority;
  const env = {
    HOOKMINT_MAX_CONNECTIONS: String(MAX_CONNECTIONS),
    HOOKMINT_MAX_CONNECTIONS_PER_ADDRESS: String(PER_ADDRESS),
    HOOKMINT_MAX_REQUESTS_IN_FLIGHT: String(MAX_IN_FLIGHT),
  };
  gateways.push(await startAnother(started, 'gateway', { env }));
  const tls = { HOOKMINT_TLS_CERT_FILE: certFile, HOOKMINT_TLS_KEY_FILE: keyFile };
  gateways.push(await startAnother(started, 'gateway', { env: { ...env, ...tls } }));
});
after(() => Promise.all(gateways.map((gateway) => gateway.kill())));

type Over = 'http' | 'https';
const gatewayOf = (over: Over): AnotherService => gateways[over === 'http' ? 0 : 1] ?? assert.fail();
const portOf = (over: Over): number => Number(new URL(gatewayOf(over).url).port);

const sockets = new Set<Socket>();
afterEach(() => {
  for (const socket of sockets) socket.destroy();
  sockets.clear();
});

/** Opens connections, a few hundred at a time, and calls `begin` on each once it stands. */
async function hold(
  count: number,
  begin: (socket: Socket) => void,
  { over = 'http', from = STRANGER }: { over?: Over; from?: string } = {},
): Promise<void> {
  for (let left = count; left > 0; left -= 250) {
    await Promise.all(
      Array.from({ length: Math.min(left, 250) }, async () => {
        const socket = connect({ port: portOf(over), host: '127.0.0.1', localAddress: from, allowHalfOpen: true });
        sockets.add(socket);
        socket.on('error', () => undefined).once('end', () => socket.end());
        await new Promise((resolve) => socket.once('connect', resolve).once('close', resolve));
        if (!socket.destroyed) begin(socket);
      }),
    );
  }
}

const form = (secret = stack().clientSecret): string =>
  new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: stack().clientId,
    client_secret: secret,
    audience: stack().audience,
  }).toString();

/** Tokens that a client asks for one after the other, each on a connection of its own, and how long they took. */
async function ask(localAddress: string, over: Over): Promise<Asked[]> {
  const options: GoodClient = {
    port: portOf(over),
    localAddress,
    body: form(),
    rounds: ROUNDS,
    gatewayPid: gatewayOf(over).pid,
    caFile: over === 'https' ? caFile : undefined,
  };
  const [all] = (await once(new Worker(GOOD_CLIENT, { workerData: options }), 'message')) as [Asked[]];
  return all;
}

async function assertGoodClientsAreServed(over: Over = 'http'): Promise<void> {
  const slowest: string[] = [];
  for (const address of GOOD_ADDRESSES) {
    let longestMs = 0;
    for (const { status, ms } of await ask(address, over)) {
      assert.equal(status, 200, `from ${address}`);
      longestMs = Math.max(longestMs, ms);
    }
    assert(longestMs < SERVED_WITHIN_MS, `from ${address} after ${longestMs.toFixed(0)} ms`);
    slowest.push(`${address} ${longestMs.toFixed(0)} ms`);
  }
  process.stdout.write(`attacks: slow clients: slowest of ${String(ROUNDS)} from ${slowest.join(', ')}\n`);
}

const untilAllAreClosed = (): Promise<void> =>
  until(
    'the server has closed every connection',
    () => [...sockets].every(({ destroyed }) => destroyed),
    CLOSED_WITHIN_MS,
  );

const HEAD = 'POST /oauth/token HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n';
const wrong = (): string => {
  const body = form('wrong');
  return `${HEAD}Content-Length: ${String(body.length)}\r\n\r\n${body}`;
};

/** A byte now and then, for ever. */
function drip(socket: Socket, text: string): void {
  let at = 0;
  const timer = setInterval(() => socket.write(text[at++ % text.length] ?? ''), 700);
  socket.once('close', () => clearInterval(timer));
  socket.resume();
}

describe('a good client has its token within 2 s while a stranger has', () => {
  it('2,200 connections that sent the head and one byte of the body', async () => {
    await hold(2_200, (socket) => socket.write(`${HEAD}Content-Length: 300\r\n\r\ng`));
    await assertGoodClientsAreServed();
  });

  it('heads that come slowly; they have seconds', async () => {
    await hold(PER_ADDRESS, (socket) => drip(socket, HEAD));
    await assertGoodClientsAreServed();
    await untilAllAreClosed();
  });

  it('bodies that come slowly; they have seconds, and an answer', async () => {
    let answers = '';
    await hold(PER_ADDRESS, (socket) => {
      socket.write(`${HEAD}Content-Length: 10000\r\n\r\n`);
      socket.once('data', (chunk) => (answers ||= String(chunk)));
      drip(socket, 'x');
    });
    await assertGoodClientsAreServed();
    await untilAllAreClosed();
    assert.match(answers, /^HTTP\/1\.1 408 /);
    assert.match(answers, /"The request body did not arrive in time"/);
  });

  it('answers that it does not read; they are broken off', async () => {
    const { pid } = gatewayOf('http');
    const before = figuresOf(pid);
    // Of hundreds of kilobytes each: the buffers of two sockets do not hold them all.
    const question = 'GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n';
    await hold(10, (socket) => socket.pause().write(question.repeat(60)));
    await assertGoodClientsAreServed();
    const held = figuresOf(pid);
    assert(held.rssMib - before.rssMib < MAX_GROWTH_MIB, `${String(held.rssMib - before.rssMib)} MiB`);
    // Who does not read is not told either.
    await until('the gateway has given them up', () => figuresOf(pid).handles <= held.handles - 10, CLOSED_WITHIN_MS);
  });

  it('as many answers that it does not read as it has connections; what waits for it has a bound', async () => {
    const { pid } = gatewayOf('http');
    const before = figuresOf(pid).rssMib;
    let most = before;
    const watch = setInterval(() => (most = Math.max(most, figuresOf(pid).rssMib)), 100).unref();
    // As many as are worked on at once.
    const question = 'GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(4);
    await hold(PER_ADDRESS - 50, (socket) => socket.pause().write(question));
    await assertGoodClientsAreServed();
    clearInterval(watch);
    assert(most - before < MAX_UNREAD_GROWTH_MIB, `${String(most - before)} MiB`);
  });

  it('10,000 idle connections of twenty addresses', async () => {
    for (let n = 0; n < 20; n++) await hold(500, () => undefined, { from: `127.0.1.${String(n + 1)}` });
    await assertGoodClientsAreServed();
    const standing = [...sockets].filter(({ destroyed, readableEnded }) => !destroyed && !readableEnded).length;
    assert(standing <= MAX_CONNECTIONS, String(standing));
  });

  it('a thousand requests at once on each of twenty connections; it has no more than four in work', async () => {
    await hold(20, (socket) => {
      socket.resume();
      socket.write(wrong().repeat(1_000));
    });
    await assertGoodClientsAreServed();
    await untilAllAreClosed();
  });

  it('connections that it half closes, in the head, in the body and after a request', async () => {
    await hold(PER_ADDRESS, (socket) => {
      const kinds = [HEAD, `${HEAD}Content-Length: 300\r\n\r\ng`, wrong()];
      socket.end(kinds[sockets.size % kinds.length] ?? HEAD);
      socket.resume();
    });
    await assertGoodClientsAreServed();
    await untilAllAreClosed();
  });

  it('TLS handshakes that never end', async () => {
    // The first bytes of a ClientHello that says it is longer.
    const begun = Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01]);
    await hold(1_500, (socket) => sockets.size % 2 === 0 && socket.write(begun), { over: 'https' });
    await assertGoodClientsAreServed('https');
    for (const socket of sockets) socket.resume();
    await untilAllAreClosed();
  });
});
