import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { request, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { openPatiently, type Body } from '../e2e/management-clients-fixtures.ts';
import { managementUrlOf } from '../support/another-service.ts';
import type { Management } from '../support/management.ts';
import { sendRaw } from '../support/raw-http.ts';
import { until } from '../support/until.ts';
import { withStack } from '../support/with-stack.ts';
import { attackClass } from './attack-class.ts';
import { callAs, untilIt } from './management-fixtures.ts';

// Against the running services: what bytes no HTTP library would send do on their way through the gateway.

let api: Management;
const stack = withStack({ hook: null }, async (started) => {
  api = await openPatiently(started);
});

const bearer = (): string => `Authorization: Bearer ${api.token}`;
const raw = (lines: string[], body = '') => sendRaw(stack().url, [...lines, '', body].join('\r\n'));

/** All that the server says on one connection until it or `ms` ends, for those who send more than one request. */
function converse(bytes: string, ms = 1_000): Promise<string> {
  const { hostname, port } = new URL(stack().url);
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname);
    let text = '';
    socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(text));
    setTimeout(() => socket.destroy(), ms);
    socket.write(bytes);
  });
}
const statusesIn = (text: string): number[] =>
  [...text.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => Number(status));

const trickPath = attackClass('paths through the gateway');

const PATHS = [
  ...[
    '/api/v2/../healthz',
    '/api/v2/..%2fhealthz',
    '/api/v2/%2e%2e/readyz',
    '/api/v2/%2e%2e%2freadyz',
    '//api/v2/clients',
  ],
  ...[
    '/api/v2//clients',
    '/api//v2/clients',
    '/API/v2/clients',
    '/api/v2/Clients',
    '/api/v2;x/clients',
    '/api/v2%2fclients',
  ],
  ...[
    '/api/v2\\clients',
    '/api/v2/./clients',
    '/oauth/../api/v2/clients',
    '/api/v2@127.0.0.1/clients',
    '/openapi.json/../x',
  ],
  ...[
    '/api/v2/clients/..%2f..%2f..%2freadyz',
    '/api/v2/clients/%00',
    '/api/v2/clients/%252e%252e',
    '/api/v2?/../clients',
  ],
];
for (const path of PATHS) {
  trickPath(path, async () => {
    const answer = await raw([`GET ${path} HTTP/1.1`, 'Host: x', bearer(), 'Connection: close']);
    assert.equal(answer?.status, 404);
  });
}

trickPath('percent signs that mean nothing', async () => {
  for (const path of ['/api/v2/clients/%', '/api/v2/clients/%ff', '/api/v2/hooks/%zz']) {
    const answer = await raw([`GET ${path} HTTP/1.1`, 'Host: x', bearer(), 'Connection: close']);
    assert.deepEqual([answer?.status, (JSON.parse(answer?.body ?? '') as Body).errorCode], [400, 'invalid_uri'], path);
  }
});

trickPath('an absolute URI that names another server', async () => {
  let reached = 0;
  const { createServer } = await import('node:http');
  const other = createServer((_request, response) => {
    reached++;
    response.end('{}');
  });
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const { port } = other.address() as { port: number };
  for (const host of [`127.0.0.1:${String(port)}`, 'x']) {
    for (const uri of [
      `http://127.0.0.1:${String(port)}/api/v2/clients`,
      `//127.0.0.1:${String(port)}/api/v2/clients`,
    ]) {
      await raw([`GET ${uri} HTTP/1.1`, `Host: ${host}`, bearer(), 'Connection: close']);
    }
  }
  await new Promise((resolve) => other.close(resolve));
  assert.equal(reached, 0);
});

const smuggle = attackClass('request smuggling through the gateway');
const HIDDEN = 'GET /api/v2/hidden HTTP/1.1\r\nHost: x\r\n\r\n';
const CHUNK = `${HIDDEN.length.toString(16)}\r\n${HIDDEN}\r\n0\r\n\r\n`;

