import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, it } from 'node:test';
import { decodeProtectedHeader } from 'jose';
import { CLI_PROGRAM } from '../support/cli-program.ts';
import { openManagement } from '../support/management.ts';
import { requestToken } from '../support/token-request.ts';
import { withStack } from '../support/with-stack.ts';

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
  const child = spawn(process.execPath, [...CLI_PROGRAM, ...args], {
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
const BOUND = { mechanism: 'mtls', required: true };

const LOSSY = {
  'resource-servers/shared.json': { name: 'Shared', identifier: 'urn:shared', signing_alg: 'HS256' },
  'resource-servers/rs512.json': { name: 'Long', identifier: 'urn:long', signing_alg: 'RS512' },
  'resource-servers/bound.json': { name: 'Bound', identifier: 'urn:bound', proof_of_possession: BOUND },
  'resource-servers/proved.json': {
    name: 'Proved',
    identifier: 'urn:proved',
    proof_of_possession: { mechanism: 'dpop', required: true },
  },
  'clients/mtls.json': {
    ...M2M,
    name: 'Mtls',
    token_endpoint_auth_method: null,
    client_authentication_methods: { self_signed_tls_client_auth: { credentials: [{ id: 'cred_1' }] } },
  },
  'clients/fapi.json': {
    ...M2M,
    name: 'Fapi',
    token_endpoint_auth_method: null,
    client_authentication_methods: { tls_client_auth: { credentials: [{ id: 'cred_2' }] } },
    compliance_level: 'fapi2_sp_mtls_mtls',
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
  'resource server Long: signing_alg: "RS512"; The algorithm that its tokens are signed with: RS256, PS256, ES256 or EdDSA.',
  'resource server Shared: signing_alg: "HS256"; The algorithm that its tokens are signed with: RS256, PS256, ES256 or EdDSA.',
  'client Fapi: compliance_level; set it again once the client has its key or certificate',
  'client Of orgs: organization_usage: "require"; Only deny: a request that names an organization is refused.',
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
        /^hookmint: 7 parts of the files would be lost \(LOSS in the plan\)\. Nothing was changed\./,
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
  assert.deepEqual(steps.find(({ name }) => name === 'Mtls')?.notes, [
    'it authenticated by self_signed_tls_client_auth; exports contain no keys and certificates, so it has a secret until it gets its own',
    'it gets a new client_secret',
  ]);
  assert.deepEqual(steps.find(({ kind }) => kind === 'tenant')?.notes, [
    'hooks were written for Node.js 18; they will have the API of Node.js 22',
  ]);
  const { call } = await openManagement(stack());
  const policies = ['urn:bound', 'urn:proved'].map(async (identifier) => {
    const { body } = await call('GET', `/resource-servers/${encodeURIComponent(identifier)}`);
    return (body as { proof_of_possession?: object }).proof_of_possession;
  });
  assert.deepEqual(await Promise.all(policies), [BOUND, { mechanism: 'dpop', required: true }]);
  const proves = new_clients.find(({ name }) => name === 'Proves')?.client_id ?? '';
  const { body: made } = await call('GET', `/clients/${proves}`);
  assert.equal((made as { require_proof_of_possession?: boolean }).require_proof_of_possession, true);
  const { client_id = '', client_secret = '' } = new_clients.find(({ name }) => name === 'Of orgs') ?? {};
  const token = await requestToken(stack(), { client_id, client_secret, audience: 'urn:shared' });
  assert.equal(decodeProtectedHeader(String(token.body.access_token)).alg, 'RS256');
  assert.equal((await hookmint('diff', dir)).code, 1);
  assert.equal((await hookmint('diff', dir, '--accept-losses')).code, 0);
});

/** Of what the API's description does not say. */
const ELEVEN_ENTRIES = Object.fromEntries(Array.from({ length: 11 }, (_, entry) => [`entry${String(entry)}`, '']));

it('what would need an API, a client or an Action that could not be made is not tried', async () => {
  const dir = exportOf('failing', {
    'resource-servers/bad.json': {
      name: 'Bad',
      identifier: 'urn:bad',
      scopes: [{ value: 'twice' }, { value: 'twice' }],
    },
    'resource-servers/good.json': { name: 'Good', identifier: 'urn:good', scopes: [{ value: 'read' }] },
    'clients/bad.json': { ...M2M, name: 'Bad client', client_metadata: ELEVEN_ENTRIES },
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
    'actions/bad/code.js': 'exports.onExecuteCredentialsExchange = async () => {};\nthrow new Error();',
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

const REFUSED = {
  'resource-servers/long-lived.json': { name: 'Long-lived', identifier: 'urn:long-lived', token_lifetime: 1e9 },
  'resource-servers/fine.json': { name: 'Fine', identifier: 'urn:fine', scopes: [{ value: 'read' }] },
  'clients/long.json': { ...M2M, name: 'x'.repeat(201) },
  'clients/untyped.json': { ...M2M, app_type: '', name: 'Untyped' },
  'clients/fine.json': { ...M2M, name: 'Fine' },
  'grants/needs-api.json': { client_id: 'Fine', audience: 'urn:long-lived', scope: [] },
  'grants/needs-client.json': { client_id: 'x'.repeat(201), audience: 'urn:fine', scope: [] },
  'grants/fine.json': { client_id: 'Fine', audience: 'urn:fine', scope: ['read'] },
  ...hookFiles('plan2claims', 'module.exports = (client, scope, audience, context, cb) => cb(null, { scope });'),
  ...hookFiles('plan 2 claims', 'module.exports = (client, scope, audience, context, cb) => cb(null, { scope });'),
  ...hookFiles('name_', 'module.exports = (client, scope, audience, context, cb) => cb(null, { scope });'),
  ...hookFiles('broken', 'module.exports = (client) => {'),
  ...hookFiles('redis', "const redis = require('redis');\nmodule.exports = (c, s, a, x, cb) => cb(null, { redis });"),
  ...hookFiles(
    'relies',
    "const tls = require('tls');\nmodule.exports = (c, scope, a, x, cb) => cb(null, { scope, at: 'https://acme.auth0.com', tls: typeof tls });",
  ),
  'actions/sound.json': actionFile('sound'),
  'actions/sound/code.js': 'exports.onExecuteCredentialsExchange = async () => {};',
  'actions/misspelt.json': actionFile('misspelt'),
  'actions/misspelt/code.js': 'exports.onExecutePostLogin = async () => {};',
  'actions/unsound.json': actionFile('unsound'),
  'actions/unsound/code.js': 'exports.onExecuteCredentialsExchange = async () => {',
  'triggers/triggers.json': {
    'credentials-exchange': ['sound', 'unsound', 'Of the marketplace'].map((action_name) => ({ action_name })),
  },
};

function hookFiles(name: string, code: string): Record<string, unknown> {
  return {
    [`hooks/${name}.js`]: code,
    [`hooks/${name}.json`]: { name, script: `./${name}.js`, triggerId: 'credentials-exchange', enabled: false },
  };
}

function actionFile(name: string): Record<string, unknown> {
  const supported_triggers = [{ id: 'credentials-exchange', version: 'v2' }];
  return { name, code: `./actions/${name}/code.js`, supported_triggers, deployed: true };
}

const REFUSALS = [
  'resource server Long-lived: token_lifetime: 1000000000; hookmint refuses it: Too big: expected number to be <=2592000',
  `client ${'x'.repeat(201)}: name: "${'x'.repeat(99)}…; hookmint refuses it: Too big: expected string to have <=200 characters`,
  'hook broken: code: hookmint refuses it: hook.js:1:31: Unexpected end of file',
  'hook name_: name: "name_"; hookmint refuses it: Invalid string: must match pattern /^[a-zA-Z0-9]([ \\-a-zA-Z0-9]*[a-zA-Z0-9])?$/',
  'hook plan 2 claims: name: it is plan-2-claims in hookmint, as is that of plan2claims',
  'hook plan2claims: name: it is plan-2-claims in hookmint, as is that of plan 2 claims',
  'hook redis: code: hookmint refuses it: hook.js:1:23: the module "redis" is not declared: add it to the hook\'s dependencies, as "redis": "<version>"',
  'action misspelt: code: hookmint refuses it: the script exports onExecutePostLogin, and nothing that is called: onExecutePostLogin is of another trigger of Auth0\'s Actions; a hook is `module.exports = function (client, scope, audience, context, cb) {…}`; an Action is `exports.onExecuteCredentialsExchange = async (event, api) => {…}`; Logto\'s script is `const getCustomJwtClaims = async ({ token, context, environmentVariables, api }) => ({…})`; Cognito\'s pre token generation Lambda is `export const handler = async (event) => event`; a webhook is JSON: `{"contract": "webhook", "url": "https://…", "secret": {"secret": "NAME"}}`; Ory Hydra\'s token hook is JSON: `{"contract": "hydra-webhook", "url": "https://…"}`; an action of WSO2 is JSON: `{"contract": "wso2-webhook", "endpoint": {"uri": "https://…"}}`; a token inline hook of Okta is JSON: `{"contract": "okta-webhook", "uri": "https://…"}`',
  'action unsound: code: hookmint refuses it: hook.js:1:53: Unexpected end of file',
  'trigger credentials-exchange: bindings: the Action unsound is not made; the others are bound',
  'trigger credentials-exchange: bindings: the Action Of the marketplace is neither in the files nor in hookmint; the others are bound',
];

it('a plan names all that hookmint would refuse, and what needs it; the rest is made', async () => {
  const dir = exportOf('refused', REFUSED);
  const planned = await hookmint('import', dir, '--dry-run', '--json');
  assert.deepEqual([planned.code, /^hookmint: (\d+) parts of the files/.exec(planned.stderr)?.[1]], [1, '12']);
  const { steps } = JSON.parse(planned.stdout) as Report;
  const told = steps.flatMap(({ kind, name, losses }) => losses.map((loss) => `${kind} ${name}: ${loss}`));
  assert.deepEqual(
    told.filter((loss) => !loss.startsWith('client Untyped: app_type: ""; ')),
    REFUSALS,
  );
  const notesOf = (of: string) => steps.find(({ kind, name }) => `${kind} ${name}` === of)?.notes;
  assert.deepEqual(notesOf('client grant Fine at urn:long-lived'), ['it needs what is not made: api urn:long-lived']);
  assert.deepEqual(notesOf(`client grant ${'x'.repeat(201)} at urn:fine`), [
    `it needs what is not made: client ${'x'.repeat(201)}`,
  ]);
  assert.deepEqual(notesOf('hook relies'), [
    'it requires tls, of which hooks have nothing: using it fails',
    'it names a host of auth0.com: a tenant that has moved needs the new one there',
  ]);

  const accepted = await hookmint('import', dir, '--yes', '--accept-losses', '--json');
  assert.equal(accepted.code, 0, accepted.stdout + accepted.stderr);
  assert.deepEqual((JSON.parse(accepted.stdout) as Report).failures, []);
  const { call } = await openManagement(stack());
  const { body: bindings } = await call('GET', '/actions/triggers/credentials-exchange/bindings');
  assert.deepEqual(
    (bindings as { bindings: { display_name: string }[] }).bindings.map(({ display_name }) => display_name),
    ['sound'],
  );
  const { body: hooks } = await call('GET', '/hooks');
  assert((hooks as { name: string }[]).some(({ name }) => name === 'relies'));
  const second = await hookmint('import', dir, '--yes', '--accept-losses', '--json');
  const changed = (JSON.parse(second.stdout) as Report).steps.filter(({ does }) => does !== 'keep' && does !== 'skip');
  assert.deepEqual(changed, []);
});
