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
import { enableHook } from '../../support/enable-hook.ts';
import { openManagement } from '../../support/management.ts';
import { postJson } from '../../support/post-token.ts';
import { requestToken } from '../../support/token-request.ts';
import { until } from '../../support/until.ts';
import { withStack } from '../../support/with-stack.ts';
import { editorOf, run, testOf, untilOffered, write } from './editor.ts';

const claimsOf = (token: unknown): Record<string, unknown> =>
  JSON.parse(Buffer.from(String(token).split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>;

const TYPED = `import type { ClientCredentialsExchangeHook } from 'hookmint/types';

const hook: ClientCredentialsExchangeHook = (client, scope, audience, context, cb) => {
  cb(null, { scope, 'https://example.com/name': client.name satisfies string });
};
export default hook;
`;

describe('a hook in the browser', { skip: noChromium }, () => {
  const stack = withStack({ hasConsole: true });
  const browser = withBrowser();
  const claimOf = async (name: string): Promise<unknown> => claimsOf((await postJson(stack())).body.access_token)[name];

  it('a link signs in once, and is gone from the address', async () => {
    const link = await consoleLink(stack());
    const first = await browser.open();
    await first.page.goto(link);
    await first.page.getByRole('heading', { name: 'Hooks' }).waitFor();
    assert.equal(new URL(first.page.url()).hash, '');
    await picture(first.page, 'hooks');
    assertNoComplaints(first);

    const second = await browser.open({}, { expected: /401/ });
    await second.page.goto(link);
    await second.page.getByText('each signs in once').waitFor();
    await picture(second.page, 'sign-in');
    assertNoComplaints(second);

    const third = await browser.open({}, { expected: /409/ });
    await signIn(third.page, stack());
    await third.page.goto(await consoleLink(stack(), 'viewer'));
    await third.page.getByText('the link was not used').waitFor();
    await third.page.getByRole('button', { name: 'New hook' }).waitFor();
    assertNoComplaints(third);
  });

  it('types complete and mark the code without an annotation', async () => {
    const looked = await browser.open();
    const { page } = looked;
    await signIn(page, stack(), 'hooks');
    await page.getByRole('link', { name: 'tutorial' }).click();
    await editorOf(page).waitFor();
    await page.getByText('No problems').waitFor();

    await write(page, 'module.exports = function (client, scope, audience, context, cb) {\n  ');
    await page.keyboard.type('client.');
    await untilOffered(page, ['id', 'metadata', 'name', 'tenant']);
    await picture(page, 'completions');
    await page.keyboard.type('nmae;');
    await page.getByText("Property 'nmae' does not exist on type 'HookClient'").first().waitFor();
    assertNoComplaints(looked);
  });

  it('a rehearsal of unsaved code tells in what past requests would get another token, by kind, with examples', async () => {
    const { page } = await browser.open({ bypassCSP: true }, { expected: /status of 400/ });
    for (let n = 0; n < 3; n++) assert.equal((await postJson(stack())).status, 200);
    const api = await openManagement(stack());
    const asked = async (): Promise<number> => {
      const { body } = await api.call('GET', `/logs?q=audience:"${stack().audience}"`);
      return (body as unknown[]).length;
    };
    await until('the requests in the logs', async () => (await asked()) >= 3);
    const requests = await asked();
    await signIn(page, stack(), 'hooks');
    await page.getByRole('link', { name: 'tutorial' }).click();
    await editorOf(page).waitFor();
    const dialog = page.getByRole('dialog');
    const open = async (code: string): Promise<void> => {
      await write(page, code);
      await page.getByRole('button', { name: 'Rehearse…' }).click();
    };
    const rehearse = async (code: string): Promise<void> => {
      await open(code);
      await dialog.getByRole('button', { name: 'Rehearse' }).click();
    };
    const shape = "cb(null, { scope: scope.concat('extra'), 'https://foo.com/claim': 'bar'";
    const hook = (end: string): string =>
      `module.exports = function (client, scope, audience, context, cb) {\n  ${end}\n};\n`;

    await open(hook(`${shape} });`));
    await picture(page, 'rehearsal-ready');
    await assertAccessible(page);
    await dialog.getByLabel('Of one client').fill('nobody');
    await dialog.getByRole('button', { name: 'Rehearse' }).click();
    await dialog.getByRole('heading', { name: 'There is no such request to repeat' }).waitFor();
    await picture(page, 'rehearsal-none');
    await dialog.getByLabel('Of one client').fill(stack().clientId);
    await dialog.getByLabel('Requests', { exact: true }).selectOption({ label: 'Of the last hour' });
    await dialog.getByRole('button', { name: 'Once more' }).click();
    await dialog.getByText('No client would notice a difference.').waitFor();
    await dialog.getByText(`0 of ${String(requests)} differ`).waitFor();
    await picture(page, 'rehearsal-same');
    await page.keyboard.press('Escape');

    await rehearse(hook(`${shape}, 'https://foo.com/tier': 'gold' });`));
    await dialog.getByText(`${String(requests)} of ${String(requests)} differ`).waitFor();
    const added = dialog.getByRole('region', { name: 'Claim added' });
    await added.getByText('https://foo.com/tier').click();
    await added.getByText('"gold"').first().waitFor();
    await picture(page, 'rehearsal');
    await assertAccessible(page);
    await assertFits(page);
    await added.getByRole('row').nth(1).getByRole('link').click();
    await page.waitForURL(/\/tokens\/[0-9A-Za-z]+$/);
    await page.getByRole('region', { name: 'Request' }).waitFor();
    await page.goBack();
    await editorOf(page).waitFor();

    await rehearse(hook("cb(new Error('no'));"));
    await dialog.getByText(`${String(requests)} of ${String(requests)} differ`).waitFor();
    await dialog.getByRole('region', { name: 'Denied' }).waitFor();
    await page.keyboard.press('Escape');

    await rehearse('module.exports = (');
    await dialog.getByText('The rehearsal ended.').waitFor();
  });

  it('unsaved code is tried, and what it does is told', async () => {
    const looked = await browser.open({}, { expected: /status of 400/ });
    const { page } = looked;
    await signIn(page, stack(), 'hooks');
    await page.getByRole('link', { name: 'tutorial' }).click();
    await editorOf(page).waitFor();
    await run(page);
    const result = testOf(page);
    await result.getByText('The hook ran').waitFor();
    await result.getByText('https://foo.com/claim').waitFor();
    assert.equal(await result.locator('.scope.added').textContent(), 'extra');
    await picture(page, 'ran');

    await write(
      page,
      `module.exports = async function (client, scope, audience, context, cb) {
  console.log('a token for %s', client.name);
  console.warn({ plan: client.metadata.plan });
  cb(null, { scope: scope, sub: 'x', plan: 'gold', 'https://example.com/plan': 'gold' });
};
`,
    );
    await run(page);
    await result.getByText('reserved for the issuer').waitFor();
    await result.getByText('no namespace').waitFor();
    await result.getByText('a token for client-name').waitFor();
    await picture(page, 'dropped');

    await write(page, "module.exports = function () {\n  throw new Error('no luck');\n};\n");
    await run(page);
    await result.getByText('The hook threw an error').waitFor();
    await result.getByText('Error: no luck').waitFor();
    await result.getByRole('button', { name: 'line 2' }).first().click();
    await picture(page, 'threw');

    await write(page, 'module.exports = function () { while (1); };\n');
    await run(page);
    await result.getByText('Stopped at the limit of CPU time').waitFor();

    await write(page, 'module.exports = function ( {\n');
    await run(page);
    await result.getByText('hook_syntax_error').waitFor();
    await picture(page, 'syntax');

    const [tutorial] = await page.evaluate(async () => {
      const answer = await fetch('/api/v2/hooks', { headers: { 'X-Hookmint-Console': '1' } });
      return (await answer.json()) as { script: string }[];
    });
    assert.match(tutorial?.script ?? '', /foo\.com/, 'nothing was saved');
    assertNoComplaints(looked);
  });

  it('code in TypeScript has the types that it names, and is told of by its own lines', async () => {
    const management = await openManagement(stack());
    const made = await management.call('POST', '/hooks', {
      name: 'typed',
      triggerId: 'credentials-exchange',
      script: TYPED,
      hookmint: { language: 'typescript' },
    });
    assert.equal(made.status, 201, JSON.stringify(made.body));
    const looked = await browser.open();
    const { page } = looked;
    await signIn(page, stack(), 'hooks');
    await page.getByRole('link', { name: 'typed' }).click();
    await editorOf(page).waitFor();
    await page.getByText('No problems').waitFor();
    await run(page);
    await testOf(page).getByText('The hook ran').waitFor();

    await write(page, TYPED.replace('client.name', 'client.nmae'));
    await page.getByText("Property 'nmae' does not exist on type 'HookClient'").first().waitFor();
    await write(page, "export default (): void => {\n  throw new Error('no luck' as string);\n};\n");
    await run(page);
    await testOf(page).getByText('Error: no luck').waitFor();
    await testOf(page).getByRole('button', { name: 'line 2' }).first().waitFor();
    assertNoComplaints(looked);
  });

  it('what is deployed is in the next token, and what is rolled back is out of it', async () => {
    const looked = await browser.open();
    const { page } = looked;
    await signIn(page, stack(), 'hooks');
    await page.getByRole('link', { name: 'tutorial' }).click();
    await editorOf(page).waitFor();
    await write(
      page,
      `module.exports = function (client, scope, audience, context, cb) {
  cb(null, { scope: scope, 'https://foo.com/claim': 'from the console' });
};
`,
    );
    await page.keyboard.press('Control+Shift+Enter');
    await page.getByRole('dialog').getByText('The next token is shaped by this code.').waitFor();
    await page.getByRole('dialog').getByText('bar').first().waitFor();
    await picture(page, 'deploy');
    await page.getByRole('dialog').getByRole('button', { name: 'Deploy', exact: true }).click();
    await page.getByText(/^r\d+ is deployed$/).waitFor();
    await until('the next token', async () => (await claimOf('https://foo.com/claim')) === 'from the console');

    await page.getByRole('button', { name: 'Roll back' }).click();
    await page.getByText(/is deployed again$/).waitFor();
    await until('the next token', async () => (await claimOf('https://foo.com/claim')) === 'bar');

    await page.getByRole('link', { name: 'Revisions' }).click();
    await page.getByText('● deployed').waitFor();
    await picture(page, 'revisions');
    assertNoComplaints(looked);
  });

  it('text that is not saved outlives the page; who saves later is asked', async () => {
    const [first, second] = [await browser.open({}, { expected: /412/ }), await browser.open({}, { expected: /412/ })];
    for (const { page } of [first, second]) {
      await signIn(page, stack(), 'hooks');
      await page.getByRole('button', { name: 'New hook' }).click();
      await page.keyboard.press('Escape');
    }
    await first.page.getByRole('button', { name: 'New hook' }).click();
    await picture(first.page, 'new-hook');
    await first.page.getByLabel('Name').fill('shared work');
    await first.page.getByRole('button', { name: 'Create' }).click();
    await editorOf(first.page).waitFor();
    await second.page.reload();
    await second.page.getByRole('link', { name: 'shared-work' }).click();
    await editorOf(second.page).waitFor();

    await write(first.page, '// of the first\nmodule.exports = function (a, b, c, d, cb) { cb(null, {}); };\n');
    await first.page.reload();
    await first.page.getByText('is back').waitFor();
    await first.page.getByText('// of the first').waitFor();
    await first.page.keyboard.press('Control+s');
    await first.page.getByText(/is saved as a draft$/).waitFor();

    await write(second.page, '// of the second\nmodule.exports = function (a, b, c, d, cb) { cb(null, {}); };\n');
    await second.page.keyboard.press('Control+s');
    await second.page.getByRole('dialog', { name: 'Somebody else saved first' }).waitFor();
    await second.page.getByRole('dialog').getByText('// of the first').waitFor();
    await picture(second.page, 'conflict');
    await second.page.getByRole('button', { name: 'Save mine as a draft' }).click();
    await second.page.getByText(/is saved as a draft$/).waitFor();
    assertNoComplaints(first);
    assertNoComplaints(second);
  });

  it('secrets are offered by name, and their values are never shown', async () => {
    const looked = await browser.open();
    const { page } = looked;
    await signIn(page, stack(), 'hooks');
    await page.getByRole('link', { name: 'tutorial' }).click();
    await page.getByRole('link', { name: 'Settings' }).click();
    await page.getByLabel('Name', { exact: true }).fill('SLACK_URL');
    await page.getByLabel('Value', { exact: true }).fill('https://hooks.example.com/x');
    await page.getByRole('button', { name: 'Add the secret' }).click();
    await page.getByText('SLACK_URL is set').waitFor();
    await picture(page, 'settings');
    assert.doesNotMatch(await page.content(), /hooks\.example\.com/);

    await page.getByRole('link', { name: 'Code' }).click();
    await write(page, 'module.exports = function (client, scope, audience, context, cb) {\n  ');
    await page.keyboard.type('context.webtask.secrets.');
    await untilOffered(page, ['SLACK_URL']);
    assertNoComplaints(looked);
  });

  it('what it prints and why it fails are seen as it runs, with the request', async () => {
    const looked = await browser.open();
    const { page } = looked;
    await signIn(page, stack(), 'hooks');
    await page.getByRole('link', { name: 'tutorial' }).click();
    await page.getByRole('link', { name: 'Live' }).click();
    await page.getByRole('heading', { name: 'Nothing was printed since this page was opened' }).waitFor();
    await picture(page, 'live-nothing');
    await enableHook(
      stack(),
      `module.exports = function (client, scope, audience, context, cb) {
  console.log('a token for %s\\u202e', client.name);
  if (context.body.many) for (let at = 0; at < 100; at++) console.warn('line', at);
  if (context.body.fail) throw new Error('no luck');
  cb(null, {});
};`,
    );
    await page.goto(`${stack().url}/console/hooks/test-hook/live`);
    await page.getByText('Lines appear as they are printed').waitFor();
    const log = page.getByRole('log', { name: 'Live log' });
    const ask = (parameters: Record<string, string> = {}) => requestToken(stack(), parameters);
    const requests = log.getByRole('link', { name: /^Request of/ });
    await ask();
    await log.getByText(/^a token for .*⟨U\+202E⟩$/).waitFor();
    await ask({ fail: '1' });
    await log.getByText('The hook threw an error').waitFor();
    await log.getByText('Error: no luck').waitFor();
    await picture(page, 'live');

    // Who reads above is left alone: what comes is counted.
    await ask({ many: '1' });
    await log.getByText('line 99').waitFor();
    await log.focus();
    await page.keyboard.press('Home');
    await page.getByText(/^◌ Paused/).waitFor();
    await ask();
    await page.getByRole('button', { name: '1 run more ▾' }).waitFor();
    assert.equal(await requests.count(), 3);
    await picture(page, 'live-paused');
    await page.getByRole('button', { name: '1 run more ▾' }).click();
    await requests.nth(3).waitFor();
    await page.getByRole('button', { name: 'Pause' }).click();
    await ask();
    await page.getByText('Paused: 1 run since then').waitFor();
    await page.getByRole('button', { name: 'Clear' }).click();
    await page.getByRole('heading', { name: 'Nothing was printed since this page was opened' }).waitFor();

    await ask({ fail: '1' });
    await requests.click();
    await page.waitForURL(/\/tokens\?find=[0-9a-f]{32}$/);
    await until('its request', async () => {
      await page.reload();
      await page.getByRole('heading', { level: 1 }).waitFor();
      return (await page.getByRole('row').count()) === 2;
    });
    assertNoComplaints(looked);
  });

  it('the page has no inline script, and a policy without exceptions', async () => {
    const response = await fetch(`${stack().url}/console/`);
    const page = await response.text();
    assert.doesNotMatch(page, /<script(?![^>]*\bsrc=)/);
    assert.doesNotMatch(page, /\sstyle=|\son\w+=/);
    const policy = response.headers.get('content-security-policy') ?? '';
    assert.doesNotMatch(policy, /unsafe|https?:|\*/);
    assert.match(policy, /require-trusted-types-for 'script'/);
  });
});
