import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, it } from 'node:test';
import { openManagement, type ApiAnswer, type Management } from '../support/management.ts';
import { addClient, addGrant } from '../support/tenant-fixtures.ts';
import { requestToken } from '../support/token-request.ts';
import { until } from '../support/until.ts';
import { withStack } from '../support/with-stack.ts';
import { openWithScopes } from './management-clients-fixtures.ts';

const PLAN = 'https://example.com/plan';
const SECRET = 'secret-of-a-client-of-this-test';
const CLIENTS = ['full', 'free', 'none'].map((plan) => `rehearsed-${plan}`);

const scriptOf = (lines: string): string =>
  `module.exports = (client, scope, audience, context, cb) => {\n${lines}\n};`;
const DEPLOYED = scriptOf(`cb(null, { scope, '${PLAN}': client.metadata.plan || 'free' });`);

let management: Management;
let hookId = '';

const stack = withStack({ hook: null }, async (started) => {
  management = await openManagement(started);
  for (const client_id of CLIENTS) {
    const plan = client_id.replace('rehearsed-', '');
    await addClient(started, { client_id, client_metadata: plan === 'none' ? {} : { plan } }, [SECRET]);
    await addGrant(started, client_id, started.audience, ['read:data']);
  }
  const hook = { name: 'rehearsed', triggerId: 'credentials-exchange', script: DEPLOYED, enabled: true };
  hookId = String((await call('POST', '/hooks', hook)).body.id);
  await started.announceChange();
  for (const client_id of CLIENTS) await ask(client_id);
  await until('all are in the logs', async () => {
    const { body } = await management.call('GET', '/logs?q=type:seccft&per_page=100');
    return CLIENTS.every((client) => (body as { client_id: string }[]).some(({ client_id }) => client_id === client));
  });
});

type Answered = Omit<ApiAnswer, 'body'> & { body: Record<string, unknown> };
const call = async (method: string, path: string, body?: unknown): Promise<Answered> =>
  (await management.call(method, path, body)) as Answered;

async function ask(client_id: string, more: Record<string, string> = {}): Promise<void> {
  const { status, body } = await requestToken(stack(), { client_id, client_secret: SECRET, ...more });
  assert.equal(status, 200, JSON.stringify(body));
}

type Group = { kind: string; what: string; requests: number; clients: { client_id: string }[]; examples: object[] };
type Report = {
  source: string;
  network: string;
  requests: number;
  differing: number;
  not_run: number;
  network_refused: number;
  varying: string[];
  groups: Group[];
  next?: string;
};
async function rehearsal(body: object): Promise<Report> {
  const { status, body: report } = await call('POST', `/hooks/${hookId}/rehearsals`, { client_ids: CLIENTS, ...body });
  assert.equal(status, 200, JSON.stringify(report));
  return report as unknown as Report;
}

const told = ({ groups }: Report): [string, string, string[]][] =>
  groups.map(({ kind, what, clients }) => [kind, what, clients.map(({ client_id }) => client_id).sort()]);

async function record(): Promise<void> {
  const { status, body } = await call('PATCH', '/tenants/settings', { recording: { percent: 100 } });
  assert.equal(status, 200, JSON.stringify(body));
}

const recorded = async (): Promise<number> => Number((await call('GET', '/hook-recordings')).body.total);

