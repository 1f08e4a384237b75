import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { decodeJwt } from 'jose';
import { CLI_PROGRAM } from '../support/cli-program.ts';
import { atTerminal, noTerminal } from '../support/pseudo-terminal.ts';
import { withStack } from '../support/with-stack.ts';

const stack = withStack();

/** `hookmint token`, of the stack's folder where no environment is given. */
async function token(args: string[], env?: Record<string, string>) {
  const { PATH = '', HOME = '' } = process.env;
  const of = env === undefined ? ['--data', stack().dataDir] : [];
  const child = spawn(process.execPath, [...CLI_PROGRAM, 'token', ...of, ...args], {
    env: { PATH, HOME, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = { code: null as number | null, stdout: '', stderr: '' };
  child.stdout.on('data', (text: Buffer) => (ended.stdout += text.toString()));
  child.stderr.on('data', (text: Buffer) => (ended.stderr += text.toString()));
  [ended.code] = (await once(child, 'close')) as [number | null];
  return ended;
}

const asClient = (secret = stack().clientSecret): Record<string, string> => ({
  HOOKMINT_URL: stack().url,
  HOOKMINT_CLIENT_ID: stack().clientId,
  HOOKMINT_CLIENT_SECRET: secret,
});

describe('hookmint token', () => {
  it('shows the token of this machine’s demo client, and what the hook did', async () => {
    const { code, stdout, stderr } = await token([]);
    assert.deepEqual([code, stderr], [0, '']);
    for (const line of [
      /^token {10}Bearer, expires in 86400 s$/m,
      /^ {15}for Demo M2M client$/m,
      /^header {9}alg: "RS256"$/m,
      /^ {15}kid: "\S+"$/m,
      /^claims {9}\w+: /m,
      /^ {15}aud: "https:\/\/api\.example\.com\/"$/m,
      /^ {15}\+ https:\/\/foo\.com\/claim: "bar"$/m,
      /^scope {10}read:data extra$/m,
      /^scope changes {2}\+ extra$/m,
      /^shaped by {6}tutorial {2}[\d.]+ ms CPU, [\d.]+ ms wall$/m,
    ]) {
      assert.match(stdout, line);
    }
  });

  it('shows what hooks dropped, and takes parameters that they see', async () => {
    await stack().setHook(
      `module.exports = (client, scope, audience, { body }, cb) => cb(null, { scope, sub: 'me', 'https://x.example/a': body.a });`,
    );
    const { stdout } = await token(['--param', 'a=b=c', '--scope', 'read:data']);
    assert.match(stdout, /^dropped {8}claim sub: the name is reserved for the issuer \(reserved\)$/m);
    assert.match(stdout, /^ {15}\+ https:\/\/x\.example\/a: "b=c"$/m);
    assert.doesNotMatch(stdout, /^scope changes/m);
  });

  it('gives all of it as JSON, and the token alone', async () => {
    const shown = JSON.parse((await token(['--json'])).stdout) as Record<string, Record<string, unknown>>;
    assert.deepEqual(Object.keys(shown), ['status', 'answer', 'header', 'claims', 'log']);
    assert.deepEqual(shown.claims, decodeJwt(String(shown.answer?.access_token)));
    assert.deepEqual(shown.log?.dropped, [{ kind: 'claim', name: 'sub', reason: 'reserved' }]);
    const raw = await token(['--raw']);
    assert.deepEqual([raw.code, raw.stderr, decodeJwt(raw.stdout.trim()).aud], [0, '', stack().audience]);
  });

  it('shows what the client is told where there is no token', async () => {
    await stack().setHook(`module.exports = (c, s, a, x, cb) => cb(new InvalidRequestError('not today'));`);
    const { code, stdout } = await token([]);
    assert.equal(code, 1);
    assert.match(stdout, /^no token {7}400 invalid_request: not today$/m);
    assert.match(stdout, /^shaped by {6}\S+ \(denied\)/m);
    const raw = await token(['--raw']);
    assert.deepEqual([raw.code, raw.stdout], [1, '']);
    assert.equal(raw.stderr, 'hookmint: 400 invalid_request: not today\n');
    await stack().setHook(null);
  });

  it('asks a configured server as its client, which may not read the log', async () => {
    const { code, stdout, stderr } = await token(['--audience', stack().audience], asClient());
    assert.equal(code, 0);
    assert.match(stdout, /^scope {10}read:data$/m);
    assert.match(stderr, /^hookmint: what hooks did is in the log, which this client may not read/);
    const refused = await token(['--audience', stack().audience], asClient('wrong'));
    assert.deepEqual([refused.code, refused.stderr], [1, '']);
    assert.match(refused.stdout, /^no token {7}401 /);
  });

  it('says what is wrong with a call of it', async () => {
    const wrong: [args: string[], said: RegExp, env?: Record<string, string>][] = [
      [['now'], /^hookmint: token takes no argument\. See hookmint token --help\.\n$/],
      [['--param', 'x'], /^hookmint: --param must be NAME=VALUE, not "x"\.\n$/],
      [['--raw', '--json'], /^hookmint: --raw and --json exclude each other\.\n$/],
      [[], /^hookmint: Set HOOKMINT_CLIENT_ID and HOOKMINT_CLIENT_SECRET/, { HOOKMINT_URL: stack().url }],
      [['--data', '/nowhere'], /^hookmint: No hookmint was started in \/nowhere;/, {}],
      [[], /cannot be reached/, { ...asClient(), HOOKMINT_URL: 'http://127.0.0.1:1' }],
    ];
    for (const [args, said, env] of wrong) {
      const { code, stdout, stderr } = await token(args, env);
      assert.deepEqual([code, stdout], [2, '']);
      assert.match(stderr, said);
    }
  });

  it('shows credentials of the environment to no server that a folder names', async () => {
    const env = { ...asClient(), HOOKMINT_URL: '', HOOKMINT_CLIENT_SECRET: 'of-another-server' };
    const { code, stdout } = await token(['--data', stack().dataDir], env);
    assert.equal(code, 0, stdout);
  });

  it('has colours at a terminal, and none with NO_COLOR', { skip: noTerminal }, async () => {
    const args = ['--no-node-snapshot', 'cli/main.ts', 'token', '--data', stack().dataDir];
    const env = { HOOKMINT_URL: '', AUTH0_DOMAIN: '', HOOKMINT_CLIENT_ID: '', HOOKMINT_CLIENT_SECRET: '' };
    const inColour = atTerminal(args, { ...env, NO_COLOR: '' });
    assert.equal(await inColour.exited, 0);
    assert.match(inColour.shown(), /\u001b\[1mtoken {10}\u001b\[22m/);
    const plain = atTerminal(args, { ...env, NO_COLOR: '1' });
    assert.equal(await plain.exited, 0);
    assert.doesNotMatch(plain.shown(), /\u001b/);
    assert.match(stripVTControlCharacters(inColour.shown()), /^token {10}Bearer, expires in 86400 s$/m);
  });
});
