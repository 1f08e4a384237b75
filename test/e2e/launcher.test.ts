import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { createRemoteJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import { startStack, type Stack } from '../support/stack.ts';
import { requestToken } from '../support/token-request.ts';
import { until } from '../support/until.ts';
import { delay, isAlive, processesOn, runLauncher, spawnLauncher, temporaryDir } from './launcher-fixtures.ts';

const NAMES = ['gateway', 'hook-executor', 'signer', 'nats-server', 'mongod', 'sandbox'] as const;

const allPids = (stack: Stack): number[] => [stack.pid, ...NAMES.flatMap((name) => stack.pidsOf(name))];

async function claimOf(stack: Stack): Promise<unknown> {
  const { body } = await requestToken(stack);
  return typeof body.access_token === 'string' ? decodeJwt(body.access_token)['https://me.example/c'] : body;
}

async function kidOf(stack: Stack): Promise<string | undefined> {
  return decodeProtectedHeader(String((await requestToken(stack)).body.access_token)).kid;
}

const hookWith = (claim: string): string =>
  `module.exports = function (client, scope, audience, context, cb) {\n  cb(null, { 'https://me.example/c': '${claim}' });\n};\n`;

describe('npm start', () => {
  const dataDir = temporaryDir();
  let stack: Stack;
  before(async () => {
    stack = await startStack({ dataDir });
  });
  after(() => stack.stop());

  it('prints a curl line that gives a token, as it stands', async () => {
    const answer = JSON.parse(execFileSync('sh', ['-c', stack.curl], { encoding: 'utf8' })) as Record<string, unknown>;
    const { access_token, ...rest } = answer;
    assert.deepEqual(rest, { scope: 'read:data extra', expires_in: 86_400, token_type: 'Bearer' });
    const { payload } = await jwtVerify(
      String(access_token),
      createRemoteJWKSet(new URL(`${stack.url}/.well-known/jwks.json`)),
      { issuer: `${stack.url}/`, audience: stack.audience },
    );
    assert.equal(payload['https://foo.com/claim'], 'bar');
  });

  it('refuses a second one on the same data folder, which leaves the first alone', async () => {
    const { code, stderr } = await runLauncher(['--port', '0'], { dataDir });
    assert.equal(
      stderr,
      `hookmint: Another hookmint (process ${String(stack.pid)}) runs on ${dataDir}. Stop it, or choose another with --data DIR.\n`,
    );
    assert.equal(code, 1);
    assert.equal((await requestToken(stack)).status, 200);
  });

  it('ends every process on SIGINT with exit code 0, and has the same client and keys at the next start', async () => {
    const [pids, { clientId, clientSecret }, kid] = [allPids(stack), stack, await kidOf(stack)];
    assert(pids.length >= 7);
    await stack.stop();
    assert.equal(await stack.exited, 0);
    assert.deepEqual(pids.filter(isAlive), []);
    stack = await startStack({ dataDir });
    assert.deepEqual([stack.clientId, stack.clientSecret, await kidOf(stack)], [clientId, clientSecret, kid]);
  });

  it('killed, takes its services and servers along, also while it is started again at once', async () => {
    const pids = allPids(stack);
    process.kill(stack.pid, 'SIGKILL');
    stack = await startStack({ dataDir });
    await until('what was before is gone', () => !pids.some(isAlive));
    assert.equal((await requestToken(stack)).status, 200);
  });
});

describe('npm start -- --hook', () => {
  let stack: Stack;
  let file: string;
  before(async () => {
    stack = await startStack({ hook: hookWith('first') });
    file = join(stack.dataDir, 'hook.js');
  });
  after(() => stack.stop());

  it('runs the hook of that file', async () => {
    assert.equal(await claimOf(stack), 'first');
  });

  it('reads it again when it is edited', async () => {
    writeFileSync(file, hookWith('second'));
    await until('the edit is live', async () => (await claimOf(stack)) === 'second');
    await stack.untilPrinted(/^hookmint: \S+hook\.js was loaded again and is live$/);
  });

  it('keeps the last good one after a broken edit, and says where it is broken', async () => {
    writeFileSync(file, 'module.exports = function () {\n  cb(;\n};\n');
    await stack.untilPrinted(
      /^hookmint: the previous hook stays in force: The hook does not compile: Unexpected ";" at \S+hook\.js:2:6$/,
    );
    assert.equal(await claimOf(stack), 'second');
  });

  it('notices a file that is put in its place, as editors do', async () => {
    writeFileSync(`${file}.tmp`, hookWith('third'));
    renameSync(`${file}.tmp`, file);
    await until('the new file is live', async () => (await claimOf(stack)) === 'third');
  });

  it('may deny', async () => {
    writeFileSync(
      file,
      "module.exports = function (client, scope, audience, context, cb) {\n  cb(new Error('Not you'));\n};\n",
    );
    await until('the edit is live', async () => (await requestToken(stack)).status !== 200);
    const { body } = await requestToken(stack);
    assert.equal(typeof body.error, 'string');
    assert.equal('access_token' in body, false);
  });
});

describe('a child of npm start that is killed', () => {
  let stack: Stack;
  before(async () => {
    stack = await startStack();
  });
  after(() => stack.stop());

  for (const name of ['gateway', 'hook-executor', 'signer', 'nats-server', 'mongod'] as const) {
    it(`is started again, with a line that says so: ${name}`, async () => {
      const [pid = 0] = stack.pidsOf(name);
      process.kill(pid, 'SIGKILL');
      await stack.untilPrinted(
        new RegExp(`^hookmint: ${name} ended \\(.*SIGKILL|^hookmint: ${name} ended \\(.+\\); starting it again$`),
      );
      await stack.untilPrinted(new RegExp(`^hookmint: ${name} is back$`));
      await until('tokens again', async () => (await requestToken(stack).catch(() => undefined))?.status === 200);
    });
  }
});

describe('a child of npm start that will not run', () => {
  it('ends everything with its last error and exit code 1, when it is killed again and again', async () => {
    const stack = await startStack();
    try {
      const pids = allPids(stack);
      for (let kills = 0; kills < 5; kills++) {
        await until('it runs', () => stack.pidsOf('signer').length === 1);
        await delay(100);
        const [pid = 0] = stack.pidsOf('signer');
        process.kill(pid, 'SIGKILL');
        // The next may be there before this one is seen to be gone.
        await until('it is gone', () => !isAlive(pid));
      }
      assert.equal(await stack.exited, 1);
      assert.match(stack.output(), /^hookmint: signer ended 5 times within 30 s; its last output: \S.*$/m);
      assert.deepEqual(pids.filter(isAlive), []);
    } finally {
      await stack.stop();
    }
  });

  it('says at the start why it does not: signing keys that another key encrypted', async () => {
    const dataDir = temporaryDir();
    const stack = await startStack({ dataDir });
    try {
      await (await stack.db()).collection('signing_keys').updateMany({}, { $set: { private_jwe: 'damaged' } });
    } finally {
      await stack.stop();
    }
    const { code, stderr } = await runLauncher(['--port', '0'], { dataDir });
    assert.match(
      stderr,
      /^hookmint: signer could not start: The private key \S+ cannot be decrypted\. Start the signer with the HOOKMINT_SIGNING_KEY_ENCRYPTION_KEY that encrypted it\.\n$/,
    );
    assert.equal(code, 1);
    assert.deepEqual(processesOn(dataDir), []);
  });
});

describe('SIGTERM', () => {
  it('sent to the first process of npm start alone ends all of it with exit code 0', async (t) => {
    const dataDir = temporaryDir();
    const child = spawnLauncher(['--port', '0'], { dataDir, viaStart: true });
    t.after(() => child.kill('SIGTERM'));
    let output = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (output += text));
    await until('the banner is there', () => /^curl /m.test(output), 60_000);
    child.kill('SIGTERM');
    assert.equal(await new Promise((resolve) => child.once('close', resolve)), 0);
    assert.deepEqual(processesOn(dataDir), []);
  });

  it('during the start ends it with exit code 0 and leaves nothing running', async (t) => {
    const dataDir = temporaryDir();
    const child = spawnLauncher(['--port', '0'], { dataDir });
    t.after(() => child.kill('SIGTERM'));
    child.stdout?.resume();
    await until('a server runs', () => processesOn(dataDir).length > 1);
    child.kill('SIGTERM');
    assert.equal(await new Promise((resolve) => child.once('close', resolve)), 0);
    assert.deepEqual(processesOn(dataDir), []);
  });
});
