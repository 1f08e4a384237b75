import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { keepForScan } from '../support/canary-run.ts';
import { atTerminal, noTerminal, type AtTerminal } from '../support/pseudo-terminal.ts';
import { requestToken } from '../support/token-request.ts';
import { until } from '../support/until.ts';

// What an author reads of `npm start` at a terminal.

const HOOK = `const _ = require('lodash');
module.exports = function (client, scope, audience, context, cb) {
  const { how } = context.body;
  console.log('a token for', client.name);
  if (how === 'lines') console.error({ list: ['one'.repeat(20), 'two'.repeat(20)], client });
  if (how === 'fails') _.forEach([1], () => client.missing.name);
  if (how === 'denies') return cb(new InvalidRequestError('not you'));
  if (how === 'waits') return;
  cb(null, { scope: how === 'drops' ? [] : scope, ...(how === 'drops' ? { sub: 'me' } : {}) });
};
`;

const TYPED = `interface Metadata { plan?: string }
export default (client: { metadata: Metadata; name: string }, scope: string[], a: string, c: unknown, cb: Function) => {
  throw new Error(\`of \${client.name}\`);
};
`;

describe('npm start at a terminal', { skip: noTerminal }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'hookmint-author-'));
  const dataDir = join(folder, 'data');
  let terminal: AtTerminal;
  let stack: { url: string; clientId: string; clientSecret: string; audience: string };
  let seen = 0;

  async function start(file: string, options: string[] = []): Promise<void> {
    const args = ['--port', '0', '--data', dataDir, '--no-console', '--hook', join(folder, file), ...options];
    terminal = atTerminal(['deploy/local/main.ts', ...args], {
      NATS_URL: '',
      MONGODB_URL: '',
      LOG_LEVEL: '',
      LOG_FORMAT: '',
    });
    await terminal.untilShown(/^curl .*\n/m);
    const [, url = '', clientId = '', clientSecret = '', audience = ''] =
      /^curl -sS (\S+)\/oauth\/token .*client_id=(\S+) .*client_secret=(\S+) .*audience=(\S+)/m.exec(
        terminal.shown(),
      ) ?? [];
    stack = { url, clientId, clientSecret, audience };
    seen = terminal.shown().length;
  }

  async function stop(): Promise<void> {
    terminal.type('\u0003');
    assert.equal(await terminal.exited, 0);
    keepForScan(dataDir, terminal.shown());
  }

  /** What a request for a token has the terminal show, up to a line. */
  async function shownFor(parameters: Record<string, string>, last: RegExp): Promise<string> {
    await requestToken(stack, parameters);
    let shown = '';
    await until(`the terminal shows ${String(last)}`, () => {
      shown = stripVTControlCharacters(terminal.shown().slice(seen)).replaceAll(/[\d.]+ ms/g, 'N ms');
      return last.test(shown);
    });
    seen = terminal.shown().length;
    return shown;
  }

  before(async () => {
    writeFileSync(join(folder, 'my-hook.js'), HOOK);
    writeFileSync(join(folder, 'my-typed.ts'), TYPED);
    await start('my-hook.js');
  });
  after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));

  it('shows no line of a service that starts as it should', () => {
    const ofServices = terminal
      .shown()
      .split('\n')
      .filter((line) => /INFO|"level"/.test(line));
    assert.deepEqual(ofServices, []);
  });

  it('shows what a hook prints as one line, and what the client got', async () => {
    assert.equal(
      await shownFor({}, /token {2}200.*\n/),
      'my-hook  log  a token for Demo M2M client\n' +
        'token  200  Demo M2M client -> https://api.example.com/  [read:data]  N ms\n',
    );
  });

  it('shows objects in their lines, below the first, and marks console.error', async () => {
    const shown = await shownFor({ how: 'lines' }, /token {2}200.*\n/);
    assert.match(shown, /^my-hook {2}error {2}\{$/m);
    assert.match(shown, /^ {16}  list: \[$/m);
    assert.match(terminal.shown(), /\u001b\[31merror\u001b\[39m/);
  });

  it('shows a run that failed as one block, with lines of the author and none of ours', async () => {
    const shown = await shownFor({ how: 'fails' }, / {2}client .*\n/);
    assert.match(
      shown,
      new RegExp(
        [
          '^my-hook  failed: threw, run',
          '  log     a token for Demo M2M client',
          "  error   TypeError: Cannot read properties of undefined \\(reading 'name'\\)",
          '              at my-hook\\.js:6:60',
          '              at … \\(\\d+ lines? of modules\\)',
          '              at .*\\(my-hook\\.js:6:26\\)',
          "                6 \\|   if \\(how === 'fails'\\) .*client\\.missing\\.name\\);",
          '                  \\| {60}\\^',
          '  client  500 server_error: Script generated an unhandled synchronous exception\\.\\n$',
        ].join('\\n'),
      ),
    );
    assert.doesNotMatch(shown, /[^-]hook\.js|hookmint:runtime|node_modules/);
  });

  it('shows what a run waited for, a denial, and what is not in the token', async () => {
    const waits = await shownFor({ how: 'waits' }, / {2}client .*\n/);
    assert.match(waits, /^my-hook {2}failed: timed_out, callback\n/);
    assert.match(waits, /^ {2}waited {2}for something of its own/m);
    const denies = await shownFor({ how: 'denies' }, /^token {2}\d+.*\n/m);
    assert.match(denies, /^token {2}400 {2}Demo M2M client -> \S+ {2}invalid_request: not you {2}N ms$/m);
    const drops = await shownFor({ how: 'drops' }, /^token {2}\d+.*\n/m);
    assert.match(drops, /^my-hook {2}dropped claim sub: the name is reserved for the issuer$/m);
    assert.match(drops, /^my-hook {2}removed scope read:data, which the client was granted$/m);
    assert.match(
      await shownFor({ client_secret: 'wrong' }, /^token {2}\d+.*\n/m),
      /^token {2}401 {2}\S+ -> no API {2}access_denied: Unauthorized {2}N ms$/m,
    );
  });

  it('names the file of a hook in TypeScript, and shows the services’ logs with --verbose', async () => {
    await stop();
    await start('my-typed.ts', ['--verbose']);
    assert(
      terminal
        .shown()
        .split('\n')
        .some((line) => /INFO.*listening/.test(line)),
    );
    const shown = await shownFor({}, / {2}client .*\n/);
    assert.match(
      shown,
      /^my-typed {2}failed: threw, run\n {2}error {3}Error: of Demo M2M client\n {14}at .*my-typed\.ts:3:9/m,
    );
    writeFileSync(join(folder, 'my-typed.ts'), 'export default (client: string) => {\n  const a: = 1;\n};\n');
    await terminal.untilShown(
      /the previous hook stays in force: The hook does not compile: .* at \S+my-typed\.ts:2:12/,
    );
    await stop();
  });
});
