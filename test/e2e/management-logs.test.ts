import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { jetstream } from '@nats-io/jetstream';
import { connectBus } from '../../shared/bus/connect.ts';
import { INDEXED_LOG_FIELDS, logsIn } from '../../shared/store/logs.ts';
import type { TokenEvent } from '../../shared/subjects/token-events.ts';
import { canary } from '../support/canary.ts';
import { openManagement, type Management } from '../support/management.ts';
import { enableHook } from '../support/enable-hook.ts';
import { requestToken } from '../support/token-request.ts';
import { until } from '../support/until.ts';
import { withStack } from '../support/with-stack.ts';

const HOOK = `module.exports = function (client, scope, audience, context, cb) {
  if (context.body.deny) return cb(new InvalidScopeError('denied-detail'));
  cb(null, { 'https://foo.com/claim': 1, sub: 'forged', scope });
};`;
const APPEARS_WITHIN_MS = 60_000;

type Log = Record<string, unknown> & { log_id: string; type: string; date: string; details: Record<string, unknown> };

let management: Management;
const stack = withStack({ own: true, hook: null }, async (started) => {
  await enableHook(started, HOOK);
  management = await openManagement(started);
});

async function get<Body = Log[]>(path: string): Promise<Body> {
  const { status, body } = await management.call('GET', path);
  assert.equal(status, 200, JSON.stringify(body));
  return body as Body;
}
const search = (q: string, more = ''): Promise<Log[]> => get(`/logs?q=${encodeURIComponent(q)}${more}`);

