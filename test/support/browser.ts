import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import { after, afterEach } from 'node:test';
import { chromium, type Browser, type BrowserContext, type BrowserContextOptions, type Page } from 'playwright-core';

export const CHROMIUM =
  process.env.HOOKMINT_TEST_CHROMIUM ??
  (process.env.PATH ?? '')
    .split(delimiter)
    .flatMap((folder) => [join(folder, 'chromium'), join(folder, 'chromium-browser')])
    .find((file) => existsSync(file));

/** Why tests in a browser cannot run here; `false` when they can. */
export const noChromium: string | false =
  CHROMIUM === undefined
    ? 'no chromium on this machine; apt-get install chromium, or set HOOKMINT_TEST_CHROMIUM'
    : false;

export const CHROMIUM_FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--no-first-run',
];

/** Where pictures of pages are put, when somebody wants to look at them. */
const PICTURES = process.env.HOOKMINT_TEST_PICTURES;

/** A page that was looked at: whatever the browser complained of is in `complaints`. */
export type LookedAt = { page: Page; complaints: readonly string[] };

let started: Promise<Browser> | undefined;

/** One browser for all tests of a file; each page has a context of its own, so nobody is signed in, and is closed after the test: it would work on. */
export function withBrowser() {
  const contexts: BrowserContext[] = [];
  afterEach(async () => {
    await Promise.all(contexts.splice(0).map((context) => context.close()));
  });
  after(async () => {
    await (await started)?.close();
    started = undefined;
  });
  return {
    open: async (
      options: BrowserContextOptions = {},
      { expected = /$^/ }: { expected?: RegExp } = {},
    ): Promise<LookedAt> => {
      started ??= chromium.launch({ executablePath: CHROMIUM ?? '', args: CHROMIUM_FLAGS });
      const context = await (await started).newContext({ viewport: { width: 1280, height: 800 }, ...options });
      contexts.push(context);
      const page = await context.newPage();
      page.setDefaultTimeout(20_000);
      const complaints: string[] = [];
      const complain = (text: string): void => {
        if (!expected.test(text)) complaints.push(text);
      };
      page.on('console', (message) => {
        if (message.type() === 'error' || message.type() === 'warning') complain(`console: ${message.text()}`);
      });
      page.on('pageerror', (error) => complain(`error: ${error.message}`));
      page.on('response', (response) => {
        if (response.status() >= 500) complain(`answer: ${String(response.status())} ${response.url()}`);
      });
      return { page, complaints };
    },
  };
}

/** Fails when the browser complained of anything: of the policy, of a script, of an answer. */
export function assertNoComplaints({ complaints }: LookedAt): void {
  assert.deepEqual(complaints, []);
}

/** Of a desk, half of one, and a telephone, CSS pixels. */
const WIDTHS = [1280, 800, 320];

/** A picture of the page in both themes, at each width, where `HOOKMINT_TEST_PICTURES` says. */
export async function picture(page: Page, name: string): Promise<void> {
  if (PICTURES === undefined) return;
  mkdirSync(PICTURES, { recursive: true });
  const before = page.viewportSize();
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 800 });
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      await page.screenshot({ caret: 'initial', path: join(PICTURES, `${name}-${String(width)}-${colorScheme}.png`) });
    }
  }
  await page.emulateMedia({ colorScheme: null });
  if (before !== null) await page.setViewportSize(before);
}

/** In the page, which knows its own globals: what is wider than its place, and the elements of it that are outside. */
const WIDE = `[...document.querySelectorAll('html, main, dialog, .page, .card, header')]
  .filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth)
  .map((place) => {
    const isOutside = (one) => one.getBoundingClientRect().right > innerWidth && one.closest('.table-box, .cm-editor') === null;
    const outside = [...place.querySelectorAll('*')].filter(isOutside).map(({ outerHTML }) => outerHTML.slice(0, 100));
    return [place.tagName, place.className, ...outside].join(' ');
  })`;

/** Fails when the page is wider than its window at any width, or cuts off what is in its main part. */
export async function assertFits(page: Page): Promise<void> {
  const before = page.viewportSize();
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 800 });
    const wide = await page.evaluate<string[]>(WIDE);
    assert.deepEqual(wide, [], `${String(width)} px`);
  }
  if (before !== null) await page.setViewportSize(before);
}

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

/** Fails when axe finds anything on the page as it is, light or dark. Its context must bypass the policy: axe is no script of the page. */
export async function assertAccessible(page: Page): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await page.evaluate(readFileSync(AXE, 'utf8'));
    const found = await page.evaluate(async (rules) => {
      const { axe } = globalThis as unknown as {
        axe: {
          run: (
            options: object,
          ) => Promise<{ violations: { id: string; nodes: { html: string; failureSummary: string }[] }[] }>;
        };
      };
      const { violations } = await axe.run({ runOnly: { type: 'tag', values: rules } });
      return violations.flatMap(({ id, nodes }) =>
        nodes.map(({ html, failureSummary }) => `${id}: ${html}: ${failureSummary}`),
      );
    }, RULES);
    assert.deepEqual(found, [], colorScheme);
  }
  await page.emulateMedia({ colorScheme: null });
}
