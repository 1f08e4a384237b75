import { statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { chromium, type Page } from 'playwright-core';
import { CHROMIUM, CHROMIUM_FLAGS, noChromium } from '../support/browser.ts';
import { signIn } from '../support/console.ts';
import { startStack } from '../support/stack.ts';
import { requestToken } from '../support/token-request.ts';

/**
 * `npm run pictures`: takes the picture of the console that README.md opens with, of the running services.
 */
const FILE = fileURLToPath(new URL('../../docs/console.png', import.meta.url));
const MAX_BYTES = 300 * 1_024;
const VIEWPORT = { width: 1180, height: 660 };

const HOOK = `module.exports = async function (client, scope, audience, context, cb) {
  const { plan = 'free' } = client.metadata;
  if (plan === 'suspended') {
    return cb(new InvalidRequestError('The client is suspended'));
  }

  console.log('a token for %s, who has the plan %s', client.name, plan);
  if (plan === 'full') scope.push('reports');

  cb(null, {
    scope,
    sub: client.id,
    'https://example.com/plan': plan,
    'https://example.com/region': client.metadata.region,
  });
};
`;

async function showHook(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'tutorial' }).click();
  await page.getByRole('textbox', { name: 'Code of the hook' }).click();
  await page.keyboard.press('Control+a');
  await page.keyboard.insertText(HOOK);
  await page.keyboard.press('Control+Enter');
  await page.getByRole('region', { name: 'Console' }).waitFor();
  // As an author sees it who goes on writing: what may come is offered.
  await page.keyboard.press('Control+Home');
  for (let line = 1; line < 6; line++) await page.keyboard.press('ArrowDown');
  await page.keyboard.press('End');
  await page.keyboard.press('Enter');
  await page.keyboard.type('client.');
  await page.getByRole('listbox').getByText('metadata').waitFor();
}

async function main(): Promise<number> {
  if (noChromium !== false) {
    process.stderr.write(`${noChromium}\n`);
    return 1;
  }
  const stack = await startStack({ hasConsole: true });
  const browser = await chromium.launch({ executablePath: CHROMIUM ?? '', args: CHROMIUM_FLAGS });
  try {
    await requestToken(stack);
    const page = await browser.newPage({ viewport: VIEWPORT, colorScheme: 'light' });
    await signIn(page, stack, 'hooks');
    await showHook(page);
    await page.screenshot({ path: FILE, caret: 'initial' });
  } finally {
    await browser.close();
    await stack.stop();
  }
  const { size } = statSync(FILE);
  process.stdout.write(`docs/console.png: ${String(size)} bytes\n`);
  return size <= MAX_BYTES ? 0 : 1;
}

process.exitCode = await main();
