import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { jetstreamManager } from '@nats-io/jetstream';
import { EVENTS_STREAM, StreamEvents } from '../../shared/subjects/events.ts';
import type { QuotaWarning } from '../../shared/subjects/limit-events.ts';
import { startAnother, type AnotherService } from '../support/another-service.ts';
import { openManagement, type Management } from '../support/management.ts';
import { addGrant } from '../support/tenant-fixtures.ts';
import { requestToken, type TokenAnswer } from '../support/token-request.ts';
import { withStack } from '../support/with-stack.ts';

const HOOK = `module.exports = function (client, scope, audience, context, cb) {
  if (context.body.deny) return cb(new InvalidScopeError('no'));
  if (context.body.fail) throw new Error('no');
  if (context.body.wait) return setTimeout(() => cb(null, { scope }), 300);
  cb(null, { scope });
};`;
const QUOTA_HEADER = 'auth0-client-quota-limit';
/** Gateways tell each other once a second. */
const TOLD_WITHIN_MS = 30_000;
/** A service that was killed is started again by the launcher, on a machine that may be busy. */
const BACK_WITHIN_MS = 60_000;

let api: Management;
let replica: AnotherService | undefined;
const stack = withStack({ hook: HOOK }, async (started) => {
  // Not across the end of an hour: the windows are the clock's.
  const leftMs = 3_600_000 - (Date.now() % 3_600_000);
  if (leftMs < 120_000) await delay(leftMs + 100);
  api = await openManagement(started);
});
after(() => replica?.kill());

const delay = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

type Asking = (overrides?: Record<string, string>, url?: string) => Promise<TokenAnswer>;

/** A client with a quota, and how it asks for a token. */
async function clientWith(quota: object | undefined): Promise<{ id: string; ask: Asking }> {
  const body = { name: 'Counted', app_type: 'non_interactive', ...(quota === undefined ? {} : quotaBody(quota)) };
  const { status, body: made } = await api.call('POST', '/clients', body);
  assert.equal(status, 201, JSON.stringify(made));
  const { client_id, client_secret } = made as { client_id: string; client_secret: string };
  await addGrant(stack(), client_id, stack().audience, ['read:demo']);
  await stack().announceChange();
  const ask: Asking = (overrides = {}, url = stack().url) =>
    requestToken({ ...stack(), url }, { client_id, client_secret, ...overrides });
  return { id: client_id, ask };
}

const quotaBody = (quota: object) => ({ token_quota: { client_credentials: quota } });

/** Quota and remaining tokens of each bucket, once the time until it is full again was checked. */
function told({ headers }: TokenAnswer): Record<string, [quota: number, remaining: number]> {
  const header = headers.get(QUOTA_HEADER) ?? assert.fail('there is no header');
  return Object.fromEntries(
    header.split(',').map((bucket) => {
      const match = /^b=(per_hour|per_day);q=(\d+);r=(\d+);t=(\d+)$/.exec(bucket);
      assert(match !== null, header);
      const [, name = '', quota, remaining, seconds] = match;
      const lengthSeconds = name === 'per_hour' ? 3_600 : 86_400;
      const left = lengthSeconds - ((Date.now() / 1000) % lengthSeconds);
      assert(Math.abs(Number(seconds) - left) < 5, `${bucket}, and it is ${String(left)} s`);
      return [name, [Number(quota), Number(remaining)]];
    }),
  );
}

async function until<T>(what: string, find: () => Promise<T | undefined>, withinMs = TOLD_WITHIN_MS): Promise<T> {
  for (const untilMs = Date.now() + withinMs; Date.now() < untilMs;) {
    const found = await find();
    if (found !== undefined) return found;
    await delay(100);
  }
  throw new Error(`not in time: ${what}`);
}

