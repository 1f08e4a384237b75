import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { decodeJwt } from 'jose';
import { startTcpProxy } from '../faults/tcp-proxy.ts';
import { CLI_PROGRAM } from '../support/cli-program.ts';
import { openManagement } from '../support/management.ts';
import { postJson } from '../support/post-token.ts';
import { DEFAULT_MANAGEMENT_LIMIT } from '../support/stack.ts';
import { until } from '../support/until.ts';
import { withStack } from '../support/with-stack.ts';

const CLI = fileURLToPath(new URL('../../cli/hookmint.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'hookmint-cli-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const stack = withStack({ hook: null, env: DEFAULT_MANAGEMENT_LIMIT });

type Ended = { code: number | null; stdout: string; stderr: string };

function start(args: string[], env?: Record<string, string>, cli: readonly string[] = [CLI]): ChildProcess {
  const connection = {
    HOOKMINT_URL: stack().url,
    HOOKMINT_CLIENT_ID: stack().managementClientId,
    HOOKMINT_CLIENT_SECRET: stack().managementClientSecret,
  };
  const { PATH = '', HOME = '' } = process.env;
  return spawn(process.execPath, [...cli, 'hook', ...args], {
    cwd: folder,
    env: { PATH, HOME, ...(env ?? connection) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

async function hook(args: string[], env?: Record<string, string>): Promise<Ended> {
  const child = start(args, env, CLI_PROGRAM);
  const ended: Ended = { code: null, stdout: '', stderr: '' };
  child.stdout?.on('data', (text: Buffer) => (ended.stdout += text.toString()));
  child.stderr?.on('data', (text: Buffer) => (ended.stderr += text.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { ...ended, code };
}

const write = (name: string, text: string): void => writeFileSync(join(folder, name), text);
const scriptOf = (value: string): string =>
  `module.exports = (client, scope, audience, context, cb) =>\n  cb(null, { scope, 'https://example.com/claim': ${value} });\n`;

async function claim(): Promise<unknown> {
  const { body } = await postJson(stack());
  return decodeJwt(String(body.access_token))['https://example.com/claim'];
}

test('deploy, a draft, a diff, its deployment and a roll-back, each live in the next token', async () => {
  write('my-hook.js', scriptOf("'one'"));
  assert.deepEqual(await hook(['deploy', 'my-hook.js', '--enable']), {
    code: 0,
    stdout: 'my-hook: revision 1 is deployed and enabled\n',
    stderr: '',
  });
  assert.equal(await claim(), 'one');

  write('my-hook.js', scriptOf("'two'"));
  const draft = await hook(['deploy', 'my-hook.js', '--draft']);
  assert.match(draft.stdout, /^my-hook: revision 2 is a draft\./);
  assert.equal(await claim(), 'one');

  const { code, stdout } = await hook(['diff', 'my-hook']);
  assert.equal(code, 1);
  assert.match(stdout, /^-  cb\(null, \{ scope, 'https:\/\/example\.com\/claim': 'one' \}\);$/m);
  assert.match(stdout, /^\+  cb\(null, \{ scope, 'https:\/\/example\.com\/claim': 'two' \}\);$/m);
  assert.deepEqual(await hook(['diff', 'my-hook', '1', '1']), { code: 0, stdout: '', stderr: '' });

  const tried = await hook(['try', 'my-hook', '--json']);
  const { revision, token } = JSON.parse(tried.stdout) as { revision: number; token: { claims: object } };
  assert.deepEqual([tried.code, revision, token.claims], [0, 2, { 'https://example.com/claim': 'two' }]);
  assert.match((await hook(['try', 'my-hook@1'])).stdout, /^revision {7}1\n.*claims {9}\S+: "one"$/ms);
  assert.equal(await claim(), 'one');

  assert.deepEqual(await hook(['enable', 'my-hook@2']), {
    code: 0,
    stdout: 'my-hook: revision 2 is deployed and enabled\n',
    stderr: '',
  });
  assert.equal(await claim(), 'two');
  const { stdout: list } = await hook(['list']);
  assert.match(list, /^my-hook {2}\(enabled\)\n {4}2 {2}deployed {2}\S+ {2}\S+\n {4}1 /m);
  assert.equal((await hook(['rollback', 'my-hook'])).stdout, 'my-hook: revision 1 is deployed and enabled\n');
  assert.equal(await claim(), 'one');
  const rolledBack = await hook(['diff', 'my-hook']);
  assert.equal(rolledBack.code, 1);
  assert.match(rolledBack.stdout, /^\+\+\+ my-hook\.js\s+revision 2$/m);
});

test('a draft goes live, and off, by its name and number', async () => {
  write('on-and-off.js', scriptOf("'on'"));
  const first = await hook(['deploy', 'on-and-off.js', '--draft']);
  assert.match(first.stdout, /^on-and-off: revision 1 is deployed but not enabled/);
  write('on-and-off.js', scriptOf("'draft'"));
  assert.match(
    (await hook(['deploy', 'on-and-off.js', '--draft'])).stdout,
    /revision 2 is a draft\. Try it: hookmint hook try on-and-off@2\. .* hookmint hook enable on-and-off@2\n$/,
  );
  assert.equal((await hook(['enable', 'on-and-off'])).stdout, 'on-and-off: revision 1 is deployed and enabled\n');
  assert.equal(await claim(), 'on');
  assert.equal((await hook(['enable', 'on-and-off@2'])).stdout, 'on-and-off: revision 2 is deployed and enabled\n');
  assert.equal(await claim(), 'draft');
  assert.match((await hook(['disable', 'on-and-off'])).stdout, /^on-and-off: revision 2 is deployed but not enabled/);
  assert.equal(await claim(), undefined);
  const { code, stdout } = await hook(['rollback', 'on-and-off@1']);
  assert.deepEqual([code, stdout.slice(0, 36)], [0, 'on-and-off: revision 1 is deployed b']);
});

test('a name is what Auth0 makes of it: told once, and found by either spelling', async () => {
  write('plan2claims.js', scriptOf("'first'"));
  assert.deepEqual(await hook(['deploy', 'plan2claims.js', '--no-enable']), {
    code: 0,
    stdout: 'plan-2-claims: revision 1 is deployed but not enabled; it shapes no token until you enable it\n',
    stderr: 'In hookmint its name is plan-2-claims; --name gives it another.\n',
  });
  write('plan2claims.js', scriptOf("'second'"));
  const again = await hook(['deploy', 'plan2claims.js', '--no-enable']);
  assert.deepEqual([again.stdout.slice(0, 25), again.stderr], ['plan-2-claims: revision 2', '']);
  for (const name of ['plan2claims@1', 'plan-2-claims@1']) {
    assert.match((await hook(['try', name])).stdout, /^revision {7}1\n/, name);
  }
});

test('a revision, also a draft, is tried with the token request of a log', async () => {
  write('who.js', scriptOf('client.id'));
  await hook(['deploy', 'who.js', '--enable']);
  const asker = await claim();
  const management = await openManagement(stack());
  let log: string | undefined;
  await until('the log is there', async () => {
    const { body } = await management.call('GET', '/logs?sort=date:-1');
    log = (body as { log_id: string; client_id?: string }[]).find(({ client_id }) => client_id === asker)?.log_id;
    return log !== undefined;
  });
  const { code, stdout } = await hook(['try', 'who', '--log', String(log), '--json']);
  const { token } = JSON.parse(stdout) as { token: { claims: object } };
  assert.deepEqual([code, token.claims], [0, { 'https://example.com/claim': asker }]);
  write('who.js', scriptOf("'draft of ' + client.id"));
  await hook(['deploy', 'who.js', '--draft']);
  const draft = await hook(['try', 'who@2', '--log', String(log), '--json']);
  const { token: drafted } = JSON.parse(draft.stdout) as { token: { claims: object } };
  assert.deepEqual(drafted.claims, { 'https://example.com/claim': `draft of ${String(asker)}` });
  assert.equal(await claim(), asker);
});

test('secrets, limits and policies are deployed with the script', async () => {
  write('secret.js', scriptOf('context.webtask.secrets.KEY.length'));
  write('secrets.json', '{"KEY": "12345"}');
  const options = ['--name', 'With Secrets', '--secrets', 'secrets.json', '--limits', '{"cpu_ms": 200}', '--enable'];
  const { code, stdout, stderr } = await hook(['deploy', 'secret.js', ...options, '--allow-host', 'example.com']);
  assert.deepEqual([code, stdout], [0, 'with-secrets: revision 1 is deployed and enabled\n'], stderr);
  assert.equal(await claim(), 5);
  // Secrets stay when none are given; what changes is told.
  await hook(['deploy', 'secret.js', '--name', 'with-secrets', '--limits', '{"cpu_ms": 300}']);
  assert.equal(await claim(), 5);
  const diff = await hook(['diff', 'with-secrets']);
  assert.match(diff.stdout, /^-\s+"cpu_ms": 200,\n\+\s+"cpu_ms": 300,$/m);
  assert.ok(!diff.stdout.includes('12345'));
  write('secrets.json', '{"KEY": "54321"}');
  await hook(['deploy', 'secret.js', '--name', 'with-secrets', '--secrets', 'secrets.json']);
  assert.deepEqual(await hook(['diff', 'with-secrets']), {
    code: 1,
    stdout: 'Revisions 2 and 3 differ in the values of secrets only, which are not shown.\n',
    stderr: '',
  });
});

test('logs follow what the hook prints', async (t) => {
  write(
    'prints.js',
    "module.exports = (c, s, a, x, cb) => { console.warn('red \\u001b[31mhot'); cb(null, { scope: s }); };",
  );
  assert.equal((await hook(['deploy', 'prints.js', '--enable'])).code, 0);
  const child = start(['logs', 'prints']);
  t.after(() => child.kill('SIGKILL'));
  const [ready] = (await once(child.stderr ?? child, 'data')) as [Buffer];
  assert.match(ready.toString(), /^following prints;/);
  await postJson(stack());
  const [line] = (await once(child.stdout ?? child, 'data')) as [Buffer];
  assert.match(line.toString(), /^\d{4}-\S+Z warn {3}red hot\n$/);
  child.kill('SIGINT');
  assert.deepEqual(await once(child, 'close'), [0, null]);
});

test('logs tell why a run failed, and go on when the services were away', async (t) => {
  write('fails.js', "module.exports = (c, s, a, x, cb) => { throw new TypeError('no \\u001b[31mplan'); };");
  assert.equal((await hook(['deploy', 'fails.js', '--enable'])).code, 0);
  // By another address than the issuer's, as through a port of one's own machine.
  const proxy = await startTcpProxy(Number(new URL(stack().url).port));
  t.after(() => proxy.close());
  const child = start(['logs', 'fails', '--json'], {
    HOOKMINT_URL: `http://127.0.0.1:${String(proxy.port)}`,
    HOOKMINT_CLIENT_ID: stack().managementClientId,
    HOOKMINT_CLIENT_SECRET: stack().managementClientSecret,
  });
  t.after(() => child.kill('SIGKILL'));
  const lines = createInterface({ input: child.stdout ?? process.stdin })[Symbol.asyncIterator]();
  for (const round of [1, 2]) {
    const [ready] = (await once(child.stderr ?? child, 'data')) as [Buffer];
    assert.match(ready.toString(), /^following fails;/, `round ${String(round)}`);
    await postJson(stack());
    const { failure } = JSON.parse(String((await lines.next()).value)) as {
      failure: { outcome: string; detail: string; error: { message: string } };
    };
    assert.deepEqual([failure.outcome, failure.detail], ['threw', 'run']);
    assert.match(failure.error.message, /^no .*plan$/);
    if (round === 1) {
      proxy.cutAll();
      const [ended] = (await once(child.stderr ?? child, 'data')) as [Buffer];
      assert.match(ended.toString(), /^hookmint: the stream ended;/);
    }
  }
  child.kill('SIGINT');
  assert.deepEqual(await once(child, 'close'), [0, null]);
});

test('a hook in TypeScript is deployed, tried and told of by the lines of its file', async (t) => {
  const typed = (body: string): string =>
    `type Callback = (error: unknown, claims?: Record<string, unknown>) => void;\nexport default (client: object, scope: string[], a: string, c: object, cb: Callback): void => {\n  ${body}\n};\n`;
  write('typed.ts', typed("cb(null, { scope, 'https://example.com/claim': 'typed' as const });"));
  assert.equal((await hook(['deploy', 'typed.ts', '--enable'])).stdout, 'typed: revision 1 is deployed and enabled\n');
  assert.equal(await claim(), 'typed');

  write('typed.ts', typed('const found: string = 1 as never; throw new Error(found);'));
  assert.equal((await hook(['deploy', 'typed.ts', '--draft'])).code, 0);
  assert.match((await hook(['try', 'typed'])).stdout, /^error .*\n.* at \S*.*typed\.ts:3:\d+/m);
  assert.match((await hook(['diff', 'typed'])).stdout, /^\+\+\+ typed\.ts\s+revision 2$/m);
  write('typed.ts', 'export default () => undefined;\nthrow new Error("at load" as string);\n');
  const unloadable = await hook(['deploy', 'typed.ts']);
  assert.deepEqual([unloadable.code, unloadable.stdout], [2, '']);
  assert.match(unloadable.stderr, /at load.* typed\.ts:2:7/);

  assert.equal((await hook(['enable', 'typed@2'])).code, 0);
  const logs = start(['logs', 'typed']);
  t.after(() => logs.kill('SIGKILL'));
  let [noted, printed] = ['', ''];
  logs.stderr?.on('data', (text: Buffer) => (noted += text.toString()));
  logs.stdout?.on('data', (text: Buffer) => (printed += text.toString()));
  await until('the logs are followed', () => noted.includes('following typed'));
  await postJson(stack());
  await until('the failure is told', () => /typed\.ts:3:\d+/.test(printed));

  // The file's name tells the language, also of a hook that had another.
  write('typed.js', scriptOf("'plain'"));
  assert.equal((await hook(['deploy', 'typed.js'])).code, 0);
  assert.equal(await claim(), 'plain');
  write('typed.js', 'module.exports = (a: string) => undefined;\n');
  assert.match((await hook(['deploy', 'typed.js'])).stderr, /^hookmint: typed\.js:1:\d+: .*\(hook_syntax_error\)$/m);
});

test('logs and a dry run tell what a run waited for', async (t) => {
  const waits = "module.exports = (c, s, a, x, cb) => {\n  console.log('waits');\n  setTimeout(cb, 9000);\n};";
  write('waits.js', waits);
  assert.equal(
    (await hook(['deploy', 'waits.js', '--limits', '{"wall_ms": 300}', '--on-failure', 'deny', '--enable'])).code,
    0,
  );
  const child = start(['logs', 'waits', '--json']);
  t.after(() => child.kill('SIGKILL'));
  let [noted, printed] = ['', ''];
  child.stderr?.on('data', (text: Buffer) => (noted += text.toString()));
  child.stdout?.on('data', (text: Buffer) => (printed += text.toString()));
  await until('the logs are followed', () => noted.includes('following waits'));
  await postJson(stack());
  await until('the run is told', () => printed.endsWith('\n'));
  const { lines, failure } = JSON.parse(printed) as Record<'lines' | 'failure', object>;
  const last_calls = [{ what: 'a timer of 9000 ms', answered: false, at: 'hook.js:3:3' }];
  assert.deepEqual(lines, [{ level: 'log', text: 'waits' }]);
  assert.deepEqual(failure, { outcome: 'timed_out', detail: 'wall', last_calls });
  const tried = await hook(['try', 'waits', '--json']);
  const named = last_calls.map((call) => ({ ...call, at: 'waits.js:3:3' }));
  assert.deepEqual((JSON.parse(tried.stdout) as { last_calls: object }).last_calls, named);
  const { stdout } = await hook(['try', 'waits']);
  assert.match(stdout, /^waited for {5}a timer of 9000 ms at waits\.js:3:3$/m);
  // Killed, so that it passes on nothing: what it has started ends too, and lets go of the output.
  child.kill('SIGKILL');
  await once(child, 'close');
});

test('what is wrong is told in one line, with exit code 2', async () => {
  write('good.js', scriptOf('1'));
  write('bad_name.js', scriptOf('1'));
  write('broken.js', 'module.exports = (\n');
  write('undeclared.js', "require('left-pad'); module.exports = 1;");
  const connection = { HOOKMINT_URL: stack().url };
  const refusals: [args: string[], message: RegExp, env?: Record<string, string>][] = [
    [['deploy', 'broken.js'], /^hookmint: broken\.js:\d+:\d+: .* \(hook_syntax_error\)$/],
    [['deploy', 'undeclared.js'], /left-pad.*\(module_undeclared\)$/],
    [['deploy', 'bad_name.js'], /on property name.* The name is bad_name; give another with --name\.$/],
    [['deploy', 'good.js', '--name', 'no_name'], /on property name.* give another with --name\.$/],
    [['deploy', 'missing.js'], /missing\.js cannot be read/],
    [['deploy', 'good.js', '--limits', '{"cpu_ms": 0}'], /--limits cannot be used: cpu_ms/],
    [['deploy', 'good.js', '--allow-address', 'example.com'], /--allow-address must be/],
    [['deploy', 'good.js', '--draft', '--enable'], /--draft or --enable/],
    [['rollback', 'nobody'], /There is no hook "nobody"/],
    [['enable', 'my-hook@9'], /There is no revision 9; the history has 2, 1\.$/],
    [['enable', 'nobody@1'], /There is no hook "nobody"/],
    [['try', 'my-hook', '--log', 'none'], /no log|log/i],
    [['try', 'my-hook', '--log', 'a', '--event', 'b'], /exclude each other/],
    [['list'], /Set HOOKMINT_URL/, {}],
    [['list'], /Set HOOKMINT_CLIENT_ID/, connection],
    [['list'], /HOOKMINT_CLIENT_SECRET/, { ...connection, HOOKMINT_CLIENT_ID: 'x' }],
  ];
  for (const [args, message, env] of refusals) {
    const { code, stdout, stderr } = await hook(args, env);
    assert.deepEqual([code, stdout], [2, ''], stderr);
    assert.match(stderr.trim(), message);
    assert.equal(stderr.trim().split('\n').length, 1, stderr);
  }
});
