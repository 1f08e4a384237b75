import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { runWithSdk } from '../support/run-with-sdk.ts';
import { claim, code, withActions, type Json } from './management-actions-fixtures.ts';

const A0DEPLOY = fileURLToPath(new URL('../../node_modules/auth0-deploy-cli/lib/index.js', import.meta.url));
const { stack, must, shaped, bindTo } = withActions({ args: ['--tls'] });

const folder = mkdtempSync(join(tmpdir(), 'hookmint-actions-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** auth0-deploy-cli as published, told only where hookmint is and who calls. */
async function a0deploy(args: string[], env: Record<string, string> = {}): Promise<string> {
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [A0DEPLOY, ...args], {
    cwd: folder,
    env: {
      PATH: process.env.PATH,
      NODE_EXTRA_CA_CERTS: stack().caFile,
      AUTH0_DOMAIN: new URL(stack().url).host,
      AUTH0_CLIENT_ID: stack().managementClientId,
      AUTH0_CLIENT_SECRET: stack().managementClientSecret,
      AUTH0_INCLUDED_ONLY: JSON.stringify(['actions', 'triggers']),
      ...env,
    },
  });
  return stdout + stderr;
}

function write(files: Record<string, string>): string {
  const dir = mkdtempSync(join(folder, 'in-'));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, name)), { recursive: true });
    writeFileSync(join(dir, name), text);
  }
  return dir;
}

/** All files below a folder, JSON parsed. */
function read(dir: string): Json {
  const files = readdirSync(dir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    files.map((file) => {
      const path = join(file.parentPath, file.name);
      const text = readFileSync(path, 'utf8');
      return [path.slice(dir.length + 1), path.endsWith('.json') ? (JSON.parse(text) as unknown) : text];
    }),
  );
}

const action = (name: string, more: Json = {}): Json => ({
  name,
  code: `./actions/${name}/code.js`,
  runtime: 'node22',
  status: 'built',
  dependencies: [],
  secrets: [],
  supported_triggers: [{ id: 'credentials-exchange', version: 'v2' }],
  deployed: true,
  ...more,
});

describe('auth0-deploy-cli', () => {
  const secretClaim = code("api.accessToken.setCustomClaim('key', event.secrets.KEY);");
  const files = (plan: string, secrets: Json[]) => ({
    'actions/plan.json': JSON.stringify(action('plan')),
    'actions/plan/code.js': claim('plan', plan),
    'actions/key.json': JSON.stringify(action('key', { secrets })),
    'actions/key/code.js': secretClaim,
    'triggers/triggers.json': JSON.stringify({
      'credentials-exchange': [
        { action_name: 'key', display_name: 'The key' },
        { action_name: 'plan', display_name: 'plan' },
      ],
    }),
  });
  const importing = (dir: string, env: Record<string, string> = {}) =>
    a0deploy(['import', '--input_file', dir], {
      AUTH0_KEYWORD_REPLACE_MAPPINGS: JSON.stringify({ KEY: 'abc-value' }),
      ...env,
    });

  it('imports Actions and their order, and exports the same files', async () => {
    await importing(write(files('full', [{ name: 'KEY', value: '##KEY##' }])));
    assert.deepEqual(await shaped(), { scope: 'read write', key: 'abc-value', plan: 'full' });

    const out = mkdtempSync(join(folder, 'out-'));
    await a0deploy(['export', '--format', 'directory', '--output_folder', out]);
    assert.deepEqual(read(out), read(write(files('full', [{ name: 'KEY' }]))));
  });

  it('changes nothing by importing once more what it exported', async () => {
    const states = async () => {
      const { actions } = (await must(200, 'GET', '/actions/actions')) as { actions: Json[] };
      return actions.map(({ id, updated_at, deployed_version }) => [id, updated_at, (deployed_version as Json).number]);
    };
    const before = await states();
    await importing(write(files('full', [{ name: 'KEY' }])));
    assert.deepEqual(await states(), before);
    assert.deepEqual(await shaped(), { scope: 'read write', key: 'abc-value', plan: 'full' });
  });

  // In one import: it spends its time on its own schemas, whatever there is to do.
  it('is live with what changed, and deletes what the folder has no more, bound or not, when it may', async () => {
    const { 'actions/plan.json': json, 'actions/plan/code.js': script } = files('empty', []);
    const dir = write({
      'actions/plan.json': json,
      'actions/plan/code.js': script,
      'triggers/triggers.json': JSON.stringify({
        'credentials-exchange': [{ action_name: 'plan', display_name: 'plan' }],
      }),
    });
    await importing(dir, { AUTH0_ALLOW_DELETE: 'true' });
    const { actions } = (await must(200, 'GET', '/actions/actions')) as { actions: Json[] };
    assert.deepEqual(
      actions.map(({ name }) => name),
      ['plan'],
    );
    assert.deepEqual(await shaped(), { scope: 'read write', plan: 'empty' });
    await bindTo();
  });
});

