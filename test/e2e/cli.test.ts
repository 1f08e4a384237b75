import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { DryRun } from '../../cli/hook/dry-run.ts';
import { canary } from '../support/canary.ts';
import { CLI_PROGRAM } from '../support/cli-program.ts';

const folder = mkdtempSync(join(tmpdir(), 'hookmint-cli-'));
after(() => rmSync(folder, { recursive: true }));

function write(name: string, content: unknown): void {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
}

const hook = (body: string): string =>
  `module.exports = async function (client, scope, audience, context, cb) {\n  ${body}\n};\n`;

type Ended = { code: number | null; stdout: string; stderr: string };

/** Runs the CLI in the folder, as an author does. */
async function hookmint(...args: string[]): Promise<Ended> {
  const child = spawn(process.execPath, [...CLI_PROGRAM, ...args], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended: Ended = { code: null, stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => (ended[name] += text));
  }
  ended.code = await new Promise((resolve) => child.on('close', resolve));
  return ended;
}

async function runJson(code: number, ...args: string[]): Promise<DryRun> {
  const ended = await hookmint('hook', 'run', ...args, '--json');
  assert.deepEqual({ code: ended.code, stderr: ended.stderr }, { code, stderr: '' });
  return JSON.parse(ended.stdout) as DryRun;
}

/** What is said of a command that cannot be carried out. */
async function refusal(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await hookmint(...args);
  assert.deepEqual({ code, stdout }, { code: 2, stdout: '' });
  return stderr;
}

describe('hookmint hook new', () => {
  it('writes a hook that runs', async () => {
    assert.deepEqual(await hookmint('hook', 'new', 'fresh.js'), {
      code: 0,
      stdout: 'fresh.js is written. Run it: hookmint hook run fresh.js\n',
      stderr: '',
    });
    const { token, console } = await runJson(0, 'fresh.js');
    assert.deepEqual(token, { scope: ['read:connections'], claims: { 'https://example.com/plan': 'full' } });
    assert.deepEqual(console, [{ level: 'log', text: 'a token for client-name' }]);
  });

  it('writes an Action that runs', async () => {
    assert.equal((await hookmint('hook', 'new', '--action')).code, 0);
    const { kind, token } = await runJson(0, 'action.js');
    assert.equal(kind, 'action');
    assert.deepEqual(token, { scope: ['read:connections'], claims: { 'https://example.com/plan': 'full' } });
  });

  it('writes them in TypeScript, too', async () => {
    assert.equal(
      (await hookmint('hook', 'new', '--ts')).stdout,
      'hook.ts is written. Run it: hookmint hook run hook.ts\n',
    );
    assert.equal((await hookmint('hook', 'new', 'mine.ts', '--action')).code, 0);
    for (const [file, kind] of [
      ['hook.ts', 'hook'],
      ['mine.ts', 'action'],
    ] as const) {
      const run = await runJson(0, file);
      assert.deepEqual([run.kind, run.token?.claims], [kind, { 'https://example.com/plan': 'full' }]);
    }
    assert.equal(
      await refusal('hook', 'new', 'x.js', '--ts'),
      'hookmint: --ts makes a file that ends in .ts, not x.js.\n',
    );
  });

  it('leaves a file that is there as it is', async () => {
    write('mine.js', 'mine');
    assert.equal(await refusal('hook', 'new', 'mine.js'), 'hookmint: mine.js exists already and is not changed.\n');
    assert.equal(readFileSync(join(folder, 'mine.js'), 'utf8'), 'mine');
  });
});

