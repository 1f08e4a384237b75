import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { decodeJwt } from 'jose';
import { stringify } from 'yaml';
import { CLI_PROGRAM } from '../support/cli-program.ts';
import { openManagement } from '../support/management.ts';
import { requestToken } from '../support/token-request.ts';
import { DEFAULT_MANAGEMENT_LIMIT } from '../support/stack.ts';
import { withStack } from '../support/with-stack.ts';

const EXPORT = fileURLToPath(new URL('../fixtures/auth0-export', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'hookmint-import-'));
after(() => rmSync(folder, { recursive: true }));

const stack = withStack({ hook: null, env: DEFAULT_MANAGEMENT_LIMIT });

type Ended = { code: number | null; stdout: string; stderr: string };
type Report = {
  steps: { kind: string; name: string; does: string; members: string[]; notes: string[]; missing_secrets: string[] }[];
  ignored: string[];
  failures: unknown[];
  new_clients: { name: string; client_id: string; client_secret: string }[];
  new_client_ids: { name: string; client_id: string }[];
  dry_runs: { kind: string; name: string; result: string }[];
};

async function hookmint(args: string[], env: Record<string, string> = {}): Promise<Ended> {
  const { url, managementClientId, managementClientSecret } = stack();
  const child = spawn(process.execPath, [...CLI_PROGRAM, ...args], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      HOOKMINT_URL: url,
      HOOKMINT_CLIENT_ID: managementClientId,
      HOOKMINT_CLIENT_SECRET: managementClientSecret,
      AUTH0_KEYWORD_REPLACE_MAPPINGS: '{"REGION":"eu"}',
      ...env,
    },
  });
  const ended: Ended = { code: null, stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => (ended[name] += text));
  }
  ended.code = await new Promise((resolve) => child.on('close', resolve));
  return ended;
}

async function report(args: string[], env: Record<string, string> = {}): Promise<Report> {
  const { code, stdout, stderr } = await hookmint([...args, '--json'], env);
  assert.equal(stderr, '');
  assert.equal(code, 0, stdout);
  return JSON.parse(stdout) as Report;
}

const doings = ({ steps }: Report): string[] => steps.map(({ kind, name, does }) => `${does} ${kind} ${name}`);

const AS_PLANNED = [
  'create resource server Orders API',
  'create client Billing Service',
  'skip client Web Shop',
  'skip client grant Billing Service at https://acme.eu.auth0.com/api/v2/',
  'create client grant Billing Service at https://orders.example.com/',
  'create hook add-plan-claim',
  'skip hook welcome mail',
  'create action add-region',
  'skip trigger post-login',
  'update trigger credentials-exchange',
  'keep tenant settings',
];
const SECRETS = {
  hooks: { 'add-plan-claim': { CLAIM_PREFIX: 'https://acme.example.com/' } },
  clients: { 'Billing Service': 'the secret that the billing service has had all along, 2019' },
};
const secretsFile = join(folder, 'secrets.json');
writeFileSync(secretsFile, JSON.stringify(SECRETS));

