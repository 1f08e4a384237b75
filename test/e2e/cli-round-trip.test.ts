import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, beforeEach, it } from 'node:test';
import { CLI_PROGRAM } from '../support/cli-program.ts';
import { openManagement, type Management } from '../support/management.ts';
import { withStack } from '../support/with-stack.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hookmint-round-trip-'));
});
const folders: string[] = [];
after(() => {
  for (const one of folders) rmSync(one, { recursive: true, force: true });
});
beforeEach(() => folders.push(folder));

let api: Management;
const stack = withStack({ hook: null }, async (started) => {
  api = await openManagement(started);
});
beforeEach(empty);

type Body = Record<string, unknown>;
type Ended = { code: number | null; stdout: string; stderr: string };
type Report = {
  steps: { kind: string; name: string; does: string; members: string[]; notes: string[] }[];
  failures: { kind: string; name: string; reason: string }[];
  new_clients: { name: string; client_id: string; client_secret: string }[];
};

async function hookmint(args: string[], url = stack().url): Promise<Ended> {
  const child = spawn(process.execPath, [...CLI_PROGRAM, ...args], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, INIT_CWD: folder, HOOKMINT_URL: url, HOOKMINT_ACCESS_TOKEN: api.token },
  });
  const ended: Ended = { code: null, stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => (ended[name] += text));
  }
  [ended.code] = (await once(child, 'close')) as [number | null];
  return ended;
}

const reportOf = ({ stdout }: Ended): Report => JSON.parse(stdout) as Report;

async function write(method: string, path: string, body?: unknown): Promise<Body> {
  const answer = await api.call(method, path, body);
  assert(answer.status < 300, `${method} ${path}: ${JSON.stringify(answer.body)}`);
  return answer.body as Body;
}

const list = async (path: string): Promise<Body[]> => (await api.call('GET', path)).body as Body[];

/** Takes away what the test before made. */
async function empty(): Promise<void> {
  const { actions } = (await api.call('GET', '/actions/actions')).body as { actions: Body[] };
  for (const { id } of actions) await write('DELETE', `/actions/actions/${String(id)}?force=true`);
  for (const { id } of await list('/hooks')) await write('DELETE', `/hooks/${String(id)}`);
  for (const { client_id } of await list('/clients'))
    if (client_id !== stack().managementClientId) await write('DELETE', `/clients/${String(client_id)}`);
  for (const { id, is_system } of await list('/resource-servers'))
    if (is_system !== true) await write('DELETE', `/resource-servers/${String(id)}`);
  await write('PATCH', '/tenants/settings', {
    default_audience: null,
    custom_claims: 'namespaced',
    default_token_quota: null,
  });
}

/** All that shapes tokens, without what is another's in a copy. */
async function tenant(): Promise<unknown> {
  const { bindings } = (await api.call('GET', '/actions/triggers/credentials-exchange/bindings')).body as {
    bindings: { display_name: string; action: Body }[];
  };
  const { default_audience, custom_claims, default_token_quota } = (await api.call('GET', '/tenants/settings'))
    .body as Body;
  const ids = new Set(['id']);
  const plain = (items: Body[]) =>
    items
      .map((item) => JSON.stringify(Object.fromEntries(Object.entries(item).filter(([name]) => !ids.has(name)))))
      .sort();
  return {
    apis: plain(await list('/resource-servers')),
    clients: plain(await list('/clients')),
    grants: plain(await list('/client-grants')),
    hooks: plain(await list('/hooks')),
    bindings: bindings.map(({ display_name, action }) => [display_name, action.name, action.code]),
    settings: { default_audience, custom_claims, default_token_quota },
  };
}

const ACTION = {
  supported_triggers: [{ id: 'credentials-exchange', version: 'v2' }],
  code: 'exports.onExecuteCredentialsExchange = async (event, api) => {};',
  deploy: true,
};

it('what was exported makes the same tenant of an empty one, clients that are called alike among it', async () => {
  await write('POST', '/resource-servers', {
    identifier: 'urn:orders',
    name: 'Orders / API',
    scopes: [{ value: 'read', description: 'Read' }, { value: 'write' }],
    token_lifetime: 60,
    signing_alg: 'ES256',
    claims: { 'https://example.com/tier': { a: [1, null] } },
    subject_type_authorization: { client: { policy: 'deny_all' } },
  });
  const one = await write('POST', '/clients', { name: 'Twin', app_type: 'non_interactive' });
  const two = await write('POST', '/clients', {
    name: 'Twin',
    app_type: 'non_interactive',
    client_metadata: { plan: 'full' },
    token_quota: { client_credentials: { enforce: false, per_day: 3 } },
  });
  await write('POST', '/client-grants', { client_id: one.client_id, audience: 'urn:orders', scope: ['read'] });
  await write('POST', '/client-grants', {
    client_id: two.client_id,
    audience: 'urn:orders',
    allow_all_scopes: true,
    claims: { 'https://example.com/region': '{{client.metadata.plan}}' },
  });
  await write('POST', '/hooks', {
    name: 'shaper',
    script: 'module.exports = function (c, s, a, x, cb) { cb(null, { scope: s }); };',
    triggerId: 'credentials-exchange',
    enabled: true,
    hookmint: {
      limits: { cpu_ms: 500 },
      egress: { allowed_hosts: ['a.example'] },
      on_failure: 'issue_unmodified',
      isolation: 'process',
    },
  });
  const action = await write('POST', '/actions/actions', { ...ACTION, name: 'Shaper' });
  await write('PATCH', '/actions/triggers/credentials-exchange/bindings', {
    bindings: [{ ref: { type: 'action_id', value: action.id }, display_name: 'The first' }],
  });
  await write('PATCH', '/tenants/settings', {
    default_audience: 'urn:orders',
    custom_claims: 'relaxed',
    default_token_quota: { clients: { client_credentials: { enforce: true, per_hour: 9 } } },
  });
  // Only where the tenant allows it before.
  await write('PATCH', `/clients/${String(two.client_id)}`, { claims: { plain: 'kept' } });
  const exported = await tenant();

  assert.equal((await hookmint(['export', 'files'])).code, 0);
  const same = await hookmint(['diff', 'files', '--json']);
  assert.equal(same.code, 0, same.stdout);

  await empty();
  const imported = await hookmint(['import', 'files', '--yes', '--json']);
  assert.equal(imported.code, 0, imported.stdout);
  assert.deepEqual(await tenant(), exported);
  assert.equal((await hookmint(['diff', 'files'])).code, 0);
});

