import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { readConfig } from '../../services/hook-executor/config.ts';
import { chooseWall } from '../../shared/process-wall/wall.ts';

const scriptOf = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const ENV = { NATS_URL: 'nats://127.0.0.1:4222' };
const skip = process.platform !== 'linux' && 'walls are of Linux';

test('the setting is require, auto or off, and nothing else', () => {
  assert.equal(readConfig({ ...ENV }).HOOKMINT_SANDBOX_WALL, 'auto');
  for (const setting of ['require', 'auto', 'off']) {
    assert.equal(readConfig({ ...ENV, HOOKMINT_SANDBOX_WALL: setting }).HOOKMINT_SANDBOX_WALL, setting);
  }
  for (const setting of ['on', 'REQUIRE', 'true']) {
    assert.throws(() => readConfig({ ...ENV, HOOKMINT_SANDBOX_WALL: setting }), {
      code: 'config_invalid',
      message: /HOOKMINT_SANDBOX_WALL/,
    });
  }
});

test('off is no wall; a Linux that has seccomp has one', { skip }, async () => {
  assert.equal((await chooseWall('off')).name, 'none');
  assert.equal((await chooseWall('require', { bubblewrap: false })).name, 'seccomp');
});

test('where no wall stands, auto goes on without and says why, and require refuses', { skip }, () => {
  const { stdout, stderr } = spawnSync(process.execPath, [scriptOf('./wall-refused.ts')], { encoding: 'utf8' });
  assert.deepEqual(JSON.parse(stdout || stderr), { auto: 'none', reasons: 2, required: 'sandbox_wall_unavailable' });
});

test('nothing is left of a sandbox process when its executor is killed', { skip }, async () => {
  const owner = spawn(process.execPath, [scriptOf('./wall-owner.ts')], { stdio: ['ignore', 'pipe', 'inherit'] });
  const pids = await new Promise<number[]>((resolve) => {
    owner.stdout.once('data', (text: Buffer) => resolve(JSON.parse(text.toString()) as number[]));
  });
  assert.equal(pids.length, 1);
  owner.kill('SIGKILL');
  const deadlineMs = performance.now() + 5_000;
  while (pids.some((pid) => existsSync(`/proc/${String(pid)}/exe`)) && performance.now() < deadlineMs) await delay(50);
  assert.deepEqual(
    pids.filter((pid) => existsSync(`/proc/${String(pid)}/exe`)),
    [],
  );
});

/** As root of a user namespace of its own, which allows no other; then without any right. */
const NO_USER_NAMESPACES = [
  '--user',
  '--map-root-user',
  'sh',
  '-c',
  'echo 0 >/proc/sys/user/max_user_namespaces && exec setpriv --inh-caps=-all --bounding-set=-all "$@"',
  'sh',
];
const mayForbid = spawnSync('unshare', [...NO_USER_NAMESPACES, 'true']).status === 0;

test(
  'where user namespaces are forbidden, the filter stands',
  { skip: !mayForbid && 'needs unshare and setpriv' },
  () => {
    const { stdout, stderr } = spawnSync(
      'unshare',
      [...NO_USER_NAMESPACES, process.execPath, scriptOf('./wall-required.ts')],
      { encoding: 'utf8' },
    );
    assert.equal(stdout, 'seccomp', stderr);
  },
);
