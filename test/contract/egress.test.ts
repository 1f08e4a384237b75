import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { DEFAULT_EGRESS_POLICY, EgressPolicy } from '../../shared/domain/egress.ts';
import { NO_CEILING } from '../../shared/egress/address-ceiling.ts';
import { createEgressBroker } from '../../services/hook-executor/egress/broker.ts';
import type { HttpExchangeRequest } from '../../services/hook-executor/egress/http-exchange.ts';

const LOOPBACK: EgressPolicy = { allowed_addresses: ['127.0.0.0/8'], allowed_hosts: null };
/** In base64. */
const ALL_BYTES = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)).toString('base64');
const TRACEPARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

describe('the egress broker', () => {
  const broker = createEgressBroker(NO_CEILING);
  const seen: { headers: IncomingMessage['headers']; body: string }[] = [];
  let sockets = 0;
  let url = '';
  const server = createServer((request, response) => void answer(request, response));

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = Buffer.concat(await Array.fromAsync(request as AsyncIterable<Buffer>)).toString('base64');
    seen.push({ headers: request.headers, body });
    if (request.url === '/slow') return;
    if (request.url === '/huge') response.end(Buffer.alloc(6_000_000));
    else if (request.url === '/redirect') response.writeHead(302, { location: 'http://169.254.169.254/latest' }).end();
    else
      response
        .writeHead(
          201,
          'Made',
          [
            ['set-cookie', 'a=1'],
            ['set-cookie', 'b=2'],
          ].flat(),
        )
        .end('answer');
  }

  before(async () => {
    // Longer than a busy machine pauses between two requests.
    server.keepAliveTimeout = 60_000;
    server.on('connection', () => sockets++);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  });
  after(() => {
    broker.close();
    server.closeAllConnections();
    server.close();
  });

  const exchange = (request: Partial<HttpExchangeRequest>, policy = LOOPBACK, hookId = 'hook', withinMs = 30_000) =>
    broker.exchange(
      hookId,
      policy,
      { url, method: 'GET', headers: [], verify_tls: true, ...request },
      { deadlineMs: Date.now() + withinMs, traceparent: TRACEPARENT },
    );

  test('makes the request with the trace of the hook run, and gives the whole response', async () => {
    const response = await exchange({
      method: 'POST',
      headers: [
        ['X-Mine', '1'],
        ['Host', 'elsewhere.example'],
        ['traceparent', 'forged'],
        ['Content-Length', '1'],
      ],
      body: ALL_BYTES,
    });
    assert.deepEqual(
      { ...response, headers: response.headers.filter(([name]) => name.toLowerCase() === 'set-cookie') },
      {
        status: 201,
        status_text: 'Made',
        headers: [
          ['set-cookie', 'a=1'],
          ['set-cookie', 'b=2'],
        ],
        body: Buffer.from('answer').toString('base64'),
      },
    );
    const [request] = seen.splice(0);
    assert.equal(request?.body, ALL_BYTES);
    assert.deepEqual(request.headers, {
      'x-mine': '1',
      host: new URL(url).host,
      traceparent: TRACEPARENT,
      'content-length': '256',
    });
  });

  test('keeps connections for the same hook and never shares them with another', async () => {
    await exchange({}, LOOPBACK, 'hook-a');
    const before = sockets;
    await exchange({}, LOOPBACK, 'hook-a');
    assert.equal(sockets, before);
    await exchange({}, LOOPBACK, 'hook-b');
    assert.equal(sockets, before + 1);
  });

  test('follows no redirect: the next request is checked like the first', async () => {
    const { status, headers } = await exchange({ url: `${url}/redirect` });
    assert.equal(status, 302);
    assert.ok(headers.some(([name, value]) => name === 'location' && value === 'http://169.254.169.254/latest'));
  });

  const NOT_PUBLIC = [
    'http://127.0.0.1/',
    'http://localhost/',
    'http://0.0.0.0/',
    'http://0/',
    'http://2130706433/',
    'http://0x7f.1/',
    'http://127.1/',
    'http://10.1.2.3/',
    'http://172.16.0.1/',
    'http://192.168.1.1/',
    'http://100.64.0.1/',
    'http://169.254.169.254/latest/meta-data',
    'http://168.63.129.16/',
    'http://198.18.0.1/',
    'http://224.0.0.1/',
    'http://255.255.255.255/',
    'http://[::1]/',
    'http://[::]/',
    'http://[::ffff:127.0.0.1]/',
    'http://[::ffff:a9fe:a9fe]/',
    'http://[64:ff9b::7f00:1]/',
    'http://[2002:7f00:1::]/',
    'http://[fd00:ec2::254]/',
    'http://[fe80::1]/',
    'https://127.0.0.1/',
  ];
  for (const target of NOT_PUBLIC) {
    test(`refuses ${target}, whose address is not public`, async () => {
      await assert.rejects(exchange({ url: target }, DEFAULT_EGRESS_POLICY), { code: 'EGRESS_ADDRESS_NOT_ALLOWED' });
    });
  }

  test('an allowed address opens that address and no other', async () => {
    const policy = EgressPolicy.parse({ allowed_addresses: ['10.0.0.0/8'], allowed_hosts: null });
    await assert.rejects(exchange({}, policy), { code: 'EGRESS_ADDRESS_NOT_ALLOWED' });
  });

  test('a list of allowed hosts refuses every other host, also as a suffix', async () => {
    const policy = { ...LOOPBACK, allowed_hosts: ['api.example.com', '*.trusted.example'] };
    for (const host of ['127.0.0.1', 'example.com', 'evilapi.example.com', 'trusted.example', 'eviltrusted.example']) {
      await assert.rejects(exchange({ url: `http://${host}/` }, policy), { code: 'EGRESS_HOST_NOT_ALLOWED' });
    }
    await assert.rejects(exchange({ url: 'http://nowhere.trusted.example/' }, policy), { code: 'EGRESS_FAILED' });
    assert.equal((await exchange({}, { ...LOOPBACK, allowed_hosts: ['127.0.0.1'] })).status, 201);
  });

  for (const target of [
    'file:///etc/passwd',
    'ftp://example.com/',
    'gopher://example.com/',
    'data:text/plain,x',
    'no url',
    '',
  ]) {
    test(`refuses ${JSON.stringify(target)}, which is no http URL`, async () => {
      await assert.rejects(exchange({ url: target }), { code: 'EGRESS_INVALID_REQUEST' });
    });
  }

  test('a header that would split the request is refused', async () => {
    await assert.rejects(exchange({ headers: [['x', 'a\r\nevil: 1']] }), { code: 'EGRESS_FAILED' });
  });

  test('stops at the deadline and at the size limits', async () => {
    // The server never answers: nothing else would end this.
    await assert.rejects(exchange({ url: `${url}/slow` }, LOOPBACK, 'hook', 200), { code: 'EGRESS_TIMED_OUT' });
    await assert.rejects(exchange({ url: `${url}/huge` }), { code: 'EGRESS_RESPONSE_TOO_LARGE' });
    const body = Buffer.alloc(1_048_577).toString('base64');
    await assert.rejects(exchange({ method: 'POST', body }), { code: 'EGRESS_REQUEST_TOO_LARGE' });
  });
});
