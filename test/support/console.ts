import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Page } from 'playwright-core';
import { OWNER, type ConsoleRole } from '../../shared/domain/person.ts';
import { consoleSessionsIn } from '../../shared/store/console-sessions.ts';
import { CLI_PROGRAM } from './cli-program.ts';
import type { Stack } from './stack.ts';

const run = promisify(execFile);

/** A link that signs in once, as `npx hookmint console` prints it. */
export async function consoleLink(stack: Stack, role?: ConsoleRole): Promise<string> {
  const args = [...CLI_PROGRAM, 'console', '--data', stack.dataDir, ...(role === undefined ? [] : ['--role', role])];
  const { stdout } = await run(process.execPath, args, {
    env: { ...process.env, HOOKMINT_URL: undefined, AUTH0_DOMAIN: undefined },
  });
  return stdout.trim();
}

/** Signs a page in, as if by somebody's link, and goes to a path below `/console/`. An address may follow ten links in a minute. */
export async function signIn(page: Page, stack: Stack, path = ''): Promise<void> {
  const { token } = await consoleSessionsIn(await stack.db()).begin({
    person: OWNER,
    roles: ['admin'],
    scopes: [],
    user_agent: 'test',
  });
  const name = `hookmint-console-${new URL(stack.url).port}`;
  await page.context().addCookies([{ name, value: token, url: stack.url, httpOnly: true, sameSite: 'Strict' }]);
  await page.goto(`${stack.url}/console/${path}`);
  await page.getByRole('navigation', { name: 'Pages' }).waitFor();
}