describe('a hook in TypeScript', () => {
  const typed = (body: string): string =>
    `type Callback = (error: unknown, claims?: object) => void;\n\nexport default (client: { name: string }, scope: string[], a: string, c: object, cb: Callback): void => {\n  ${body}\n};\n`;

  it('fails at lines and columns of its own file, whether it is built or runs', async () => {
    write('typed/throws.ts', typed("console.log(new Error('shown')); throw new TypeError(client.name as string);"));
    const { stdout } = await hookmint('hook', 'run', 'typed/throws.ts');
    assert.match(stdout, /^error {10}TypeError: client-name\n {15} {4}at .*typed\/throws\.ts:4:42\)?$/m);
    assert.match(stdout, /^console {8}log: Error: shown\n.*typed\/throws\.ts:4:15/m);
    assert.doesNotMatch(stdout, /[^/\w]hook\.[jt]s/);
    write('typed/broken.ts', 'const a: = 1;\n');
    assert.match(
      await refusal('hook', 'run', 'typed/broken.ts'),
      /^hookmint: typed\/broken\.ts:1:10: .*\(hook_syntax_error\)\n$/,
    );
    write(
      'typed/again.ts',
      'export default (scope: string[]) => {\n  class InvalidScopeError {}\n  let scope: 1;\n};\n',
    );
    assert.match(await refusal('hook', 'run', 'typed/again.ts'), /^hookmint: typed\/again\.ts:3:7: /);
  });

  it('has modules, and cases that test it', async () => {
    write(
      'typed/plan.ts',
      `import { upperFirst } from 'lodash';\n${typed("cb(null, { scope, 'https://x.example/name': upperFirst(client.name) });")}`,
    );
    write('typed/plan.case.json', { hook: 'plan.ts', expect: { claims: { 'https://x.example/name': 'Client-name' } } });
    const { code, stdout } = await hookmint('hook', 'test', 'typed');
    assert.equal(code, 0, stdout);
    assert.match(stdout, /^ok {5}plan \(\d+ ms\)\n1 passed, 0 failed\n$/);
  });
});