it('a client that signs has a secret in a copy until it has its key, and is no difference for ever', async () => {
  const { publicKey: pem } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  await write('POST', '/clients', {
    name: 'Signs',
    app_type: 'non_interactive',
    client_authentication_methods: { private_key_jwt: { credentials: [{ credential_type: 'public_key', pem }] } },
  });
  await hookmint(['export', 'files']);
  assert.equal((await hookmint(['diff', 'files'])).code, 0);
  await empty();
  const imported = reportOf(await hookmint(['import', 'files', '--yes', '--json']));
  const made = imported.steps.find(({ name }) => name === 'Signs');
  assert(made?.notes.some((note) => note.includes('private_key_jwt')));
  assert.equal(imported.new_clients.length, 1);
  const applied = await hookmint(['apply', 'files', '--json']);
  assert.equal(applied.code, 0, applied.stdout);
});

it('a secret that the files of an Action do not name any more goes', async () => {
  const { id } = await write('POST', '/actions/actions', {
    ...ACTION,
    name: 'Shaper',
    secrets: [{ name: 'OLD', value: 'a' }],
  });
  writeFileSync(join(folder, 'code.js'), ACTION.code);
  const file = { name: 'Shaper', code: './code.js', supported_triggers: ACTION.supported_triggers, deployed: true };
  writeFileSync(join(folder, 'tenant.yaml'), JSON.stringify({ actions: [{ ...file, secrets: [] }] }));
  assert.equal((await hookmint(['diff', 'tenant.yaml'])).code, 1);
  assert.equal((await hookmint(['apply', 'tenant.yaml'])).code, 0);
  assert.deepEqual((await api.call('GET', `/actions/actions/${String(id)}`)).body, {
    ...((await api.call('GET', `/actions/actions/${String(id)}`)).body as Body),
    secrets: [],
  });
  assert.equal((await hookmint(['diff', 'tenant.yaml'])).code, 0);
});

it('credentials that were made are shown when hookmint goes away before the end', async (t) => {
  writeFileSync(
    join(folder, 'tenant.yaml'),
    JSON.stringify({ clients: ['First', 'Second'].map((name) => ({ name, app_type: 'non_interactive' })) }),
  );
  const away = await leavingAfter(/^POST \/api\/v2\/clients$/);
  t.after(away.close);
  for (const command of [['apply'], ['import', '--yes']]) {
    const ended = await hookmint([...command, 'tenant.yaml', '--json'], away.url);
    assert.equal(ended.code, 1, ended.stderr);
    const { failures, new_clients } = reportOf(ended);
    assert.equal(new_clients.length, 1);
    assert.equal(failures.length, 1);
    assert.match(failures[0]?.reason ?? '', /cannot be reached/);
    await empty();
    away.comeBack();
  }
});

it('a folder that cannot be written is named, without a stack', async () => {
  writeFileSync(join(folder, 'file'), '');
  const { code, stderr } = await hookmint(['export', 'file/files']);
  assert.equal(code, 2);
  assert.match(stderr, /^hookmint: \S+ cannot be written: [^\n]+\n$/);
});

/** Stands before the stack, and listens no more once a request was answered. */
async function leavingAfter(last: RegExp) {
  let isAway = false;
  const server = createServer((request, response: ServerResponse) => {
    if (isAway) {
      request.socket.destroy();
      return;
    }
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const { method = 'GET', url = '/' } = request;
      const answer = await fetch(`${stack().url}${url}`, {
        method,
        headers: { authorization: request.headers.authorization ?? '', 'content-type': 'application/json' },
        ...(chunks.length === 0 ? {} : { body: Buffer.concat(chunks) }),
      });
      const text = await answer.text();
      if (last.test(`${method} ${url}`)) isAway = true;
      response.writeHead(answer.status, { 'content-type': 'application/json' }).end(text);
    })();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    comeBack: () => {
      isAway = false;
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