describe('a quota that is enforced', () => {
  it('is counted down by the tokens that are issued, and refuses the next with the headers of Auth0', async () => {
    const { ask } = await clientWith({ per_hour: 3, per_day: 50 });
    for (const remaining of [2, 1, 0]) {
      const answer = await ask();
      assert.equal(answer.status, 200);
      assert.deepEqual(told(answer), { per_hour: [3, remaining], per_day: [50, 47 + remaining] });
    }
    const refused = await ask();
    assert.equal(refused.status, 429);
    assert.deepEqual(refused.body, { error: 'too_many_requests', error_description: 'Client quota exceeded' });
    assert.deepEqual(told(refused), { per_hour: [3, 0], per_day: [50, 47] });
    const resetSeconds = (Math.floor(Date.now() / 3_600_000) + 1) * 3_600;
    assert.equal(refused.headers.get('x-ratelimit-limit'), '3');
    assert.equal(refused.headers.get('x-ratelimit-remaining'), '0');
    assert.equal(refused.headers.get('x-ratelimit-reset'), String(resetSeconds));
    assert(Math.abs(Number(refused.headers.get('retry-after')) - (resetSeconds - Date.now() / 1000)) < 5);
  });

  it('is used up by no token that was not issued', async () => {
    const { ask } = await clientWith({ per_hour: 2 });
    for (const [overrides, status] of [
      [{ deny: '1' }, 400],
      [{ fail: '1' }, 500],
      [{ client_secret: 'wrong' }, 401],
      [{ audience: 'urn:none' }, 403],
      [{ scope: 'not:granted' }, 403],
    ] as const) {
      for (let n = 0; n < 3; n++) assert.equal((await ask(overrides)).status, status, JSON.stringify(overrides));
    }
    assert.deepEqual(told(await ask()), { per_hour: [2, 1] });
  });

  it('is not used up by a hook that cannot be run', async () => {
    const { ask } = await clientWith({ per_hour: 2 });
    const pids = stack().pidsOf('hook-executor');
    process.kill(stack().pid, 'SIGSTOP');
    try {
      for (const pid of pids) process.kill(pid, 'SIGKILL');
      await delay(300);
      for (let n = 0; n < 3; n++) assert.equal((await ask()).status, 503);
    } finally {
      process.kill(stack().pid, 'SIGCONT');
    }
    const back = async (): Promise<TokenAnswer | undefined> => {
      const asked = await ask();
      return asked.status === 200 ? asked : undefined;
    };
    const answer = await until('the executor is back', back, BACK_WITHIN_MS);
    assert.deepEqual(told(answer), { per_hour: [2, 1] });
  });

  it('gives no more to those who ask at once', async () => {
    const { ask } = await clientWith({ per_hour: 5 });
    const answers = await Promise.all(Array.from({ length: 30 }, () => ask({ wait: '1' })));
    assert.deepEqual(
      [200, 429].map((status) => answers.filter((answer) => answer.status === status).length),
      [5, 25],
    );
  });

  it('of a client whose tokens for the Management API are asked for does not count those', async () => {
    const { id, ask } = await clientWith({ per_hour: 1 });
    await addGrant(stack(), id, `${stack().url}/api/v2/`, ['read:clients']);
    await stack().announceChange();
    for (let n = 0; n < 3; n++) {
      const answer = await ask({ audience: `${stack().url}/api/v2/` });
      assert.deepEqual([answer.status, answer.headers.get(QUOTA_HEADER)], [200, null]);
    }
  });
});

describe('a quota that is observed', () => {
  it('refuses nothing, says so in the header, and has the logs and events tell once of each threshold', async () => {
    const { id, ask } = await clientWith({ enforce: false, per_hour: 5 });
    for (const remaining of [4, 3, 2, 1, 0, 0, 0]) {
      const answer = await ask();
      assert.deepEqual([answer.status, told(answer)], [200, { per_hour: [5, remaining] }]);
    }
    const expected = [60, 80, 100].map((percent) => [percent, percent / 20]);
    const warnings = await until('the events', async () => {
      const found = (await warningsInStream()).filter(({ client_id }) => client_id === id);
      return found.length >= 3 ? found : undefined;
    });
    assert.deepEqual(
      warnings.map(({ threshold_percent, used }) => [threshold_percent, used]),
      expected,
    );
    const { window, quota, enforce, client_name } = warnings[0] ?? assert.fail();
    assert.deepEqual([window, quota, enforce, client_name], ['per_hour', 5, false, 'Counted']);
    const logs = await until('the logs', async () => {
      const { body } = await api.call('GET', `/logs?q=client_id:${id}%20AND%20type:token_quota_consumption_warning`);
      return (body as object[]).length >= 3 ? (body as { description: string; details: object }[]) : undefined;
    });
    assert.deepEqual(logs.map(({ description }) => description).sort(), [
      '100 % of the quota of tokens per_hour used: 5 of 5',
      '60 % of the quota of tokens per_hour used: 3 of 5',
      '80 % of the quota of tokens per_hour used: 4 of 5',
    ]);
  });
});

