import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, it } from 'node:test';
import { decodeJwt } from 'jose';
import { openManagement, type ApiAnswer, type Management } from '../support/management.ts';
import { addClient, addGrant } from '../support/tenant-fixtures.ts';
import { requestToken } from '../support/token-request.ts';
import { until } from '../support/until.ts';
import { withStack } from '../support/with-stack.ts';
import { openWithScopes } from './management-clients-fixtures.ts';

const PLAN = 'https://example.com/plan';
const RUNS = 'https://example.com/runs';
const SECRET = 'secret-of-a-client-of-this-test';
const CLIENTS = Array.from({ length: 10 }, (_, n) => `shadowed-${String(n)}`);
const WITHOUT_PLAN = CLIENTS.slice(0, 2);

const scriptOf = (lines: string): string =>
  `module.exports = (client, scope, audience, context, cb) => {\n${lines}\n};`;
const COUNTING = `const { storage } = context.webtask;
  storage.get((error, data = { runs: 0 }) => storage.set({ runs: data.runs + 1 }, { force: 1 }, () => done(String(data.runs))));`;
const DEPLOYED = scriptOf(`cb(null, { scope, '${PLAN}': client.metadata.plan || 'free' });`);

let management: Management;
let hookId = '';

const stack = withStack({ hook: null }, async (started) => {
  management = await openManagement(started);
  for (const client_id of CLIENTS) {
    const client_metadata: Record<string, string> = WITHOUT_PLAN.includes(client_id) ? {} : { plan: 'full' };
    await addClient(started, { client_id, client_metadata }, [SECRET]);
    await addGrant(started, client_id, started.audience, ['read:data']);
  }
  const hook = { name: 'shadowed', triggerId: 'credentials-exchange', script: DEPLOYED, enabled: true };
  hookId = String((await call('POST', '/hooks', hook)).body.id);
});

type Answered = Omit<ApiAnswer, 'body'> & { body: Record<string, unknown> };
const call = async (method: string, path: string, body?: unknown): Promise<Answered> =>
  (await management.call(method, path, body)) as Answered;
const shadow = (method: string, body?: unknown): Promise<Answered> => call(method, `/hooks/${hookId}/shadow`, body);

type Report = {
  requests: number;
  differing: number;
  not_run: number;
  network_refused: number;
  groups: { kind: string; what: string; clients: { client_id: string }[]; examples: { after?: string }[] }[];
};

/** Begins one of a revision of its own. */
async function shadowOf(script: string, more: Record<string, unknown> = {}): Promise<void> {
  const { hookmint, ...how } = more;
  const drafted = await call('POST', `/hooks/${hookId}/revisions`, {
    script,
    ...(hookmint === undefined ? {} : { hookmint }),
  });
  assert.equal(drafted.status, 201, JSON.stringify(drafted.body));
  const { status, body } = await shadow('PUT', { revision: drafted.body.revision, percent: 100, ...how });
  assert.equal(status, 200, JSON.stringify(body));
  await stack().announceChange();
}

async function claimsOf(client_id: string): Promise<Record<string, unknown>> {
  const { status, body } = await requestToken(stack(), { client_id, client_secret: SECRET });
  assert.equal(status, 200, JSON.stringify(body));
  return decodeJwt(String(body.access_token));
}

/** All clients ask, until so many runs were compared. */
async function reportOf(requests: number): Promise<Report> {
  let report: Report | undefined;
  await until(`${String(requests)} requests are compared`, async () => {
    const { status, body } = await shadow('GET');
    assert.equal(status, 200, JSON.stringify(body));
    report = body as unknown as Report;
    return report.requests + report.not_run >= requests;
  });
  assert(report !== undefined);
  return report;
}