const FRAMINGS: [what: string, headers: string[], body: string][] = [
  ['a length and chunks', ['Content-Length: 4', 'Transfer-Encoding: chunked'], CHUNK],
  ['chunks and a length', ['Transfer-Encoding: chunked', 'Content-Length: 0'], CHUNK],
  ['two lengths', ['Content-Length: 0', `Content-Length: ${String(HIDDEN.length)}`], HIDDEN],
  ['chunks that are not the last coding', ['Transfer-Encoding: chunked, identity'], CHUNK],
  ['a coding with a space before its colon', ['Transfer-Encoding : chunked'], CHUNK],
  ['a coding that is folded', ['Transfer-Encoding:\r\n chunked', 'Content-Length: 0'], CHUNK],
  ['a length with a sign', ['Content-Length: +0'], HIDDEN],
  ['a chunk whose length ends with a line feed', ['Transfer-Encoding: chunked'], CHUNK.replace('\r\n', '\n')],
];
for (const [what, headers, body] of FRAMINGS) {
  for (const method of ['POST', 'DELETE', 'GET']) {
    smuggle(`by ${method} with ${what}`, async () => {
      const head = [
        `${method} /api/v2/clients HTTP/1.1`,
        'Host: x',
        bearer(),
        'Content-Type: application/json',
        ...headers,
      ];
      const statuses = statusesIn(await converse(`${head.join('\r\n')}\r\n\r\n${body}`, 400));
      assert.deepEqual(statuses, [400]);
    });
  }
}

smuggle('by a request in the body of a DELETE, GET and OPTIONS, in chunks', async () => {
  for (const method of ['DELETE', 'GET', 'OPTIONS']) {
    const head = [`${method} /api/v2/hooks/none HTTP/1.1`, 'Host: x', bearer(), 'Transfer-Encoding: chunked'];
    const [status, ...more] = statusesIn(await converse(`${head.join('\r\n')}\r\n\r\n${CHUNK}`, 400));
    assert.ok(status !== undefined && more.length === 0, `${method} ${String(status)} ${more.join()}`);
    // Whoever comes next gets the answer to what they asked.
    for (let i = 0; i < 20; i++) assert.equal((await api.call('GET', '/clients?per_page=0')).status, 200);
  }
});

smuggle('by headers that Connection takes away, and an upgrade', async () => {
  for (const connection of ['close, authorization', 'x-forwarded-for, close', 'upgrade\r\nUpgrade: h2c']) {
    const answer = await converse(
      `GET /api/v2/clients?per_page=0 HTTP/1.1\r\nHost: x\r\n${bearer()}\r\nConnection: ${connection}\r\n\r\n`,
      400,
    );
    assert.deepEqual(statusesIn(answer), [200], connection);
  }
});

const spoof = attackClass('who asks, in the logs');
const FORGED: Record<string, string>[] = [
  { 'x-forwarded-for': '203.0.113.1' },
  { 'x-forwarded-for': '203.0.113.1, 203.0.113.2' },
  { 'x-forwarded-for': '127.0.0.1\t"},{"ip":"x' },
  { forwarded: 'for=203.0.113.1' },
  { 'x-real-ip': '203.0.113.1', 'x-client-ip': '203.0.113.1', 'x-forwarded-host': 'evil.example' },
  { 'x-forwarded-for': '203.0.113.1', connection: 'x-forwarded-for' },
];
for (const forged of FORGED) {
  spoof(Object.keys(forged).join(' and ') + ': ' + String(Object.values(forged)[0]), async () => {
    const name = `Spoofed ${String(performance.now())}`;
    const lines = Object.entries({ connection: 'close', ...forged }).map(([header, value]) => `${header}: ${value}`);
    const json = JSON.stringify({ name });
    const head = ['POST /api/v2/clients HTTP/1.1', 'Host: x', bearer(), 'Content-Type: application/json'];
    const answer = await raw([...head, `Content-Length: ${String(json.length)}`, ...lines], json);
    const { client_id } = JSON.parse(answer?.body ?? '{}') as Body;
    type Log = { ip: string; hostname: string; details: { document_id: string; request: { ip: string } } };
    const logs = await untilIt(
      async () => (await api.call('GET', '/logs?q=type:sapi&per_page=5')).body as Log[],
      (found) => found.some(({ details }) => details.document_id === client_id),
    );
    const log = logs.find(({ details }) => details.document_id === client_id);
    assert.deepEqual([log?.ip, log?.details.request.ip], ['127.0.0.1', '127.0.0.1']);
  });
}