async function warningsInStream(): Promise<QuotaWarning[]> {
  const { streams } = await jetstreamManager(await stack().bus());
  const { state } = await streams.info(EVENTS_STREAM);
  const found: QuotaWarning[] = [];
  for (let seq = state.first_seq; state.messages > 0 && seq <= state.last_seq; seq++) {
    const message = await streams.getMessage(EVENTS_STREAM, { seq });
    if (message === null) continue;
    for (const event of StreamEvents.parse(message.json()).events) {
      if (event.type === 'quota.warning') found.push(event);
    }
  }
  return found;
}

describe('the quota of a client', () => {
  it("is the tenant's where the client has none, and neither is nothing", async () => {
    const [plain, own] = [await clientWith(undefined), await clientWith({ per_day: 7 })];
    assert.equal((await plain.ask()).headers.get(QUOTA_HEADER), null);
    const quota = { clients: { client_credentials: { enforce: false, per_hour: 9 } } };
    const set = await api.call('PATCH', '/tenants/settings', { default_token_quota: quota });
    assert.deepEqual((set.body as { default_token_quota: unknown }).default_token_quota, quota);
    await stack().announceChange();
    assert.deepEqual(told(await plain.ask()), { per_hour: [9, 8] });
    assert.deepEqual(told(await own.ask()), { per_day: [7, 6] });
    await api.call('PATCH', '/tenants/settings', { default_token_quota: null });
    await stack().announceChange();
    assert.equal((await plain.ask()).headers.get(QUOTA_HEADER), null);
  });

  it('is changed, and taken away, by its management', async () => {
    const { id, ask } = await clientWith({ per_hour: 1 });
    assert.equal((await ask()).status, 200);
    assert.equal((await ask()).status, 429);
    const patch = (token_quota: object | null) => api.call('PATCH', `/clients/${id}`, { token_quota });
    const { body } = await patch({ client_credentials: { per_hour: 3 } });
    assert.deepEqual((body as { token_quota: unknown }).token_quota, {
      client_credentials: { enforce: true, per_hour: 3 },
    });
    await stack().announceChange();
    assert.deepEqual(told(await ask()), { per_hour: [3, 1] });
    assert.equal(((await patch(null)).body as { token_quota?: unknown }).token_quota, undefined);
    await stack().announceChange();
    assert.equal((await ask()).headers.get(QUOTA_HEADER), null);
  });

  for (const [token_quota, message] of [
    [{}, "'is required' on property token_quota.client_credentials."],
    [quotaBody({}).token_quota, "'must have per_hour, per_day or both' on property token_quota.client_credentials."],
    [
      quotaBody({ per_hour: 0 }).token_quota,
      "'must be at least 1 token; leave it out for no quota' on property token_quota.client_credentials.per_hour.",
    ],
    [
      quotaBody({ per_day: 1.5 }).token_quota,
      "'must be a whole number of tokens' on property token_quota.client_credentials.per_day.",
    ],
    [
      quotaBody({ per_day: 1, per_week: 1 }).token_quota,
      "'Additional properties not allowed: per_week' on property token_quota.client_credentials.",
    ],
  ] as const) {
    it(`is refused as ${JSON.stringify(token_quota)}`, async () => {
      const { status, body } = await api.call('POST', '/clients', { name: 'Odd', token_quota });
      assert.deepEqual([status, (body as { message: string }).message], [400, `Payload validation error: ${message}`]);
    });
  }
});

