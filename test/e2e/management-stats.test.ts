import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { MINUTE_MS, tokenMinutesIn } from '../../shared/store/token-minutes.ts';
import { enableHook } from '../support/enable-hook.ts';
import { openManagement, type Management } from '../support/management.ts';
import { requestToken } from '../support/token-request.ts';
import { until } from '../support/until.ts';
import { withStack } from '../support/with-stack.ts';

const ISSUED = 40;
const REFUSED = 3;

type Figures = { issued: number; errors: Record<string, number>; p50_ms: number | null; p99_ms: number | null };
type Stats = { from: string; to: string; step_seconds: number; total: Figures; points: (Figures & { at: string })[] };

describe('figures of token requests', () => {
  const stack = withStack({ hook: null });
  let management: Management;
  before(async () => {
    management = await openManagement(stack());
  });
  const read = async (query = ''): Promise<Stats> => {
    const { status, body } = await management.call('GET', `/stats/tokens${query}`);
    assert.equal(status, 200, JSON.stringify(body));
    return body as Stats;
  };

  it('count every token and refusal once, and agree with the durations in the logs', async () => {
    const { total: earlier } = await read();
    for (let count = 0; count < ISSUED; count++) {
      assert.equal((await requestToken(stack(), {}, { 'user-agent': 'counted' })).status, 200);
    }
    for (let count = 0; count < REFUSED; count++) {
      assert.equal((await requestToken(stack(), { scope: 'none of it' })).status, 403);
    }
    const durationsInLogs = async (): Promise<number[]> => {
      const { body } = await management.call('GET', '/logs?q=type:seccft&per_page=100');
      return (body as { details: { duration_ms: number } }[])
        .map(({ details }) => details.duration_ms)
        .sort((a, b) => a - b);
    };
    // The token of the Management API may be counted before them or among them.
    await until('all of them, as often as they are in the logs', async () => {
      const { issued } = (await read()).total;
      return issued >= earlier.issued + ISSUED && issued === (await durationsInLogs()).length;
    });
    await until('the refusals', async () => (await read()).total.errors.access_denied === REFUSED);
    const { total, points, step_seconds } = await read();
    assert.equal(step_seconds, 60);
    assert.equal(
      points.reduce((sum, { issued }) => sum + issued, 0),
      total.issued,
    );
    for (const { at } of points) assert.equal(Date.parse(at) % MINUTE_MS, 0);

    const durations = await durationsInLogs();
    assert.equal(durations.length, total.issued);
    const exact = durations[Math.ceil(0.99 * durations.length) - 1] ?? NaN;
    assert.ok(Math.abs((total.p99_ms ?? NaN) / exact - 1) < 0.05, `${String(total.p99_ms)} for ${String(exact)}`);
    assert.ok((total.p50_ms ?? Infinity) <= (total.p99_ms ?? 0));
  });

  it('are of the steps and the range that are asked for', async () => {
    const db = await stack().db();
    const minutes = tokenMinutesIn(db);
    const at = (minute: number) => new Date(Date.parse('2026-01-01T00:00:00Z') + minute * MINUTE_MS);
    const range = (to: string, more = '') => `?from=2026-01-01T00:00:00Z&to=${to}${more}`;
    for (const minute of [0, 1, 5, 59, 60]) {
      await minutes.add({ at: at(minute), issued: 2, errors: { invalid_client: 1 }, durations: { 16: 2 } }, '1');
    }
    // A message that is read once more counts no more.
    for (const through of ['1', '0']) {
      await minutes.add({ at: at(0), issued: 9, errors: {}, durations: {} }, through);
    }
    await minutes.add({ at: at(1), issued: 3, errors: {}, durations: { 24: 3 } }, '2');
    const hour = await read(range('2026-01-01T01:00:00Z', '&step_seconds=300'));
    assert.deepEqual(
      hour.points.map(({ at: start, issued }) => [start, issued]),
      [
        ['2026-01-01T00:00:00.000Z', 7],
        ['2026-01-01T00:05:00.000Z', 2],
        ['2026-01-01T00:55:00.000Z', 2],
      ],
    );
    assert.deepEqual([hour.total.issued, hour.total.errors], [11, { invalid_client: 4 }]);
    assert.equal((await read(range('2026-01-01T02:00:00Z', '&step_seconds=3600'))).points.length, 2);
    for (const query of [
      range('2025-01-01T00:00:00Z'),
      range('2026-02-01T00:00:00Z'),
      range('2026-01-07T00:00:00Z'),
      range('2026-01-01T01:00:00Z', '&step_seconds=7'),
      '?from=yesterday',
    ]) {
      const { status, body } = await management.call('GET', `/stats/tokens${query}`);
      assert.deepEqual([status, (body as { errorCode: string }).errorCode], [400, 'invalid_query_string'], query);
    }
  });

  it('tell who asked most, for what, by which hooks and with which errors', async () => {
    const from = new Date().toISOString();
    const groups = async (by: string, more = ''): Promise<[value: string, issued: number, refused: number][]> => {
      const { status, body } = await management.call('GET', `/stats/tokens/groups?by=${by}&from=${from}${more}`);
      assert.equal(status, 200, JSON.stringify(body));
      return (body as { groups: { value: string; issued: number; refused: number }[] }).groups.map((group) => [
        group.value,
        group.issued,
        group.refused,
      ]);
    };
    const { body } = await management.call('POST', '/clients', { name: 'Rare', app_type: 'non_interactive' });
    const { client_id, client_secret } = body as { client_id: string; client_secret: string };
    for (let count = 0; count < 3; count++) assert.equal((await requestToken(stack())).status, 200);
    assert.equal((await requestToken(stack(), { scope: 'none of it' })).status, 403);
    for (let count = 0; count < 2; count++) {
      assert.equal((await requestToken(stack(), { client_id, client_secret })).status, 403);
    }
    const expected = [
      [stack().clientId, 3, 1],
      [client_id, 0, 2],
    ];
    await until('all logs', async () => isDeepStrictEqual(await groups('client_id'), expected));
    assert.deepEqual(await groups('client_id', '&limit=1'), expected.slice(0, 1));
    assert.deepEqual(await groups('audience'), [[stack().audience, 3, 3]]);
    assert.deepEqual(await groups('error_code'), [['access_denied', 0, 3]]);
    assert.deepEqual(await groups('hook_id'), []);
    await enableHook(stack(), 'module.exports = (client, scope, audience, context, cb) => cb(null, {});');
    await until('a token of the hook', async () => {
      await requestToken(stack());
      return (await groups('hook_id')).some(([value, issued]) => value === 'test-hook' && issued > 0);
    });
    assert.deepEqual(
      (await groups('hook_revision')).map(([, , refused]) => refused),
      [0],
    );
    for (const query of ['by=ip', 'by=client_id&limit=1000', 'by=client_id&from=tomorrow', '']) {
      const { status } = await management.call('GET', `/stats/tokens/groups?${query}`);
      assert.equal(status, 400, query);
    }
  });
});
