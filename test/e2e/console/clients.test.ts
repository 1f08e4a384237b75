import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  assertAccessible,
  assertFits,
  assertNoComplaints,
  noChromium,
  picture,
  withBrowser,
} from '../../support/browser.ts';
import { consoleLink, signIn } from '../../support/console.ts';
import { openManagement } from '../../support/management.ts';
import { requestToken } from '../../support/token-request.ts';
import { until } from '../../support/until.ts';
import { withStack } from '../../support/with-stack.ts';

describe('clients and keys in the browser', { skip: noChromium }, () => {
  const stack = withStack({
    own: true,
    hasConsole: true,
    env: { HOOKMINT_KEY_PUBLICATION_SECONDS: '3600' },
  });
  const browser = withBrowser();

  it('lead from nothing to a token: an API, a client, a grant; the API says what is wrong at its field', async () => {
    const looked = await browser.open({}, { expected: /status of 40[09]/ });
    const { page } = looked;
    const dialog = page.getByRole('dialog');
    const identifier = 'https://orders.example.com/v1';
    await signIn(page, stack(), 'apis');
    await page.getByRole('link', { name: 'Demo API' }).waitFor();
    await picture(page, 'apis');
    await page.getByRole('button', { name: 'New API' }).click();
    await dialog.getByLabel('Name', { exact: true }).fill('Orders');
    await dialog.getByLabel('Identifier').fill(identifier);
    await dialog.getByLabel('Scope 1', { exact: true }).fill('read orders');
    await dialog.getByRole('button', { name: 'Add a scope' }).click();
    await dialog.getByLabel('Scope 2', { exact: true }).fill('write:orders');
    await dialog.getByRole('button', { name: 'Create' }).click();
    await dialog.getByText('must be ASCII without spaces').waitFor();
    const wrong = dialog.getByLabel('Scope 1', { exact: true });
    assert.equal(await wrong.getAttribute('aria-invalid'), 'true');
    assert.equal(await page.locator(':focus').getAttribute('id'), await wrong.getAttribute('id'));
    await picture(page, 'new-api-wrong');
    await wrong.fill('read:orders');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Orders' }).waitFor();
    await page.getByText('No client may ask for it').waitFor();
    await page.getByRole('button', { name: 'Edit…' }).click();
    await dialog.getByLabel('Token lifetime, seconds').fill('soon');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.getByText('must be a whole number of seconds').waitFor();
    await dialog.getByLabel('Token lifetime, seconds').fill('600');
    await picture(page, 'edit-api');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('region', { name: 'Its tokens' }).getByText('10 minutes').waitFor();
    await picture(page, 'api');

    await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Clients' }).click();
    await page.getByRole('button', { name: 'New client' }).click();
    await dialog.getByLabel('Name', { exact: true }).fill('Billing worker');
    await picture(page, 'new-client');
    await dialog.getByRole('button', { name: 'Create' }).click();
    await page.getByRole('dialog', { name: 'The secret of Billing worker' }).waitFor();
    const client_secret = (await dialog.locator('code').textContent()) ?? '';
    await picture(page, 'new-secret');
    await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
    await page.getByRole('heading', { name: 'Billing worker' }).waitFor();
    assert.ok(!(await page.content()).includes(client_secret));
    const client_id = decodeURIComponent(new URL(page.url()).pathname.split('/').at(-1) ?? '');
    const ask = () => requestToken(stack(), { client_id, client_secret, audience: identifier });
    assert.equal((await ask()).status, 403);

    await page.getByRole('button', { name: 'Grant an API…' }).click();
    await dialog.getByLabel('API', { exact: true }).fill(identifier);
    await dialog.getByLabel('read:orders').check();
    await picture(page, 'new-grant');
    await dialog.getByRole('button', { name: 'Grant', exact: true }).click();
    await page.getByRole('region', { name: 'Grants' }).getByText('read:orders').waitFor();
    await until('a token', async () => (await ask()).body.scope === 'read:orders extra');
    await page.getByRole('button', { name: `Edit… the grant of ${identifier}` }).click();
    await dialog.getByLabel('write:orders').check();
    await dialog.getByRole('button', { name: 'Save' }).click();
    await until('a token', async () => (await ask()).body.scope === 'read:orders write:orders extra');

    await page.getByRole('button', { name: 'Edit…', exact: true }).click();
    await dialog.getByLabel('Tokens an hour').fill('0');
    await dialog.getByRole('button', { name: 'Add metadata' }).click();
    await dialog.getByLabel('Name 1', { exact: true }).fill('plan');
    await dialog.getByLabel('Value of plan').fill('gold');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.getByText('must be at least 1 token').waitFor();
    await picture(page, 'edit-client-wrong');
    await dialog.getByLabel('Tokens an hour').fill('500');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByText(/^\d of 500 tokens this hour$/).waitFor();
    await page.getByRole('region', { name: 'Metadata' }).getByText('gold').waitFor();
    await picture(page, 'client-edited');
    const api = await openManagement(stack());
    const { body } = await api.call('GET', `/clients/${client_id}?fields=name,client_metadata,token_quota`);
    assert.deepEqual(body, {
      name: 'Billing worker',
      client_metadata: { plan: 'gold' },
      token_quota: { client_credentials: { enforce: true, per_hour: 500 } },
    });

    await api.call('PATCH', `/clients/${client_id}`, {
      token_quota: { client_credentials: { enforce: false, per_hour: 2 } },
    });
    await until('a token', async () => (await ask()).headers.has('auth0-client-quota-limit'));
    await ask();
    const used = async (): Promise<boolean> => {
      const { body } = await api.call('GET', `/clients/${client_id}/token-quota-usage`);
      return (body as { client_credentials: { per_hour: { used: number } } }).client_credentials.per_hour.used >= 2;
    };
    await until('the count of tokens', used);
    await page.goto(`${stack().url}/console/clients`);
    await page.getByRole('checkbox', { name: 'Near their quota' }).check();
    await page.getByText('1 client', { exact: true }).waitFor();
    await picture(page, 'clients-near-quota');
    await page.getByRole('link', { name: 'Billing worker' }).click();
    await page.getByText('Nothing is refused past it.').waitFor();
    await picture(page, 'client-over-quota');

    await page.getByRole('link', { name: identifier }).click();
    await page.getByRole('region', { name: 'Granted to' }).getByText(client_id).click();
    await page.getByRole('button', { name: `Remove… the grant of ${identifier}` }).click();
    await dialog.getByRole('button', { name: 'Remove', exact: true }).click();
    await page.getByText('It may ask for no API').waitFor();
    await until('the refusal', async () => (await ask()).status === 403);
    for (const [what, text] of [
      [`clients/${client_id}`, 'Billing worker'],
      [`apis/${encodeURIComponent(identifier)}`, identifier],
    ] as const) {
      await page.goto(`${stack().url}/console/${what}`);
      await page.getByRole('button', { name: 'Delete…' }).click();
      await dialog.getByRole('textbox').fill(text);
      await dialog.getByRole('button', { name: 'Delete' }).click();
      await page.getByText(/was deleted$/).waitFor();
    }
    assert.equal((await api.call('GET', `/clients/${client_id}`)).status, 404);
    assert.equal((await api.call('GET', `/resource-servers/${encodeURIComponent(identifier)}`)).status, 404);
    assertNoComplaints(looked);
  });

  it('are as they were for who may only look', async () => {
    const looked = await browser.open();
    const { page } = looked;
    await page.goto(await consoleLink(stack(), 'viewer'));
    await page.getByRole('navigation', { name: 'Pages' }).waitFor();
    await page.goto(`${stack().url}/console/apis`);
    assert.equal(
      await page.getByRole('button', { name: 'New API' }).getAttribute('title'),
      'Needs create:resource_servers',
    );
    assert.ok(await page.getByRole('button', { name: 'New API' }).isDisabled());
    await page.getByRole('link', { name: 'Demo API' }).click();
    await page.getByRole('region', { name: 'Scopes' }).getByText('read:data').waitFor();
    for (const name of ['Edit…', 'Delete…']) assert.ok(await page.getByRole('button', { name }).isDisabled(), name);
    await page.goto(`${stack().url}/console/clients/${stack().clientId}`);
    await page.getByRole('region', { name: 'Grants' }).getByRole('link', { name: stack().audience }).waitFor();
    for (const name of ['Rotate the secret…', 'Edit…', 'Delete…', 'Grant an API…']) {
      assert.ok(await page.getByRole('button', { name, exact: true }).isDisabled(), name);
    }
    const statuses = await page.evaluate(async (clientId) => {
      const headers = { 'X-Hookmint-Console': '1', 'Content-Type': 'application/json' };
      const send = async (method: string, path: string) =>
        (await fetch(`/api/v2/${path}`, { method, headers, body: method === 'DELETE' ? null : '{"name":"x"}' })).status;
      return [
        await send('PATCH', `clients/${clientId}`),
        await send('DELETE', `clients/${clientId}`),
        await send('POST', 'clients'),
      ];
    }, stack().clientId);
    assert.deepEqual(statuses, [403, 403, 403]);
  });

  it('a client gets another secret, shown once, and both give tokens meanwhile', async () => {
    const looked = await browser.open();
    const { page } = looked;
    await signIn(page, stack(), `clients/${stack().clientId}`);
    await page.getByRole('region', { name: 'Grants' }).getByRole('link', { name: stack().audience }).waitFor();
    await picture(page, 'client');
    await page.getByRole('button', { name: 'Rotate the secret…' }).click();
    await picture(page, 'rotate-secret');
    await page.getByRole('dialog').getByRole('button', { name: 'Rotate', exact: true }).click();
    await page.getByRole('dialog', { name: 'The new secret' }).waitFor();
    const client_secret = (await page.getByRole('dialog').locator('code').textContent()) ?? '';
    assert.ok(client_secret.length >= 32);
    await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
    assert.ok(!(await page.content()).includes(client_secret));
    for (const secret of [client_secret, stack().clientSecret]) {
      assert.equal((await requestToken(stack(), { client_secret: secret })).status, 200);
    }
    assertNoComplaints(looked);
  });

  it('keys are rotated, and one of before is revoked by who has read which', async () => {
    const looked = await browser.open({}, { expected: /status of 409/ });
    const { page } = looked;
    await signIn(page, stack(), 'keys');
    await page.getByText('● signs now').first().waitFor();
    await picture(page, 'keys');
    const dialog = page.getByRole('dialog');
    const rotate = async (): Promise<void> => {
      await page.getByRole('button', { name: 'Rotate…' }).click();
      await dialog.getByRole('button', { name: 'Rotate', exact: true }).click();
    };
    await rotate();
    await page.getByText('The next keys sign from now on').waitFor();
    await page.getByRole('row').filter({ hasText: '◐ previous' }).first().waitFor();
    // Verifiers may not know the next key yet: it was published a moment ago.
    await rotate();
    await dialog.getByText('signing_key_unpublished').waitFor();
    await picture(page, 'rotate');
    await dialog.getByRole('button', { name: 'Rotate all the same' }).click();
    await dialog.waitFor({ state: 'hidden' });
    const row = page.getByRole('row').filter({ hasText: '◐ previous' }).first();
    const kid = (await row.locator('code').textContent()) ?? '';
    await row.getByRole('button', { name: /^Revoke/ }).click();
    assert.ok(await dialog.getByRole('button', { name: 'Revoke' }).isDisabled());
    await dialog.getByRole('textbox').fill(kid.slice(0, 4));
    await picture(page, 'revoke');
    await dialog.getByRole('button', { name: 'Revoke' }).click();
    await page.getByText('✕ revoked').waitFor();
    const { body } = await (await openManagement(stack())).call('GET', `/keys/signing/${kid}`);
    assert.equal((body as { revoked: boolean }).revoked, true);
    assertNoComplaints(looked);
  });

  it('pass axe, and fit into 320 pixels', async () => {
    const { page } = await browser.open({ bypassCSP: true }, { expected: /./ });
    await signIn(page, stack(), 'clients');
    await page.getByRole('row').nth(2).waitFor();
    const check = async (): Promise<void> => {
      await assertAccessible(page);
      await assertFits(page);
    };
    await check();
    await page.goto(`${stack().url}/console/clients/${stack().clientId}`);
    await page.getByRole('region', { name: 'Grants' }).getByRole('link', { name: stack().audience }).waitFor();
    await check();
    await page.getByRole('button', { name: 'Rotate the secret…' }).click();
    await check();
    const close = () => page.keyboard.press('Escape');
    await close();
    await page.getByRole('button', { name: 'Edit…', exact: true }).click();
    await page.getByRole('button', { name: 'Add metadata' }).click();
    await check();
    await close();
    await page.getByRole('button', { name: 'Grant an API…' }).click();
    await page.getByLabel('API', { exact: true }).fill(stack().audience);
    await page.getByLabel('read:data').check();
    await check();
    await page.goto(`${stack().url}/console/clients`);
    await page.getByRole('button', { name: 'New client' }).click();
    await page.getByLabel('It proves who it is by').selectOption({ label: 'Private key (JWT)' });
    await page.getByLabel('Name', { exact: true }).fill('x');
    await page.getByLabel('Its public key').fill('no key');
    await page.getByRole('button', { name: 'Create' }).click();
    await page.locator('textarea[aria-invalid]').waitFor();
    await check();
    await page.goto(`${stack().url}/console/apis`);
    await page.getByRole('link', { name: 'Demo API' }).waitFor();
    await check();
    await page.getByRole('button', { name: 'New API' }).click();
    await check();
    await close();
    await page.getByRole('link', { name: 'Demo API' }).click();
    await page.getByRole('region', { name: 'Granted to' }).getByText(stack().clientId).waitFor();
    await check();
    await page.getByRole('button', { name: 'Edit…' }).click();
    await check();
    await close();
    await page.getByRole('button', { name: 'Delete…' }).click();
    await check();
    await page.goto(`${stack().url}/console/keys`);
    await page.getByText('● signs now').first().waitFor();
    await check();
    await page.getByRole('button', { name: 'Rotate…' }).click();
    await check();
  });
});
