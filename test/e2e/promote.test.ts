import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { text } from 'node:stream/consumers';
import { after, it } from 'node:test';
import { decodeJwt } from 'jose';
import { canary } from '../support/canary.ts';
import { CLI_PROGRAM } from '../support/cli-program.ts';
import { openManagement, type Management } from '../support/management.ts';
import type { Ended } from '../support/run-cli.ts';
import type { Stack } from '../support/stack.ts';
import { requestToken } from '../support/token-request.ts';
import { until } from '../support/until.ts';
import { withStack } from '../support/with-stack.ts';

const folder = mkdtempSync(`${tmpdir()}/hookmint-promote-`);
after(() => rmSync(folder, { recursive: true, force: true }));

const CLAIM = 'https://example.com/plan';
/** In which secrets and tests of this file are found again. */
const VALUE = 'value-of-staging-0123456789';

let staging: Management;
let production: Management;
const source = withStack({ hook: null }, async (started) => {
  staging = await openManagement(started);
});
const target = withStack({ hook: null, hasConsole: true }, async (started) => {
  production = await openManagement(started);
});

const scriptOf = (plan: string): string =>
  `module.exports = (client, scope, audience, context, cb) => cb(null, { scope, '${CLAIM}': '${plan}' });\n`;
const checkOf = (plan: string) => ({ name: 'plan', expect: { claims: { [CLAIM]: plan } } });

async function call(at: Management, method: string, path: string, body?: unknown): Promise<Record<string, unknown>> {
  const answer = await at.call(method, path, body);
  assert(answer.status < 300, `${method} ${path}: ${JSON.stringify(answer.body)}`);
  return answer.body as Record<string, unknown>;
}

const credentials = (prefix: string, { url, managementClientId, managementClientSecret }: Stack) => ({
  [`${prefix}_URL`]: url,
  [`${prefix}_CLIENT_ID`]: managementClientId,
  [`${prefix}_CLIENT_SECRET`]: managementClientSecret,
});
const profiles = (): NodeJS.ProcessEnv => ({
  ...credentials('HOOKMINT_PROFILE_STAGING', source()),
  ...credentials('HOOKMINT_PROFILE_PRODUCTION', target()),
});

