import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { DEFAULT_GRADUAL_BOUNDS } from '../../shared/domain/gradual-deployment.ts';
import { stepsOf, typed } from '../support/guide-steps.ts';
import { openManagement } from '../support/management.ts';
import { DEFAULT_MANAGEMENT_LIMIT } from '../support/stack.ts';
import { requestToken } from '../support/token-request.ts';
import { until } from '../support/until.ts';
import { withStack } from '../support/with-stack.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const guide = readFileSync(join(ROOT, 'docs', 'changing-hooks.md'), 'utf8');
const folder = mkdtempSync(join(tmpdir(), 'hookmint-changing-'));
after(() => rmSync(folder, { recursive: true }));

const stack = withStack({ hook: null, env: DEFAULT_MANAGEMENT_LIMIT });
/** To which the guide promotes. */
const production = withStack({ hook: null });

const steps = stepsOf(guide);

it('the guide to changing hooks can be followed as it is written', { timeout: 600_000 }, async () => {
  const { url, managementClientId, managementClientSecret } = stack();
  const cli = join(ROOT, 'cli', 'hookmint.js');
  const commands = steps.map(({ command }) => command.replace(/^npx hookmint /, `"${process.execPath}" "${cli}" `));
  const { PATH = '', HOME = '' } = process.env;
  const connection = {
    HOOKMINT_URL: url,
    HOOKMINT_CLIENT_ID: managementClientId,
    HOOKMINT_CLIENT_SECRET: managementClientSecret,
    HOOKMINT_PROFILE_STAGING_URL: url,
    HOOKMINT_PROFILE_STAGING_CLIENT_ID: managementClientId,
    HOOKMINT_PROFILE_STAGING_CLIENT_SECRET: managementClientSecret,
    HOOKMINT_PROFILE_PRODUCTION_URL: production().url,
    HOOKMINT_PROFILE_PRODUCTION_CLIENT_ID: production().managementClientId,
    HOOKMINT_PROFILE_PRODUCTION_CLIENT_SECRET: production().managementClientSecret,
  };
  const env = { PATH, HOME, ...connection };
  // Clients ask for tokens once there is a hook: what is rehearsed with.
  const first = commands.findIndex((command) => command.endsWith('--enable')) + 1;
  const begun = await typed(commands.slice(0, first), { folder, env });
  const management = await openManagement(stack());
  for (let times = 0; times < 3; times++) assert.equal((await requestToken(stack())).status, 200);
  await until('they are in the logs', async () => {
    const { body } = await management.call('GET', '/logs?q=type:seccft&per_page=100');
    return (body as { client_id: string }[]).filter(({ client_id }) => client_id === stack().clientId).length >= 3;
  });
  const ended = [...begun, ...(await typed(commands.slice(first), { folder, env }))];
  assert(steps.length >= 13);
  for (const [n, { command, output }] of steps.entries()) {
    const { text: told = '', code } = ended[n] ?? {};
    assert.equal(code, '0', `${command}\n${told}`);
    const expected = output
      .split('…')
      .map((part) => RegExp.escape(part))
      .join('[^]*');
    assert(new RegExp(`^${expected}$`).test(told), `${command}\nexpected\n${output}\ngot\n${told}`);
  }
});

it('the guide has each bound with its default', () => {
  for (const [name, byDefault] of Object.entries(DEFAULT_GRADUAL_BOUNDS)) {
    assert.match(guide, new RegExp(`\\| \`${name}\` +\\| +${String(byDefault)} \\|`), name);
  }
});
