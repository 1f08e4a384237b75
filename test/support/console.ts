import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import type { Stack } from './stack.ts';

const CLI = fileURLToPath(new URL('../../cli/main.ts', import.meta.url));
const run = promisify(execFile);

/** A link that signs in once, as `npx hookmint console` prints it. */
export async function consoleLink(stack: Stack, role?: string): Promise<string> {
  const args = [CLI, 'console', '--data', stack.dataDir, ...(role === undefined ? [] : ['--role', role])];
  const { stdout } = await run(process.execPath, args, {
    env: { ...process.env, HOOKMINT_URL: undefined, AUTH0_DOMAIN: undefined },
  });
  return stdout.trim();
}

/** Signs a page in, and goes to a path below `/console/`. */
export async function signIn(page: Page, stack: Stack, path = '', role?: string): Promise<void> {
  await page.goto(await consoleLink(stack, role));
  await page.getByRole('navigation', { name: 'Pages' }).waitFor();
  if (path !== '') await page.goto(`${stack.url}/console/${path}`);
}
