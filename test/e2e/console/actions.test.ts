import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decodeJwt } from 'jose';
import { assertNoComplaints, noChromium, picture, withBrowser } from '../../support/browser.ts';
import { signIn } from '../../support/console.ts';
import { openManagement } from '../../support/management.ts';
import { postJson } from '../../support/post-token.ts';
import { until } from '../../support/until.ts';
import { withStack } from '../../support/with-stack.ts';
import { editorOf, run, testOf, untilOffered, write } from './editor.ts';

const setClaim = (
  name: string,
  value: string,
): string => `exports.onExecuteCredentialsExchange = async (event, api) => {
  console.log('it is ${value}');
  api.accessToken.setCustomClaim('${name}', '${value}');
};
`;

describe('an Action in the browser', { skip: noChromium }, () => {
  const stack = withStack({ hasConsole: true });
  const browser = withBrowser();
  const claims = async () => decodeJwt(String((await postJson(stack())).body.access_token));

  it('is written with types, tried, deployed, bound, and gone back from', async () => {
    const looked = await browser.open();
    const { page } = looked;
    await signIn(page, stack(), 'actions');
    await page.getByRole('heading', { name: 'No Action yet' }).waitFor();
    await picture(page, 'actions-empty');
    await page.getByRole('button', { name: 'Write the first Action' }).click();
    await page.getByLabel('Name').fill('Add a plan');
    await page.getByRole('button', { name: 'Create' }).click();
    await editorOf(page).waitFor();
    await page.getByText('No problems').waitFor();
    assert.ok(await page.getByRole('button', { name: 'Bind…' }).isDisabled(), 'it was never deployed');

    await write(page, 'exports.onExecuteCredentialsExchange = async (event, api) => {\n  ');
    await page.keyboard.type('api.access.');
    await untilOffered(page, ['deny']);
    await page.keyboard.type("deny('nope');");
    await page.getByText('\'"nope"\' is not assignable').first().waitFor();
    await picture(page, 'action-types');

    await write(page, setClaim('https://example.com/tier', 'gold'));
    await run(page);
    await testOf(page).getByText('The Action ran').waitFor();
    await testOf(page).getByText('https://example.com/tier').waitFor();
    await picture(page, 'action-ran');

    await page.keyboard.press('Control+Shift+Enter');
    await page.getByRole('dialog').getByText('The Action is not bound').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Deploy', exact: true }).click();
    await page.getByText('v1 is deployed').waitFor();
    assert.equal((await claims())['https://example.com/tier'], undefined);
    await page.getByRole('button', { name: 'Bind…' }).click();
    await picture(page, 'action-bind');
    await page.getByRole('dialog').getByRole('button', { name: 'Bind' }).click();
    await page.getByText('Add a plan shapes every token from now on').waitFor();
    await until('the next token', async () => (await claims())['https://example.com/tier'] === 'gold');
    assert.equal((await claims())['https://foo.com/claim'], 'bar', 'the hook runs too');

    await write(page, setClaim('https://example.com/tier', 'silver'));
    await page.keyboard.press('Control+s');
    await page.getByText('v2 is saved as a draft').waitFor();
    const management = await openManagement(stack());
    await until('the requests are in the logs', async () => {
      const { body } = await management.call('GET', `/logs?q=audience:"${stack().audience}"`);
      return (body as unknown[]).length > 0;
    });
    await page.getByRole('button', { name: 'Rehearse…' }).click();
    const rehearsal = page.getByRole('dialog', { name: 'Rehearse the code of Add a plan' });
    await rehearsal.getByRole('button', { name: 'Rehearse' }).click();
    await rehearsal.getByRole('region', { name: 'Claim changed' }).getByText('https://example.com/tier').click();
    await rehearsal.getByText('"silver"').first().waitFor();
    await picture(page, 'action-rehearsal');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+Shift+Enter');
    await page.getByRole('dialog').getByText('gold').first().waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Deploy', exact: true }).click();
    await page.getByText('v2 is deployed').waitFor();
    await until('the next token', async () => (await claims())['https://example.com/tier'] === 'silver');

    await page.getByRole('link', { name: 'Revisions' }).click();
    await page.getByRole('button', { name: 'Roll back… v1' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Deploy v1' }).click();
    await page.getByText('v3 is deployed').waitFor();
    await until('the next token', async () => (await claims())['https://example.com/tier'] === 'gold');
    await picture(page, 'action-revisions');

    await page.getByRole('link', { name: 'Live' }).click();
    await page.getByText('Lines appear as they are printed').waitFor();
    await claims();
    await page.getByRole('log').getByText('it is gold').waitFor();
    assertNoComplaints(looked);
  });

  it('has secrets that its draft knows by name, and runs where the list says', async () => {
    const looked = await browser.open();
    const { page } = looked;
    await signIn(page, stack(), 'actions');
    await page.getByRole('button', { name: 'New Action' }).click();
    await page.getByLabel('Name').fill('Second');
    await page.getByRole('button', { name: 'Create' }).click();
    await editorOf(page).waitFor();
    await page.getByRole('link', { name: 'Settings' }).click();
    await page.getByLabel('Name', { exact: true }).fill('KEY');
    await page.getByLabel('Value', { exact: true }).fill('the-value');
    await page.getByRole('button', { name: 'Add the secret' }).click();
    await page.getByText('KEY is set').waitFor();
    await picture(page, 'action-settings');
    assert.doesNotMatch(await page.content(), /the-value/);
    await page.getByRole('link', { name: 'Code' }).click();
    await write(page, 'exports.onExecuteCredentialsExchange = async (event, api) => {\n  ');
    await page.keyboard.type('event.secrets.');
    await untilOffered(page, ['KEY']);
    await write(page, setClaim('https://example.com/tier', 'of the second'));
    await page.keyboard.press('Control+Shift+Enter');
    await page.getByRole('dialog').getByRole('button', { name: 'Deploy', exact: true }).click();
    await page.getByText('v1 is deployed').waitFor();

    await page.getByRole('link', { name: 'Actions' }).click();
    await page.getByRole('button', { name: 'Bind Second' }).click();
    await until(
      'the last one has the last word',
      async () => (await claims())['https://example.com/tier'] === 'of the second',
    );
    await page.getByRole('button', { name: 'Run Second earlier' }).click();
    await until('the other order', async () => (await claims())['https://example.com/tier'] === 'gold');
    await picture(page, 'actions');
    await page.getByRole('button', { name: 'Unbind Add a plan' }).click();
    await until('the second alone', async () => (await claims())['https://example.com/tier'] === 'of the second');
    assertNoComplaints(looked);
  });
});
