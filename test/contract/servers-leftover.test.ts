import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { join } from 'node:path';
import { after, it } from 'node:test';
import { connect } from '@nats-io/transport-node';
import { endLeftover } from '../../deploy/local/servers/leftover.ts';
import { obtainNats } from '../../deploy/local/servers/nats-binary.ts';
import { temporaryDir } from './servers-fixtures.ts';

const dataDir = join(temporaryDir(), 'nats');
const pidFile = join(temporaryDir(), 'pids');

/** Starts a server from another process, which is then killed. */
async function leaveServerBehind(): Promise<{ pid: number; url: string }> {
  const { path: binary } = await obtainNats({ report: () => undefined });
  const module = new URL('../../deploy/local/servers/run-nats.ts', import.meta.url).href;
  const script = `const { startNats } = await import('${module}');
    const { process: { pid }, url } = await startNats(${JSON.stringify({ binary, dataDir })});
    console.log(JSON.stringify({ pid, url }));`;
  const launcher = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of createInterface(launcher.stdout)) {
    const gone = new Promise((resolve) => launcher.once('exit', resolve));
    launcher.kill('SIGKILL');
    await gone;
    return JSON.parse(line) as { pid: number; url: string };
  }
  throw new Error('the launcher printed nothing');
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

it('ends the servers of a killed launcher and touches no other process', async () => {
  const { pid, url } = await leaveServerBehind();
  const unrelated = spawn('sleep', ['60']);
  // Its data folder begins with the same letters.
  const sibling = spawn(process.execPath, ['-e', 'setInterval(() => 0, 1000)', `${dataDir}-2`]);
  after(() => [unrelated, sibling].map((child) => child.kill('SIGKILL')));
  after(() => isAlive(pid) && process.kill(pid, 'SIGKILL'));
  await (await connect({ servers: url, reconnect: false })).close();

  writeFileSync(pidFile, `${pid}\n${unrelated.pid ?? ''}\n${sibling.pid ?? ''}\n${process.pid}\n1\n-1\nnot-a-pid\n`);
  assert.deepEqual(await endLeftover({ pidFile, mustMatch: dataDir }), [pid]);
  await assert.rejects(connect({ servers: url, reconnect: false }), /refused/i);
  assert.deepEqual(
    [unrelated.pid, sibling.pid].map((other) => isAlive(other ?? 0)),
    [true, true],
  );
  assert.equal(existsSync(pidFile), false);
});

it('does nothing without a file, and refuses to match anything', async () => {
  assert.deepEqual(await endLeftover({ pidFile: join(dataDir, 'none'), mustMatch: dataDir }), []);
  await assert.rejects(endLeftover({ pidFile, mustMatch: '' }), TypeError);
});
