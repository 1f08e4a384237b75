import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { assertAccessible, assertFits, noChromium, picture, withBrowser } from '../../support/browser.ts';
import { consoleLink } from '../../support/console.ts';
import { requestToken } from '../../support/token-request.ts';
import { until } from '../../support/until.ts';
import { withStack } from '../../support/with-stack.ts';
import { editorOf, run, testOf, write } from './editor.ts';

/** Somebody tries it: a name as long as it may be. */
const LONG =
  'a-hook-with-a-name-that-is-as-long-as-names-of-hooks-may-be-and-that-has-to-go-somewhere-on-a-page-of-any-width-whatever-it-is-x';

describe('every page and state of the console', { skip: noChromium }, () => {
  const stack = withStack({ hasConsole: true });
  const browser = withBrowser();

  it('passes axe, light and dark, and fits into 320 pixels', async () => {
    // axe is no script of the page.
    const { page } = await browser.open({ bypassCSP: true }, { expected: /./ });
    // Told all together: a look at one page costs a second, and a start of everything ten.
    const found: string[] = [];
    const look = async (name: string): Promise<void> => {
      await picture(page, `page-${name}`);
      for (const check of [assertAccessible, assertFits]) {
        await check(page).catch((error: unknown) => found.push(`${name}: ${String(error)}`));
      }
    };
    const go = (path: string) => page.goto(`${stack().url}/console/${path}`);
    const close = () => page.keyboard.press('Escape');

    await go('');
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await look('sign-in');
    await page.goto(await consoleLink(stack()));
    await page.getByRole('link', { name: 'tutorial' }).waitFor();
    await look('hooks');
    await page.getByRole('button', { name: 'New hook' }).click();
    await look('new-hook');
    await page.getByLabel('Name').fill(LONG);
    await page.getByRole('button', { name: 'Create' }).click();
    await editorOf(page).waitFor();
    await look('long-name');
    await page.getByRole('button', { name: 'Enable…' }).click();
    await look('enable');
    await close();
    await page.getByRole('button', { name: 'Delete…' }).click();
    await look('delete');
    await close();

    await go('hooks');
    await page.getByRole('link', { name: 'tutorial' }).click();
    await editorOf(page).waitFor();
    await write(page, "module.exports = function (client) {\n  client.nmae;\n  throw new Error('x');\n};\n");
    await run(page);
    await testOf(page).getByText('Error: x').waitFor();
    await page.getByText("Property 'nmae'").first().waitFor();
    await look('failed-run');
    await page.getByText('Edited', { exact: true }).click();
    await look('edited-event');
    await page.keyboard.press('Control+Shift+Enter');
    await page.getByRole('dialog').waitFor();
    await look('deploy');
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('link', { name: 'Live' }).click();
    await page.getByText('Nothing was printed').waitFor();
    await look('live-nothing');
    await page.getByRole('link', { name: 'Revisions' }).click();
    await page.getByRole('link', { name: /^View/ }).first().click();
    await page.getByRole('dialog').waitFor();
    await look('revision');
    await close();
    await look('revisions');
    await page.getByRole('link', { name: 'Rollout' }).click();
    await page.getByRole('heading', { name: 'Beside what is deployed' }).waitFor();
    await look('rollout');
    await page.getByRole('link', { name: 'Settings' }).click();
    await page.getByRole('heading', { name: 'How it runs' }).waitFor();
    await page.getByRole('button', { name: 'Add a module' }).click();
    await look('settings');

    await go('actions');
    await page.getByRole('heading', { name: 'No Action yet' }).waitFor();
    await look('actions-none');
    await page.getByRole('button', { name: 'New Action' }).click();
    await page.getByLabel('Name').fill('An Action with a name of some length');
    await page.getByRole('button', { name: 'Create' }).click();
    await editorOf(page).waitFor();
    await look('action');
    await page.getByRole('link', { name: 'Actions' }).click();
    await page.getByRole('link', { name: /^An Action/ }).waitFor();
    await look('actions');

    await requestToken(stack(), {}, { 'user-agent': 'an-agent/'.repeat(20) });
    await requestToken(stack(), { scope: 'nothing' });
    await untilRows(page, () => go('tokens'), 3);
    await look('tokens');
    await page.getByLabel('Live').check();
    await page.getByText('Requests appear').waitFor();
    await look('tokens-live');
    for (const outcome of ['issued', 'refused']) {
      await untilRows(page, () => go(`tokens?outcome=${outcome}`), 2);
      await page.getByRole('row').nth(1).getByRole('link').click();
      await page.getByRole('region', { name: 'Request' }).waitFor();
      await look(`token-${outcome}`);
    }
    await until('the figures', async () => {
      await go('figures');
      return /issued\s*[1-9]/.test((await page.locator('.totals').textContent()) ?? '');
    });
    await page.getByRole('button', { name: 'Show as a table' }).click();
    await look('figures');
    await until('the changes', async () => {
      await go('activity');
      await page.getByRole('heading', { name: 'Activity' }).waitFor();
      return (await page.getByRole('link', { name: 'Sign in to the console' }).count()) > 0;
    });
    await look('activity');
    await page.getByRole('link', { name: 'Sign in to the console' }).first().click();
    await page.getByText('What was made').waitFor();
    await look('change-made');
    await go('people');
    await page.getByText('this browser').waitFor();
    await look('people');
    await go('tokens?find=nobody');
    await page.getByRole('heading', { name: 'No request is like that' }).waitFor();
    await look('tokens-no-match');
    await go('tokens/1');
    await page.getByRole('alert').waitFor();
    await look('failure');
    await go('nowhere');
    await page.getByRole('heading', { name: 'There is nothing here' }).waitFor();
    await look('not-found');
    assert.deepEqual(found, []);
  });
});

async function untilRows(page: Page, open: () => Promise<unknown>, count: number): Promise<void> {
  await until('rows', async () => {
    await open();
    await page.getByRole('heading', { level: 1 }).waitFor();
    return (await page.getByRole('row').count()) >= count;
  });
}