describe('hookmint hook run', () => {
  it('shows frames of modules as one line', async () => {
    write('each.js', hook(`require('lodash').forEach([1], () => { throw new Error('inside'); });`));
    const { stdout } = await hookmint('hook', 'run', 'each.js');
    assert.match(
      stdout,
      /^error {10}Error: inside\n.*at .*each\.js:2:\d+\)?\n {19}at … \(\d+ lines? of modules\)\n.*each\.js:2:21/m,
    );
    assert.doesNotMatch(stdout, /[^h]hook\.js/);
  });

  it('shows what the token would hold and what was dropped, with a module of npm', async () => {
    write(
      'plan.js',
      hook(`const _ = require('lodash');
        cb(null, { scope: ['extra'], 'https://x.example/name': _.upperFirst(client.name), sub: 'me', plan: 1 });`),
    );
    const { code, stdout } = await hookmint('hook', 'run', 'plan.js');
    assert.equal(code, 0);
    assert.equal(
      stdout.replace(/[\d.]+ ms/g, 'N ms'),
      [
        'outcome        ok',
        'scope          extra',
        'scope changes  - read:connections',
        '               + extra',
        'claims         https://x.example/name: "Client-name"',
        'dropped        claim sub: the name is reserved for the issuer (reserved)',
        '               claim plan: the name is not an http(s) URL, which this tenant requires (not_namespaced)',
        'time           N ms CPU, N ms wall',
        '',
      ].join('\n'),
    );
  });

  it('keeps other names where the tenant does', async () => {
    write('relaxed.js', hook(`cb(null, { plan: 1 });`));
    const { token, dropped } = await runJson(0, 'relaxed.js', '--custom-claims', 'relaxed');
    assert.deepEqual([token, dropped], [{ scope: [], claims: { plan: 1 } }, []]);
  });

  it('gives everything as one JSON object', async () => {
    write('json.js', hook(`console.warn('careful'); cb(null, { scope, iss: 'x' });`));
    const { cpu_ms, wall_ms, ...run } = await runJson(0, 'json.js');
    assert(cpu_ms > 0 && wall_ms > 0);
    assert.deepEqual(run, {
      kind: 'hook',
      outcome: { status: 'ok' },
      token: { scope: ['read:connections'], claims: {} },
      scope_changes: { removed: [], added: [] },
      dropped: [{ kind: 'claim', name: 'iss', reason: 'reserved' }],
      answer: null,
      console: [{ level: 'warn', text: 'careful' }],
      network: [],
    });
  });

  it('withholds the credentials of the request, as the gateway does, from hooks and Actions', async () => {
    const body = {
      grant_type: 'client_credentials',
      state: 's',
      client_secret: canary('client-secret'),
      client_assertion: canary('client-assertion'),
      client_assertion_type: 'urn:x',
    };
    write('credentials.json', { body });
    write('credentials.js', hook(`cb(null, { 'https://x.example/body': context.body });`));
    write(
      'credentials-action.js',
      `exports.onExecuteCredentialsExchange = async (event, api) => {
         api.accessToken.setCustomClaim('https://x.example/body', event.request.body);
       };\n`,
    );
    for (const file of ['credentials.js', 'credentials-action.js']) {
      const { token } = await runJson(0, file, '--event', 'credentials.json');
      const seen = { grant_type: 'client_credentials', state: 's' };
      assert.deepEqual(token?.claims, { 'https://x.example/body': seen });
    }
  });

  it('takes an event, completed by the sample', async () => {
    write('event.js', hook(`cb(null, { 'https://x.example/': [client, typeof scope, audience, context.body] });`));
    write('event.json', { client: { id: 'c1', metadata: {} }, scope: [], body: { state: 's' } });
    const { token } = await runJson(0, 'event.js', '--event', 'event.json');
    assert.deepEqual(token?.claims['https://x.example/'], [
      { id: 'c1', name: 'client-name', tenant: 'my-tenant', metadata: {} },
      'undefined',
      'https://api.example.com/',
      { state: 's' },
    ]);
  });

  it('gives the secrets, and shows none of their values in what the hook prints or says', async () => {
    write('secret.js', hook(`const { KEY } = context.webtask.secrets; console.log(KEY); cb(new Error(KEY));`));
    write('secrets.json', { KEY: 'correct horse' });
    const { stdout } = await hookmint('hook', 'run', 'secret.js', '--secrets', 'secrets.json');
    assert(stdout.includes('console        log: [secret KEY]'), stdout);
    assert(stdout.includes('answer         500 server_error: [secret KEY]'), stdout);
    assert(!stdout.includes('correct horse'));
  });

  it('shows the answer to a client that a hook denies a token, and where', async () => {
    write('denied.js', hook(`cb(new InvalidScopeError('not you'));`));
    const { token, answer, outcome } = await runJson(1, 'denied.js');
    assert.equal(token, null);
    assert.deepEqual(answer, { status: 400, error: 'invalid_scope', error_description: 'not you' });
    assert.deepEqual(outcome, {
      status: 'denied',
      error: {
        name: 'InvalidScopeError',
        message: 'not you',
        stack: 'InvalidScopeError: not you\n    at module.exports (denied.js:2:6)',
      },
    });
  });

  it('stops a hook that runs away', async () => {
    write('loop.js', hook(`for (;;);`));
    const { answer, outcome, cpu_ms } = await runJson(1, 'loop.js');
    assert.deepEqual([answer?.status, answer?.error], [500, 'server_error']);
    // By the wall on a machine that gives it no second of a processor in five.
    const { status, limit } = outcome as { status: string; limit: string };
    assert.equal(status, 'timed_out');
    // What is told is read a moment before or after it is stopped.
    const [least, most] = limit === 'cpu' ? [900, 3_000] : [0, 1_000];
    assert(['cpu', 'wall'].includes(limit) && cpu_ms >= least && cpu_ms < most, `${limit} ${String(cpu_ms)}`);
  });

  it('says what a hook waited for that never called back, where, and what it had printed', async () => {
    write('forgets.js', hook(`console.log('here');\n  await new Promise((resolve) => setTimeout(resolve, 5));`));
    const { code, stdout } = await hookmint('hook', 'run', 'forgets.js');
    assert.equal(code, 1, stdout);
    assert.match(stdout, /^outcome {8}timed_out, callback$/m);
    const waited =
      /^waited for {5}nothing more: the last was a timer of 5 ms at forgets\.js:3:34, which was answered$/m;
    assert.match(stdout, waited);
    assert.match(stdout, /^console {8}log: here$/m);
  });

  it('names the place of an error in the author’s file, through the bundle', async () => {
    write('throws.js', hook(`require('lodash').now();\n  client.nothing.there;`));
    const { stdout } = await hookmint('hook', 'run', 'throws.js');
    assert.match(stdout, /^outcome {8}threw, run$/m);
    assert.match(stdout, /\(throws\.js:3:18\)$/m);
  });
});

