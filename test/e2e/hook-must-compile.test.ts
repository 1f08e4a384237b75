import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { CLI_PROGRAM } from '../support/cli-program.ts';
import { openManagement, type Management } from '../support/management.ts';
import { postJson } from '../support/post-token.ts';
import { withStack } from '../support/with-stack.ts';

// What V8 cannot compile is no revision, whichever way it comes.

const folder = mkdtempSync(join(tmpdir(), 'hookmint-compile-'));
after(() => rmSync(folder, { recursive: true, force: true }));

let api: Management;
const stack = withStack({ hook: null }, async (started) => {
  api = await openManagement(started);
});

const GOOD = 'module.exports = (client, scope, audience, context, cb) => cb(null, { scope });';
const trigger = { triggerId: 'credentials-exchange' };

/** Codes that the bundler takes and V8 does not. */
const REFUSED: [what: string, code: string, message: string][] = [
  [
    'an error class again',
    '\nclass InvalidScopeError extends Error {}',
    "2:1: Identifier 'InvalidScopeError' has already been declared",
  ],
  [
    'a group twice',
    'const read = () => /(?<a>.)(?<a>.)/;',
    '1:20: Invalid regular expression: /(?<a>.)(?<a>.)/: Duplicate capture group name',
  ],
  [
    'a group twice beside a module',
    "const path = require('path');\n  console.log(/(?<a>.)(?<a>.)/);",
    '2:15: Invalid regular expression: /(?<a>.)(?<a>.)/: Duplicate capture group name',
  ],
];

async function refused(method: string, path: string, body: unknown, message: string): Promise<void> {
  const answer = await api.call(method, path, body);
  const { errorCode, message: told } = answer.body as Record<string, unknown>;
  assert.deepEqual([answer.status, errorCode, told], [400, 'hook_syntax_error', `hook.js:${message}`]);
}

async function made(path: string, body: unknown): Promise<string> {
  const answer = await api.call('POST', path, body);
  assert.equal(answer.status, 201, JSON.stringify(answer.body));
  return String((answer.body as { id: unknown }).id);
}

function hookmint(...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const { PATH = '', HOME = '' } = process.env;
  const env = {
    PATH,
    HOME,
    HOOKMINT_URL: stack().url,
    HOOKMINT_CLIENT_ID: stack().managementClientId,
    HOOKMINT_CLIENT_SECRET: stack().managementClientSecret,
  };
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [...CLI_PROGRAM, ...args], { cwd: folder, env }, (_, stdout, stderr) =>
      resolve({ code: child.exitCode, stdout, stderr }),
    );
  });
}

for (const [index, [what, refusedCode, message]] of REFUSED.entries()) {
  describe(`code that declares ${what}`, () => {
    const script = `${refusedCode}\n${GOOD}`;

    it('becomes no hook, no revision and no draft', async () => {
      await refused('POST', '/hooks', { name: `refused-${String(index)}`, script, ...trigger }, message);
      await refused('POST', '/hooks', { name: `refused-${String(index)}`, script, enabled: true, ...trigger }, message);
      const id = await made('/hooks', { name: `good-${String(index)}`, script: GOOD, enabled: true, ...trigger });
      await refused('PATCH', `/hooks/${id}`, { script }, message);
      await refused('POST', `/hooks/${id}/revisions`, { script }, message);
      assert.equal((await postJson(stack())).status, 200);
      assert.equal((await api.call('DELETE', `/hooks/${id}`)).status, 204);
    });

    it('becomes no Action', async () => {
      const code = `${refusedCode}\nexports.onExecuteCredentialsExchange = async () => {};`;
      const action = {
        name: `refused ${String(index)}`,
        supported_triggers: [{ id: 'credentials-exchange', version: 'v2' }],
      };
      await refused('POST', '/actions/actions', { ...action, code }, message);
      const id = await made('/actions/actions', action);
      await refused('PATCH', `/actions/actions/${id}`, { code }, message);
      assert.equal((await api.call('DELETE', `/actions/actions/${id}`)).status, 204);
    });

    it('is not imported and not deployed by a file', async () => {
      const hooks = join(folder, `import-${String(index)}`, 'hooks');
      mkdirSync(hooks, { recursive: true });
      writeFileSync(join(hooks, 'a.json'), JSON.stringify({ name: 'a', script: './a.js', ...trigger }));
      writeFileSync(join(hooks, 'a.js'), script);
      const imported = await hookmint('import', join(hooks, '..'), '--yes');
      assert.notEqual(imported.code, 0, imported.stdout);
      assert.ok(`${imported.stdout}${imported.stderr}`.includes(`hook.js:${message}`), JSON.stringify(imported));

      writeFileSync(join(folder, 'refused.js'), script);
      for (const command of [
        ['hook', 'run'],
        ['hook', 'deploy'],
      ]) {
        const { code, stderr } = await hookmint(...command, 'refused.js');
        assert.equal(code, 2, stderr);
        assert.match(stderr, /^hookmint: [^\n]* \(hook_syntax_error\)\n$/);
        assert.ok(stderr.includes(`.js:${message}`), stderr);
      }
      const { body } = await api.call('GET', '/hooks');
      assert.ok(!JSON.stringify(body).includes('(?<a>.)'));
    });
  });
}
