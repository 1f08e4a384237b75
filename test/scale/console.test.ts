import assert from 'node:assert/strict';
import { before, describe, it, type TestContext } from 'node:test';
import type { Page } from 'playwright-core';
import { assertNoComplaints, noChromium, picture, withBrowser } from '../support/browser.ts';
import { signIn } from '../support/console.ts';
import { openManagement } from '../support/management.ts';
import { withStack } from '../support/with-stack.ts';
import { CLIENTS, fillClients, fillLogs, INTERVAL_MS, LOGS, nameOf, NEWEST } from './fill-logs.ts';

/** A busy machine has a tenth of the time of one that is not. */
const BUSY_FACTOR = process.env.HOOKMINT_TEST_QUIET === '1' ? 1 : 10;
const FIRST_ROWS_WITHIN_MS = 1_000;
const FOUND_WITHIN_MS = 300;
const GROUPED_WITHIN_MS = 1_000;
const MAX_GROUPED = 50_000;
const MAX_ROWS = 1_000;
const MAX_HEAP_MIB = 150;

describe('the console of a large tenant', { skip: noChromium }, () => {
  const stack = withStack({ own: true, hasConsole: true });
  const browser = withBrowser();
  before(async () => {
    const startedMs = performance.now();
    const db = await stack().db();
    await fillClients(db, stack().clientId);
    await fillLogs(db);
    process.stdout.write(`scale: filled in ${((performance.now() - startedMs) / 1_000).toFixed(1)} s\n`);
  });

  it(`shows ${String(LOGS)} requests for tokens, and finds each kind of them, in one request`, async (test) => {
    const looked = await browser.open();
    const { page } = looked;
    await signIn(page, stack(), 'hooks');
    await page.getByRole('link', { name: 'tutorial' }).waitFor();
    const asked = requestsOf(page, '/api/v2/logs');
    await bounded(test, 'first rows of the logs', FIRST_ROWS_WITHIN_MS, async () => {
      const startedMs = performance.now();
      await page.getByRole('link', { name: 'Tokens' }).click();
      await page.getByRole('row').nth(50).waitFor();
      return performance.now() - startedMs;
    });
    assert.equal(asked.splice(0).length, 1);

    const find = (text: string) => () => page.getByLabel('Client, correlation id, jti or trace').fill(text);
    const choose = (label: string, option: string) => () => page.getByLabel(label).selectOption({ label: option });
    type Search = [what: string, search: () => Promise<unknown>, rows: number];
    const each = async (searches: readonly Search[]): Promise<void> => {
      for (const [what, search, count] of searches) {
        await bounded(test, `a search for ${what}`, FOUND_WITHIN_MS, async () => {
          const answered = page.waitForResponse(/\/api\/v2\/logs\?/);
          await search();
          const answer = await answered;
          await answer.finished();
          assert.equal(answer.status(), 200, what);
          assert.equal(((await answer.json()) as unknown[]).length, count, what);
          return answer.request().timing().responseEnd;
        });
        assert.equal(asked.splice(0).length, 1, what);
      }
    };
    await each([
      ['a client', find(nameOf(NEWEST.client)), NEWEST.requestsOfClient],
      ['the beginning of every name', find('Worker'), 50],
      ['a correlation id', find(NEWEST.correlationId), 1],
      ['a jti', find(NEWEST.jti), 1],
      ['what nobody is called', find('Nobody at all'), 0],
    ]);
    await page.goto(`${stack().url}/console/tokens`);
    await page.getByRole('row').nth(50).waitFor();
    asked.splice(0);
    await each([
      ['refusals', choose('Outcome', 'Refused or failed'), 50],
      ['refusals by an error', choose('Error', 'access_denied'), 50],
      ['refusals by the hook and an error', choose('Hook or Action', 'tutorial'), 50],
      ['those of a day', choose('Time', 'Last day'), 50],
    ]);
    await picture(page, 'many-tokens');
    assertNoComplaints(looked);
  });

  it('counts the last 50,000 requests by their clients and hooks, and says since when', async (test) => {
    const api = await openManagement(stack());
    const from = new Date(Date.now() - LOGS * INTERVAL_MS).toISOString();
    for (const by of ['client_id', 'hook_id']) {
      await bounded(test, `requests by ${by}`, GROUPED_WITHIN_MS, async () => {
        const startedMs = performance.now();
        const { status, body } = await api.call('GET', `/stats/tokens/groups?by=${by}&from=${from}`);
        const tookMs = performance.now() - startedMs;
        assert.equal(status, 200, JSON.stringify(body));
        const { from: since, groups } = body as { from: string; groups: { issued: number; refused: number }[] };
        const expectedMs = Date.now() - MAX_GROUPED * INTERVAL_MS;
        assert.ok(Math.abs(Date.parse(since) - expectedMs) < 60 * INTERVAL_MS, since);
        const counted = groups.reduce((sum, { issued, refused }) => sum + issued + refused, 0);
        if (by === 'hook_id') assert.ok(Math.abs(counted - MAX_GROUPED) < 60, String(counted));
        else assert.equal(groups.length, 10);
        return tookMs;
      });
    }
  });

  it('keeps a bound of rows, and of memory', async (test) => {
    const looked = await browser.open();
    const { page } = looked;
    await signIn(page, stack(), 'tokens');
    const older = page.getByRole('button', { name: 'Show older' });
    for (let rows = 50; rows < MAX_ROWS; rows += 50) {
      await older.click();
      await page
        .getByRole('row')
        .nth(rows + 50)
        .waitFor();
    }
    await page.getByText('Narrow the search to see older ones.').waitFor();
    assert.equal(await older.count(), 0);
    const { metrics } = await page
      .context()
      .newCDPSession(page)
      .then(async (session) => {
        await session.send('Performance.enable');
        return session.send('Performance.getMetrics');
      });
    const heapMib = (metrics.find(({ name }) => name === 'JSHeapUsedSize')?.value ?? Infinity) / 1_048_576;
    test.diagnostic(`${heapMib.toFixed(0)} MiB of heap`);
    assert.ok(heapMib <= MAX_HEAP_MIB, `${heapMib.toFixed(0)} MiB`);
    assertNoComplaints(looked);
  });

  it(`finds one of ${String(CLIENTS)} clients by three letters, in one request`, async (test) => {
    const looked = await browser.open();
    const { page } = looked;
    await signIn(page, stack(), 'hooks');
    await page.getByRole('link', { name: 'tutorial' }).waitFor();
    const asked = requestsOf(page, '/api/v2/');
    await bounded(test, 'first rows of the clients', FIRST_ROWS_WITHIN_MS, async () => {
      const startedMs = performance.now();
      await page.getByRole('link', { name: 'Clients' }).click();
      await page.getByRole('row').nth(50).waitFor();
      return performance.now() - startedMs;
    });
    assert.equal(asked.splice(0).length, 1);
    await picture(page, 'clients');

    await bounded(test, 'a search for a client', FOUND_WITHIN_MS, async () => {
      const answered = page.waitForResponse(/\/clients\?/);
      await page.getByLabel('Beginning of a name or id').fill('zür');
      const answer = await answered;
      await page.getByText('1 client', { exact: true }).waitFor();
      return answer.request().timing().responseEnd;
    });
    assert.equal(asked.splice(0).length, 1);
    assert.equal(await page.getByRole('row').count(), 2);
    await picture(page, 'clients-found');
    assertNoComplaints(looked);
  });
});

/** Requests of the page to the API from now on, as they are made. */
function requestsOf(page: Page, path: string): string[] {
  const asked: string[] = [];
  page.on('request', (request) => {
    if (request.url().includes(path)) asked.push(request.url());
  });
  return asked;
}

async function bounded(
  test: TestContext,
  what: string,
  withinMs: number,
  measure: () => Promise<number>,
): Promise<void> {
  const tookMs = await measure();
  test.diagnostic(`${what}: ${tookMs.toFixed(0)} ms`);
  assert.ok(tookMs <= withinMs * BUSY_FACTOR, `${what}: ${tookMs.toFixed(0)} ms`);
}