describe('the use of a quota, as management tells it', () => {
  type Usage = { client_credentials?: { per_hour?: { used: number; remaining: number; resets_at: string } } };
  const usageOf = async (id: string): Promise<Usage> => {
    const { status, body } = await api.call('GET', `/clients/${id}/token-quota-usage`);
    assert.equal(status, 200, JSON.stringify(body));
    return body as Usage;
  };
  const usedUntil = (id: string, used: number): Promise<Usage> =>
    until(`${String(used)} tokens are used`, async () => {
      const usage = await usageOf(id);
      return usage.client_credentials?.per_hour?.used === used ? usage : undefined;
    });
  const nearQuota = async (more = ''): Promise<string[]> => {
    const { status, body } = await api.call('GET', `/clients?near_quota=true&fields=client_id${more}`);
    assert.equal(status, 200, JSON.stringify(body));
    return (body as { client_id: string }[]).map(({ client_id }) => client_id);
  };

  it('is what was issued, by window, whoever set the quota', async () => {
    const { id, ask } = await clientWith({ enforce: false, per_hour: 5, per_day: 50 });
    for (let n = 0; n < 3; n++) await ask();
    const { client_credentials } = await usedUntil(id, 3);
    const hourEnd = new Date((Math.floor(Date.now() / 3_600_000) + 1) * 3_600_000).toISOString();
    const dayEnd = new Date((Math.floor(Date.now() / 86_400_000) + 1) * 86_400_000).toISOString();
    assert.deepEqual(client_credentials, {
      enforce: false,
      set_by: 'client',
      per_hour: { quota: 5, used: 3, remaining: 2, resets_at: hourEnd },
      per_day: { quota: 50, used: 3, remaining: 47, resets_at: dayEnd },
    });
    const plain = await clientWith(undefined);
    assert.deepEqual(await usageOf(plain.id), { client_id: plain.id });
    const quota = { clients: { client_credentials: { per_hour: 9 } } };
    await api.call('PATCH', '/tenants/settings', { default_token_quota: quota });
    try {
      assert.deepEqual(await usageOf(plain.id), {
        client_id: plain.id,
        client_credentials: {
          enforce: true,
          set_by: 'tenant',
          per_hour: { quota: 9, used: 0, remaining: 9, resets_at: hourEnd },
        },
      });
    } finally {
      await api.call('PATCH', '/tenants/settings', { default_token_quota: null });
      await stack().announceChange();
    }
    assert.equal((await api.call('GET', '/clients/nobody/token-quota-usage')).status, 404);
  });

  it('finds the clients that have used 80 % of one, beside what else was asked for', async () => {
    const [near, far] = [await clientWith({ per_hour: 5 }), await clientWith({ per_hour: 5, per_day: 6 })];
    for (let n = 0; n < 4; n++) await near.ask();
    for (let n = 0; n < 3; n++) await far.ask();
    await usedUntil(near.id, 4);
    await usedUntil(far.id, 3);
    const found = await nearQuota();
    assert(found.includes(near.id));
    assert(!found.includes(far.id));
    assert.deepEqual(await nearQuota(`&q=client_id:${near.id}&sort=name:1`), [near.id]);
    assert.deepEqual(await nearQuota(`&q=client_id:${far.id}`), []);
    await api.call('PATCH', `/clients/${near.id}`, { token_quota: { client_credentials: { per_hour: 500 } } });
    assert(!(await nearQuota()).includes(near.id));
    assert.equal((await api.call('GET', '/clients?near_quota=false')).status, 400);
  });
});

describe('the count', () => {
  /** Until a gateway has heard what others counted, by a request that is not counted itself. */
  const untilLeft = (left: number, ask: Asking): Promise<true> =>
    until(`${String(left)} tokens are left`, async () => {
      const denied = await ask({ deny: '1' });
      assert.equal(denied.status, 400);
      return told(denied).per_hour?.[1] === left ? true : undefined;
    });

  it('is shared by gateways, and outlives them all, killed once they have told each other of the last token', async () => {
    const { ask } = await clientWith({ per_hour: 10 });
    replica = await startAnother(stack(), 'gateway');
    const { url } = replica;
    const other: Asking = (overrides) => ask(overrides, url);
    for (let n = 0; n < 3; n++) assert.equal((await ask()).status, 200);
    for (let n = 0; n < 2; n++) assert.equal((await other()).status, 200);
    await untilLeft(5, ask);
    assert.deepEqual(told(await ask()), { per_hour: [10, 4] });
    assert.deepEqual(told(await other()).per_hour?.[0], 10);
    await untilLeft(3, other);
    assert.deepEqual(told(await other()), { per_hour: [10, 2] });
    await untilLeft(2, ask);

    await replica.kill();
    const [pid] = stack().pidsOf('gateway');
    assert(pid !== undefined);
    process.kill(pid, 'SIGKILL');
    const first = await until('the gateway is back', () => ask().catch(() => undefined), BACK_WITHIN_MS);
    assert.deepEqual(told(first), { per_hour: [10, 1] });
    assert.equal((await ask()).status, 200);
    assert.equal((await ask()).status, 429);
  });
});
