import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import {
  assertAccessible,
  assertFits,
  assertNoComplaints,
  noChromium,
  picture,
  withBrowser,
} from '../../support/browser.ts';
import { consoleLink } from '../../support/console.ts';
import { openManagement } from '../../support/management.ts';
import { providerEnv, startOpenIdProvider, type OpenIdProvider } from '../../support/openid-provider.ts';
import { startStack, type Stack } from '../../support/stack.ts';
import { until } from '../../support/until.ts';
import { editorOf } from './editor.ts';

const PEOPLE = {
  ada: { name: 'Ada Author', roles: ['writers', 'everybody'] },
  oscar: { name: 'Oscar Operator', roles: ['platform'] },
  walter: { name: 'Walter Watcher', roles: ['watchers'] },
  nobody: { name: 'Norah Nobody', roles: ['everybody'] },
};
const ROLES = { writers: 'author', platform: 'operator', watchers: ['read:logs'] };

describe('people in the browser', { skip: noChromium }, () => {
  let provider: OpenIdProvider;
  let stack: Stack;
  const browser = withBrowser();
  before(async () => {
    provider = await startOpenIdProvider(PEOPLE);
    stack = await startStack({ hasConsole: true, env: providerEnv(provider, ROLES) });
    provider.allow(`${stack.url}/console/sign-in/callback`);
  });
  after(async () => {
    await stack.stop();
    provider.stop();
  });

  /** As a person: by the page's link, the provider's forms, and back. */
  async function signInAt(page: Page, login: string, path = ''): Promise<void> {
    await page.goto(`${stack.url}/console/${path}`);
    await page.getByRole('link', { name: 'Continue with' }).click();
    await page.getByPlaceholder('Enter any login').fill(login);
    await page.getByPlaceholder('and password').fill('any');
    await page.getByRole('button', { name: 'Sign-in' }).click();
    await page.getByRole('button', { name: 'Continue' }).click();
  }

  const pagesOf = (page: Page) => page.getByRole('navigation', { name: 'Pages' });

  /** By the page itself, with its session. */
  const statusOf = (page: Page, path: string, method = 'GET'): Promise<number> =>
    page.evaluate(
      async ([url, verb]) => {
        const headers = { 'X-Hookmint-Console': '1', 'Content-Type': 'application/json' };
        return (await fetch(url, { method: verb, headers, ...(verb === 'GET' ? {} : { body: '{}' }) })).status;
      },
      [`${stack.url}/api/v2${path}`, method] as const,
    );

  it('sign in at the provider, to the page that they wanted, with what their roles give', async () => {
    // The provider's own pages ask for fonts of elsewhere.
    const looked = await browser.open({}, { expected: /status of 40[0134]|ERR_NAME_NOT_RESOLVED/ });
    const { page } = looked;
    await signInAt(page, 'ada', 'clients?q=x');
    await pagesOf(page).waitFor();
    assert.equal(page.url(), `${stack.url}/console/clients?q=x`);
    await page.getByText('Ada Author').waitFor();
    assert.equal(await pagesOf(page).getByRole('link', { name: 'People' }).count(), 0);
    assert.equal(await statusOf(page, '/keys/signing'), 200);
    assert.equal(await statusOf(page, '/keys/signing/rotate', 'POST'), 403);
    assert.equal(await statusOf(page, '/console/sessions'), 403);
    assert.equal(await statusOf(page, '/hooks', 'POST'), 400);

    const cookies = await page.context().cookies(stack.url);
    const names = cookies.map(({ name }) => name);
    assert.ok(!names.some((name) => name.endsWith('-sign-in')), names.join());
    assertNoComplaints(looked);
  });

  it('are told of in the audit, as who they are at the provider', async () => {
    const api = await openManagement(stack);
    await until('the sign-in in the logs', async () => {
      const { body } = await api.call('GET', '/logs?q=description:"Sign in to the console"');
      const log = (body as Record<string, unknown>[]).find(({ user_name }) => user_name === 'Ada Author');
      return log?.user_id === `${provider.issuer}|ada`;
    });
  });

  it('have scopes of their own where a role is not meant', async () => {
    const { page } = await browser.open({}, { expected: /./ });
    await signInAt(page, 'walter');
    await pagesOf(page).waitFor();
    assert.equal(await statusOf(page, '/logs'), 200);
    assert.equal(await statusOf(page, '/hooks'), 403);
  });

  it('do not get in without a role, and are told why', async () => {
    const { page } = await browser.open({ bypassCSP: true }, { expected: /./ });
    await signInAt(page, 'nobody');
    await page.getByText('none of your roles there gives you anything here').waitFor();
    assert.equal(page.url(), `${stack.url}/console/`);
    await picture(page, 'sign-in-no-role');
    await assertAccessible(page);
    await assertFits(page);
    assert.equal(await statusOf(page, '/hooks'), 401);
    const api = await openManagement(stack);
    await until('the refusal in the logs', async () => {
      const { body } = await api.call('GET', '/logs?q=description:"Refuse to sign in to the console"');
      return (body as Record<string, unknown>[]).some(({ user_id }) => user_id === `${provider.issuer}|nobody`);
    });
  });

  it('see who changed what, and what it was before', async () => {
    const { page } = await browser.open({ bypassCSP: true }, { expected: /./ });
    await signInAt(page, 'ada', 'hooks');
    await page.getByRole('link', { name: 'tutorial' }).waitFor();
    const [hook] = (await openManagement(stack).then(({ call }) => call('GET', '/hooks'))).body as { id: string }[];
    const renamed = await page.evaluate(
      async ([url]) => {
        const headers = { 'X-Hookmint-Console': '1', 'Content-Type': 'application/json' };
        return (await fetch(url, { method: 'PATCH', headers, body: '{"name":"renamed-by-ada"}' })).status;
      },
      [`${stack.url}/api/v2/hooks/${hook?.id ?? ''}`] as const,
    );
    assert.equal(renamed, 200);
    const row = page.getByRole('row', { name: /Ada Author.*renamed-by-ada/ });
    await until('the change', async () => {
      await page.goto(`${stack.url}/console/activity`);
      await page.getByRole('row').nth(1).waitFor();
      return (await row.count()) > 0;
    });
    await row.getByRole('link').click();
    await page.getByRole('heading', { name: 'What changed' }).waitFor();
    await page.getByText('"name": "renamed-by-ada"').waitFor();
    await picture(page, 'change');
    await assertAccessible(page);
    await assertFits(page);
    await page.getByRole('link', { name: 'Open renamed-by-ada' }).click();
    await editorOf(page).waitFor();
  });

  it('are signed out by an operator, at their next click', async () => {
    const { page: ada } = await browser.open({}, { expected: /./ });
    await signInAt(ada, 'ada');
    await pagesOf(ada).waitFor();
    const { page: oscar } = await browser.open({ bypassCSP: true }, { expected: /./ });
    await signInAt(oscar, 'oscar', 'people');
    await oscar.getByRole('cell', { name: 'Oscar Operator this browser' }).waitFor();
    await picture(oscar, 'people');
    await assertAccessible(oscar);
    await assertFits(oscar);
    for (;;) {
      const end = oscar.getByRole('button', { name: 'End… Ada Author' });
      const left = await end.count();
      if (left === 0) break;
      await end.first().click();
      await picture(oscar, 'end-session');
      await oscar.getByRole('button', { name: 'End the session' }).click();
      await until('one less', async () => (await end.count()) < left);
    }
    await pagesOf(ada).getByRole('link', { name: 'Keys' }).click();
    await ada.getByRole('dialog', { name: 'Sign in again' }).waitFor();
    assert.equal(await statusOf(ada, '/hooks'), 401);
  });

  it('sign out, here and at the provider', async () => {
    const { page } = await browser.open({}, { expected: /./ });
    await signInAt(page, 'oscar');
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByText('You are signed out of hookmint.').waitFor();
    await picture(page, 'signed-out');
    const there = await page.getByRole('link', { name: /^Sign out of .* too$/ }).getAttribute('href');
    assert.ok(there?.startsWith(`${provider.issuer}/`), there ?? '');
    assert.equal(await statusOf(page, '/hooks'), 401);
  });

  it('find the way by a link while the provider is away, and who is in stays in', async () => {
    const { page: oscar } = await browser.open({}, { expected: /./ });
    await signInAt(oscar, 'oscar');
    await pagesOf(oscar).waitFor();
    provider.stop();
    await oscar.reload();
    await pagesOf(oscar).waitFor();

    const { page } = await browser.open({}, { expected: /./ });
    await page.goto(`${stack.url}/console/`);
    // What is known of the provider is kept; who comes back from it finds that it is away.
    const start = await page.request.get(`${stack.url}/console/sign-in/start`, { maxRedirects: 0 });
    const state = new URL(start.headers().location ?? '').searchParams.get('state') ?? '';
    await page.goto(`${stack.url}/console/sign-in/callback?code=x&state=${state}&iss=${provider.issuer}`);
    await page.getByText('The provider cannot be reached').waitFor();
    await page.goto(await consoleLink(stack));
    await pagesOf(page).waitFor();
  });
});
