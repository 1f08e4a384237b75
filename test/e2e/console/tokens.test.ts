import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { assertNoComplaints, noChromium, picture, withBrowser } from '../../support/browser.ts';
import { signIn } from '../../support/console.ts';
import { requestToken } from '../../support/token-request.ts';
import { until } from '../../support/until.ts';
import { withStack } from '../../support/with-stack.ts';

/** How late a request may be in the list that follows; a busy machine is later. */
const LIVE_WITHIN_MS = 20_000;

const HOOK = `module.exports = function (client, scope, audience, context, cb) {
  console.log('a token for %s', client.name);
  if (context.body.deny) return cb(new InvalidScopeError('not today'));
  cb(null, { scope: scope.concat('extra'), sub: 'x', plan: 'gold', 'https://example.com/plan': 'gold' });
};
`;

/** Searches, and waits until the address says so. */
async function find(page: Page, text: string): Promise<void> {
  await page.getByLabel('Client, correlation id, jti or trace').fill(text);
  await page.waitForURL((url) => url.searchParams.get('find') === text);
}

describe('requests for tokens in the browser', { skip: noChromium }, () => {
  const stack = withStack({ hasConsole: true });
  const browser = withBrowser();

  it('are in the list with what became of them, and found by client, outcome and correlation id', async () => {
    const looked = await browser.open();
    const { page } = looked;
    await requestToken(stack(), {}, { 'x-correlation-id': 'order-17' });
    await requestToken(stack(), { client_secret: 'wrong'.repeat(10) });
    await signIn(page, stack(), 'tokens');
    const rows = page.getByRole('row');
    const show = async (what: string, count: number): Promise<void> => {
      await until(what, async () => {
        if ((await rows.count()) === count + 1) return true;
        await page.reload();
        return false;
      });
    };
    await page.getByLabel('API').selectOption({ label: 'Demo API' });
    await show('the issued one', 1);
    assert.match((await rows.nth(1).textContent()) ?? '', /✓ issued.*read:data extra.*tutorial/);
    await picture(page, 'tokens');

    await page.getByLabel('API').selectOption({ label: 'Any API' });
    await page.getByLabel('Outcome').selectOption({ label: 'Refused or failed' });
    await show('the refused one', 1);
    assert.match((await rows.nth(1).textContent()) ?? '', /✕ (?:access_denied|invalid_client)/);
    assert.match(page.url(), /outcome=refused/);

    await page.getByLabel('Outcome').selectOption({ label: 'Any outcome' });
    await find(page, 'order-17');
    await show('the one of the correlation id', 1);
    await find(page, 'nothing is called so');
    await page.getByRole('heading', { name: 'No request is like that' }).waitFor();
    await picture(page, 'tokens-none');
    await page.getByRole('button', { name: 'Show all' }).click();
    await page.getByRole('row').nth(2).waitFor();
    assertNoComplaints(looked);
  });

  it('each tell who asked, what the token has, what was dropped and why, and lead to the code that ran', async () => {
    const looked = await browser.open();
    const { page } = looked;
    await signIn(page, stack(), 'hooks');
    await page.getByRole('link', { name: 'tutorial' }).click();
    await page.getByRole('textbox', { name: 'Code of the hook' }).click();
    await page.keyboard.press('Control+a');
    await page.keyboard.insertText(HOOK);
    await page.keyboard.press('Control+Shift+Enter');
    await page.getByRole('dialog').getByRole('button', { name: 'Deploy', exact: true }).click();
    await page.getByText(/^r\d+ is deployed$/).waitFor();
    await requestToken(stack(), {}, { 'x-correlation-id': 'shaped-1' });
    await until('the log', async () => {
      await page.goto(`${stack().url}/console/tokens?find=shaped-1`);
      return (await page.getByRole('row').count()) > 1;
    });
    await page.getByRole('row').nth(1).getByRole('link').click();

    const token = page.getByRole('region', { name: 'Token' });
    await token.getByText('https://example.com/plan').waitFor();
    assert.equal(await token.locator('.scope.added').textContent(), 'extra');
    const dropped = page.getByRole('region', { name: 'Dropped' });
    await dropped.getByText('reserved for the issuer').waitFor();
    await dropped.getByText('no namespace').waitFor();
    await page.getByRole('region', { name: 'Request' }).getByText('shaped-1').waitFor();
    await picture(page, 'token');

    await page.getByRole('button', { name: 'Run it again' }).click();
    await page
      .getByRole('region', { name: 'Console' })
      .getByText(/^a token for /)
      .waitFor();
    await picture(page, 'token-again');

    await page.getByRole('link', { name: 'tutorial' }).click();
    await page.getByRole('dialog').getByText('not today').waitFor();
    await picture(page, 'revision');
    assertNoComplaints(looked);
  });

  it('that are refused show the error as the client saw it', async () => {
    const looked = await browser.open();
    const { page } = looked;
    const { status, body } = await requestToken(stack(), { deny: '1' }, { 'x-correlation-id': 'refused-1' });
    assert.equal(status, 400);
    await signIn(page, stack());
    await until('the log', async () => {
      await page.goto(`${stack().url}/console/tokens?find=refused-1&error=${String(body.error)}`);
      return (await page.getByRole('row').count()) > 1;
    });
    await page.getByRole('row').nth(1).getByRole('link').click();
    await page
      .getByRole('region', { name: 'Why there is no token' })
      .getByText(`400 ${String(body.error)}`)
      .waitFor();
    await page.getByText('It refused the token').waitFor();
    await picture(page, 'token-refused');
    assertNoComplaints(looked);
  });

  it('are counted by the minute, with what was deployed, and lead to the requests', async () => {
    const looked = await browser.open();
    const { page } = looked;
    await signIn(page, stack());
    const total = page.locator('.totals');
    await until('the figures', async () => {
      await page.goto(`${stack().url}/console/figures`);
      return /refused or failed\s*[1-9]/.test((await total.textContent()) ?? '');
    });
    await page.getByRole('img', { name: /^Tokens and refusals: \d+ issued/ }).waitFor();
    await page
      .getByRole('region', { name: 'What was changed' })
      .getByText('Deploy a revision of a hook')
      .first()
      .waitFor();
    assert.ok((await page.locator('.plot-change').count()) > 0);
    await picture(page, 'figures');
    const most = page.getByRole('region', { name: 'Most requests' });
    await most.getByRole('radio', { name: 'Errors' }).check();
    await most.getByRole('link', { name: 'invalid_scope' }).waitFor();
    await most.getByRole('radio', { name: 'Hooks and Actions' }).check();
    await most.getByRole('columnheader', { name: 'Hook or Action' }).waitFor();
    await picture(page, 'figures-by-hook');
    const [, byHook = '', refusedByHook = ''] = await most.getByRole('row').nth(1).getByRole('cell').allTextContents();
    assert.ok(Number(byHook) > 0 && Number(refusedByHook) > 0, `${byHook} ${refusedByHook}`);
    await most.getByRole('row').nth(1).getByRole('link').click();
    await page.getByRole('row').nth(1).waitFor();
    assert.equal((await page.getByRole('row').count()) - 1, Number(byHook) + Number(refusedByHook));
    await page.goBack();
    await total.waitFor();
    await page.getByRole('button', { name: 'Show as a table' }).click();
    const step = page.getByRole('region', { name: 'Plots' }).getByRole('row').nth(1);
    const cells = (await step.getByRole('cell').allTextContents()).map(Number);
    const [issued = 0, refused = 0] = cells.slice(1);
    assert.ok(issued + refused > 0);
    await picture(page, 'figures-table');
    await step.getByRole('link').click();
    await page.getByRole('button', { name: /show all times$/ }).waitFor();
    await page.getByRole('row').nth(1).waitFor();
    assert.equal((await page.getByRole('row').count()) - 1, issued + refused);
    await picture(page, 'tokens-of-a-minute');
    await page.goto(`${stack().url}/console/figures?range=week`);
    await total.waitFor();
    await page.getByRole('img', { name: /^Tokens and refusals/ }).click({ position: { x: 1, y: 50 } });
    await page.getByRole('heading', { name: 'No request is like that' }).waitFor();
    assertNoComplaints(looked);
  });

  it('appear while somebody looks', async () => {
    const looked = await browser.open();
    const { page } = looked;
    await signIn(page, stack(), 'tokens?find=live-');
    await page.getByLabel('Live').check();
    await page.getByText('Requests appear as they are made.').waitFor();
    await requestToken(stack(), {}, { 'x-correlation-id': 'live-2' });
    await find(page, 'live-3');
    await page.getByText('No request is like that').waitFor();
    const startedMs = performance.now();
    await requestToken(stack(), {}, { 'x-correlation-id': 'live-3' });
    await page.getByRole('row').nth(1).waitFor({ timeout: LIVE_WITHIN_MS });
    assert.ok(performance.now() - startedMs < LIVE_WITHIN_MS);
    await page.getByText('1 since then.').waitFor();
    await picture(page, 'tokens-live');
    assertNoComplaints(looked);
  });
});