describe('hookmint import', () => {
  it('shows a plan and changes nothing with --dry-run', async () => {
    const plan = await report(['import', EXPORT, '--dry-run']);
    assert.deepEqual(doings(plan), AS_PLANNED);
    assert.deepEqual(plan.ignored, ['connections', 'rules']);
    assert.deepEqual(plan.steps.find(({ name }) => name === 'add-plan-claim')?.missing_secrets, ['CLAIM_PREFIX']);
    const { body } = await (await openManagement(stack())).call('GET', '/hooks');
    assert.equal(
      (body as { name: string }[]).some(({ name }) => name === 'add-plan-claim'),
      false,
    );
  });

  it('names the secrets that nobody has given, and changes nothing', async () => {
    const { code, stderr } = await hookmint(['import', EXPORT, '--yes']);
    assert.equal(code, 2);
    assert.equal(
      stderr,
      'hookmint: These secrets have no value: CLAIM_PREFIX of add-plan-claim (HOOKMINT_SECRET_ADD_PLAN_CLAIM_CLAIM_PREFIX). ' +
        'Set the variables, or use a file with --secrets.\n',
    );
  });

  it('moves everything that can be moved, and tries each hook', async () => {
    const done = await report(['import', EXPORT, '--yes', '--secrets', secretsFile]);
    assert.deepEqual([done.failures, done.new_clients], [[], []]);
    assert.deepEqual(
      done.new_client_ids.map(({ name }) => name),
      ['Billing Service'],
    );
    assert.deepEqual(doings(done), AS_PLANNED);
    assert.deepEqual(
      done.dry_runs.map(({ kind, name }) => [kind, name]),
      [
        ['hook', 'add-plan-claim'],
        ['action', 'add-region'],
      ],
    );
    assert.equal(
      done.dry_runs[0]?.result,
      'scope "read:connections reports", claims {"https://acme.example.com/plan":"full"}',
    );
  });

  it('has the client get tokens with the secret it always had, shaped by hook and Action', async () => {
    const { body } = await (await openManagement(stack())).call('GET', '/clients?per_page=100');
    const { client_id = '' } =
      (body as { name: string; client_id: string }[]).find((c) => c.name === 'Billing Service') ?? {};
    const token = await requestToken(stack(), {
      client_id,
      client_secret: SECRETS.clients['Billing Service'],
      audience: 'https://orders.example.com/',
    });
    assert.equal(token.status, 200, JSON.stringify(token.body));
    const claims = decodeJwt(String(token.body.access_token));
    assert.equal(claims['https://acme.example.com/plan'], 'full');
    assert.equal(claims.region, 'eu');
    assert.equal(claims.scope, 'read:orders reports');
    assert.equal(token.body.expires_in, 3_600);
  });

  it('finds nothing to do the second time', async () => {
    const again = await report(['import', EXPORT, '--yes']);
    assert.deepEqual(
      again.steps.filter(({ does }) => !['keep', 'skip'].includes(does)).map(({ name, members }) => [name, members]),
      [],
    );
  });
});

describe('hookmint diff and apply', () => {
  const copy = join(folder, 'copy');

  it('tell a change by the exit code, apply it, and then there is none', async () => {
    cpSync(EXPORT, copy, { recursive: true });
    const script = join(copy, 'hooks', 'add-plan-claim.js');
    writeFileSync(script, readFileSync(script, 'utf8').replace("push('reports')", "push('audits')"));
    const before = await hookmint(['diff', copy]);
    assert.equal(before.code, 1, before.stderr);
    assert.match(before.stdout, /^~ hook add-plan-claim: script$/m);
    const applied = await hookmint(['apply', copy]);
    assert.deepEqual([applied.code, applied.stderr], [0, '']);
    assert.equal((await hookmint(['diff', copy])).code, 0);
  });

  it('remove what the files do not have with --prune, and leave the Management API and its client alone', async () => {
    rmSync(join(copy, 'actions'), { recursive: true });
    mkdirSync(join(copy, 'actions'));
    writeFileSync(join(copy, 'triggers', 'triggers.json'), '{"credentials-exchange": []}');
    assert.equal((await hookmint(['apply', copy, '--prune'])).code, 0);
    const management = await openManagement(stack());
    const { body } = await management.call('GET', '/actions/actions');
    assert.deepEqual((body as { actions: unknown[] }).actions, []);
    const { body: clients } = await management.call('GET', '/clients?per_page=100');
    assert.deepEqual((clients as { name: string }[]).map(({ name }) => name).sort(), ['Billing Service', 'Management']);
  });

  it('take the YAML form too', async () => {
    const yaml = join(folder, 'tenant.yaml');
    const json = (path: string): Record<string, unknown> =>
      JSON.parse(readFileSync(join(copy, path), 'utf8')) as Record<string, unknown>;
    mkdirSync(join(folder, 'scripts'));
    cpSync(join(copy, 'hooks', 'add-plan-claim.js'), join(folder, 'scripts', 'plan.js'));
    writeFileSync(
      yaml,
      stringify({
        hooks: [{ ...json('hooks/add-plan-claim.json'), script: './scripts/plan.js' }],
        resourceServers: [json('resource-servers/Orders API.json')],
        rules: [],
        databases: [{ name: 'users' }],
      }),
    );
    const plan = await report(['diff', yaml]);
    assert.deepEqual(doings(plan), ['keep resource server Orders API', 'keep hook add-plan-claim']);
    assert.deepEqual(plan.ignored, ['databases']);
  });
});

