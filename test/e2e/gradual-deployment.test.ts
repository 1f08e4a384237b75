import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decodeJwt } from 'jose';
import { openManagement, type ApiAnswer, type Management } from '../support/management.ts';
import { addClient, addGrant } from '../support/tenant-fixtures.ts';
import { requestToken } from '../support/token-request.ts';
import { until } from '../support/until.ts';
import { withStack } from '../support/with-stack.ts';

const CLAIM = 'https://example.com/by';
const SECRET = 'secret-of-a-client-of-this-test';
const CLIENTS = Array.from({ length: 40 }, (_, n) => `gradual-${String(n)}`);
/** From the first breach, as the issue of this promises. */
const RETURNED_WITHIN_MS = 5_000;

let management: Management;
let hookId: string;

const stack = withStack({ hook: null }, async (started) => {
  management = await openManagement(started);
  for (const client_id of CLIENTS) {
    await addClient(started, { client_id }, [SECRET]);
    await addGrant(started, client_id, started.audience, ['read:data']);
  }
  const { body } = await call('POST', '/hooks', {
    name: 'gradual',
    triggerId: 'credentials-exchange',
    script: scriptOf('old'),
    enabled: true,
  });
  hookId = String(body.id);
});

const scriptOf = (by: string, first = ''): string =>
  `module.exports = (client, scope, audience, context, cb) => { ${first}\n  cb(null, { scope, '${CLAIM}': '${by}' }); };`;

type Answered = Omit<ApiAnswer, 'body'> & { body: Record<string, unknown> };
async function call(method: string, path: string, body?: unknown): Promise<Answered> {
  return (await management.call(method, path, body)) as Answered;
}
const gradual = (method: string, body?: unknown, below = ''): Promise<Answered> =>
  call(method, `/hooks/${hookId}/gradual-deployment${below}`, body);

/** A revision that is not deployed, and, for the next test, one of a content of its own that is. */
async function draftOf(script: string): Promise<string> {
  const { status, body } = await call('POST', `/hooks/${hookId}/revisions`, { script });
  assert.equal(status, 201, JSON.stringify(body));
  return String(body.revision);
}

async function deployedAnew(by: string): Promise<void> {
  const { status, body } = await call('PATCH', `/hooks/${hookId}`, { script: scriptOf(by) });
  assert.equal(status, 200, JSON.stringify(body));
}

/** Who shaped the token of each client; an error's code where there is none. */
async function shapedBy(clients = CLIENTS, parameters: Record<string, string> = {}): Promise<unknown[]> {
  const answers = clients.map(async (client_id) => {
    const { body } = await requestToken(stack(), { client_id, client_secret: SECRET, ...parameters });
    return typeof body.access_token === 'string' ? decodeJwt(body.access_token)[CLAIM] : body.error;
  });
  return Promise.all(answers);
}

const whoHas = async (by: string): Promise<string[]> => {
  const shaped = await shapedBy();
  return CLIENTS.filter((_, n) => shaped[n] === by);
};

