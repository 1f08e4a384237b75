import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { after, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { decodeJwt } from 'jose';
import { parse, stringify } from 'yaml';
import { openManagement } from '../support/management.ts';
import { DEFAULT_MANAGEMENT_LIMIT, type Stack } from '../support/stack.ts';
import { requestToken } from '../support/token-request.ts';
import { withStack } from '../support/with-stack.ts';

const CLI = fileURLToPath(new URL('../../node_modules/auth0-deploy-cli/lib/index.js', import.meta.url));
const FIXTURE = fileURLToPath(new URL('../fixtures/auth0-export', import.meta.url));
const work = mkdtempSync(join(tmpdir(), 'hookmint-deploy-cli-'));
const input = join(work, 'input');
const exported = join(work, 'exported');

/** Kinds that hookmint has, by the CLI's names. */
const KINDS = ['hooks', 'clients', 'resourceServers', 'clientGrants', 'actions', 'triggers', 'tenant'];

/** What of the fixture hookmint refuses, since it is for users who log in. */
const NOT_FOR_HOOKMINT = [
  'hooks/welcome-mail.json',
  'hooks/welcome-mail.js',
  'grants/Billing Service-Auth0 Management API.json',
];

/** Where the files that come back may differ from those that were sent, and why. */
const DIFFERENCES: readonly { file: RegExp; field: string; why: string }[] = [
  { file: /^clients\//, field: 'token_endpoint_auth_method', why: 'told even when it was not sent' },
  { file: /^clients\//, field: 'cross_origin_auth', why: 'the CLI sends it as cross_origin_authentication' },
  { file: /^clients\//, field: 'cross_origin_authentication', why: 'the same' },
  { file: /^resource-servers\//, field: 'token_dialect', why: 'told even when it was not sent' },
  { file: /^resource-servers\//, field: 'enforce_policies', why: 'told even when it was not sent' },
  { file: /^resource-servers\//, field: 'subject_type_authorization', why: 'told even when it was not sent' },
  { file: /^tenant/, field: 'session_lifetime', why: 'the CLI sends it as session_lifetime_in_minutes' },
  { file: /^tenant/, field: 'session_lifetime_in_minutes', why: 'the same' },
  { file: /^tenant/, field: 'sandbox_version', why: 'told even when it was not sent' },
  { file: /^tenant/, field: 'resource_parameter_profile', why: 'told even when it was not sent' },
  { file: /^tenant/, field: 'custom_claims', why: "hookmint's own, told even when it was not sent" },
  { file: /^tenant/, field: 'error_dialect', why: 'the same' },
];

/** Files that an export has beyond what was imported: the client that the CLI itself runs as, and a kind that it makes up. */
const ONLY_IN_EXPORT = ['clients/Management.json', 'branding/branding.json'];
/** Folders that the CLI passes over, by `AUTH0_INCLUDED_ONLY`. */
const ONLY_IN_INPUT = /^(rules|connections)\//;

const stack = withStack({ args: ['--tls'], hook: null, env: DEFAULT_MANAGEMENT_LIMIT }, async (started) => {
  await empty(started);
  cpSync(FIXTURE, input, { recursive: true });
  for (const file of NOT_FOR_HOOKMINT) rmSync(join(input, file));
  const bindings = { 'credentials-exchange': [{ action_name: 'add-region', display_name: 'add-region' }] };
  writeFileSync(join(input, 'triggers/triggers.json'), JSON.stringify(bindings));
  const hook = JSON.parse(readFileSync(join(input, 'hooks/add-plan-claim.json'), 'utf8')) as object;
  const secrets = { CLAIM_PREFIX: 'https://acme.example.com/' };
  writeFileSync(join(input, 'hooks/add-plan-claim.json'), JSON.stringify({ ...hook, secrets }));
  const withModule = { ...hook, name: 'with-module', script: './with-module.js', enabled: false, secrets: {} };
  writeFileSync(
    join(input, 'hooks/with-module.json'),
    JSON.stringify({ ...withModule, dependencies: { ms: '2.1.3' } }),
  );
  writeFileSync(
    join(input, 'hooks/with-module.js'),
    "module.exports = (a, b, c, d, cb) => cb(null, require('ms')('2d'));",
  );
});
after(() => rmSync(work, { recursive: true, force: true }));

describe('auth0-deploy-cli, given only domain, client and the certificate', () => {
  it('shows what it would import into an empty hookmint, and imports it', async () => {
    const { said, changes } = await changesBy(() =>
      cli(['import', '--input_file', input, '--dry-run', '--apply'], {
        AUTH0_INCLUDED_ONLY: JSON.stringify(KINDS),
        AUTH0_KEYWORD_REPLACE_MAPPINGS: JSON.stringify({ REGION: 'eu' }),
      }),
    );
    for (const name of ['add-plan-claim', 'Billing Service', 'Orders API', 'add-region']) {
      assert.match(said, new RegExp(`CREATE +│ ${name} `));
      assert.match(said, new RegExp(`Created .*"name":"${name}"`));
    }
    assert.match(said, /Updated \[tenant\]/);
    assert.deepEqual([...new Set(changes)].sort(), [
      'client_grants',
      'clients',
      'hook_bindings',
      'hooks',
      'resource_servers',
      'tenant',
    ]);
    const claims = await claimsOf(stack());
    assert.equal(claims['https://acme.example.com/plan'], 'full');
    assert.equal(claims.region, 'eu');
    assert.equal(claims.scope, 'read:orders reports');
  });

  it('exports what it has imported, and passes over what hookmint has not', async () => {
    const said = await cli(['export', '--format=directory', '--output_folder', exported]);
    assert.match(said, /Cannot retrieve connections due to missing scopes: read:connections/);
    assert.match(said, /Export Successful/);
    const [before, now] = [filesIn(input), filesIn(exported)];
    for (const name of ONLY_IN_EXPORT) {
      assert(now.delete(name), name);
    }
    for (const name of before.keys()) if (ONLY_IN_INPUT.test(name)) before.delete(name);
    assert.deepEqual([...now.keys()].sort(), [...before.keys()].sort());
    for (const [name, content] of before)
      assert.deepEqual(comparable(name, now.get(name)), comparable(name, content), name);
  });

  it('changes nothing by importing that once more', async () => {
    const was = await configurationOf(stack());
    const { said, changes } = await changesBy(() => cli(['import', '--input_file', exported]));
    assert.match(said, /Updated .*"name":"add-plan-claim"/);
    assert.match(said, /Import Successful/);
    assert.deepEqual(await configurationOf(stack()), was);
    assert.deepEqual(changes, []);
  });

  it('updates a hook whose script was changed, by YAML: the next token has it; and deletes what is gone from it', async () => {
    const yaml = join(work, 'yaml');
    await cli(['export', '--format=yaml', '--output_folder', yaml]);
    const script = join(yaml, 'hooks/add-plan-claim.js');
    writeFileSync(script, readFileSync(script, 'utf8').replace("+ 'plan'", "+ 'plan-anew'"));
    const file = join(yaml, 'tenant.yaml');
    const tenant = parse(readFileSync(file, 'utf8')) as Record<string, { name: string }[]>;
    tenant.clients = tenant.clients?.filter(({ name }) => name !== 'Web Shop') ?? [];
    Object.assign(tenant, { triggers: { 'credentials-exchange': [] }, actions: [] });
    writeFileSync(file, stringify(tenant));

    const said = await cli(['import', '--input_file', file], { AUTH0_ALLOW_DELETE: 'true' });
    assert.match(said, /Import Successful/);
    const claims = await claimsOf(stack());
    assert.equal(claims['https://acme.example.com/plan-anew'], 'full');
    assert.equal(claims['https://acme.example.com/plan'], undefined);
    assert.equal(claims.region, undefined);
    const { call } = await openManagement(stack());
    const clients = (await call('GET', '/clients')).body as { name: string }[];
    assert.deepEqual(clients.map(({ name }) => name).sort(), ['Billing Service', 'Management']);
    assert.equal(((await call('GET', '/actions/actions')).body as { total: number }).total, 0);
  });
});

/** Runs the CLI, and gives all it printed. */
async function cli(args: string[], env: Record<string, string> = {}): Promise<string> {
  const { caFile, url, managementClientId, managementClientSecret } = stack();
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [CLI, ...args], {
    cwd: work,
    env: {
      PATH: process.env.PATH,
      NO_COLOR: '1',
      AUTH0_DOMAIN: new URL(url).host,
      AUTH0_CLIENT_ID: managementClientId,
      AUTH0_CLIENT_SECRET: managementClientSecret,
      NODE_EXTRA_CA_CERTS: caFile,
      ...env,
    },
  });
  return stdout + stderr;
}

/** Takes away what `npm start` seeds. */
async function empty(started: Stack): Promise<void> {
  const { call } = await openManagement(started);
  const items = async (path: string) => (await call('GET', path)).body as Record<string, unknown>[];
  for (const { id } of await items('/hooks')) await call('DELETE', `/hooks/${String(id)}`);
  for (const { id, is_system } of await items('/resource-servers')) {
    if (is_system !== true) await call('DELETE', `/resource-servers/${String(id)}`);
  }
  for (const { client_id } of await items('/clients')) {
    if (client_id !== started.managementClientId) await call('DELETE', `/clients/${String(client_id)}`);
  }
}

/** Of a token that the imported client gets. */
async function claimsOf(started: Stack): Promise<Record<string, unknown>> {
  const { call } = await openManagement(started);
  const clients = (await call('GET', '/clients')).body as { name: string; client_id: string }[];
  const client_id = clients.find(({ name }) => name === 'Billing Service')?.client_id ?? '';
  const { client_secret } = (await call('POST', `/clients/${client_id}/rotate-secret`)).body as Record<string, string>;
  const { status, body } = await requestToken(started, {
    client_id,
    client_secret,
    audience: 'https://orders.example.com/',
  });
  assert.equal(status, 200, JSON.stringify(body));
  return decodeJwt(String(body.access_token));
}

/** Every document that the API writes, whatever its views show of it. */
async function configurationOf(started: Stack): Promise<Record<string, unknown>> {
  const db = await started.db();
  const names = ['clients', 'resource_servers', 'client_grants', 'hooks', 'hook_revisions', 'hook_bindings', 'tenant'];
  // How far the audit was read, and who writes at the moment, are no configuration.
  const configured = { _id: { $not: /^audit_|^ways_in$/ } } as object;
  const all = names.map(
    async (name) => [name, await db.collection(name).find(configured).sort({ _id: 1 }).toArray()] as const,
  );
  return Object.fromEntries(await Promise.all(all));
}

/** Collections of the changes that were announced while something was done, as the log of the API has them. */
async function changesBy(doing: () => Promise<string>): Promise<{ said: string; changes: string[] }> {
  const before = await writesOf(stack());
  const said = await doing();
  return { said, changes: (await writesOf(stack())).slice(before.length) };
}

const LOGGED_WITHIN_MS = 60_000;
const marks = new Set<string>();

/** Oldest first; complete, since the log is read when a write that is made here is in it. */
async function writesOf(started: Stack): Promise<string[]> {
  const { call } = await openManagement(started);
  const mark = { identifier: `https://mark-${String(marks.size)}.example.com/` };
  const { id } = (await call('POST', '/resource-servers', mark)).body as { id: string };
  await call('DELETE', `/resource-servers/${id}`);
  marks.add(id);
  for (const untilMs = Date.now() + LOGGED_WITHIN_MS; Date.now() < untilMs;) {
    const logs = (await call('GET', '/logs?q=type:sapi&sort=date:1&per_page=100')).body as {
      details: { collection: string; document_id: string; request: { method: string } };
    }[];
    const writes = logs.map(({ details }) => details);
    if (writes.some(({ document_id, request }) => document_id === id && request.method === 'delete')) {
      return writes.filter(({ document_id }) => !marks.has(document_id)).map(({ collection }) => collection);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('the log does not tell of the last write');
}

/** Files below a folder by their paths in it; JSON as what it stands for. */
function filesIn(folder: string): Map<string, unknown> {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name));
  const files = paths.filter((path) => statSync(path).isFile());
  return new Map(
    files.map((path) => {
      const text = readFileSync(path, 'utf8');
      return [relative(folder, path), path.endsWith('.json') ? (JSON.parse(text) as unknown) : text];
    }),
  );
}

function comparable(file: string, content: unknown): unknown {
  // The CLI puts values in for the marks of an input, and never exports a secret.
  if (typeof content === 'string') return content.replaceAll('##REGION##', 'eu');
  const left = { ...(content as Record<string, unknown>) };
  for (const difference of DIFFERENCES) if (difference.file.test(file)) Reflect.deleteProperty(left, difference.field);
  if (left.secrets !== undefined && file.startsWith('hooks/')) left.secrets = Object.keys(left.secrets as object);
  return left;
}