describe("Auth0's SDK", () => {
  it('v7: makes, deploys, binds, tests and deletes Actions', async () => {
    const source = claim('sdk', 'v7');
    const seen = await runWithSdk(
      stack(),
      'auth0-v7',
      async ({ ManagementClient }, settings, text) => {
        const { actions } = new ManagementClient(settings);
        const made = await actions.create({
          name: 'SDK v7',
          supported_triggers: [{ id: 'credentials-exchange', version: 'v2' }],
          code: text,
          secrets: [{ name: 'KEY', value: 'value' }],
        });
        const id = made.id ?? '';
        const first = await actions.deploy(id);
        await actions.update(id, { code: `${text}\n` });
        const second = await actions.deploy(id);
        const versions = (await actions.versions.list(id)).data.map(({ number }) => number);
        const back = await actions.versions.deploy(id, first.id ?? '');
        const tested = await actions.test(id, { payload: { accessToken: { scope: ['a'] } } });
        const triggers = (await actions.triggers.list()).triggers?.map((trigger) => trigger.id);
        const ref = { type: 'action_id' as const, value: id };
        await actions.triggers.bindings.updateMany('credentials-exchange', { bindings: [{ ref, display_name: 'x' }] });
        const bound = (await actions.triggers.bindings.list('credentials-exchange')).data.map(
          ({ action }) => action?.id,
        );
        const refused = await actions
          .delete(id)
          .catch((error: unknown) => (error as { statusCode: number }).statusCode);
        const listed = (await actions.list({ actionName: 'SDK v7' })).data.map((one) => one.id);
        const got = (await actions.get(id)).deployed_version?.number;
        return { id, numbers: [second.number, back.number, got], versions, tested, triggers, bound, refused, listed };
      },
      { input: source },
    );
    const { id } = seen;
    assert.deepEqual(seen.numbers, [2, 3, 3]);
    assert.deepEqual(seen.versions, [2, 1]);
    assert.deepEqual([seen.tested.payload?.claims, seen.tested.payload?.scope], [{ sdk: 'v7' }, ['a']]);
    assert.deepEqual(seen.triggers, ['credentials-exchange', 'credentials-exchange']);
    assert.deepEqual([seen.bound, seen.listed, seen.refused], [[id], [id], 409]);
    assert.deepEqual(await shaped(), { scope: 'read write', sdk: 'v7' });
    await runWithSdk(
      stack(),
      'auth0-v7',
      async ({ ManagementClient }, settings, which) => {
        await new ManagementClient(settings).actions.delete(which, { force: true });
      },
      { input: id },
    );
    assert.deepEqual(await shaped(), { scope: 'read write' });
  });

  it('v4: makes, deploys, binds and deletes Actions', async () => {
    const source = claim('sdk', 'v4');
    const seen = await runWithSdk(
      stack(),
      'auth0-v4',
      async ({ ManagementClient }, settings, text) => {
        const { actions } = new ManagementClient(settings);
        const { data: made } = await actions.create({
          name: 'SDK v4',
          supported_triggers: [{ id: 'credentials-exchange', version: 'v2' }],
          code: text,
        });
        const { data: version } = await actions.deploy({ id: made.id });
        await actions.updateTriggerBindings(
          { triggerId: 'credentials-exchange' },
          { bindings: [{ ref: { type: 'action_name', value: 'SDK v4' } }] },
        );
        const { data: all } = await actions.getAll({ actionName: 'SDK v4' });
        const { data: bindings } = await actions.getTriggerBindings({ triggerId: 'credentials-exchange' });
        const { data: tested } = await actions.test({ id: made.id }, { payload: {} });
        return {
          id: made.id,
          version,
          total: all.total,
          bound: bindings.bindings.map(({ action }) => action.id),
          tested,
        };
      },
      { input: source },
    );
    assert.deepEqual([seen.version.number, seen.total, seen.bound], [1, 1, [seen.id]]);
    assert.deepEqual(seen.tested.payload.claims, { sdk: 'v4' });
    assert.deepEqual(await shaped(), { scope: 'read write', sdk: 'v4' });
    await must(204, 'DELETE', `/actions/actions/${seen.id}?force=true`);
  });
});
