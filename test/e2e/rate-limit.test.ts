import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { randomBytes } from 'node:crypto';
import { startAnother, type AnotherService } from '../support/another-service.ts';
import { openManagement, type Management } from '../support/management.ts';
import { addClient, addGrant } from '../support/tenant-fixtures.ts';
import { requestToken, type TokenAnswer } from '../support/token-request.ts';
import { withStack } from '../support/with-stack.ts';

const BURST = 10;
const PER_SECOND = 2;
const FAILURES_PER_MINUTE = 4;
const HEARD_WITHIN_MS = 30_000;
const LIMITS = {
  HOOKMINT_CLIENT_RATE_PER_SECOND: String(PER_SECOND),
  HOOKMINT_CLIENT_RATE_BURST: String(BURST),
  HOOKMINT_FAILED_AUTHENTICATIONS_PER_MINUTE: String(FAILURES_PER_MINUTE),
  // So that a test is an address of its own.
  HOOKMINT_TRUSTED_PROXIES: '1',
};

let api: Management;
const gateways: AnotherService[] = [];
const stack = withStack({ hook: null }, async (started) => {
  api = await openManagement(started);
  for (const mode of ['enforce', 'observe']) {
    gateways.push(await startAnother(started, 'gateway', { env: { ...LIMITS, HOOKMINT_RATE_LIMIT_MODE: mode } }));
  }
});
after(() => Promise.all(gateways.map((gateway) => gateway.kill())));

const urlOf = (mode: 'enforce' | 'observe'): string => gateways[mode === 'enforce' ? 0 : 1]?.url ?? assert.fail();
const delay = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

let clients = 0;
async function newClient(): Promise<{ id: string; secret: string }> {
  const [id, secret] = [`limited-${String(++clients)}`, randomBytes(32).toString('hex')];
  await addClient(stack(), { client_id: id }, [secret]);
  await addGrant(stack(), id, stack().audience, []);
  await stack().announceChange();
  return { id, secret };
}

type Asked = { url: string; id: string; secret: string; ip?: string };
const ask = ({ url, id, secret, ip = '192.0.2.1' }: Asked): Promise<TokenAnswer> =>
  requestToken({ ...stack(), url }, { client_id: id, client_secret: secret }, { 'x-forwarded-for': ip });

async function askTimes(times: number, asked: Asked): Promise<TokenAnswer[]> {
  const answers: TokenAnswer[] = [];
  for (let n = 0; n < times; n++) answers.push(await ask(asked));
  return answers;
}

const statuses = (answers: TokenAnswer[]): number[] => answers.map(({ status }) => status);
const times = (count: number, status: number): number[] => Array<number>(count).fill(status);

type Log = { type: string; description: string; ip?: string; details: { enforce: boolean; limit: string } };
/** The logs of a client's limits, once there is one, and whatever comes within the time that a second would need. */
async function limitLogs(clientId: string): Promise<Log[]> {
  const untilMs = Date.now() + HEARD_WITHIN_MS;
  for (;;) {
    await delay(200);
    const { body } = await api.call('GET', `/logs?q=client_id:${clientId}%20AND%20type:api_limit`);
    if ((body as Log[]).length > 0) return body as Log[];
    assert(Date.now() < untilMs, 'no log tells of it');
  }
}

describe('the rate of a client', () => {
  it('has no limit unless one is set', async () => {
    const { id, secret } = await newClient();
    const answers = await askTimes(3 * BURST, { url: stack().url, id, secret });
    assert.deepEqual(statuses(answers), times(3 * BURST, 200));
    assert.equal(answers[0]?.headers.get('x-ratelimit-limit'), null);
  });

  it('over its limit is refused with headers that tell when it is not, and is not the rate of another', async () => {
    const [{ id, secret }, other] = [await newClient(), await newClient()];
    const url = urlOf('enforce');
    const answers = await Promise.all(Array.from({ length: BURST + 5 }, () => ask({ url, id, secret })));
    const refused = answers.filter(({ status }) => status === 429);
    assert.deepEqual([answers.length - refused.length, refused.length], [BURST, 5]);
    for (const { headers, body } of refused) {
      assert.deepEqual(body, { error: 'too_many_requests', error_description: 'Rate limit exceeded' });
      assert.equal(headers.get('x-ratelimit-limit'), String(BURST));
      assert.equal(headers.get('x-ratelimit-remaining'), '0');
      const seconds = Number(headers.get('retry-after'));
      assert(seconds >= 1 && seconds <= BURST / PER_SECOND, String(seconds));
      assert(Math.abs(Number(headers.get('x-ratelimit-reset')) - Date.now() / 1000) <= BURST / PER_SECOND + 1);
    }
    const remaining = answers.map(({ headers }) => Number(headers.get('x-ratelimit-remaining')));
    assert.deepEqual(new Set(remaining), new Set(Array.from({ length: BURST }, (_, n) => n)));
    assert.equal((await ask({ url, ...other })).status, 200);
    await delay((BURST / PER_SECOND) * 1000);
    assert.equal((await ask({ url, id, secret })).status, 200);
  });

  it('is used up by nobody who cannot authenticate', async () => {
    const { id, secret } = await newClient();
    const url = urlOf('enforce');
    for (let n = 0; n < BURST + 1; n++) {
      assert.equal((await ask({ url, id, secret: 'wrong', ip: `198.51.100.${String(n)}` })).status, 401);
    }
    const { status, headers } = await ask({ url, id, secret });
    assert.deepEqual([status, headers.get('x-ratelimit-remaining')], [200, String(BURST - 1)]);
  });

  it('over a limit that is observed is answered as any other, and told of once', async () => {
    const { id, secret } = await newClient();
    const answers = await askTimes(2 * BURST, { url: urlOf('observe'), id, secret });
    assert.deepEqual(statuses(answers), times(2 * BURST, 200));
    assert.equal(answers.at(-1)?.headers.get('x-ratelimit-remaining'), '0');
    const logs = await limitLogs(id);
    assert.deepEqual(
      logs.map(({ description, details }) => [description, details.enforce]),
      [['More than 10 requests for tokens in 5 s, not refused', false]],
    );
  });
});