async function untilFound(q: string, count = 1): Promise<Log[]> {
  const untilMs = Date.now() + APPEARS_WITHIN_MS;
  for (;;) {
    const found = await search(q, '&per_page=100');
    if (found.length >= count) return found;
    if (Date.now() > untilMs) throw new Error(`${String(found.length)} of ${String(count)} logs of ${q} appeared`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

let lastAgent = 0;
async function logOf(parameters: Record<string, string | undefined> = {}): Promise<Log> {
  const agent = `logs-test/${String(++lastAgent)}`;
  await requestToken(stack(), parameters, { 'user-agent': agent });
  const [log] = await untilFound(`user_agent:"${agent}"`);
  assert.ok(log);
  return log;
}

/** The bus as the gateway, which alone may tell events. */
async function withGatewayBus(use: (publish: (payload: string, id: string) => Promise<unknown>) => Promise<void>) {
  const { nats_nkey_seeds: seeds } = JSON.parse(readFileSync(join(stack().dataDir, 'secrets.json'), 'utf8')) as {
    nats_nkey_seeds: { gateway: string };
  };
  const bus = await connectBus('gateway', { NATS_URL: stack().natsUrl, NATS_NKEY_SEED: seeds.gateway });
  try {
    await use((payload, msgID) => jetstream(bus).publish('hookmint.demo.token.issued', payload, { msgID }));
  } finally {
    await bus.close();
  }
}

const eventNumber = (id: string, more: Partial<TokenEvent> = {}): TokenEvent => ({
  type: 'token.issued',
  id,
  time_ms: Date.now(),
  user_agent: 'by-hand',
  duration_ms: 1,
  ...more,
});

describe('the tenant’s logs', () => {
  it('tell of a token that was issued, and what its hook did', async () => {
    const log = await logOf();
    const { details, date, log_id, ...rest } = log;
    assert.deepEqual(rest, {
      _id: log_id,
      type: 'seccft',
      description: 'Client Credentials for Access Token',
      client_id: stack().clientId,
      client_name: 'Demo M2M client',
      audience: stack().audience,
      scope: 'read:data',
      ip: '127.0.0.1',
      client_ip: '127.0.0.1',
      user_agent: `logs-test/${String(lastAgent)}`,
      hostname: '127.0.0.1',
      isMobile: false,
      $event_schema: { version: '1.0.0' },
    });
    assert.ok(Math.abs(Date.parse(date) - Date.now()) < APPEARS_WITHIN_MS);
    assert.partialDeepStrictEqual(details, {
      actions: { executions: [] },
      hook: { id: 'test-hook', name: 'test', outcome: 'ok' },
      custom_claims: ['https://foo.com/claim'],
      dropped: [{ kind: 'claim', name: 'sub', reason: 'reserved' }],
    });
    const hook = details.hook as { cpu_ms: number; revision: string };
    assert.ok(hook.cpu_ms >= 0);
    assert.match(hook.revision, /^[A-Za-z0-9_-]{20,}$|^sha256:/);
    assert.match(String(details.trace_id), /^[0-9a-f]{32}$/);
    assert.deepEqual(await get<Log>(`/logs/${log_id}`), log);
  });

  it('tell why a token was refused: a wrong secret, an unknown API, a hook', async () => {
    const wrong = await logOf({ client_secret: 'wrong-secret' });
    assert.equal(wrong.type, 'feccft');
    assert.equal(wrong.description, 'access_denied: the client is unknown, or its secret is wrong');
    assert.partialDeepStrictEqual(wrong.details.error, { code: 'access_denied', status: 401 });
    const unknown = await logOf({ audience: 'https://nowhere.example.com/' });
    assert.equal(unknown.description, 'access_denied: there is no API with this audience');
    const denied = await logOf({ deny: 'yes' });
    assert.equal(denied.description, 'invalid_scope: the hook test refused the request');
    assert.equal(JSON.stringify([wrong, denied]).includes('wrong-secret'), false);
    assert.equal(JSON.stringify([wrong, denied]).includes('denied-detail'), false);
  });

  it('have the message and the author’s lines of what a hook or an Action threw, without the values of its secrets', async () => {
    const KEY = canary('hook-secret');
    const thrownBy = (finding: unknown): Record<string, string> => (finding as { error: Record<string, string> }).error;
    const told = { name: 'TypeError', message: 'no plan for [secret KEY]' };
    const { body: hook, status } = await management.call('POST', '/hooks', {
      name: 'throws',
      triggerId: 'credentials-exchange',
      enabled: true,
      script: `const _ = require('lodash');\nmodule.exports = (client, scope, audience, context, cb) => {
  throw new TypeError('no plan for ' + _.trim(context.webtask.secrets.KEY));\n};`,
      hookmint: { secrets: { KEY } },
    });
    assert.equal(status, 201, JSON.stringify(hook));
    await until('the hook throws', async () => (await requestToken(stack())).status === 500);
    const { details } = await logOf();
    const { stack: lines, ...error } = thrownBy(details.hook);
    assert.deepEqual(error, told);
    assert.match(lines ?? '', /^TypeError: no plan for \[secret KEY\]\n {4}at .*hook\.js:3:9\)?(?:\n|$)/);
    await management.call('DELETE', `/hooks/${(hook as { id: string }).id}`);
    await until('the hook is gone', async () => (await requestToken(stack())).status === 200);

    const { body: action } = await management.call('POST', '/actions/actions', {
      name: 'throws',
      supported_triggers: [{ id: 'credentials-exchange', version: 'v2' }],
      code: "exports.onExecuteCredentialsExchange = async (event) => {\n  throw new TypeError('no plan for ' + event.secrets.KEY);\n};",
      secrets: [{ name: 'KEY', value: KEY }],
      deploy: true,
    });
    const bindings = '/actions/triggers/credentials-exchange/bindings';
    const ref = { type: 'action_id', value: (action as { id: string }).id };
    assert.equal((await management.call('PATCH', bindings, { bindings: [{ ref }] })).status, 200);
    await until('the Action throws', async () => (await requestToken(stack())).status === 500);
    const [execution] = ((await logOf()).details.actions as { executions: unknown[] }).executions;
    const { stack: places, ...thrown } = thrownBy(execution);
    assert.deepEqual(thrown, told);
    assert.match(places ?? '', /hook\.js:2:9/);
    await management.call('PATCH', bindings, { bindings: [] });
    await enableHook(stack(), HOOK);
  });

  it('tell who wrote what of the configuration, before and after', async () => {
    const created = await management.call('POST', '/resource-servers', { identifier: 'https://logged.example.com/' });
    const { id } = created.body as { id: string };
    await management.call('PATCH', `/resource-servers/${id}`, { name: 'Logged' });
    const [log] = await untilFound('type:sapi AND description:"Update a resource server"');
    assert.ok(log);
    assert.equal(log.client_id, stack().managementClientId);
    assert.partialDeepStrictEqual(log.details, {
      request: { method: 'patch', path: `/api/v2/resource-servers/${id}`, ip: '127.0.0.1' },
      response: { statusCode: 200 },
      collection: 'resource_servers',
      document_id: id,
      after: { name: 'Logged' },
    });
    assert.equal('name' in (log.details.before as object), false);
  });

  it('are not there: 404', async () => {
    const { status, body } = await management.call('GET', '/logs/123');
    assert.equal(status, 404);
    assert.partialDeepStrictEqual(body, { errorCode: 'inexistent_log', message: 'The log does not exist' });
  });
});

describe('a list of logs', () => {
  before(async () => {
    await withGatewayBus(async (publish) => {
      const events = Array.from({ length: 30 }, (_, n) =>
        eventNumber(`listed-${String(n)}`, {
          user_agent: 'listed',
          time_ms: Date.UTC(2026, 0, 1 + n),
          client_id: n % 3 === 0 ? 'third' : 'other',
          client_name: `$name.${String(n % 2)}`,
          audience: `https://api-${String(n)}/`,
        }),
      );
      await publish(JSON.stringify({ events }), 'listed');
    });
    await untilFound('user_agent:listed', 30);
  });

  it('has pages, totals, an order and fields', async () => {
    const ascending = '&sort=date:1&fields=date,client_id';
    const page = await search('user_agent:listed', `${ascending}&per_page=4&page=2`);
    assert.deepEqual(
      page.map(({ date }) => date.slice(0, 10)),
      ['2026-01-09', '2026-01-10', '2026-01-11', '2026-01-12'],
    );
    assert.deepEqual(Object.keys(page[0] ?? {}).sort(), ['client_id', 'date']);
    const totals = await get<object>(`/logs?q=user_agent:listed&per_page=5&page=1&include_totals=true&fields=type`);
    assert.deepEqual(totals, { start: 5, limit: 5, length: 5, total: 30, logs: Array(5).fill({ type: 'seccft' }) });
    const newestFirst = await search('user_agent:listed', '&per_page=1');
    assert.equal(newestFirst[0]?.date.slice(0, 10), '2026-01-30');
    const byClient = await search('user_agent:listed', '&sort=client_id:-1&per_page=30');
    assert.deepEqual(
      byClient.map(({ client_id }) => client_id),
      [...Array<string>(10).fill('third'), ...Array<string>(20).fill('other')],
    );
  });

  it('is narrowed by q and search', async () => {
    for (const [q, count] of Object.entries({
      'user_agent:listed AND client_id:third': 10,
      'user_agent:listed client_id:third': 10,
      'user_agent:listed AND NOT client_id:third': 20,
      'user_agent:list* AND (audience:"https://api-1/" OR audience:https://api-2/)': 2,
      'user_agent:listed AND audience:https://api-1*': 11,
      'user_agent:listed AND date:[2026-01-10 TO 2026-01-12]': 3,
      'user_agent:listed AND date:{2026-01-10 TO *]': 20,
      'user_agent:listed AND date:<2026-01-03': 2,
      'user_agent:listed AND client_name:"$name.1"': 15,
      'user_agent:listed AND ip:*': 0,
      'user_agent:listed AND type:(feccft OR sapi)': 0,
    })) {
      assert.equal((await search(q, '&per_page=100')).length, count, q);
    }
    const both = await get(`/logs?q=user_agent:listed&search=client_id:third&search_engine=v3&per_page=100`);
    assert.equal(both.length, 10);
  });

  it('is read to its end by checkpoint, none twice and none left out', async () => {
    const total = await stack()
      .db()
      .then((db) => logsIn(db).count({}));
    const seen: string[] = [];
    let from = '';
    for (;;) {
      // As the SDK's version 7 calls, which always sends page, per_page and include_totals.
      const page = await get(
        `/logs?take=7&page=0&per_page=50&include_totals=true${from === '' ? '' : `&from=${from}`}`,
      );
      assert.ok(page.length <= 7);
      if (page.length === 0) break;
      seen.push(...page.map(({ log_id }) => log_id));
      from = page.at(-1)?.log_id ?? '';
    }
    assert.ok(seen.length >= total && total > 30);
    assert.deepEqual(seen, [...new Set(seen)].sort());
    const thirds = await search('client_id:third', '&take=4');
    assert.deepEqual(
      thirds.map(({ date }) => date.slice(8, 10)),
      ['01', '04', '07', '10'],
    );
  });

  it('refuses what it does not understand, naming the fix', async () => {
    for (const [query, message] of Object.entries({
      'q=scope:a': /scope cannot be searched; these can: log_id, date, type/,
      'q=free text': /name a field/,
      'sort=scope:1': /must be one of date, log_id, type.*as in date:-1.*property sort/,
      'sort=date': /:1 or :-1/,
      'from=900&take=1': /must be the log_id of a log/,
      'per_page=101': /per_page/,
      'take=101': /take/,
      'page=200&per_page=100': /Pages end after 10000 logs; use from and take/,
      'q=type:seccft&search_engine=v2': /search_engine/,
      'connection=x': /Additional properties not allowed: connection/,
      'q=type:a&q=type:b': /property q/,
      [`q=${'x'.repeat(3_000)}`]: /property q/,
    })) {
      const { status, body } = await management.call('GET', `/logs?${query}`);
      const error = body as { errorCode: string; message: string };
      assert.equal(status, 400, query.slice(0, 40));
      assert.equal(error.errorCode, 'invalid_query_string');
      assert.match(error.message, message);
    }
  });

  it('rests on an index, whatever it is asked for, and ends with the retention', async () => {
    const logs = logsIn(await stack().db());
    const newest = { date: -1 } as const;
    const plans = [
      logs.collection.find({}).sort(newest),
      logs.collection.find({ _id: { $gt: '1' } }).sort({ _id: 1 }),
      ...INDEXED_LOG_FIELDS.flatMap((field) => [
        logs.collection.find({ [field]: 'x' }).sort(newest),
        logs.collection.find({}).sort({ [field]: 1, date: 1 }),
      ]),
    ];
    for (const plan of plans) {
      const text = JSON.stringify(await plan.explain('queryPlanner'));
      assert.match(text, /IXSCAN/);
      assert.doesNotMatch(text, /COLLSCAN|"SORT"/);
    }
    const expiry = async () =>
      (await logs.collection.indexes()).find(({ name }) => name === 'expiry')?.expireAfterSeconds;
    assert.equal(await expiry(), 30 * 86_400);
    await logs.createIndexes(7);
    assert.equal(await expiry(), 7 * 86_400);
    await logs.createIndexes(30);
  });
});

describe('events become logs once', () => {
  it('although a message comes twice, and one that holds no event is passed over', async () => {
    await withGatewayBus(async (publish) => {
      const twice = JSON.stringify({ events: [eventNumber('twice-1'), eventNumber('twice-2')] });
      await publish(twice, 'twice-a');
      await publish('{"events":"none"}', 'broken-a');
      await publish('not JSON', 'broken-b');
      await publish(twice, 'twice-b');
      await publish(JSON.stringify({ events: [eventNumber('after', { user_agent: 'after-broken' })] }), 'after');
    });
    await untilFound('user_agent:after-broken');
    assert.equal((await search('user_agent:by-hand')).length, 2);
    await stack().untilPrinted(/no event can be read in a message/);
  });

  it('although management and mongod are killed meanwhile: none lost, none twice, in the order of the stream', async () => {
    const count = 400;
    await withGatewayBus(async (publish) => {
      for (let n = 0; n < count; n++) {
        await publish(
          JSON.stringify({
            events: [eventNumber(`killed-${String(n)}`, { user_agent: 'killed', client_id: String(n) })],
          }),
          `killed-${String(n)}`,
        );
        if (n === 100 || n === 300) for (const pid of stack().pidsOf('management')) process.kill(pid, 'SIGKILL');
        if (n === 200) for (const pid of stack().pidsOf('mongod')) process.kill(pid, 'SIGKILL');
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    });
    const untilMs = Date.now() + 2 * APPEARS_WITHIN_MS;
    const kept = async (): Promise<string[]> => {
      const logs = logsIn(await stack().db());
      const found = await logs.list({ user_agent: 'killed' }, { field: 'log_id', order: 1 }, { skip: 0, limit: 1_000 });
      return found.map(({ client_id }) => client_id ?? '');
    };
    let clients: string[] = [];
    while (clients.length < count && Date.now() < untilMs) {
      await new Promise((resolve) => setTimeout(resolve, 250));
      clients = await kept().catch(() => []);
    }
    assert.deepEqual(
      clients,
      Array.from({ length: count }, (_, n) => String(n)),
    );
  });
});
