import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { assertAccessible, assertFits, noChromium, picture, withBrowser } from '../../support/browser.ts';
import { signIn } from '../../support/console.ts';
import { openManagement, type Management } from '../../support/management.ts';
import { requestToken } from '../../support/token-request.ts';
import { until } from '../../support/until.ts';
import { withStack } from '../../support/with-stack.ts';

const CLAIM = 'https://example.com/plan';
/** Told once a second, and then asked for every two. */
const TOKENS = 6;

const scriptOf = (plan: string, first = ''): string =>
  `module.exports = (client, scope, audience, context, cb) => { ${first}\n  cb(null, { scope, '${CLAIM}': '${plan}' }); };`;

describe('changing a hook in the browser', { skip: noChromium }, () => {
  let management: Management;
  let hookId: string;
  const call = async (method: string, path: string, body?: unknown): Promise<Record<string, unknown>> => {
    const answer = await management.call(method, path, body);
    assert(answer.status < 300, JSON.stringify(answer.body));
    return answer.body as Record<string, unknown>;
  };
  const stack = withStack({ hasConsole: true }, async (started) => {
    management = await openManagement(started);
    const made = { name: 'plan', triggerId: 'credentials-exchange', script: scriptOf('old'), enabled: true };
    hookId = String((await call('POST', '/hooks', made)).id);
  });
  const browser = withBrowser();
  const draft = (script: string) => call('POST', `/hooks/${hookId}/revisions`, { script });
  const ask = async (parameters: Record<string, string> = {}): Promise<void> => {
    for (let n = 0; n < TOKENS; n++) await requestToken(stack(), parameters);
  };
  const rollout = async (page: Page): Promise<void> => {
    await signIn(page, stack(), `hooks/${hookId}/rollout`);
    await page.getByRole('heading', { name: 'For a part of the clients' }).waitFor();
  };
  const look = async (page: Page, name: string): Promise<void> => {
    await picture(page, name);
    await assertAccessible(page);
    await assertFits(page);
  };

  it('a revision is given to a part of the clients, watched, given back, and promoted, by two clicks each', async () => {
    const { page } = await browser.open({ bypassCSP: true });
    await rollout(page);
    await page.getByRole('heading', { name: 'There is no other revision yet' }).waitFor();
    await look(page, 'rollout-none');
    await draft(scriptOf('new'));
    await page.reload();
    await page.getByRole('button', { name: 'Deploy to a part…' }).click();
    const dialog = page.getByRole('dialog');
    await look(page, 'rollout-start');
    await dialog.getByLabel('Percent of the clients').fill('0');
    await dialog.getByRole('button', { name: 'Deploy to them' }).click();
    await dialog.getByText('must be above 0').waitFor();
    await dialog.getByLabel('Clients by name').fill(stack().clientId);
    await dialog.getByRole('button', { name: 'Deploy to them' }).click();
    await page.getByText('r2 shapes the tokens of a part of the clients').waitFor();
    const card = page.getByRole('region', { name: 'For a part of the clients' });
    await card.getByText(`shapes the tokens of ${stack().clientId}`).waitFor();
    await ask();
    await card.getByRole('row', { name: `Runs 0 ${String(TOKENS)}` }).waitFor();
    await look(page, 'rollout-on');

    await card.getByRole('button', { name: 'Return…' }).click();
    await look(page, 'rollout-return');
    await dialog.getByRole('button', { name: 'Return' }).click();
    await card.getByText('was returned: it shapes no more tokens').waitFor();
    await picture(page, 'rollout-returned');

    await card.getByRole('button', { name: 'Deploy to a part…' }).click();
    await dialog.getByLabel('Percent of the clients').fill('100');
    await dialog.getByRole('button', { name: 'Deploy to them' }).click();
    await card.getByText('shapes the tokens of 100 % of the clients').waitFor();
    await card.getByRole('button', { name: 'Promote…' }).click();
    await dialog.getByRole('button', { name: 'Promote' }).click();
    await card.getByText('was promoted').waitFor();
    const { script } = await call('GET', `/hooks/${hookId}`);
    assert.equal(script, scriptOf('new'));
  });

  it('one that does worse is shown to have returned by itself, with its reason and both figures', async () => {
    const { page } = await browser.open({ bypassCSP: true });
    await draft(scriptOf('bad', "if (context.body.fail) throw new Error('no luck');"));
    await rollout(page);
    await page.getByRole('button', { name: 'Deploy to a part…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Percent of the clients').fill('100');
    await dialog.getByLabel('More that fail').fill('2.5');
    await dialog.getByRole('button', { name: 'Deploy to them' }).click();
    const card = page.getByRole('region', { name: 'For a part of the clients' });
    await card.getByText('2.5 points more').waitFor();
    await ask({ fail: '1' });
    await card.getByText(/returned by itself/).waitFor();
    await card.getByText(/% of \d+ runs failed, 0 % of those of the deployed revision/).waitFor();
    await card.getByText('Its last minute').waitFor();
    await look(page, 'rollout-returned-by-itself');
    await page.getByText('r3 returned by itself', { exact: true }).waitFor();
  });

  it('checks that fail keep a revision from clients, unless somebody says so', async () => {
    const { page } = await browser.open({}, { expected: /status of 400/ });
    const script = scriptOf('checked');
    const checks = [{ name: 'plan', expect: { claims: { [CLAIM]: 'full' } } }];
    await call('POST', `/hooks/${hookId}/revisions`, { script, hookmint: { checks } });
    await rollout(page);
    await page.getByRole('button', { name: 'Deploy to a part…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Deploy to them' }).click();
    await dialog.getByText('hook_checks_failed').waitFor();
    await picture(page, 'rollout-checks');
    await dialog.getByLabel('Deploy it although checks fail').check();
    await dialog.getByRole('button', { name: 'Deploy to them' }).click();
    await page.getByText('shapes the tokens of 10 % of the clients').waitFor();
    await call('POST', `/hooks/${hookId}/gradual-deployment/return`, {});
  });

  it('a shadow is begun, its report comes as requests do, and it is stopped', async () => {
    const { page } = await browser.open({ bypassCSP: true });
    await draft(scriptOf('shadowed', "if (context.body.refuse) return cb(new InvalidScopeError('not today'));"));
    await rollout(page);
    const card = page.getByRole('region', { name: 'Beside what is deployed' });
    await card.getByRole('button', { name: 'Run a shadow…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Percent of the requests').fill('100');
    await look(page, 'shadow-start');
    await dialog.getByRole('button', { name: 'Run it' }).click();
    await card.getByText('It waits for requests').waitFor();
    await picture(page, 'shadow-waits');
    await ask();
    await ask({ refuse: '1' });
    await card.getByText(`${String(2 * TOKENS)} of ${String(2 * TOKENS)} differ`).waitFor();
    await card
      .getByRole('region', { name: 'Denied' })
      .getByText(/requests? of 1 client/)
      .waitFor();
    const changed = card.getByRole('region', { name: 'Claim changed' });
    await changed.getByText(CLAIM).click();
    await changed.getByText('"shadowed"').waitFor();
    await look(page, 'shadow');
    await card.getByRole('button', { name: 'Stop…' }).click();
    await dialog.getByRole('button', { name: 'Stop' }).click();
    await page.getByText('The shadow runs no more').waitFor();
    await card.getByRole('button', { name: 'Run a shadow…' }).waitFor();
  });

  it('a revision of the history is rehearsed', async () => {
    const { page } = await browser.open();
    await signIn(page, stack(), `hooks/${hookId}/revisions`);
    await page.getByRole('button', { name: 'Rehearse… r1' }).click();
    const dialog = page.getByRole('dialog', { name: 'Rehearse r1 of plan' });
    await dialog.getByRole('button', { name: 'Rehearse' }).click();
    await dialog.getByRole('region', { name: 'Claim changed' }).getByText(CLAIM).click();
    await dialog.getByText('"old"').first().waitFor();
  });

  it('requests are recorded, shown without what is left out, and deleted', async () => {
    const { page } = await browser.open({ bypassCSP: true });
    await signIn(page, stack(), 'recordings');
    await page.getByRole('heading', { name: 'No request is recorded yet' }).waitFor();
    await look(page, 'recordings-none');
    await page.getByRole('button', { name: 'Record…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Percent of the requests').fill('100');
    await dialog.getByLabel('Members of bodies').fill('tax_id\nnote');
    await look(page, 'recordings-edit');
    await dialog.getByRole('button', { name: 'Record' }).click();
    await page.getByText('● 100 % of the requests are recorded').waitFor();
    await until('the gateway knows, and a recording', async () => {
      await ask({ tax_id: 'DE-hidden-1', order: 'seen-1' });
      await page.reload();
      await page.getByRole('heading', { name: /100 % of the requests/ }).waitFor();
      await page.getByRole('heading', { name: 'No request is recorded yet' }).or(page.getByRole('table')).waitFor();
      return (await page.getByRole('row').count()) > 1;
    });
    await page.getByText(/^\d+ recordings?, .* KiB, the oldest/).waitFor();
    await look(page, 'recordings');
    await page.getByRole('button', { name: /^Show/ }).first().click();
    await dialog.getByText('seen-1').waitFor();
    await look(page, 'recording');
    assert.doesNotMatch(await page.content(), /DE-hidden-1|client_secret":\s*"(?!\[redacted\])/);
    await page.keyboard.press('Escape');

    await page.goto(`${stack().url}/console/hooks/${hookId}`);
    await page.getByRole('button', { name: 'Rehearse…' }).click();
    await dialog.getByRole('button', { name: 'Rehearse' }).click();
    await dialog.getByText('by recordings, network refused').waitFor();
    await page.keyboard.press('Escape');

    await page.goto(`${stack().url}/console/recordings?client=nobody`);
    await page.getByRole('heading', { name: 'Nothing is recorded of that client' }).waitFor();
    await page.goto(`${stack().url}/console/recordings`);
    await page.getByRole('button', { name: 'Change…' }).click();
    const names = ['tax_id', 'note', 'of_a_colleague'];
    const { body: settings } = await management.call('GET', '/tenants/settings');
    const { recording } = settings as { recording: object };
    const changed = await management.call('PATCH', '/tenants/settings', {
      recording: { ...recording, redact_body: names },
    });
    assert.equal(changed.status, 200);
    await dialog.getByLabel('Percent of the requests').fill('50');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.getByText(/Somebody has changed this since it was opened/).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByText('○ Nothing is recorded').waitFor();
    const { body: stopped } = await management.call('GET', '/tenants/settings');
    const { redact_body, percent } = (stopped as { recording: { redact_body: string[]; percent: number } }).recording;
    assert.deepEqual([percent, redact_body], [0, names]);
    await page.getByRole('button', { name: 'Delete all…' }).click();
    await look(page, 'recordings-delete');
    await dialog.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('heading', { name: 'No request is recorded yet' }).waitFor();
  });
});
