import { isDeepStrictEqual } from 'node:util';
import type { Locator, Page } from 'playwright-core';
import { until } from '../../support/until.ts';

/** What tests do with the editor of a hook or an Action. */
export const editorOf = (page: Page): Locator => page.getByRole('textbox', { name: /^Code of the (?:hook|Action)$/ });
export const testOf = (page: Page): Locator => page.getByRole('region', { name: 'Test' });

/** Puts another text in the place of the code, as from the clipboard. */
export async function write(page: Page, code: string): Promise<void> {
  await editorOf(page).click();
  await page.keyboard.press('Control+a');
  await page.keyboard.insertText(code);
}

/** Waits until exactly these are offered: names of before may be shown for a moment. */
export async function untilOffered(page: Page, names: readonly string[]): Promise<void> {
  const offered = page.getByRole('listbox').locator('.cm-completionLabel');
  await until(names.join(), async () => isDeepStrictEqual(await offered.allTextContents(), names));
}

export async function run(page: Page): Promise<void> {
  await page.keyboard.press('Control+Enter');
}
