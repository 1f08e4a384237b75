import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { decodeProtectedHeader } from 'jose';
import { openManagement } from '../support/management.ts';
import { requestToken } from '../support/token-request.ts';
import { withStack } from '../support/with-stack.ts';

const CLI = fileURLToPath(new URL('../../cli/hookmint.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'hookmint-losses-'));
after(() => rmSync(folder, { recursive: true }));

const stack = withStack({ hook: null });

type Step = { kind: string; name: string; does: string; notes: string[]; losses: string[] };
type Report = {
  steps: Step[];
  failures: { kind: string; name: string; reason: string }[];
  new_clients: { name: string; client_id: string; client_secret: string }[];
};
type Ended = { code: number | null; stdout: string; stderr: string };

async function hookmint(...args: string[]): Promise<Ended> {
  const { url, managementClientId, managementClientSecret } = stack();
  const child = spawn(process.execPath, [CLI, ...args], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      INIT_CWD: folder,
      HOOKMINT_URL: url,
      HOOKMINT_CLIENT_ID: managementClientId,
      HOOKMINT_CLIENT_SECRET: managementClientSecret,
    },
  });
  const ended: Ended = { code: null, stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => (ended[name] += text));
  }
  ended.code = await new Promise((resolve) => child.on('close', resolve));
  return ended;
}

/** An export of one file for each resource. */
function exportOf(name: string, files: Record<string, unknown>): string {
  const dir = join(folder, name);
  for (const [file, content] of Object.entries(files)) {
    mkdirSync(join(dir, file, '..'), { recursive: true });
    writeFileSync(join(dir, file), typeof content === 'string' ? content : JSON.stringify(content));
  }
  return dir;
}

async function named(kind: string): Promise<string[]> {
  const { body } = await (await openManagement(stack())).call('GET', `/${kind}?per_page=100`);
  return (body as { name?: string }[]).map(({ name = '' }) => name).sort();
}

const M2M = { app_type: 'non_interactive', grant_types: ['client_credentials'] };
const BOUND = { mechanism: 'dpop', required: true };

const LOSSY = {
  'resource-servers/shared.json': { name: 'Shared', identifier: 'urn:shared', signing_alg: 'HS256' },
  'resource-servers/rs512.json': { name: 'Long', identifier: 'urn:long', signing_alg: 'RS512' },
  'resource-servers/bound.json': { name: 'Bound', identifier: 'urn:bound', proof_of_possession: BOUND },
  'clients/mtls.json': {
    ...M2M,
    name: 'Mtls',
    token_endpoint_auth_method: null,
    client_authentication_methods: { self_signed_tls_client_auth: { credentials: [{ id: 'cred_1' }] } },
  },
  'clients/of-orgs.json': { ...M2M, name: 'Of orgs', organization_usage: 'require' },
  'clients/proves.json': {
    ...M2M,
    name: 'Proves',
    require_proof_of_possession: true,
    of_tomorrow: { required: true },
    nothing_of_tomorrow: false,
  },
  'grants/shared.json': {
    client_id: 'Of orgs',
    audience: 'urn:shared',
    scope: [],
    organization_usage: 'require',
    allow_any_organization: false,
  },
  'tenant.json': { friendly_name: 'Lossy', sandbox_version: '18', flags: { remove_alg_from_jwks: true } },
};
const LOSSES = [
  'resource server Bound: proof_of_possession: {"mechanism":"dpop","required":true}; Only null: tokens are bearer tokens.',
  'resource server Long: signing_alg: "RS512"; The algorithm that its tokens are signed with: RS256, PS256, ES256 or EdDSA.',
  'resource server Shared: signing_alg: "HS256"; The algorithm that its tokens are signed with: RS256, PS256, ES256 or EdDSA.',
  'client Mtls: client_authentication_methods.self_signed_tls_client_auth; it would authenticate with a client_secret instead',
  'client Of orgs: organization_usage: "require"; Only deny: a request that names an organization is refused.',
  'client Proves: require_proof_of_possession: true; Only false: tokens are bearer tokens.',
  'client Proves: of_tomorrow: {"required":true}; hookmint cannot store it',
  'client grant Of orgs at urn:shared: organization_usage: "require"; Only deny: a request that names an organization is refused.',
  'tenant settings: flags.remove_alg_from_jwks: true; Only false: each key of the JWK Set has its alg.',
];

