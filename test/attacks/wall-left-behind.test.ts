import assert from 'node:assert/strict';
import { fork, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { strongestWall } from '../support/strongest-wall.ts';
import { until } from '../support/until.ts';

const EXECUTOR = new URL('./wall-left-behind.ts', import.meta.url);
const WITHIN_MS = 5_000;

const walls = { bubblewrap: ['bubblewrap', 'seccomp', 'none'], seccomp: ['seccomp', 'none'], none: ['none'] };

for (const wall of walls[strongestWall.name]) {
  for (const what of ['waiting', 'stuck', 'taken over']) {
    // Nothing but its channel tells a process without a wall that nobody is there, and what took it over need not listen.
    if (wall === 'none' && what === 'taken over') continue;
    const skip = process.platform === 'win32';
    test(`an executor that is killed leaves no sandbox process behind: ${what}, wall ${wall}`, { skip }, async () => {
      const executor = fork(EXECUTOR, [wall, what], { execArgv: ['--no-node-snapshot'] });
      const left: number[] = [];
      try {
        const [message] = (await Promise.race([once(executor, 'message'), once(executor, 'exit')])) as unknown[];
        assert.equal(message, 'running');
        left.push(...descendantsOf(executor.pid ?? 0));
        assert.ok(left.length > 0);
        executor.kill('SIGKILL');
        await until('all have ended', () => !left.some(isRunning), WITHIN_MS);
      } finally {
        executor.kill('SIGKILL');
        for (const pid of left) if (isRunning(pid)) process.kill(pid, 'SIGKILL');
      }
    });
  }
}

function processes(): { pid: number; parent: number; state: string }[] {
  const { stdout } = spawnSync('ps', ['-eo', 'pid=,ppid=,stat='], { encoding: 'utf8' });
  return stdout
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .map(([pid, parent, state = '']) => ({ pid: Number(pid), parent: Number(parent), state }));
}

function descendantsOf(pid: number): number[] {
  const all = processes();
  const of = (parent: number): number[] =>
    all.filter((one) => one.parent === parent).flatMap((child) => [child.pid, ...of(child.pid)]);
  return of(pid);
}

const isRunning = (pid: number): boolean => processes().some((one) => one.pid === pid && !one.state.startsWith('Z'));
