import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { createRuntime, runInNode } from './runtime-driver.ts';

type Runtime = Awaited<ReturnType<typeof createRuntime>>;
let runtime: Runtime;
let servers: Server[];
let origin: string;
let other: string;

const ENCODERS: Record<string, (text: string) => Buffer> = {
  gzip: gzipSync,
  deflate: deflateSync,
  raw: deflateRawSync,
  br: brotliCompressSync,
};

/** Echoes requests; /redirect/<status>?to= redirects; /encoded/<encoding> answers in it whatever was asked for. */
function listen(): Promise<Server> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const url = new URL(request.url ?? '/', 'http://server');
      const [, what, detail = ''] = url.pathname.split('/');
      if (what === 'redirect') {
        response.writeHead(Number(detail), { location: url.searchParams.get('to') ?? '' }).end('moved');
      } else if (what === 'loop') response.writeHead(302, { location: '/loop' }).end();
      else if (what === 'encoded') {
        const body = (ENCODERS[detail] as (text: string) => Buffer)('plain text');
        response.writeHead(200, { 'content-encoding': detail === 'raw' ? 'deflate' : detail }).end(body);
      } else if (what === 'bomb') {
        response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(32 * 1_048_576)));
      } else if (what === 'status') response.writeHead(Number(detail), { 'set-cookie': ['a=1', 'b=2'] }).end();
      else if (what === 'slow') setTimeout(() => response.end('late'), 500);
      else {
        const { 'content-type': type, authorization, cookie, 'x-own': own, accept } = request.headers;
        const headers = { type, authorization, cookie, own, accept };
        response.setHeader('content-type', 'application/json');
        response.end(
          JSON.stringify({
            method: request.method,
            path: url.pathname + url.search,
            headers,
            body: Buffer.concat(chunks).toString(),
          }),
        );
      }
    });
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

before(async () => {
  runtime = await createRuntime();
  servers = await Promise.all([listen(), listen()]);
  [origin, other] = servers.map((server) => `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`) as [
    string,
    string,
  ];
});
after(async () => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
  await runtime[Symbol.asyncDispose]();
});

function same(name: string, source: string) {
  test(name, async () => {
    const prelude = `const origin = ${JSON.stringify(origin)}, other = ${JSON.stringify(other)};
      const failure = async (use) => { try { return await use(); } catch (e) { return [e.name, e.message]; } };`;
    assert.deepEqual(await runtime.run(prelude + source), await runInNode(prelude + source));
  });
}