/** Makes a client over a connection of its own, and gives the address that is audited for it. */
async function auditedAddress(url: string, localAddress: string, headers: Record<string, string>): Promise<string> {
  const json = JSON.stringify({ name: `Spoofed ${String(performance.now())}` });
  const { hostname, port } = new URL(url);
  const options = {
    method: 'POST',
    host: hostname,
    port,
    path: '/api/v2/clients',
    localAddress,
    agent: false,
  } as const;
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const own = { authorization: `Bearer ${api.token}`, 'content-type': 'application/json' };
    request({ ...options, headers: { ...own, ...headers } }, resolve)
      .on('error', reject)
      .end(json);
  });
  const { client_id } = JSON.parse((await answer.toArray()).join('')) as Body;
  type Log = { ip: string; details: { document_id: string } };
  const logs = await untilIt(
    async () => (await api.call('GET', '/logs?q=type:sapi&per_page=5')).body as Log[],
    (found) => found.some(({ details }) => details.document_id === client_id),
  );
  return logs.find(({ details }) => details.document_id === client_id)?.ip ?? '';
}

const VOUCHED = 'x-hookmint-client-address';

spoof('through the gateway it is the address of whoever is connected there, whatever Connection names', async () => {
  for (const headers of [
    {},
    { connection: `close, ${VOUCHED}` },
    { [VOUCHED]: `${String(Date.now())} 203.0.113.1 x` },
  ]) {
    assert.equal(await auditedAddress(stack().url, '127.0.0.2', headers), '127.0.0.2', JSON.stringify(headers));
  }
});

spoof('towards management itself it is the address of the connection, whatever is said', async () => {
  for (const headers of [
    { 'x-forwarded-for': '203.0.113.1' },
    { 'x-forwarded-for': '203.0.113.1, 203.0.113.2', forwarded: 'for=203.0.113.1' },
    { [VOUCHED]: '203.0.113.1' },
    { [VOUCHED]: `${String(Date.now())} 203.0.113.1 ${Buffer.alloc(32).toString('base64url')}` },
  ]) {
    assert.equal(await auditedAddress(managementUrlOf(stack()), '127.0.0.3', headers), '127.0.0.3');
  }
});

const flood = attackClass('floods through the gateway');