describe('a rehearsal', () => {
  it('says of whom which tokens would differ, and of nobody else', async () => {
    const script = scriptOf(`
      if (client.metadata.plan === 'full') return cb(new Error('no full plans'));
      const plan = client.metadata.plan.toLowerCase();
      cb(null, { scope: [...scope, 'more'], '${PLAN}': plan, 'https://example.com/new': true, other: 1 });`);
    const report = await rehearsal({ script });
    assert.deepEqual([report.source, report.network, report.requests, report.not_run], ['logs', 'refused', 3, 0]);
    assert.equal(report.differing, 3);
    const [full, free, none] = CLIENTS as [string, string, string];
    assert.deepEqual(told(report).sort(), [
      ['claim_added', 'https://example.com/new', [free]],
      ['denied', 'Error: no full plans', [full]],
      ['dropped', 'claim other: not_namespaced', [free]],
      ['failed', "TypeError: Cannot read properties of undefined (reading 'toLowerCase')", [none]],
      ['scope_added', 'more', [free]],
    ]);
  });

  it('says nothing of code that does the same, and what of it is another each time', async () => {
    assert.deepEqual(told(await rehearsal({ script: `${DEPLOYED}\n// the same` })), []);
    const script = scriptOf(
      `cb(null, { scope, '${PLAN}': client.metadata.plan || 'free', 'https://example.com/at': String(Math.random()) });`,
    );
    const made = await call('POST', `/hooks/${hookId}/revisions`, { script });
    await call('POST', `/hooks/${hookId}/revisions/${String(made.body.revision)}/deploy`);
    const report = await rehearsal({ script: `${script}\n// the same` });
    assert.deepEqual([told(report), report.varying], [[], ['https://example.com/at']]);
    await call('PATCH', `/hooks/${hookId}`, { script: DEPLOYED });
  });

  it('a revision of the history is rehearsed as code is', async () => {
    const script = scriptOf(`cb(null, { scope: [], '${PLAN}': client.metadata.plan || 'free' });`);
    const { body } = await call('POST', `/hooks/${hookId}/revisions`, { script });
    const report = await rehearsal({ revision: body.revision });
    assert.deepEqual(told(report), [['scope_removed', 'read:data', [...CLIENTS].sort()]]);
    assert.equal((await call('POST', `/hooks/${hookId}/rehearsals`, { revision: body.revision, script })).status, 400);
  });

  it('has one isolate and one storage for each revision, which are gone afterwards', async () => {
    const script = scriptOf(`
      const { storage } = context.webtask;
      storage.get((error, data = { runs: 0 }) => storage.set({ runs: data.runs + 1 }, { force: 1 }, () => {
        global.warm = (global.warm || 0) + 1;
        cb(null, { scope, '${PLAN}': client.metadata.plan || 'free', 'https://example.com/runs': String([data.runs, global.warm]) });
      }));`);
    for (let times = 0; times < 2; times++) {
      const report = await rehearsal({ script, client_ids: [CLIENTS[1]], last: 1 });
      assert.equal((report.groups[0]?.examples[0] as { after: string }).after, '"0,1"');
    }
    const { groups } = await rehearsal({ script });
    const last = groups[0]?.examples.map((example) => (example as { after: string }).after).sort();
    assert.equal(last?.[0], '"0,1"');
    assert.match(String(last[2]), /,3"$/);
  });

  it('the network is refused unless it is asked for, and that is told', async () => {
    let asked = 0;
    const server = createServer((_request, response) => {
      asked++;
      response.end('ok');
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    try {
      const { port } = server.address() as AddressInfo;
      const script = scriptOf(`
        fetch('http://127.0.0.1:${String(port)}/').then(() => 'answered', () => 'refused').then((was) =>
          cb(null, { scope, '${PLAN}': client.metadata.plan || 'free', 'https://example.com/was': was }));`);
      const body = { script, hookmint: { egress: { allowed_addresses: ['127.0.0.1/32'] } } };
      const refused = await rehearsal(body);
      const afterOf = ({ groups }: Report) => (groups[0]?.examples[0] as { after: string }).after;
      assert.deepEqual([refused.network_refused, afterOf(refused), asked], [3, '"refused"', 0]);
      const live = await rehearsal({ ...body, network: 'live' });
      assert.deepEqual([live.network, live.network_refused, afterOf(live), asked], ['live', 0, '"answered"', 3]);
      assert.equal((await call('POST', `/hooks/${hookId}/rehearsals`, { script, network: 'some' })).status, 400);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });

  it('of a recorded network both revisions see the same answers, which are asked for once', async () => {
    let asked = 0;
    const server = createServer((request, response) => {
      asked++;
      response.statusCode = request.url === '/status' ? 418 : 200;
      response.end(`${request.url ?? ''} ${String(asked)}`);
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const current = (await call('GET', `/hooks/${hookId}`)).body.script;
    const hookmint = { egress: { allowed_addresses: ['127.0.0.1/32'] }, limits: { network_calls: 3 } };
    const fetching = (paths: readonly string[], more = ''): string => {
      const { port } = server.address() as AddressInfo;
      return scriptOf(`
        const get = (path) => fetch('http://127.0.0.1:${String(port)}' + path, { headers: { date: String(Math.random()) } })
          .then(async (answer) => answer.status + await answer.text(), (error) => error.cause?.code ?? error.code ?? String(error));
        (async () => {
          const was = [];
          for (const path of ${JSON.stringify(paths)}) was.push(await get(path));
          cb(null, { scope, 'https://example.com/was': was.join() ${more} });
        })();`);
    };
    try {
      await call('PATCH', `/hooks/${hookId}`, { script: fetching(['/a', '/status', '/a']), hookmint });
      const network = 'recorded';
      const same = await rehearsal({ script: fetching(['/a', '/status', '/a']), hookmint, network });
      assert.deepEqual([same.network, same.differing, same.network_refused, asked], [network, 0, 0, 9]);

      const more = await rehearsal({
        script: fetching(['/a', '/status', '/a'], ", 'https://example.com/new': 1"),
        hookmint,
        network,
      });
      assert.deepEqual(
        [told(more).map(([kind, what]) => [kind, what]), more.network_refused, asked],
        [[['claim_added', 'https://example.com/new']], 0, 18],
      );
      const other = await rehearsal({ script: fetching(['/a', '/only-new']), hookmint, network });
      assert.deepEqual([other.differing, other.network_refused, asked], [3, 3, 27]);
      const { after = '' } = other.groups[0]?.examples[0] as { after?: string };
      assert.match(after, /^"200\/a \d+,.*EGRESS_REFUSED"$/);
      const far = await rehearsal({ script: fetching(['/a', '/a', '/a', '/a']), hookmint, network });
      assert.match((far.groups[0]?.examples[0] as { after: string }).after, /EGRESS_TOO_MANY_REQUESTS"$/);
      const hosts = { ...hookmint, egress: { ...hookmint.egress, allowed_hosts: ['api.example.com'] } };
      const elsewhere = await rehearsal({ script: fetching(['/a']), hookmint: hosts, network });
      assert.match((elsewhere.groups[0]?.examples[0] as { after: string }).after, /^"EGRESS_HOST_NOT_ALLOWED"$/);

      // What an isolate keeps is fetched by its first run alone.
      const keeping = (claim: string): string =>
        fetching(['/a'])
          .replace('module.exports', 'let kept;\nmodule.exports')
          .replace('await get(path)', '(kept ??= await get(path))')
          .replace("'https://example.com/was'", claim);
      await call('PATCH', `/hooks/${hookId}`, { script: keeping("'https://example.com/was'"), hookmint });
      const kept = await rehearsal({ script: keeping("'https://example.com/now'"), hookmint, network });
      assert.equal(kept.network_refused, 0, JSON.stringify(kept));
    } finally {
      await call('PATCH', `/hooks/${hookId}`, { script: current, hookmint: {} });
      server.closeAllConnections();
      server.close();
    }
  });

  it('takes recordings where there are some, else logs, and says which', async () => {
    const script = scriptOf(
      `cb(null, { scope, '${PLAN}': client.metadata.plan || 'free', 'https://example.com/region': context.body.region });`,
    );
    assert.equal((await rehearsal({ script })).source, 'logs');
    await record();
    await ask(CLIENTS[0] ?? '', { region: 'eu-west' });
    await until('it is recorded', async () => (await recorded()) === 1);
    const report = await rehearsal({ script });
    assert.deepEqual([report.source, report.requests], ['recordings', 1]);
    assert.equal((report.groups[0]?.examples[0] as { after: string }).after, '"eu-west"');
    assert.equal((await rehearsal({ script, source: 'logs' })).source, 'logs');
  });

  it('takes the requests that are asked for, and goes on where it stopped', async () => {
    await record();
    await call('DELETE', '/hook-recordings');
    for (const client of [...CLIENTS, ...CLIENTS]) {
      const before = await recorded();
      await ask(client);
      await until('it is recorded', async () => (await recorded()) > before);
    }
    const script = scriptOf('cb(null, { scope });');
    for (const source of ['recordings', 'logs']) {
      const seen: number[] = [];
      let from: string | undefined;
      let more = true;
      for (let parts = 0; more && parts < 50; parts++) {
        const at = from === undefined ? {} : { from };
        const report: Report = await rehearsal({ script, source, last: 4, ...at });
        seen.push(report.requests);
        from = report.next;
        more = from !== undefined;
      }
      const [all] = [await rehearsal({ script, source, last: 1_000 })];
      assert(all.requests >= 6);
      assert.equal(
        seen.reduce((sum, one) => sum + one, 0),
        all.requests,
        source,
      );
      const one = await rehearsal({ script, source, client_ids: [CLIENTS[2]], last: 1 });
      assert.deepEqual([one.requests, told(one)], [1, [['claim_removed', PLAN, [CLIENTS[2]]]]]);
    }
    assert.equal((await rehearsal({ script, since: new Date(Date.now() + 60_000).toISOString() })).requests, 0);
  });

  it('needs the scope of what it shows, and is audited where that is recorded', async () => {
    const script = scriptOf('cb(null, { scope });');
    const path = `/hooks/${hookId}/rehearsals`;
    const author = await openWithScopes(management, stack(), 'update:hooks');
    assert.equal((await author.call('POST', path, { script })).status, 403);
    const reader = await openWithScopes(management, stack(), 'update:hooks', 'read:logs');
    const byLogs = await reader.call('POST', path, { script, client_ids: CLIENTS, last: 1 });
    assert.deepEqual([byLogs.status, (byLogs.body as Report).source], [200, 'logs']);
    assert.equal((await reader.call('POST', path, { script, source: 'recordings' })).status, 403);
    await rehearsal({ script, source: 'recordings', last: 1 });
    await until('it is in the audit', async () => {
      const { body } = await management.call('GET', `/logs?q=${encodeURIComponent('type:sapi')}&per_page=100`);
      return (body as object[]).some((log) =>
        JSON.stringify(log).includes('Run past requests through another revision'),
      );
    });
  });
});