describe('hookmint hook run and the network', () => {
  const server = createServer((_, response) => response.writeHead(202).end('"there"'));
  before(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
  after(() => server.close());
  const host = (): string => `127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  const calling = (): void =>
    write(
      'calls.js',
      hook(`cb(null, { 'https://x.example/': await (await fetch('http://${host()}/p?q=1')).json() });`),
    );

  it('reaches an address that is allowed', async () => {
    calling();
    const { token, network } = await runJson(0, 'calls.js', '--allow-address', '127.0.0.1');
    assert.equal(token?.claims['https://x.example/'], 'there');
    assert.deepEqual(
      network.map(({ ms, ...call }) => ({ ...call, timed: ms > 0 })),
      [{ method: 'GET', host: host(), status: 202, timed: true }],
    );
  });

  it('reaches no other', async () => {
    calling();
    const { stdout } = await hookmint('hook', 'run', 'calls.js');
    assert.match(
      stdout,
      /^network {8}GET 127\.0\.0\.1:\d+ EGRESS_ADDRESS_NOT_ALLOWED [\d.]+ ms: not public; to allow it, give --allow-address 127\.0\.0\.1$/m,
    );
  });
});

describe('a hook that cannot be built', () => {
  it('has a syntax error: named with file, line and column', async () => {
    write('syntax.js', 'module.exports = function () {\n  const x = ;\n};\n');
    assert.equal(
      await refusal('hook', 'run', 'syntax.js'),
      'hookmint: syntax.js:2:13: Unexpected ";" (hook_syntax_error)\n',
    );
    write('module.js', 'export default () => {\n  const x = ;\n};\n');
    assert.equal(
      await refusal('hook', 'run', 'module.js'),
      'hookmint: module.js:2:13: Unexpected ";" (hook_syntax_error)\n',
    );
  });

  it('declares an error class again', async () => {
    write('again.js', '\nclass ServerError {}\nmodule.exports = () => {};\n');
    assert.equal(
      await refusal('hook', 'run', 'again.js'),
      "hookmint: again.js:2:1: Identifier 'ServerError' has already been declared (hook_syntax_error)\n",
    );
  });

  it('requires a module that is not declared', async () => {
    write('undeclared.js', "const x = require('no-such-default-module');\n");
    assert.match(
      await refusal('hook', 'run', 'undeclared.js'),
      /^hookmint: undeclared\.js:1:19: the module "no-such-default-module" is not declared.*\(module_undeclared\)\n$/,
    );
  });
});

describe('hookmint hook test', () => {
  before(() => {
    write(
      'cases/plan.js',
      hook(`global.n = (global.n ?? 0) + 1; cb(null, { scope, 'https://x.example/': global.n, sub: 1 });`),
    );
    write('cases/plan.case.json', {
      name: 'a plan',
      hook: 'plan.js',
      event: { scope: ['a', 'b'] },
      expect: { scope: 'a b', claims: { 'https://x.example/': 1 }, dropped: [{ name: 'sub' }], outcome: 'ok' },
    });
    write('cases/below/denied.js', hook(`cb(new InvalidRequestError('no ' + context.webtask.secrets.WHO));`));
    write('cases/below/denied.case.json', {
      hook: 'denied.js',
      secrets: { WHO: 'you' },
      expect: { error: { status: 400, error: 'invalid_request', error_description: 'no you' } },
    });
  });

  it('passes: a line for each case, none of them seeing what another left', async () => {
    write('cases/again.case.json', { hook: 'plan.js', expect: { claims: { 'https://x.example/': 1 } } });
    const { code, stdout, stderr } = await hookmint('hook', 'test', 'cases');
    assert.deepEqual({ code, stderr }, { code: 0, stderr: '' });
    assert.equal(
      stdout.replace(/\(\d+ ms\)/g, '(N ms)'),
      'ok     again (N ms)\nok     below/denied (N ms)\nok     a plan (N ms)\n3 passed, 0 failed\n',
    );
  });

  it('fails: with the difference, and where a token was denied', async () => {
    write('failing/other.case.json', {
      hook: '../cases/plan.js',
      expect: { claims: { 'https://x.example/': 2 } },
    });
    write('failing/denied.case.json', { hook: '../cases/below/denied.js', expect: { scope: [] } });
    write('failing/broken.js', 'module.exports = (;');
    write('failing/broken.case.json', { hook: 'broken.js', expect: {} });
    const { code, stdout } = await hookmint('hook', 'test', 'failing');
    assert.equal(code, 1);
    assert.match(stdout, /^FAILED broken \(\d+ ms\)\n {4}failing\/broken\.js:1:19: .+\n/m);
    assert.match(stdout, /^ {4}\+ {5}"error": "invalid_request",$/m);
    assert.match(stdout, /at module\.exports \(\.\.\/cases\/below\/denied\.js:2:6\)$/m);
    assert.match(stdout, /^ {4}\+ {5}"https:\/\/x\.example\/": 1\n {4}- {5}"https:\/\/x\.example\/": 2$/m);
    assert(stdout.endsWith('\n0 passed, 3 failed\n'));
  });

  it('refuses a case that is none, and a folder without any', async () => {
    write('wrong/a.case.json', { hook: 'a.js', expect: { claim: {} } });
    assert.match(
      await refusal('hook', 'test', 'wrong'),
      /wrong\/a\.case\.json cannot be used: expect: Unrecognized key/,
    );
    mkdirSync(join(folder, 'empty'));
    assert.equal(await refusal('hook', 'test', 'empty'), 'hookmint: empty has no *.case.json.\n');
  });
});

describe('hookmint, called wrongly', () => {
  const wrong: [args: string, said: RegExp][] = [
    ['hook run plan.js --frob', /^hookmint: Unknown option '--frob'/],
    [
      'hook run plan.js --allow-address here',
      /^hookmint: --allow-address must be an IP address or a CIDR block, not "here"/,
    ],
    ['hook run plan.js --custom-claims all', /^hookmint: --custom-claims must be namespaced or relaxed, not "all"/],
    ['hook run plan.js --event', /^hookmint: Option '--event <value>' argument missing/],
    ['hook run plan.js --event none.json', /^hookmint: \S+none\.json cannot be used: ENOENT/],
    ['hook run plan.js --secrets plan.js', /^hookmint: \S+plan\.js cannot be used: .*JSON/],
    ['hook run', /^hookmint: hookmint hook run needs FILE/],
    ['hook run none.js', /^hookmint: The hook \S+none\.js cannot be read: ENOENT/],
    ['hook test', /^hookmint: hookmint hook test needs DIR/],
    ['hook sing', /^hookmint: There is no command "hook sing"/],
    ['sing', /^hookmint: There is no command "sing"/],
  ];
  for (const [args, said] of wrong) {
    it(`says what is wrong with "${args}"`, async () => assert.match(await refusal(...args.split(' ')), said));
  }

  it('helps, by command and with all of them, in lines of 100 columns', async () => {
    const helps: [args: string, said: RegExp, unsaid: RegExp][] = [
      ['hook run --help', /^hookmint hook run FILE[^]*--allow-address CIDR[^]*Exit code 0/, /hook test/],
      ['hook run plan.js --help', /^hookmint hook run FILE/, /hook test/],
      ['hook --help', /hookmint hook run[^]*hookmint hook logs/, /hookmint import/],
      ['import DIR --help', /^hookmint import DIR[^]*--accept-losses[^]*HOOKMINT_URL/, /hook run/],
      ['--help', /hookmint start[^]*hookmint hook run[^]*hookmint token [^]*HOOKMINT_URL/, /--accept-losses/],
      ['sing --help', /hookmint start/, /--accept-losses/],
    ];
    for (const [args, said, unsaid] of helps) {
      const { code, stdout, stderr } = await hookmint(...args.split(' '));
      assert.deepEqual([code, stderr], [0, '']);
      assert.match(stdout, said);
      assert.doesNotMatch(stdout, unsaid);
      assert.deepEqual(
        stdout.split('\n').filter((line) => line.length > 100),
        [],
      );
    }
  });

  it('names the help of the command that was called wrongly', async () => {
    assert.match(await refusal('hook', 'run', 'plan.js', '--sing'), /See hookmint hook run --help\.\n$/);
  });
});