describe('a shadow', () => {
  it('finds in what tokens would differ, and changes none', async () => {
    await shadowOf(scriptOf(`cb(null, { scope, '${PLAN}': client.metadata.plan.toLowerCase() });`));
    for (const client of CLIENTS) {
      const plan = WITHOUT_PLAN.includes(client) ? 'free' : 'full';
      assert.equal((await claimsOf(client))[PLAN], plan);
    }
    const told = ({ groups }: Report) =>
      groups.map(({ kind, what, clients }) => [kind, what, clients.map(({ client_id }) => client_id).sort()]);
    let report = await reportOf(CLIENTS.length);
    // A busy gateway leaves some out.
    for (let times = 0; times < 10 && report.groups[0]?.clients.length !== WITHOUT_PLAN.length; times++) {
      for (const client of CLIENTS) await claimsOf(client);
      report = await reportOf(CLIENTS.length * (times + 2));
    }
    assert.deepEqual(told(report), [
      ['failed', "TypeError: Cannot read properties of undefined (reading 'toLowerCase')", WITHOUT_PLAN],
    ]);
    const { body: logs } = await management.call('GET', '/logs?per_page=100&q=hook_outcome:threw');
    assert.deepEqual(logs, []);
    assert.equal((await shadow('DELETE')).status, 204);
    assert.deepEqual([(await shadow('GET')).status, (await shadow('DELETE')).status], [404, 404]);
  });

  it('the network is refused unless it is asked for, and what it stores is gone', async () => {
    let asked = 0;
    const server = createServer((_request, response) => {
      asked++;
      response.end('ok');
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    try {
      const { port } = server.address() as AddressInfo;
      const hookmint = { egress: { allowed_addresses: ['127.0.0.1/32'] } };
      const script = scriptOf(`const done = (runs) =>
        fetch('http://127.0.0.1:${String(port)}/').then(() => 'answered', () => 'refused').then((was) =>
          cb(null, { scope, '${PLAN}': client.metadata.plan || 'free', '${RUNS}': runs + was }));
        ${COUNTING}`);
      await shadowOf(script, { hookmint });
      await claimsOf(CLIENTS[3] ?? '');
      const refused = await reportOf(1);
      assert.deepEqual([refused.network_refused, refused.groups[0]?.examples[0]?.after, asked], [1, '"0refused"', 0]);
      await shadowOf(script, { hookmint, network: 'live' });
      await claimsOf(CLIENTS[3] ?? '');
      const live = await reportOf(1);
      assert.deepEqual([live.network_refused, live.groups[0]?.examples[0]?.after, asked], [0, '"0answered"', 1]);
      await shadow('DELETE');
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });

  it('runs for a share, and ends when a revision is deployed to all', async () => {
    await shadowOf(scriptOf('cb(null, { scope, a: 1 });'), { percent: 0.01 });
    for (const client of CLIENTS) await claimsOf(client);
    assert((await reportOf(0)).requests < CLIENTS.length);
    const { status } = await call('PATCH', `/hooks/${hookId}`, { script: `${DEPLOYED}\n// anew` });
    assert.deepEqual([status, (await shadow('GET')).status], [200, 404]);
  });

  it('is of a revision that is there, another than the deployed one, and of its contract', async () => {
    const { body } = await call('GET', `/hooks/${hookId}/revisions`);
    const current = (body.revisions as { revision: string; current: boolean }[]).find((one) => one.current)?.revision;
    assert.equal((await shadow('PUT', { revision: current, percent: 10 })).body.errorCode, 'hook_revision_deployed');
    assert.equal((await shadow('PUT', { revision: 'x'.repeat(43), percent: 10 })).status, 404);
    const script = 'const getCustomJwtClaims = async () => ({});';
    const drafted = await call('POST', `/hooks/${hookId}/revisions`, { script, hookmint: { contract: 'logto' } });
    assert.equal(drafted.status, 201, JSON.stringify(drafted.body));
    const { status, body: refusal } = await shadow('PUT', { revision: drafted.body.revision, percent: 10 });
    assert.deepEqual([status, refusal.errorCode], [400, 'invalid_body']);
  });

  it('needs the scopes of a rehearsal', async () => {
    const path = `/hooks/${hookId}/shadow`;
    for (const scopes of [['update:hooks'], ['read:logs', 'read:hooks']]) {
      const one = await openWithScopes(management, stack(), ...scopes);
      assert.deepEqual([(await one.call('GET', path)).status, (await one.call('PUT', path, {})).status], [403, 403]);
    }
  });
});
