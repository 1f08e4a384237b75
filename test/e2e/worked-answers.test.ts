import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { commandsOf } from '../support/docs-commands.ts';
import { isExcused } from '../support/docs-commands-typed.ts';
import { stepsOf, typed } from '../support/guide-steps.ts';
import { openManagement } from '../support/management.ts';
import { requestToken } from '../support/token-request.ts';
import { until } from '../support/until.ts';
import { withStack } from '../support/with-stack.ts';

// Pages of docs/ that answer one question each, typed as they are written.

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const CLI = `'${process.execPath}' '${join(ROOT, 'cli', 'hookmint.js')}'`;
const folder = mkdtempSync(join(tmpdir(), 'hookmint-answers-'));
after(() => rmSync(folder, { recursive: true }));

const stack = withStack({ hasConsole: true });

type TokenLog = { type: string; details?: { correlation_id?: string } };

/**
 * Types what a page has, and compares what is printed; `…` on the page is anything.
 *
 * @param logged Finds among the tenant's logs what the command that sends it leads to: what comes after waits for it.
 */
async function follow(page: string, logged?: { command: RegExp; is: (log: TokenLog) => boolean }): Promise<void> {
  const steps = stepsOf(readFileSync(join(ROOT, 'docs', page), 'utf8'));
  assert(steps.length >= 3, page);
  const { url, managementClientId, managementClientSecret } = stack();
  const connection = {
    HOOKMINT_URL: url,
    HOOKMINT_CLIENT_ID: managementClientId,
    HOOKMINT_CLIENT_SECRET: managementClientSecret,
  };
  const commands = steps.map(({ command }) =>
    command
      .replaceAll('http://127.0.0.1:8080', url)
      .replaceAll('<the client>', managementClientId)
      .replaceAll('<its secret>', managementClientSecret)
      .replaceAll('npx hookmint', CLI),
  );
  const { PATH = '', HOME = '' } = process.env;
  const shell = { folder, env: { PATH, HOME, ...connection } };
  const first = commands.findIndex((command) => logged?.command.test(command) === true) + 1;
  const begun = first === 0 ? [] : await typed(commands.slice(0, first), shell);
  if (logged !== undefined) await untilLogged(logged.is);
  const ended = [...begun, ...(await typed(commands.slice(first), shell))];
  for (const [n, { command, output }] of steps.entries()) {
    const { text = '', code } = ended[n] ?? {};
    assert.equal(code, '0', `${command}\n${text}`);
    const expected = output
      .split('…')
      .map((part) => RegExp.escape(part))
      .join('[^]*');
    assert(new RegExp(`^${expected}$`).test(text), `${command}\nexpected\n${output}\ngot\n${text}`);
  }
}

async function untilLogged(is: (log: TokenLog) => boolean): Promise<void> {
  const management = await openManagement(stack());
  await until('it is in the logs', async () => {
    const { body } = await management.call('GET', '/logs?q=type:(seccft OR feccft)&per_page=100');
    return (body as TokenLog[]).some(is);
  });
}

it('a client, by curl', { timeout: 120_000 }, () => follow('first-client.md'));

it('who got which token, and why', { timeout: 120_000 }, async () => {
  await requestToken(stack());
  await untilLogged(({ type }) => type === 'seccft');
  await follow('who-got-which-token.md', {
    command: /order-4711' -d/,
    is: ({ details }) => details?.correlation_id === 'order-4711',
  });
});

it('rights of a colleague', { timeout: 120_000 }, () => follow('colleagues.md'));

it('two environments', { timeout: 120_000 }, async () => {
  const { url, managementClientId, managementClientSecret } = stack();
  const lines = [
    `export HOOKMINT_URL=${url}`,
    `export HOOKMINT_CLIENT_ID=${managementClientId}`,
    `export HOOKMINT_CLIENT_SECRET=${managementClientSecret}`,
  ];
  for (const name of ['staging', 'production']) writeFileSync(join(folder, `${name}.env`), `${lines.join('\n')}\n`);
  writeFileSync(join(folder, 'production-secrets.yaml'), 'clients: {}\n');
  writeFileSync(
    join(folder, 'plan.js'),
    `module.exports = (client, scope, audience, context, cb) => cb(null, { scope, 'https://example.com/plan': 'gold' });\n`,
  );
  await follow('environments.md');
});

// What comes before it on the page is made by hand here.
it('curl on the other pages', { timeout: 120_000 }, async () => {
  const { url } = stack();
  const management = await openManagement(stack());
  const made = async (path: string, body: object): Promise<Record<string, string>> =>
    (await management.call('POST', path, body)).body as Record<string, string>;
  const api = await made('/resource-servers', { identifier: 'urn:pages', name: 'Pages', scopes: [{ value: 'read' }] });
  const client = await made('/clients', { name: 'Pages', app_type: 'non_interactive' });
  await made('/client-grants', { client_id: client.client_id, audience: 'urn:pages', scope: ['read'] });
  const ofApi = { name: 'Pages', app_type: 'resource_server', resource_server_identifier: 'urn:pages' };
  const asking = await made('/clients', ofApi);
  const env = {
    PATH: process.env.PATH ?? '',
    HOOKMINT_URL: url,
    TOKEN: management.token,
    API: 'urn:pages',
    API_ID: api.id ?? '',
    CLIENT_ID: client.client_id ?? '',
    CLIENT_SECRET: client.client_secret ?? '',
    API_CLIENT_ID: asking.client_id ?? '',
    API_CLIENT_SECRET: asking.client_secret ?? '',
    ACCESS_TOKEN: management.token,
  };
  const commands = ['docs/clients.md', 'docs/hooks.md']
    .flatMap((page) => commandsOf(page, readFileSync(join(ROOT, page), 'utf8')))
    .filter((one) => one.command.startsWith('curl ') && !isExcused(one))
    .map(({ command }) => command);
  assert(commands.length >= 8, String(commands.length));
  const ended = await typed(['curl() { command curl --fail-with-body "$@"; }', ...commands], { folder, env });
  for (const [n, { text, code }] of ended.entries()) assert.equal(code, '0', `${commands[n - 1] ?? ''}\n${text}`);
});