describe('a gradual deployment', () => {
  it('a share of the clients has the new revision, the same ones as it grows', async () => {
    const revision = await draftOf(scriptOf('new'));
    const first = await gradual('PUT', { revision, percent: 30 });
    assert.deepEqual([first.status, first.body.state, first.body.number], [200, 'on', 2], JSON.stringify(first.body));
    const some = await whoHas('new');
    assert(some.length > 0 && some.length < 30, String(some.length));
    assert.deepEqual(await whoHas('new'), some);

    const more = await gradual('PUT', { revision, percent: 60 });
    assert.deepEqual([more.body.id, more.body.percent], [first.body.id, 60]);
    const others = await whoHas('new');
    assert(others.length > some.length && others.length < CLIENTS.length);
    assert.deepEqual(
      some.filter((client) => !others.includes(client)),
      [],
    );

    assert.equal((await gradual('PUT', { revision, percent: 100 })).status, 200);
    assert.deepEqual(await whoHas('new'), CLIENTS);
    assert.deepEqual(await shapedBy([stack().clientId], { client_secret: stack().clientSecret }), ['new']);

    const promoted = await gradual('POST', {}, '/promote');
    assert.deepEqual([promoted.status, promoted.body.state], [200, 'promoted'], JSON.stringify(promoted.body));
    assert.deepEqual(await whoHas('new'), CLIENTS);
    const { body: hook } = await call('GET', `/hooks/${hookId}`);
    assert.equal(hook.script, scriptOf('new'));
    const tokens = 2 * some.length + others.length + CLIENTS.length + 1;
    await until('all are in the logs', async () => (await gradual('GET')).body.tokens === tokens);
  });

  it('says in each log which revision shaped the token and by which rule', async () => {
    const { body: before } = await call('GET', `/hooks/${hookId}/revisions`);
    const current = (before.revisions as { revision: string; current: boolean }[]).find((one) => one.current)?.revision;
    const revision = await draftOf(scriptOf('ruled'));
    await gradual('PUT', { revision, percent: 50, client_ids: [CLIENTS[0] ?? ''] });
    const shaped = await shapedBy();
    const logs = async (search: string): Promise<Record<string, unknown>[]> => {
      const { status, body } = await management.call('GET', `/logs?per_page=100&q=${encodeURIComponent(search)}`);
      assert.equal(status, 200, JSON.stringify(body));
      return body as Record<string, unknown>[];
    };
    const ofRule = (rule: string, of: string): Promise<Record<string, unknown>[]> =>
      logs(`type:seccft AND hook_revision:"${of}" AND hook_rule:${rule}`);
    await until('all are in the logs', async () => {
      const all = [
        ...(await ofRule('client', revision)),
        ...(await ofRule('percent', revision)),
        ...(await ofRule('deployed', String(current))),
      ];
      return all.length === CLIENTS.length;
    });
    const [named, ...none] = await ofRule('client', revision);
    assert.deepEqual([named?.client_id, none], [CLIENTS[0], []]);
    const share = await ofRule('percent', revision);
    assert.deepEqual(
      share.map(({ client_id }) => client_id).sort(),
      CLIENTS.slice(1)
        .filter((_, n) => shaped[n + 1] === 'ruled')
        .sort(),
    );
    const { hook } = share[0]?.details as { hook: Record<string, unknown> };
    assert.deepEqual([hook.revision, hook.rule, hook.percent], [revision, 'percent', 50]);
    await gradual('POST', {}, '/return');
    await shapedBy([CLIENTS[0] ?? '']);
    await until('one without a rule is in the logs', async () => {
      const [last] = await logs('type:seccft');
      const { hook: without } = (last?.details ?? {}) as { hook?: Record<string, unknown> };
      return without !== undefined && !('rule' in without);
    });
  });

  it('named clients come first', async () => {
    await deployedAnew('before names');
    const revision = await draftOf(scriptOf('named'));
    const names = [CLIENTS[3] ?? '', CLIENTS[7] ?? ''];
    assert.equal((await gradual('PUT', { revision, percent: 0, client_ids: names })).status, 200);
    assert.deepEqual(await whoHas('named'), names);
    assert.equal((await gradual('POST', {}, '/return')).status, 200);
    assert.deepEqual(await whoHas('before names'), CLIENTS);
  });

  it('each bound returns it, and one that is set aside does not', async () => {
    for (const [breach, first, bound, outcome] of [
      ['errors', `if (context.body.bad) throw new Error('broken');`, { errors_percent: 100 }, 'server_error'],
      [
        'denials',
        `if (context.body.bad) return cb(new InvalidScopeError('no'));`,
        { denials_percent: 100 },
        'invalid_scope',
      ],
      [
        'dropped',
        `if (context.body.bad) return cb(null, { scope, sub: 'forged', '${CLAIM}': 'bad' });`,
        { dropped_percent: 100 },
        'bad',
      ],
      [
        'p99',
        `if (context.body.bad) return setTimeout(() => cb(null, { scope, '${CLAIM}': 'bad' }), 400);`,
        { p99_ratio: 1000 },
        'bad',
      ],
    ] as const) {
      await deployedAnew(`before ${breach}`);
      const revision = await draftOf(scriptOf('good', first));
      const rounds = breach === 'p99' ? 14 : 1;
      await gradual('PUT', { revision, percent: 50, bounds: bound });
      for (let round = 0; round < rounds; round++) {
        assert((await shapedBy(CLIENTS, { bad: '1' })).includes(outcome));
      }
      const one = (await gradual('GET')).body;
      const told = async (): Promise<number> =>
        ((await gradual('GET')).body.figures as { gradual: { runs: number } }).gradual.runs;
      await until('management has judged them', async () => (await told()) > 0);
      assert.equal((await gradual('GET')).body.state, 'on');
      const byDefault = { errors_percent: 1, denials_percent: 10, dropped_percent: 1, p99_ratio: 3 };
      await gradual('PUT', { revision, percent: 50, bounds: byDefault });
      const startMs = performance.now();
      if (breach === 'p99') await shapedBy(CLIENTS, { bad: '1' });
      await until('it has returned', async () => (await gradual('GET')).body.state === 'returned', RETURNED_WITHIN_MS);
      assert((await shapedBy()).every((by) => by === `before ${breach}`));
      assert(performance.now() - startMs < RETURNED_WITHIN_MS + 2_000);

      const ended = (await gradual('GET')).body;
      assert.deepEqual([ended.id, ended.breach, ended.ended_by], [one.id, breach, null]);
      assert.match(String(ended.reason), /of the deployed revision|those of the deployed revision/);
      const printed = await stack().untilPrinted(new RegExp(`"breach":"${breach}".*a gradual deployment has returned`));
      assert(printed.startsWith('management '));
      await until('the log has it', async () => {
        const { body } = await management.call('GET', `/logs?per_page=5&q=${encodeURIComponent('type:sapi')}`);
        return (body as { description: string }[]).some(({ description }) =>
          description.startsWith('The gradual deployment of the hook gradual has returned by itself: '),
        );
      });
    }
  });

  it('of several who promote or return it one does, and nobody another one', async () => {
    await deployedAnew('before the race');
    const revision = await draftOf(scriptOf('raced'));
    const { body } = await gradual('PUT', { revision, percent: 50 });
    const id = body.id;
    const ends = ['/promote', '/return', '/promote', '/return', '/promote'];
    const answers = await Promise.all(ends.map((end) => gradual('POST', { id }, end)));
    const done = answers.flatMap(({ status }, n) => (status === 200 ? [ends[n]] : []));
    assert.equal(done.length, 1, JSON.stringify(answers.map(({ status }) => status)));
    assert(answers.every(({ status }) => [200, 404, 409].includes(status)));
    const by = done[0] === '/promote' ? 'raced' : 'before the race';
    assert.deepEqual(await whoHas(by), CLIENTS);

    await deployedAnew('after the race');
    const next = await gradual('PUT', { revision: await draftOf(scriptOf('next')), percent: 50 });
    assert.notEqual(next.body.id, id);
    for (const end of ['/promote', '/return']) {
      const { status, body: told } = await gradual('POST', { id }, end);
      assert.deepEqual([status, told.errorCode], [409, 'gradual_deployment_changed']);
    }
    assert.equal((await gradual('GET')).body.state, 'on');
  });

  it('ends when another revision is deployed to all, or its secrets change', async () => {
    const revision = await draftOf(scriptOf('left behind'));
    await gradual('PUT', { revision, percent: 100 });
    assert.deepEqual(await whoHas('left behind'), CLIENTS);
    await deployedAnew('deployed to all');
    assert.equal((await gradual('GET')).body.state, 'superseded');
    assert.deepEqual(await whoHas('deployed to all'), CLIENTS);
    await gradual('PUT', { revision, percent: 100 });
    assert.equal((await call('POST', `/hooks/${hookId}/secrets`, { KEY: 'value' })).status, 201);
    assert.equal((await gradual('GET')).body.state, 'superseded');
    assert.deepEqual(await whoHas('deployed to all'), CLIENTS);
  });

  it('refuses what cannot act', async () => {
    const revision = await draftOf(scriptOf('refused'));
    const refusals: [unknown, number, string][] = [
      [{ revision, percent: 0 }, 400, 'invalid_body'],
      [{ revision, percent: 101 }, 400, 'invalid_body'],
      [{ revision, percent: -1 }, 400, 'invalid_body'],
      [{ revision, percent: 0.5 }, 400, 'invalid_body'],
      [{ revision, percent: null }, 400, 'invalid_body'],
      [{ revision, percent: '10' }, 400, 'invalid_body'],
      [{ revision, percent: 10, bounds: { errors_percent: 101 } }, 400, 'invalid_body'],
      [{ revision, percent: 10, bounds: { other: 1 } }, 400, 'invalid_body'],
      [{ revision, percent: 10, client_ids: Array.from({ length: 101 }, String) }, 400, 'invalid_body'],
      [{ revision: 'A'.repeat(43), percent: 10 }, 404, 'inexistent_hook_revision'],
      [{ revision: '../../etc', percent: 10 }, 400, 'invalid_body'],
    ];
    for (const [body, status, code] of refusals) {
      const answer = await gradual('PUT', body);
      assert.deepEqual([answer.status, answer.body.errorCode], [status, code], JSON.stringify([body, answer.body]));
    }
    const { body: all } = await call('GET', `/hooks/${hookId}/revisions`);
    const current = (all.revisions as { revision: string; current: boolean }[]).find((one) => one.current)?.revision;
    const deployed = await gradual('PUT', { revision: current, percent: 10 });
    assert.deepEqual([deployed.status, deployed.body.errorCode], [409, 'hook_revision_deployed']);
    for (const end of ['/promote', '/return']) {
      const { status, body } = await gradual('POST', undefined, end);
      assert.deepEqual([status, body.errorCode], [404, 'inexistent_gradual_deployment']);
    }
    const broken = await draftOf(`throw new Error('does not load');`).catch(() => undefined);
    if (broken !== undefined) {
      const answer = await gradual('PUT', { revision: broken, percent: 10 });
      assert.deepEqual([answer.status, answer.body.errorCode], [400, 'hook_load_failed']);
    }
    await call('PATCH', `/hooks/${hookId}`, { enabled: false });
    const disabled = await gradual('PUT', { revision, percent: 10 });
    assert.deepEqual([disabled.status, disabled.body.errorCode], [409, 'hook_not_enabled']);
    await call('PATCH', `/hooks/${hookId}`, { enabled: true });
  });
});
