import assert from 'node:assert/strict';
import { logsIn } from '../../shared/store/logs.ts';
import { openManagement } from '../support/management.ts';
import { assertNoComplaints, noChromium, withBrowser } from '../support/browser.ts';
import { signIn } from '../support/console.ts';
import { requestToken } from '../support/token-request.ts';
import { withStack } from '../support/with-stack.ts';
import { attackClass } from './attack-class.ts';

// In a real browser, against the running services: what a hook prints, claims, throws and is called, to whoever looks at it.

const MARKUP = '<img src=x onerror="globalThis.broken=1"><script>globalThis.broken=1</script>';
const TURNED = 'safe\\u202Egnp.exe\\u0007\\u001b[31m';
const HOOK = `module.exports = function (client, scope, audience, context, cb) {
  console.log(${JSON.stringify(MARKUP)});
  console.error("${TURNED}");
  console.log('x'.repeat(6000));
  if (client.metadata.fail) return cb(new Error(${JSON.stringify(MARKUP)}));
  cb(null, {
    scope: scope.concat(${JSON.stringify('<b>scope</b>')}),
    ${JSON.stringify('https://example.com/<img src=x onerror=globalThis.broken=1>')}: ${JSON.stringify(MARKUP)},
    'https://example.com/a': ${JSON.stringify(`javascript:alert(1)${MARKUP}`)},
    ${JSON.stringify(MARKUP)}: 1,
  });
};
`;

/** In the page, which knows its own globals. */
const TRIED = `(async () => {
  const attempt = async (act) => {
    try {
      await act();
      return 'done';
    } catch {
      return 'refused';
    }
  };
  return {
    markup: await attempt(() => (document.body.innerHTML = '<p>x</p>')),
    elsewhere: await attempt(() => fetch('https://example.com/', { mode: 'no-cors' })),
    policy: await attempt(() => trustedTypes.createPolicy('mine', {})),
    cookie: document.cookie,
  };
})()`;

if (noChromium === false) {
  const stack = withStack({ hasConsole: true, hook: null });
  const browser = withBrowser();
  const hostile = attackClass('hooks in the browser');

  hostile('code that reads otherwise than it runs is seen to', async () => {
    const api = await openManagement(stack());
    const script = 'module.exports = (client, scope, audience, context, cb) => cb(); // \u202E turned \u2066 around\n';
    const made = await api.call('POST', '/hooks', { name: 'turned', script, triggerId: 'credentials-exchange' });
    const looked = await browser.open();
    const { page } = looked;
    await signIn(page, stack(), `hooks/${(made.body as { id: string }).id}`);
    await page.getByRole('textbox', { name: 'Code of the hook' }).waitFor();
    await page.locator('.cm-specialChar').nth(1).waitFor();
    assert.doesNotMatch((await page.locator('.cm-content').textContent()) ?? '', /[\u202E\u2066]/);
    await page.getByRole('link', { name: 'Revisions' }).click();
    await page.getByRole('link', { name: /^View/ }).first().click();
    await page.getByRole('dialog').locator('.cm-specialChar').nth(1).waitFor();
    assertNoComplaints(looked);
  });

  hostile('markup, controls and long texts of a hook are text', async () => {
    const api = await openManagement(stack());
    const made = await api.call('POST', '/hooks', { name: 'hostile', script: HOOK, triggerId: 'credentials-exchange' });
    assert.equal(made.status, 201);
    const { id } = made.body as { id: string };
    const looked = await browser.open();
    const { page } = looked;
    await signIn(page, stack(), `hooks/${id}`);
    await page.getByRole('textbox', { name: 'Code of the hook' }).waitFor();
    await page.getByRole('button', { name: '▶ Run' }).click();
    const result = page.getByRole('region', { name: 'Test' });
    await result.getByText('The hook ran').waitFor();
    await result.getByText(MARKUP, { exact: true }).first().waitFor();
    await result.getByText('safe⟨U+202E⟩gnp.exe⟨U+0007⟩⟨U+001B⟩[31m').waitFor();
    assert.equal(await result.getByRole('button', { name: /show all 6.000 characters/ }).count(), 1);
    assert.equal(await result.locator('img, script, b').count(), 0);
    assert.equal(await page.evaluate(() => 'broken' in globalThis), false);
    const [width, scroll] = await page.evaluate<[number, number]>('[innerWidth, document.documentElement.scrollWidth]');
    assert.ok(scroll <= width, 'nothing widens the page');
    assertNoComplaints(looked);
  });

  hostile(
    'what strangers call themselves, and what hooks name claims and scopes, is text in the list of requests',
    async () => {
      const api = await openManagement(stack());
      const made = await api.call('POST', '/hooks', {
        name: 'names',
        script: HOOK,
        triggerId: 'credentials-exchange',
        enabled: true,
      });
      assert.equal(made.status, 201);
      const looked = await browser.open();
      const { page } = looked;
      await signIn(page, stack(), 'tokens');
      await page.getByLabel('Live').check();
      await page.getByText('Requests appear').waitFor();
      await requestToken(stack(), {}, { 'user-agent': MARKUP });
      await page.getByRole('row').nth(1).waitFor();
      // The API takes no such name; whatever got into the database is shown all the same.
      const logs = logsIn(await stack().db());
      const newest = (await logs.newestId()) ?? '';
      const named = {
        client_name: `${MARKUP}\u202E`,
        description: MARKUP,
        details: JSON.stringify({ duration_ms: 1 }),
      };
      const log_id = (BigInt(newest) + 1n).toString().padStart(newest.length, '0');
      const entry = {
        log_id,
        event_id: 'of-a-stranger',
        date: new Date(),
        type: 'seccft' as const,
        hostname: 'x',
        ...named,
      };
      await logs.append([entry]);
      await page.getByRole('row').filter({ hasText: 'onerror' }).getByText('⟨U+202E⟩').waitFor();
      await page.getByRole('row').filter({ hasText: 'names' }).getByRole('link').click();
      await page.getByRole('region', { name: 'Request' }).getByText(MARKUP, { exact: true }).waitFor();
      await page.getByRole('region', { name: 'Token' }).getByText('https://example.com/<img').waitFor();
      await page.getByRole('region', { name: 'Dropped' }).getByText('<img').first().waitFor();
      assert.equal(await page.locator('main img, main script, main b').count(), 0);
      assert.equal(await page.evaluate(() => 'broken' in globalThis), false);
      const [width, scroll] = await page.evaluate<[number, number]>(
        '[innerWidth, document.documentElement.scrollWidth]',
      );
      assert.ok(scroll <= width, 'nothing widens the page');
      assertNoComplaints(looked);
    },
  );

  hostile('a script that got in could make no markup, load nothing and speak to nobody', async () => {
    const { page } = await browser.open({}, { expected: /./ });
    await signIn(page, stack(), 'hooks');
    const tried = await page.evaluate(TRIED);
    assert.deepEqual(tried, {
      markup: 'refused',
      elsewhere: 'refused',
      policy: 'refused',
      cookie: '',
    });
  });
} else {
  process.stdout.write(`hostile hooks in the browser: not tried, ${noChromium}\n`);
}
