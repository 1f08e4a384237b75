import { connect, type Socket } from 'node:net';
import { delay, openLoop } from '../scale/token-load.ts';
import type { Stack } from '../support/stack.ts';
import { count, type Tally } from './hostile-tally.ts';

/** Connections that each kind holds at a time, and those that have the gateway work: how many requests a stranger makes is the ingress's. */
const AT_ONCE = 120;
const WORKING_AT_ONCE = 8;
const WORKING = /^(?:does not read|sends a thousand|asks for|repeats|speaks|names itself|half closes)/;
/** For so long; then they are others. */
const HOLD_MS = 6_000;
const REFUSED_PER_SECOND = 40;
const DRIP_INTERVAL_MS = 700;

const HEAD = 'POST /oauth/token HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n';
const bodied = (body: string): string => `${HEAD}Content-Length: ${String(body.length)}\r\n\r\n${body}`;
const WRONG = bodied('grant_type=client_credentials&client_id=nobody&client_secret=wrong');

function drip(socket: Socket, text: string): void {
  let at = 0;
  const timer = setInterval(() => socket.write(text[at++ % text.length] ?? ''), DRIP_INTERVAL_MS);
  socket.once('close', () => clearInterval(timer));
  socket.resume();
}

/** What is done with a connection once it stands. */
const KINDS: Record<string, (socket: Socket) => void> = {
  'says nothing': () => undefined,
  'sends its head slowly': (socket) => drip(socket, HEAD),
  'sends its body slowly': (socket) => {
    socket.write(`${HEAD}Content-Length: 10000\r\n\r\n`);
    drip(socket, 'x');
  },
  'sends one byte of its body': (socket) => socket.write(`${HEAD}Content-Length: 300\r\n\r\ng`),
  'does not read': (socket) => socket.pause().write('GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(60)),
  'sends a thousand at once': (socket) => socket.resume().write(WRONG.repeat(1_000)),
  'half closes': (socket) => socket.resume().end(WRONG.slice(0, -5)),
  'speaks something else': (socket) => socket.resume().write('\x16\x03\x01\x02\x00\x01'.repeat(100)),
  'names itself oddly': (socket) => socket.resume().write(`GET /${'a'.repeat(60_000)} HTTP/1.1\r\n\r\n`),
  'sends chunks without end': (socket) => {
    socket.write(`${HEAD}Transfer-Encoding: chunked\r\n\r\n`);
    drip(socket, '1\r\nx\r\n');
  },
  'asks for 10,000 scopes': (socket) => {
    const scopes = Array.from({ length: 10_000 }, (_, n) => `s${String(n)}`).join('+');
    socket.resume().write(bodied(`grant_type=client_credentials&client_id=nobody&client_secret=x&scope=${scopes}`));
  },
  'repeats its parameters': (socket) => socket.resume().write(bodied('a=b&'.repeat(20_000))),
};

/** Strangers of each kind, each from an address of its own, and some who fail to authenticate, in the good client's name too. */
export function startStrangers(stack: Stack, { tried, unexpected }: Tally): { stop: () => Promise<void> } {
  const port = Number(new URL(stack.url).port);
  const sockets = new Set<Socket>();
  let running = true;
  const isRunning = (): boolean => running;

  const loops = Object.entries(KINDS).map(async ([kind, begin], n) => {
    while (isRunning()) {
      const held = Array.from({ length: WORKING.test(kind) ? WORKING_AT_ONCE : AT_ONCE }, () => {
        const socket = connect({
          port,
          host: '127.0.0.1',
          localAddress: `127.0.2.${String(n + 1)}`,
          allowHalfOpen: true,
        });
        sockets.add(socket);
        socket.on('error', () => undefined).once('end', () => socket.end());
        socket.once('close', () => sockets.delete(socket)).once('connect', () => begin(socket));
        count(tried, `stranger: ${kind}`);
        return socket;
      });
      const untilMs = performance.now() + HOLD_MS;
      while (isRunning() && performance.now() < untilMs) await delay(250);
      for (const socket of held) socket.destroy();
    }
  });

  let asked = 0;
  const refused = openLoop(async () => {
    const clientId = asked++ % 2 === 0 ? stack.clientId : `nobody-${String(asked)}`;
    const body = new URLSearchParams({ grant_type: 'client_credentials', client_id: clientId, client_secret: 'wrong' });
    const { status } = await fetch(`${stack.url}/oauth/token`, { method: 'POST', body });
    count(tried, 'stranger: fails to authenticate');
    if (![401, 403, 429, 503].includes(status)) count(unexpected, `a wrong secret: ${String(status)}`);
  }, REFUSED_PER_SECOND);

  return {
    stop: async () => {
      running = false;
      await Promise.all([...loops, refused()]);
      for (const socket of sockets) socket.destroy();
    },
  };
}