it('a plan names every loss and changes nothing, unless the losses are accepted', async () => {
  const dir = exportOf('lossy', LOSSY);
  for (const args of [
    ['import', dir, '--dry-run', '--json'],
    ['import', dir, '--yes'],
    ['apply', dir],
    ['diff', dir, '--json'],
  ]) {
    const { code, stdout, stderr } = await hookmint(...args);
    assert.equal(code, 1, args.join(' '));
    if (args[0] !== 'diff') {
      assert.match(
        stderr,
        /^hookmint: 9 of the settings in the files would be lost \(LOSS in the plan\)\. Nothing was changed\./,
      );
    }
    if (!args.includes('--json')) {
      for (const loss of LOSSES) assert(stdout.includes(`    LOSS ${loss.split(': ').slice(1).join(': ')}\n`), loss);
      continue;
    }
    const { steps } = JSON.parse(stdout) as Report;
    assert.deepEqual(
      steps.flatMap(({ kind, name, losses }) => losses.map((loss) => `${kind} ${name}: ${loss}`)),
      LOSSES,
    );
  }
  assert.deepEqual(await named('clients'), ['Demo M2M client', 'Management']);

  const accepted = await hookmint('import', dir, '--yes', '--accept-losses', '--json');
  assert.deepEqual([accepted.code, accepted.stderr], [0, '']);
  const { failures, new_clients, steps } = JSON.parse(accepted.stdout) as Report;
  assert.deepEqual(failures, []);
  assert.match(steps.find(({ name }) => name === 'Shared')?.notes[0] ?? '', /^its tokens are signed with RS256; /);
  assert.deepEqual(steps.find(({ name }) => name === 'Proves')?.notes, [
    'hookmint cannot store: nothing_of_tomorrow',
    'it gets a new client_secret',
  ]);
  assert.deepEqual(steps.find(({ kind }) => kind === 'tenant')?.notes, [
    'hooks were written for Node.js 18; they find the API of Node.js 22',
  ]);
  const { client_id = '', client_secret = '' } = new_clients.find(({ name }) => name === 'Of orgs') ?? {};
  const token = await requestToken(stack(), { client_id, client_secret, audience: 'urn:shared' });
  assert.equal(decodeProtectedHeader(String(token.body.access_token)).alg, 'RS256');
  assert.equal((await hookmint('diff', dir)).code, 1);
  assert.equal((await hookmint('diff', dir, '--accept-losses')).code, 0);
});

it('what would need an API, a client or an Action that could not be made is not tried', async () => {
  const dir = exportOf('failing', {
    'resource-servers/bad.json': { name: 'Bad', identifier: 'urn:bad', scopes: [{ value: 'with space' }] },
    'resource-servers/good.json': { name: 'Good', identifier: 'urn:good', scopes: [{ value: 'read' }] },
    'clients/bad.json': { ...M2M, name: 'Bad client', client_metadata: { a: 'x'.repeat(300) } },
    'clients/good.json': { ...M2M, name: 'Good client' },
    'grants/one.json': { client_id: 'Good client', audience: 'urn:bad', scope: [] },
    'grants/two.json': { client_id: 'Bad client', audience: 'urn:good', scope: ['read'] },
    'grants/three.json': { client_id: 'Good client', audience: 'urn:good', scope: ['read'] },
    'actions/bad.json': {
      name: 'bad-action',
      code: './actions/bad/code.js',
      supported_triggers: [{ id: 'credentials-exchange', version: 'v2' }],
      deployed: true,
    },
    'actions/bad/code.js': 'module.exports = (client, scope, audience, context, cb) => cb();',
    'triggers/triggers.json': { 'credentials-exchange': [{ action_name: 'bad-action', display_name: 'bad-action' }] },
  });
  const { code, stdout } = await hookmint('import', dir, '--yes', '--json');
  assert.equal(code, 1);
  const { failures } = JSON.parse(stdout) as Report;
  assert.deepEqual(
    failures.map(({ kind, name, reason }) => [kind, name, /^POST .* 400 /.test(reason) ? '400' : reason]),
    [
      ['resource server', 'Bad', '400'],
      ['client', 'Bad client', '400'],
      ['client grant', 'Good client at urn:bad', 'not attempted, because this failed: api urn:bad'],
      ['client grant', 'Bad client at urn:good', 'not attempted, because this failed: client Bad client'],
      ['action', 'bad-action', '400'],
      ['trigger', 'credentials-exchange', 'not attempted, because this failed: action bad-action'],
    ],
  );
  const { body } = await (await openManagement(stack())).call('GET', '/client-grants?audience=urn:good');
  assert.equal((body as unknown[]).length, 1);
});