describe('failures to authenticate', () => {
  it('of a client from an address are refused as too many at last, and told of once', async () => {
    const { id } = await newClient();
    const url = urlOf('enforce');
    const guess = { url, id, secret: 'wrong', ip: '203.0.113.1' };
    const answers = await askTimes(FAILURES_PER_MINUTE + 2, guess);
    assert.deepEqual(statuses(answers), [...times(FAILURES_PER_MINUTE, 401), 429, 429]);
    const { headers, body } = await ask(guess);
    assert.deepEqual(body, {
      error: 'too_many_requests',
      error_description: 'Too many failed attempts to authenticate',
    });
    const seconds = Number(headers.get('retry-after'));
    assert(seconds > 30 && seconds <= 60, String(seconds));
    assert.deepEqual(
      (await limitLogs(id)).map(({ ip, description }) => [ip, description]),
      [['203.0.113.1', 'More than 4 failures to authenticate from one address in 60 s']],
    );
  });

  it('lock nobody out: the right secret is taken, from the same address, while others fail', async () => {
    const { id, secret } = await newClient();
    const guess = { url: urlOf('enforce'), id, secret: 'wrong', ip: '203.0.113.6' };
    await askTimes(FAILURES_PER_MINUTE + 1, guess);
    const guesses = Promise.all(Array.from({ length: 50 }, () => ask(guess)));
    const answers = await askTimes(5, { ...guess, secret });
    assert.deepEqual(statuses(answers), times(5, 200));
    assert.equal((await guesses).filter(({ status }) => status === 200).length, 0);
  });

  it('are counted by /64 of IPv6, and by the address of IPv4 however it is written', async () => {
    for (const [ips, elsewhere] of [
      [
        ['2001:db8:1:2::1', '2001:DB8:1:2::2', '[2001:db8:1:2:3::4]:443', '2001:db8:1:2:ffff::', '2001:db8:1:2::5'],
        '2001:db8:1:3::1',
      ],
      [
        ['203.0.113.7', '::ffff:203.0.113.7', '203.0.113.7:1234', '::ffff:cb00:7107', '[::ffff:203.0.113.7]:1'],
        '203.0.113.8',
      ],
    ] as const) {
      const { id } = await newClient();
      const answers: TokenAnswer[] = [];
      for (const ip of [...ips, elsewhere]) answers.push(await ask({ url: urlOf('enforce'), id, secret: 'wrong', ip }));
      assert.deepEqual(statuses(answers), [...times(FAILURES_PER_MINUTE, 401), 429, 401]);
    }
  });

  it('touch neither other clients behind the address nor the client elsewhere', async () => {
    const [{ id, secret }, neighbour] = [await newClient(), await newClient()];
    const url = urlOf('enforce');
    const ip = '203.0.113.2';
    const answers = await askTimes(FAILURES_PER_MINUTE + 1, { url, id, secret: 'wrong', ip });
    assert.equal(answers.at(-1)?.status, 429);
    assert.equal((await ask({ url, ...neighbour, ip })).status, 200);
    assert.equal((await ask({ url, id, secret, ip: '203.0.113.3' })).status, 200);
  });

  it('are forgotten by a success', async () => {
    const { id, secret } = await newClient();
    const asked = { url: urlOf('enforce'), id, ip: '203.0.113.4' };
    for (let n = 0; n < 3; n++) {
      const failed = await askTimes(FAILURES_PER_MINUTE - 1, { ...asked, secret: 'wrong' });
      assert.deepEqual(statuses(failed), times(FAILURES_PER_MINUTE - 1, 401));
      assert.equal((await ask({ ...asked, secret })).status, 200);
    }
  });

  it('are not refused where they are observed, and a client nobody knows is counted as any other', async () => {
    const id = 'nobody';
    const asked = { url: urlOf('observe'), id, secret: 'wrong', ip: '203.0.113.5' };
    const answers = await askTimes(3 * FAILURES_PER_MINUTE, asked);
    assert.deepEqual(statuses(answers), times(3 * FAILURES_PER_MINUTE, 401));
    assert.deepEqual(
      (await limitLogs(id)).map(({ details }) => [details.limit, details.enforce]),
      [['failed_authentications', false]],
    );
  });
});
