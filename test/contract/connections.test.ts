import assert from 'node:assert/strict';
import type { RequestListener } from 'node:http';
import { connect, type Socket } from 'node:net';
import { after, afterEach, before, describe, it } from 'node:test';
import { listen, type HttpServer } from '../../shared/http/server.ts';
import { until } from '../support/until.ts';

const PER_ADDRESS = 4;
const MAX = 6;
const GET = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n';

let server: HttpServer;
let serve: RequestListener;
before(async () => {
  server = await listen((request, response) => serve(request, response), {
    host: '127.0.0.1',
    port: 0,
    drainMs: 0,
    connections: { max: MAX, maxPerAddress: PER_ADDRESS },
    headers: {},
    errorBody: (_status, description) => ({ description }),
  });
});
after(() => server.close());

const sockets = new Set<Socket>();
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  sockets.clear();
  // What the server has not yet seen to be over would count in the next test.
  await new Promise((resolve) => setTimeout(resolve, 50));
});

type Held = { socket: Socket; text: () => string; isClosed: () => boolean };
async function open(from = '127.0.0.1', bytes = ''): Promise<Held> {
  const socket = connect({ port: server.port, host: '127.0.0.1', localAddress: from });
  sockets.add(socket);
  let text = '';
  socket.on('error', () => undefined).on('data', (chunk) => (text += String(chunk)));
  await new Promise((resolve) => socket.once('connect', resolve).once('close', resolve));
  if (bytes !== '') socket.write(bytes);
  return { socket, text: () => text, isClosed: () => socket.destroyed };
}
const closedAmong = (held: readonly Held[]): number[] => held.flatMap(({ isClosed }, n) => (isClosed() ? [n] : []));

describe('one connection too many of an address', () => {
  it('takes the place of the one that was idle for longest', async () => {
    serve = (_request, response) => response.end('x');
    const held: Held[] = [];
    for (let n = 0; n < PER_ADDRESS; n++) held.push(await open());
    held[0]?.socket.write(GET);
    await until('the first was used last', () => held[0]?.text().endsWith('x') === true);
    held.push(await open());
    await until('one is closed', () => closedAmong(held).length > 0);
    assert.deepEqual(closedAmong(held), [1]);
  });

  it('takes the place of one that has not sent all of its request, and of none that has', async () => {
    serve = () => undefined;
    const half = 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nx';
    const held = [await open('127.0.0.1', GET), await open('127.0.0.1', half)];
    held.push(await open('127.0.0.1', GET), await open('127.0.0.1', GET));
    await new Promise((resolve) => setTimeout(resolve, 50));
    held.push(await open('127.0.0.1', GET));
    await until('one is closed', () => closedAmong(held).length > 0);
    await new Promise((resolve) => setTimeout(resolve, 50));
    held.push(await open());
    await until('another is closed', () => closedAmong(held).length > 1);
    assert.deepEqual(closedAmong(held), [1, 5]);
  });

  it('is nothing to another address, until there are too many of all', async () => {
    const strangers: Held[] = [];
    for (let n = 0; n < 2 * PER_ADDRESS; n++) strangers.push(await open());
    const others = [await open('127.0.0.2'), await open('127.0.0.2')];
    await until('four stand', () => closedAmong(strangers).length === PER_ADDRESS);
    assert.deepEqual(closedAmong(others), []);
    others.push(await open('127.0.0.3'));
    await until('one more is closed', () => closedAmong(strangers).length === PER_ADDRESS + 1);
    assert.deepEqual(closedAmong(others), []);
  });
});

describe('requests that are sent ahead on one connection', () => {
  it('are answered in their order, four at a time', async () => {
    let [atOnce, most, count] = [0, 0, 0];
    serve = (_request, response) => {
      most = Math.max(most, ++atOnce);
      const number = String(++count);
      setTimeout(() => {
        atOnce--;
        response.end(`(${number})`);
      }, 1);
    };
    const { text } = await open('127.0.0.1', GET.repeat(60));
    await until('all are answered', () => text().includes('(60)'));
    const numbers = [...text().matchAll(/\((\d+)\)/g)].map(([, number]) => Number(number));
    assert.deepEqual(
      numbers,
      Array.from({ length: 60 }, (_, n) => n + 1),
    );
    assert.equal(most, 4);
  });

  it('end the connection when they are too many, and are not worked on', async () => {
    let count = 0;
    serve = () => {
      count++;
    };
    const { isClosed } = await open('127.0.0.1', GET.repeat(1_000));
    await until('it is closed', isClosed);
    assert.equal(count, 4);
  });
});