describe('hookmint export', () => {
  it('writes the layout that it imports, without secrets', async () => {
    const out = join(folder, 'out');
    const ended = await hookmint(['export', out]);
    assert.deepEqual([ended.code, ended.stderr], [0, '']);
    assert.deepEqual(
      readdirSync(join(out, 'hooks')).sort(),
      ['add-plan-claim.js', 'add-plan-claim.json', 'demo.js', 'demo.json'].slice(0, 2),
    );
    const hook = JSON.parse(readFileSync(join(out, 'hooks', 'add-plan-claim.json'), 'utf8')) as { secrets: unknown };
    assert.deepEqual(hook.secrets, { CLAIM_PREFIX: '_VALUE_NOT_SHOWN_' });
    assert.equal((await hookmint(['diff', out])).code, 0);
  });
});

describe('files that cannot be used', () => {
  const broken = (files: Record<string, string>): string => {
    const dir = mkdtempSync(join(folder, 'broken-'));
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(join(dir, name, '..'), { recursive: true });
      writeFileSync(join(dir, name), text);
    }
    return dir;
  };
  const refusal = async (files: Record<string, string>): Promise<string> => {
    const { code, stderr } = await hookmint(['import', broken(files), '--yes']);
    assert.equal(code, 2);
    return stderr.replaceAll(folder, '').replaceAll(/broken-\w+/g, 'DIR');
  };

  it('are named, with what is wrong in them', async () => {
    assert.match(await refusal({ 'hooks/a.json': '{' }), /^hookmint: \/DIR\/hooks\/a\.json cannot be used: /);
    assert.equal(
      await refusal({ 'hooks/a.json': '{"name":"a","triggerId":"credentials-exchange"}' }),
      'hookmint: /DIR/hooks/a.json cannot be used: hooks "a": script: Invalid input: expected string, received undefined.\n',
    );
    assert.match(
      await refusal({
        'hooks/a.json': '{"name":"a","triggerId":"credentials-exchange","script":"../../../etc/passwd"}',
      }),
      /which is outside of \/DIR/,
    );
    assert.match(
      await refusal({ 'hooks/a.json': '{"name":"a","triggerId":"credentials-exchange","script":"./gone.js"}' }),
      /ENOENT/,
    );
  });

  it('are named as the file of the one resource, and never quoted where they hold secrets', async () => {
    assert.match(
      await refusal({ 'clients/a.json': '{"app_type":"spa"}' }),
      /^hookmint: \/DIR\/clients\/a\.json .*name: /,
    );
    const secrets = join(broken({ 's.yaml': 'hooks:\n\ta: geheim\n' }), 's.yaml');
    const { code, stderr } = await hookmint(['import', EXPORT, '--secrets', secrets]);
    assert.equal(code, 2);
    assert.match(stderr, /s\.yaml cannot be used: it is neither JSON nor YAML at line 2 \(TAB_AS_INDENT\)\.$/m);
    assert.doesNotMatch(stderr, /geheim/);
  });

  it('are told when none of them is hookmint’s', async () => {
    assert.match(
      await refusal({ 'rules/a.json': '{}' }),
      /^hookmint: \/DIR contains nothing for hookmint \(only rules\): /,
    );
  });

  it('have hooks that do not compile, which the plan tells', async () => {
    const dir = broken({
      'hooks/a.json': '{"name":"a","triggerId":"credentials-exchange","script":"./a.js"}',
      'hooks/a.js': 'module.exports = function (client { ',
    });
    const { code, stdout } = await hookmint(['import', dir, '--dry-run']);
    assert.equal(code, 1);
    assert.match(stdout, /^! hook a\n    LOSS code: hookmint refuses it: hook\.js:1:\d+: /);
  });

  it('is said of a folder that is not there', async () => {
    const { code, stderr } = await hookmint(['import', 'nowhere']);
    assert.equal(code, 2);
    assert.match(stderr, /nowhere does not exist\.$/m);
  });

  it('are told apart from a hookmint that is not there, and from credentials that are wrong', async () => {
    const away = await hookmint(['diff', EXPORT], { HOOKMINT_URL: 'http://127.0.0.1:9' });
    assert.deepEqual([away.code, away.stderr.includes('127.0.0.1:9 cannot be reached')], [2, true]);
    const wrong = await hookmint(['diff', EXPORT], { HOOKMINT_CLIENT_SECRET: 'wrong' });
    assert.deepEqual([wrong.code, wrong.stderr.includes('refuses HOOKMINT_CLIENT_ID a token')], [2, true]);
    const unset = await hookmint(['diff', EXPORT], { HOOKMINT_URL: '' });
    assert.deepEqual([unset.code, unset.stderr.includes('Set HOOKMINT_URL')], [2, true]);
  });
});