/** As somebody calls it whose environment has these variables, and nobody at the terminal. */
async function promote(args: readonly string[], env: NodeJS.ProcessEnv = profiles()): Promise<Ended> {
  const child = spawn(process.execPath, [...CLI_PROGRAM, 'promote', ...args], {
    cwd: folder,
    env: { ...process.env, HOOKMINT_URL: '', AUTH0_DOMAIN: '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended: Ended = { code: null, stdout: '', stderr: '' };
  child.stdout.on('data', (text: Buffer) => (ended.stdout += text.toString()));
  child.stderr.on('data', (text: Buffer) => (ended.stderr += text.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { ...ended, code };
}
const BETWEEN = ['--from', 'staging', '--to', 'production'];

type Hook = { id: string; script: string; hookmint?: { checks?: unknown; limits?: unknown } };
async function hookAt(at: Management, name: string): Promise<Hook | undefined> {
  const { body } = await at.call('GET', '/hooks');
  return (body as (Hook & { name: string })[]).find((hook) => hook.name === name);
}

it('a hook comes with its checks and settings, after the difference is shown; once more there is nothing to do', async () => {
  const checks = [checkOf('one')];
  const limits = { wall_ms: 1_234 };
  const made = { name: 'plan', script: scriptOf('one'), enabled: true, hookmint: { checks, limits } };
  const answer = await call(staging, 'POST', '/hooks', { ...made, triggerId: 'credentials-exchange' });
  const id = String(answer.id);

  const shown = await promote(BETWEEN);
  assert.equal(shown.code, 1, shown.stderr);
  for (const part of [/^\+.*'one'/m, /^\+.*"name": "plan"/m, /^\+.*"wall_ms": 1234/m]) assert.match(shown.stdout, part);
  assert.match(shown.stderr, /nothing was changed; --yes promotes it/);
  assert.equal(await hookAt(production, 'plan'), undefined);

  const promoted = await promote([...BETWEEN, '--yes']);
  assert.equal(promoted.code, 0, promoted.stderr);
  assert.match(promoted.stdout, /production has it as revision 1; it shapes no token until you enable it/);
  const found = await hookAt(production, 'plan');
  assert.deepEqual(
    [found?.script, found?.hookmint?.checks, found?.hookmint?.limits],
    [scriptOf('one'), checks, limits],
  );

  const again = await promote(BETWEEN);
  assert.deepEqual(
    [again.code, again.stdout],
    [0, 'plan: production has it already, as revision 1; it shapes no token until you enable it\n'],
  );

  await call(production, 'PATCH', `/hooks/${found?.id ?? ''}`, { enabled: true });
  await call(staging, 'PATCH', `/hooks/${id}`, { script: scriptOf('two'), hookmint: { checks: [checkOf('two')] } });
  const env = {
    ...credentials('HOOKMINT', source()),
    HOOKMINT_TO_CLIENT_ID: target().managementClientId,
    HOOKMINT_TO_CLIENT_SECRET: target().managementClientSecret,
  };
  const byUrl = await promote(['plan', '--to', target().url, '--yes'], env);
  assert.equal(byUrl.code, 0, byUrl.stdout + byUrl.stderr);
  assert.match(byUrl.stdout, /^-.*'one'/m);
  assert.match(byUrl.stdout, /has it as revision 2, and it shapes tokens/);
  await until('the next token', async () => {
    const { body } = await requestToken(target());
    return decodeJwt(String(body.access_token))[CLAIM] === 'two';
  });

  const former = await promote(['plan@1', ...BETWEEN, '--draft', '--yes']);
  assert.match(former.stdout, /revision 1 is a draft at production/, former.stderr);
  assert.equal((await hookAt(production, 'plan'))?.script, scriptOf('two'));
});

it('values of secrets stay: one that the target lacks is named, and refuses it unless told otherwise', async () => {
  const script = `module.exports = (client, scope, audience, context, cb) =>
  cb(null, { '${CLAIM}': String(context.webtask.secrets.KEY ?? 'none').length });\n`;
  const made = { name: 'keyed', script, hookmint: { secrets: { KEY: VALUE } }, triggerId: 'credentials-exchange' };
  await call(staging, 'POST', '/hooks', made);
  const refused = await promote(['keyed', ...BETWEEN, '--yes']);
  assert.equal(refused.code, 1, refused.stderr);
  assert.match(refused.stdout, /production has no value of KEY \(HOOKMINT_SECRET_KEYED_KEY\).*Nothing was changed\./);
  assert.equal(await hookAt(production, 'keyed'), undefined);

  const without = await promote(['keyed', ...BETWEEN, '--yes', '--without-secrets']);
  assert.equal(without.code, 0, without.stderr);
  const { id = '' } = (await hookAt(production, 'keyed')) ?? {};
  assert.deepEqual(await call(production, 'GET', `/hooks/${id}/secrets`), {});
  assert.equal((await promote(['keyed', ...BETWEEN, '--yes'])).code, 1);

  const env = { ...profiles(), HOOKMINT_SECRET_KEYED_KEY: 'of production' };
  const given = await promote(['keyed', ...BETWEEN, '--yes'], env);
  assert.equal(given.code, 0, given.stdout + given.stderr);
  assert.deepEqual(Object.keys(await call(production, 'GET', `/hooks/${id}/secrets`)), ['KEY']);
  await call(production, 'POST', `/hooks/${id}/secrets`, { OWN: 'of production alone' });
  const kept = await promote(['keyed', ...BETWEEN]);
  assert.match(kept.stdout, /secret OWN: is of production alone, and stays\nkeyed: production has it already/);
  for (const { stdout, stderr } of [refused, without, given, kept])
    assert.doesNotMatch(stdout + stderr, /value-of-staging|of production$/m);
});

it('checks are run at the target before it is deployed there', async () => {
  const { id: there } = await call(production, 'POST', '/hooks', {
    name: 'checked',
    script: scriptOf('before'),
    triggerId: 'credentials-exchange',
  });
  const { id } = await call(staging, 'POST', '/hooks', {
    name: 'checked',
    script: scriptOf('before'),
    triggerId: 'credentials-exchange',
  });
  const hookmint = { checks: [checkOf('after')] };
  const draft = await call(staging, 'POST', `/hooks/${String(id)}/revisions`, { script: scriptOf('wrong'), hookmint });
  const given = `checked@${String(draft.number)}`;
  const refused = await promote([given, ...BETWEEN, '--yes']);
  assert.equal(refused.code, 1, refused.stderr);
  assert.match(refused.stdout, /hook_checks_failed/);
  assert.match(refused.stdout, /production did not deploy it; --force/);
  assert.equal((await call(production, 'GET', `/hooks/${String(there)}`)).script, scriptOf('before'));
  const forced = await promote([given, ...BETWEEN, '--yes', '--force']);
  assert.equal(forced.code, 0, forced.stdout + forced.stderr);
  assert.equal((await call(production, 'GET', `/hooks/${String(there)}`)).script, scriptOf('wrong'));
});

it('what a source answers is shown and never obeyed, is bounded, and gets no credentials of the target', async () => {
  const heard: string[] = [];
  let revision: object = {};
  let name = 'plan';
  const hostile = createServer((request, response) => {
    heard.push(JSON.stringify(request.headers));
    request.on('data', (body: Buffer) => heard.push(body.toString()));
    request.on('end', () => {
      const path = request.url ?? '';
      const answer = path.includes('/revisions/')
        ? revision
        : path.includes('/revisions')
          ? {
              revisions: [
                {
                  number: 1,
                  revision: '../../clients?',
                  created_at: '',
                  created_by: null,
                  current: true,
                  draft: false,
                },
              ],
            }
          : path.includes('/hooks')
            ? [{ id: '../clients', name, enabled: true }]
            : { access_token: 'of-the-source', issuer: 'http://x/' };
      response.setHeader('content-type', 'application/json').end(JSON.stringify(answer));
    });
  });
  await once(hostile.listen(0, '127.0.0.1'), 'listening');
  after(() => hostile.close());
  const { port } = hostile.address() as AddressInfo;
  const env = {
    ...profiles(),
    HOOKMINT_FROM_CLIENT_ID: 'somebody',
    HOOKMINT_FROM_CLIENT_SECRET: 'secret-of-the-source',
  };
  const args = ['--from', `http://127.0.0.1:${String(port)}`, '--to', 'production'];
  const whole = {
    script: `// \u001b]0;title\u0007\u001b[2J\u202e\r+ harmless\n${scriptOf('evil')}`,
    dependencies: JSON.parse('{"__proto__": "1.0.0"}') as object,
    limits: {},
    egress: {},
    on_failure: 'deny\u001b[31m',
    isolation: 'shared',
    language: 'javascript',
    contract: 'auth0',
    modules: [],
    checks: [],
    secrets: ['__proto__', 'A\u001b[31mB'],
  };
  revision = whole;
  const shown = await promote(args, env);
  assert.equal(shown.code, 1, shown.stderr);
  assert.doesNotMatch(shown.stdout + shown.stderr, /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202e]/);
  assert.match(shown.stdout, /no value of __proto__ .*, A.*B/);
  const before = await hookAt(production, 'plan');
  const refused = await promote([...args, '--yes', '--without-secrets'], env);
  assert.equal(refused.code, 2, refused.stdout);
  assert.deepEqual(await hookAt(production, 'plan'), before, 'the API refuses what no author could write either');

  revision = { ...whole, script: 'y\n'.repeat(200_000), secrets: [] };
  name = 'new-there';
  const long = await promote(args, env);
  assert.deepEqual([long.code, long.stdout.match(/^\+y$/gm)?.length], [1, 200_000], long.stderr);
  name = 'plan';
  const replacing = await promote(args, env);
  assert.equal(replacing.code, 1, replacing.stderr);
  assert.match(replacing.stdout, /plan\.js: another text, 400000 bytes in the place of \d+ bytes/);
  for (const more of [
    { script: 'x'.repeat(600_000) },
    { secrets: Array.from({ length: 1_000 }, String) },
    { limits: 'x'.repeat(70_000) },
  ]) {
    revision = { ...whole, ...more };
    const bounded = await promote(args, env);
    assert.equal(bounded.code, 2);
    assert.match(bounded.stderr, /answers GET .* with something else than hookmint does/);
  }
  assert(heard.join('\n').includes('secret-of-the-source'));
  assert.doesNotMatch(heard.join('\n'), new RegExp(target().managementClientSecret));
});

it('what somebody deploys at the target meanwhile stays, and is said', async () => {
  const script = (more: string): string => `${scriptOf('raced')}// ${more}\n`;
  const made = { name: 'raced', triggerId: 'credentials-exchange' };
  const there = String((await call(production, 'POST', '/hooks', { ...made, script: script('before') })).id);
  const here = String((await call(staging, 'POST', '/hooks', { ...made, script: script('new') })).id);
  let before: RegExp | undefined;
  let times = 0;
  const passing = createServer((request, response) => {
    void (async () => {
      const body = await text(request);
      const { method = '', url = '' } = request;
      if (before?.test(`${method} ${url}`) === true) {
        before = undefined;
        await call(production, 'PATCH', `/hooks/${there}`, { script: script(`of somebody ${String(++times)}`) });
      }
      const { authorization = '', 'content-type': type = '', 'if-match': ifMatch } = request.headers;
      const headers = {
        authorization,
        'content-type': type,
        ...(ifMatch === undefined ? {} : { 'if-match': ifMatch }),
      };
      const answer = await fetch(target().url + url, { method, headers, ...(body === '' ? {} : { body }) });
      response.writeHead(answer.status, { 'content-type': 'application/json' }).end(await answer.text());
    })();
  });
  await once(passing.listen(0, '127.0.0.1'), 'listening');
  after(() => passing.close());
  const env = {
    ...profiles(),
    HOOKMINT_PROFILE_PRODUCTION_URL: `http://127.0.0.1:${String((passing.address() as AddressInfo).port)}`,
    HOOKMINT_SECRET_RACED_KEY: 'of production',
  };
  const scriptThere = async (): Promise<string | undefined> => (await hookAt(production, 'raced'))?.script;

  before = /^PATCH .*\/hooks\//;
  const late = await promote(['raced', ...BETWEEN, '--yes'], env);
  assert.deepEqual([late.code, await scriptThere()], [2, script('of somebody 1')], late.stdout);
  assert.match(late.stderr, /another revision was deployed at production meanwhile/);

  await call(staging, 'POST', `/hooks/${here}/secrets`, { KEY: VALUE });
  before = /^POST .*\/secrets/;
  const withSecret = await promote(['raced', ...BETWEEN, '--yes'], env);
  assert.deepEqual([withSecret.code, await scriptThere()], [2, script('of somebody 2')], withSecret.stdout);
  assert.match(withSecret.stderr, /meanwhile\. It has KEY now; nothing else was changed/);

  const last = await promote(['raced', ...BETWEEN, '--yes'], env);
  assert.deepEqual([last.code, await scriptThere()], [0, script('new')], last.stderr);
});

it('a draft changes nothing that is live, and is of the secrets that are shown', async () => {
  const made = { name: 'drafted', triggerId: 'credentials-exchange' };
  const there = String((await call(production, 'POST', '/hooks', { ...made, script: scriptOf('before') })).id);
  await call(production, 'POST', `/hooks/${there}/secrets`, { OWN: 'of production alone' });
  await call(staging, 'POST', '/hooks', { ...made, script: scriptOf('new'), hookmint: { secrets: { KEY: VALUE } } });
  const liveRevision = async (): Promise<unknown> => {
    const { revisions } = await call(production, 'GET', `/hooks/${there}/revisions`);
    return (revisions as { current: boolean; revision: string }[]).find(({ current }) => current)?.revision;
  };
  const live = await liveRevision();
  const env = { ...profiles(), HOOKMINT_SECRET_DRAFTED_KEY: 'of production' };
  const refused = await promote(['drafted', ...BETWEEN, '--draft', '--yes'], env);
  assert.deepEqual([refused.code, await liveRevision()], [2, live], refused.stdout);
  assert.match(refused.stderr, /give production its KEY first/);
  // Somebody's draft that has lost a secret of what is deployed decides nothing.
  const emptied = { script: scriptOf('a draft'), hookmint: { secrets: {} } };
  await call(production, 'POST', `/hooks/${there}/revisions`, emptied);
  const promoted = await promote(['drafted', ...BETWEEN, '--yes'], env);
  assert.equal(promoted.code, 0, promoted.stdout + promoted.stderr);
  assert.deepEqual(Object.keys(await call(production, 'GET', `/hooks/${there}/secrets`)).sort(), ['KEY', 'OWN']);
});

it('a source that is not told which hook is meant chooses none of the values of the environment', async () => {
  await call(staging, 'PATCH', `/hooks/${(await hookAt(staging, 'keyed'))?.id ?? ''}`, { enabled: true });
  const { id = '' } = (await hookAt(production, 'keyed')) ?? {};
  const names = Object.keys(await call(production, 'GET', `/hooks/${id}/secrets`));
  for (const name of names) await production.call('DELETE', `/hooks/${id}/secrets`, [name]);
  const env = { ...profiles(), HOOKMINT_SECRET_KEYED_KEY: 'of production' };
  const { code, stdout, stderr } = await promote([...BETWEEN, '--yes'], env);
  assert.equal(code, 1, stderr);
  assert.match(stdout, /no value of KEY .*Set the variables and name the hook/);
  assert.deepEqual(await call(production, 'GET', `/hooks/${id}/secrets`), {});
});

it('what it cannot do is said', async () => {
  for (const [args, what] of [
    [[], /Say with --from and --to/],
    [['--to', 'nowhere'], /Set HOOKMINT_PROFILE_NOWHERE_URL/],
    [['--to', 'https://production.example.com'], /Set HOOKMINT_TO_CLIENT_ID and HOOKMINT_TO_CLIENT_SECRET/],
    [['--from', 'a b'], /--from must be a URL, or a profile/],
    [['--to', 'https://somebody:secret@production.example.com'], /--to takes a URL without credentials/],
    [['no-such-hook', ...BETWEEN], /There is no hook "no-such-hook"/],
    [['plan@99', ...BETWEEN], /There is no revision 99/],
    [['keyed', ...BETWEEN, '--draft', '--force'], /--force goes with no --draft/],
  ] as const) {
    const { code, stderr } = await promote(args, { ...profiles(), ...credentials('HOOKMINT', source()) });
    assert.equal(code, 2, args.join(' '));
    assert.match(stderr, what);
  }
  // By the names that the caller gave it.
  for (const [name, value, what] of [
    ['URL', 'ftp://production.example.com', /HOOKMINT_PROFILE_PRODUCTION_URL must be an http or https URL/],
    ['CLIENT_SECRET', canary('wrong secret'), /refuses HOOKMINT_PROFILE_PRODUCTION_CLIENT_ID a token/],
  ] as const) {
    const env = { ...profiles(), [`HOOKMINT_PROFILE_PRODUCTION_${name}`]: value };
    const { code, stderr } = await promote(BETWEEN, env);
    assert.equal(code, 2, name);
    assert.match(stderr, what);
  }
});