function residentMiB(name: 'gateway' | 'management'): number {
  const [pid = 0] = stack().pidsOf(name);
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${String(pid)}/status`, 'utf8'))?.[1]) / 1024;
}

/** Sends chunks without an end until the other side hangs up, or `MiB` are sent; gives what was sent, MiB. */
function sendChunks(head: string[], mebibytes: number): Promise<{ sent: number; answer: string }> {
  const { hostname, port } = new URL(stack().url);
  const chunk = `100000\r\n${' '.repeat(0x100000)}\r\n`;
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname);
    let [sent, answer] = [0, ''];
    socket.on('data', (data: Buffer) => (answer += data.toString('latin1')));
    const done = (): void => {
      socket.destroy();
      resolve({ sent, answer });
    };
    socket.on('error', done).on('close', done);
    socket.setTimeout(3_000, done);
    const write = (): void => {
      if (sent >= mebibytes) done();
      else
        socket.write(chunk, (error) => {
          if (error !== null && error !== undefined) return;
          sent++;
          write();
        });
    };
    socket.write([...head, 'Transfer-Encoding: chunked', '', ''].join('\r\n'), write);
  });
}

for (const [who, authorization] of [
  ['a stranger', () => 'Authorization: Bearer x'],
  ['a client', bearer],
] as const) {
  flood(`a body in chunks that does not end, of ${who}`, async () => {
    const before = [residentMiB('gateway'), residentMiB('management')] as const;
    const head = ['POST /api/v2/clients HTTP/1.1', 'Host: x', authorization(), 'Content-Type: application/json'];
    const { answer, sent } = await sendChunks(head, 400);
    // A stranger is refused before the body: by whoever comes first, and may be hung up on before they can hear it.
    const [status = 401, ...more] = statusesIn(answer);
    assert.ok((who === 'a client' ? [413] : [401, 413, 503]).includes(status) && more.length === 0, answer);
    assert.doesNotMatch(answer, /x-powered-by/i);
    assert.ok(sent < 50, `${String(sent)} MiB were taken`);
    const grown = [residentMiB('gateway') - before[0], residentMiB('management') - before[1]];
    assert.ok(Math.max(...grown) < 150, `grown by ${grown.join(' and ')} MiB`);
    assert.equal((await api.call('GET', '/clients?per_page=0')).status, 200);
  });
}

flood('headers that do not end, and a body longer than is taken', async () => {
  const long = await raw(['GET /api/v2/clients HTTP/1.1', 'Host: x', bearer(), `X: ${'x'.repeat(64_000)}`]);
  assert.equal(long?.status, 431);
  const head = ['POST /api/v2/clients HTTP/1.1', 'Host: x', bearer(), 'Content-Type: application/json'];
  assert.equal((await raw([...head, 'Content-Length: 99999999999'], '{'))?.status, 413);
  assert.equal((await raw([...head, 'Content-Length: 1900000'], 'x'.repeat(1_900_000)))?.status, 413);
});

flood('tokens that are nearly good', async () => {
  const [head = '', payload = '', signature = ''] = api.token.split('.');
  const forged = `${head}.${payload}.${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`;
  const startedMs = performance.now();
  for (let i = 0; i < 10; i++) {
    const answers = Array.from({ length: 50 }, () => callAs(stack(), forged, ['GET', '/clients']));
    assert.deepEqual(new Set((await Promise.all(answers)).map(({ status }) => status)), new Set([401]));
  }
  const eachMs = (performance.now() - startedMs) / 500;
  assert.ok(eachMs < 20, `${eachMs.toFixed(1)} ms each`);
});

flood('streams whose reader is gone before they begin', async () => {
  const script = 'module.exports = (client, scope, audience, context, cb) => cb(null, { scope });';
  const made = await api.call('POST', '/hooks', { name: 'followed', script, triggerId: 'credentials-exchange' });
  const path = `/api/v2/hooks/${String((made.body as Body).id)}/logs`;
  const { hostname, port } = new URL(stack().url);
  for (let i = 0; i < 80; i++) {
    const socket = connect(Number(port), hostname).on('error', () => undefined);
    socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n${bearer()}\r\n\r\n`);
    await delay(i % 10);
    socket.destroy();
  }
  const readers: AbortController[] = [];
  // A response that nobody holds any more is collected, and its stream ended.
  const held: Response[] = [];
  const follow = async (): Promise<number> => {
    const reader = new AbortController();
    readers.push(reader);
    const headers = { authorization: `Bearer ${api.token}` };
    const response = await fetch(`${stack().url}${path}`, { headers, signal: reader.signal });
    held.push(response);
    return response.status;
  };
  for (let i = 0; i < 32; i++) await until(`stream ${String(i)} is open`, async () => (await follow()) === 200);
  assert.equal(await follow(), 429, `of ${String(held.length)}`);
  for (const reader of readers) reader.abort();
});

flood('requests without an end on one connection', async () => {
  const one = `GET /api/v2/clients?per_page=0 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer x\r\n\r\n`;
  assert.deepEqual(
    statusesIn(await converse(one.repeat(60), 3_000)),
    Array.from({ length: 60 }, () => 401),
  );
  assert.doesNotMatch(stack().output(), /MaxListenersExceededWarning/);
});
