import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, it } from 'node:test';
import express from 'express';
import { managementProxy, managementRoute } from '../../services/gateway/routes/management.ts';

// A management service that answers with the status its path names, behind the route that forwards to it.

const seen: string[] = [];
const servers: Server[] = [];
let url = '';

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
}

before(async () => {
  const management = await serve((request, response) => {
    response.writeHead(Number(request.url?.split('/').at(-1))).end();
  });
  const who = { trustedProxies: 0, clientSecretKey: Buffer.alloc(32) };
  url = await serve(
    express().use(
      managementRoute(
        { ...managementProxy(management), hosted: undefined, hasConsole: false },
        who,
        () => void seen.push('changed'),
      ),
    ),
  );
});
after(() => {
  for (const server of servers) {
    server.close();
    server.closeAllConnections();
  }
});

for (const { method, status, told } of [
  { method: 'POST', status: 201, told: ['changed', 'answered'] },
  { method: 'PATCH', status: 200, told: ['changed', 'answered'] },
  { method: 'DELETE', status: 204, told: ['changed', 'answered'] },
  { method: 'POST', status: 400, told: ['answered'] },
  { method: 'POST', status: 503, told: ['answered'] },
  { method: 'GET', status: 200, told: ['answered'] },
]) {
  it(`${method} answered ${String(status)}: ${told.join(', then ')}`, async () => {
    seen.length = 0;
    const answer = await fetch(`${url}/api/v2/${String(status)}`, { method });
    seen.push('answered');
    assert.equal(answer.status, status);
    assert.deepEqual(seen, told);
  });
}
