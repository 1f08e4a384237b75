import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { request, type IncomingMessage } from 'node:http';
import { request as requestTls } from 'node:https';
import { connect, type Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import { after, afterEach, describe, it } from 'node:test';
import { startAnother, type AnotherService } from '../support/another-service.ts';
import { withStack } from '../support/with-stack.ts';

/** Within it a good client has its token, whatever stands: the promise of docs/overload.md, and half as much for a busy machine. */
const SERVED_WITHIN_MS = 2_000;
const ROUNDS = 5;
/** Of one address; fewer than by default, so that a machine of few open files can hold more of them. */
const PER_ADDRESS = 500;
const ANSWER_READ_TIMEOUT_MS = 10_000;

const STRANGER = '127.0.0.1';
/** A client elsewhere, and one behind the stranger's own address. */
const GOOD_ADDRESSES = ['127.0.0.2', STRANGER];

let gateway: AnotherService;
let behindProxy: AnotherService;
const stack = withStack({ hook: null, args: ['--tls'] }, async (started) => {
  const env = { HOOKMINT_MAX_CONNECTIONS_PER_ADDRESS: String(PER_ADDRESS), HOOKMINT_MAX_REQUESTS_IN_FLIGHT: '400' };
  gateway = await startAnother(started, 'gateway', { env });
  behindProxy = await startAnother(started, 'gateway', { env: { ...env, HOOKMINT_TRUSTED_PROXIES: '1' } });
});
after(async () => {
  await gateway.kill();
  await behindProxy.kill();
});

const sockets = new Set<Socket>();
afterEach(() => {
  for (const socket of sockets) socket.destroy();
  sockets.clear();
});

const delay = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Opens connections, a few hundred at a time, and calls `begin` on each once it stands. */
async function hold(count: number, begin: (socket: Socket) => void, url = gateway.url): Promise<void> {
  const { port } = new URL(url);
  for (let left = count; left > 0; left -= 200) {
    await Promise.all(
      Array.from({ length: Math.min(left, 200) }, async () => {
        const socket = connect({ port: Number(port), host: '127.0.0.1', localAddress: STRANGER, allowHalfOpen: true });
        sockets.add(socket);
        socket.on('error', () => undefined);
        await new Promise((resolve) => socket.once('connect', resolve).once('close', resolve));
        if (!socket.destroyed) begin(socket);
      }),
    );
  }
}

const form = (): string =>
  new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: stack().clientId,
    client_secret: stack().clientSecret,
    audience: stack().audience,
  }).toString();

/** One token on a connection of its own, and how long it took. */
async function ask(localAddress: string, headers: Record<string, string> = {}, url = gateway.url) {
  const startedMs = performance.now();
  const options = {
    method: 'POST',
    host: '127.0.0.1',
    port: new URL(url).port,
    path: '/oauth/token',
    localAddress,
    agent: false,
    ca: readFileSync(stack().caFile ?? ''),
    servername: 'localhost',
    headers: { 'content-type': 'application/x-www-form-urlencoded', connection: 'close', ...headers },
  } as const;
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const asked = url.startsWith('https:') ? requestTls(options, resolve) : request(options, resolve);
    asked.on('error', reject).end(form());
  });
  answer.resume();
  await new Promise((resolve) => answer.once('end', resolve));
  return { status: answer.statusCode, ms: performance.now() - startedMs };
}

async function assertGoodClientsAreServed(): Promise<void> {
  for (const address of GOOD_ADDRESSES) {
    for (let round = 0; round < ROUNDS; round++) {
      const { status, ms } = await ask(address);
      assert.equal(status, 200, `from ${address}`);
      assert(ms < SERVED_WITHIN_MS, `from ${address} after ${ms.toFixed(0)} ms`);
    }
  }
}

const HEAD = 'POST /oauth/token HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n';

describe('a good client has its token within 2 s while a stranger holds', () => {
  it('2,200 connections that send the head and one byte of the body', async () => {
    await hold(2_200, (socket) => socket.write(`${HEAD}Content-Length: 300\r\n\r\ng`));
    await assertGoodClientsAreServed();
  });
});
