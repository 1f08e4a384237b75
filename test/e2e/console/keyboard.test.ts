import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { assertNoComplaints, noChromium, withBrowser } from '../../support/browser.ts';
import { signIn } from '../../support/console.ts';
import { openManagement } from '../../support/management.ts';
import { until } from '../../support/until.ts';
import { withStack } from '../../support/with-stack.ts';
import { editorOf, testOf } from './editor.ts';

/** More stops than a page has. */
const MAX_STOPS = 60;

/** In the page, which knows its own globals: what is focused, as people call it, and whether they see that it is. */
const FOCUSED = `(() => {
  const now = document.activeElement;
  const name = now.getAttribute('aria-label') ?? now.textContent.trim();
  // Of a choice the label shows it, of the editor the line that the cursor is in.
  const shown = now.closest('label') ?? now;
  const { outlineStyle, outlineWidth } = getComputedStyle(shown);
  const { width, height } = shown.getBoundingClientRect();
  const isOutlined = outlineStyle !== 'none' && outlineWidth !== '0px';
  return {
    name: now.tagName.toLowerCase() + ' ' + name,
    isSeen: now === document.body || (width > 0 && height > 0 && (isOutlined || now.closest('.cm-editor') !== null)),
  };
})()`;
const focused = (page: Page) => page.evaluate<{ name: string; isSeen: boolean }>(FOCUSED);

/** Goes from stop to stop until one is called so; each must be seen to be focused. */
async function tabTo(page: Page, name: RegExp): Promise<void> {
  for (let stops = 0; stops < MAX_STOPS; stops++) {
    await page.keyboard.press('Tab');
    const now = await focused(page);
    assert.ok(now.isSeen, `the focus is not seen: ${now.name}`);
    if (name.test(now.name)) return;
  }
  assert.fail(`no stop is called ${String(name)}`);
}

describe('the console without a mouse', { skip: noChromium }, () => {
  const stack = withStack({ hasConsole: true });
  const browser = withBrowser();

  it('makes a hook, tries it, deploys it, and goes back', async () => {
    const looked = await browser.open();
    const { page } = looked;
    await signIn(page, stack(), 'hooks');
    await page.getByRole('link', { name: 'tutorial' }).waitFor();
    await tabTo(page, /^a Skip to the page/);
    await page.keyboard.press('Enter');
    await tabTo(page, /^button New hook/);
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    assert.match((await focused(page)).name, /^button New hook/, 'the dialog gives the focus back');
    await page.keyboard.press('Enter');
    await tabTo(page, /^input/);
    await page.keyboard.type('by keys');
    await page.keyboard.press('Enter');
    await editorOf(page).waitFor();

    await tabTo(page, /Code of the hook/);
    await page.keyboard.press('Control+a');
    await page.keyboard.type(
      "module.exports = function (client, scope, audience, context, cb) {\n  cb(null, { 'https://example.com/by': 'keys'",
      {
        delay: 1,
      },
    );
    // Closing brackets were put in as the opening ones were typed.
    await page.keyboard.press('Control+Enter');
    await testOf(page).getByText('https://example.com/by').waitFor();
    await page.keyboard.press('Control+m');
    await page.keyboard.press('Tab');
    await until('the editor is left', async () => !(await focused(page)).name.includes('Code of the hook'));

    await page.keyboard.press('Control+s');
    await page.getByText('r2 is saved as a draft').waitFor();
    await page.keyboard.press('Control+Shift+Enter');
    await page.getByRole('dialog').waitFor();
    await tabTo(page, /^button Deploy$/);
    await page.keyboard.press('Enter');
    await page.getByText('r2 is deployed').waitFor();
    await tabTo(page, /^button Roll back$/);
    await page.keyboard.press('Enter');
    await page.getByText('r1 is deployed again').waitFor();
    assertNoComplaints(looked);
  });

  it('gives a revision to a part of the clients, and returns from it', async () => {
    const looked = await browser.open();
    const { page } = looked;
    const management = await openManagement(stack());
    const made = {
      name: 'part',
      triggerId: 'credentials-exchange',
      script: 'module.exports = () => {};',
      enabled: true,
    };
    const { id } = (await management.call('POST', '/hooks', made)).body as { id: string };
    await management.call('POST', `/hooks/${id}/revisions`, { script: 'module.exports = () => 1;' });
    await signIn(page, stack(), `hooks/${id}/rollout`);
    await page.getByRole('heading', { name: 'For a part of the clients' }).waitFor();
    await tabTo(page, /^button Deploy to a part…/);
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    await tabTo(page, /^input/);
    await page.keyboard.press('Control+a');
    await page.keyboard.type('25');
    await page.keyboard.press('Enter');
    await page.getByText('shapes the tokens of 25 % of the clients').waitFor();
    await tabTo(page, /^button Return…/);
    await page.keyboard.press('Enter');
    await tabTo(page, /^button Return$/);
    await page.keyboard.press('Enter');
    await page.getByText('was returned: it shapes no more tokens').waitFor();
    assertNoComplaints(looked);
  });

  it('goes to the next problem, and leaves its mark in sight', async () => {
    const { page } = await browser.open();
    await signIn(page, stack(), 'hooks');
    await page.getByRole('link', { name: 'tutorial' }).focus();
    await page.keyboard.press('Enter');
    await editorOf(page).focus();
    await page.keyboard.press('Control+Home');
    await page.keyboard.type('nothing_is_called_so;\n');
    await page.getByText("Cannot find name 'nothing_is_called_so'").first().waitFor();
    await page.keyboard.press('Control+End');
    await page.keyboard.press('F8');
    await page.locator('.cm-activeLine', { hasText: 'nothing_is_called_so' }).waitFor();
  });
});