describe('fetch as in Node', () => {
  same(
    'a plain request',
    `const r = await fetch(origin + '/x?y=1#z'); return [r.status, r.ok, r.statusText, r.url, r.redirected, r.type, r.headers.get('content-type'), await r.json()];`,
  );
  same(
    'bodies',
    `const bodies = ['text', JSON.stringify({ a: 'é' }), new URLSearchParams({ q: 'ä b' }), new Uint8Array([97, 98]), new Blob(['blob'], { type: 'x/y' })];
    return await Promise.all(bodies.map(async (body) => (await fetch(origin, { method: 'POST', body })).json()));`,
  );
  same(
    'headers and methods',
    `return await Promise.all(['GET', 'DELETE', 'put', 'PATCH', 'OPTIONS'].map(async (method) => (await fetch(origin, { method, headers: { 'X-Own': 'a', Authorization: 'Bearer t', 'content-type': 'q/q' } })).json()));`,
  );
  same(
    'a Request',
    `const r = new Request(origin + '/r', { method: 'POST', body: 'b', headers: { 'x-own': '1' } }); return [await (await fetch(r)).json(), r.bodyUsed, await (await fetch(new URL(origin + '/u'))).json()];`,
  );
  same(
    'a streamed body',
    `const body = new ReadableStream({ start(c) { c.enqueue(new TextEncoder().encode('one ')); c.enqueue(new TextEncoder().encode('two')); c.close(); } });
    return [(await (await fetch(origin, { method: 'POST', body, duplex: 'half' })).json()).body, await failure(() => fetch(origin, { method: 'POST', body: new ReadableStream() }).then(() => 1, (e) => [e.name]))];`,
  );
  same(
    'empty answers',
    `const seen = []; for (const s of [204, 304, 200, 404, 500]) { const r = await fetch(origin + '/status/' + s); seen.push([r.status, r.ok, r.body === null, await r.text(), r.headers.getSetCookie()]); }
    const head = await fetch(origin, { method: 'HEAD' }); return [seen, head.body, await head.text()];`,
  );
  same(
    'redirects',
    `const seen = []; for (const status of [301, 302, 303, 307, 308]) for (const method of ['GET', 'POST', 'PUT', 'HEAD']) {
      const r = await fetch(origin + '/redirect/' + status + '?to=/end', { method, headers: { 'x-own': '1', authorization: 'Bearer t' }, ...(method[0] === 'P' ? { body: 'text' } : {}) });
      seen.push([status, method, r.status, r.redirected, r.url, method === 'HEAD' ? null : await r.json()]);
    } return seen;`,
  );
  same(
    'a redirect to another origin takes no credentials along',
    `const r = await fetch(origin + '/redirect/307?to=' + encodeURIComponent(other + '/end'), { method: 'POST', body: 'b', headers: { authorization: 'Bearer t', cookie: 'a=1', 'x-own': '1' } }); return [r.url === other + '/end', await r.json()];`,
  );
  same(
    'redirect: manual and error',
    `const r = await fetch(origin + '/redirect/302?to=/end', { redirect: 'manual' }); return [r.status, r.headers.get('location'), r.redirected, r.type, (await failure(() => fetch(origin + '/redirect/302?to=/end', { redirect: 'error' })))];`,
  );
  same(
    'redirects that go nowhere',
    `const seen = []; for (const to of ['/loop', '/redirect/302?to=ftp://x/', '/redirect/302?to=http://[']) seen.push(await failure(async () => { const r = await fetch(origin + to); return r.status; })); const kept = await fetch(origin + '/redirect/302?to=/end#own'); return [seen, kept.url];`,
  );
  same(
    'encoded answers',
    `const seen = []; for (const e of ['gzip', 'deflate', 'raw', 'br']) seen.push(await (await fetch(origin + '/encoded/' + e)).text()); return seen;`,
  );
  same(
    'failures',
    `return [await failure(() => fetch('http://127.0.0.1:1/')), await failure(() => fetch('nonsense')), await failure(() => fetch('ftp://x/')), await failure(() => fetch(origin, { method: 'GET', body: 'x' }))];`,
  );
  same(
    'aborts',
    `const c = new AbortController(); const p = failure(() => fetch(origin + '/slow', { signal: c.signal })); setTimeout(() => c.abort(), 5);
    return [await p, await failure(() => fetch(origin, { signal: AbortSignal.abort('reason') })).catch((e) => e), (await failure(() => fetch(origin + '/slow', { signal: AbortSignal.timeout(5) })))[0]];`,
  );
  same(
    'many at a time',
    `return (await Promise.all(Array.from({ length: 20 }, (_, i) => fetch(origin + '/' + i).then((r) => r.json())))).map((r) => r.path);`,
  );
});

test('an answer that is too large once decoded is refused', async () => {
  const failure = await runtime.run(
    `try { await fetch('${origin}/bomb'); } catch (e) { return [e.name, e.message, e.cause.code]; }`,
  );
  assert.deepEqual(failure, ['TypeError', 'fetch failed', 'EGRESS_RESPONSE_TOO_LARGE']);
});

test('a failure has the cause that the network told', async () => {
  const failure = await runtime.run(
    `try { await fetch('http://127.0.0.1:1/'); } catch (e) { return [e.cause.code, e.cause instanceof Error]; }`,
  );
  assert.deepEqual(failure, ['EGRESS_FAILED', true]);
});

test('a form goes out as multipart', async () => {
  const sent =
    (await runtime.run(`const f = new FormData(); f.append('a', '1'); f.append('file', new File(['x'], 'n.txt', { type: 't/t' }));
    return await (await fetch('${origin}', { method: 'POST', body: f })).json();`)) as {
      headers: { type: string };
      body: string;
    };
  const boundary =
    /^multipart\/form-data; boundary=(.+)$/.exec(sent.headers.type)?.[1] ?? assert.fail(sent.headers.type);
  assert.equal(
    sent.body,
    [
      `--${boundary}`,
      'Content-Disposition: form-data; name="a"',
      '',
      '1',
      `--${boundary}`,
      'Content-Disposition: form-data; name="file"; filename="n.txt"',
      'Content-Type: t/t',
      '',
      'x',
      `--${boundary}--`,
      '',
    ].join('\r\n'),
  );
});

test('the exchange itself, for the shims of http and https', async () => {
  const answer = await runtime.run(`
    const exchange = globalThis[Symbol.for('hookmint.exchange')];
    const response = await exchange({ url: '${origin}/redirect/302?to=/end', method: 'POST', headers: [['X-Own', '1']], body: btoa('b'), verify_tls: false });
    let failure; try { await exchange({ url: 'http://127.0.0.1:1/', method: 'GET', headers: [], verify_tls: true }); } catch (e) { failure = e.code; }
    return [response.status, atob(response.body), response.headers.some(([n, v]) => n.toLowerCase() === 'location' && v === '/end'), failure];`);
  assert.deepEqual(answer, [302, 'moved', true, 'EGRESS_FAILED']);
});
