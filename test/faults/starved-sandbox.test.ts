import '../attacks/quiet.ts';
import { hook, hookArguments, revisionOf, sandboxPids, statusOf } from '../attacks/sandbox.ts';
import assert from 'node:assert/strict';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { test } from 'node:test';
import { openSandboxPool } from '../../services/hook-executor/sandbox-pool.ts';
import { startStrongestSandbox } from '../support/strongest-wall.ts';
import { until } from '../support/until.ts';

const BUSY_PROCESSES = 40;
/** Longer than a sandbox process may be silent. */
const STARVED_MS = 9_000;

const has = (tool: string): boolean => spawnSync(tool, ['--version']).status === 0;
const skip =
  (!has('taskset') || !has('chrt') || availableParallelism() < 2) && 'needs taskset, chrt and two processors';

test('a sandbox process that the machine has no time for is not ended for its silence', { skip }, async (t) => {
  const pool = await openSandboxPool(1, startStrongestSandbox);
  t.after(pool.close);
  const run = (ms: number) =>
    pool.run(revisionOf(hook('cb(null, {});'), { cpu_ms: 10_000, wall_ms: ms }), hookArguments(), Date.now() + ms);
  assert.equal(statusOf(await run(5_000)), 'ok');
  const before = sandboxPids();
  const busy: ChildProcess[] = [];
  t.after(() => {
    for (const process of busy) process.kill('SIGKILL');
  });
  const onFirst = (args: string[]): void => {
    assert.equal(spawnSync('taskset', args).status, 0);
  };
  for (const pid of before) {
    onFirst(['--all-tasks', '--cpu-list', '--pid', '0', String(pid)]);
    assert.equal(spawnSync('chrt', ['--all-tasks', '--idle', '--pid', '0', String(pid)]).status, 0);
    // A session of its own, as bubblewrap makes it, has a part of its own where the kernel groups by sessions.
    const autogroup = `/proc/${String(pid)}/autogroup`;
    if (existsSync(autogroup)) writeFileSync(autogroup, '19');
  }
  // Busy for as long as this process is there, however it ends.
  const whileParentLives = ['sh', '-c', 'while kill -0 "$PPID"; do :; done'];
  for (let i = 0; i < BUSY_PROCESSES; i++) {
    busy.push(spawn('taskset', ['--cpu-list', '0', ...whileParentLives], { stdio: 'ignore', detached: true }));
  }
  await until('all of them are busy', () => busy.every(({ pid }) => isComputing(pid)));
  const startedMs = performance.now();
  const patient = run(20_000).then((outcome) => [statusOf(outcome), performance.now() - startedMs] as const);
  assert.equal(statusOf(await run(2_000)), 'timed_out wall', 'a run whose time is over is answered');
  await new Promise((resolve) => setTimeout(resolve, STARVED_MS));
  assert.deepEqual(sandboxPids(), before);
  for (const process of busy) process.kill('SIGKILL');
  const [status, waitedMs] = await patient;
  assert.equal(status, 'ok');
  assert.ok(waitedMs > 6_000, `it was not starved: ${String(waitedMs)} ms`);
  assert.deepEqual(sandboxPids(), before);
});

/** Whether it is no longer `taskset`, and has used a processor. */
function isComputing(pid = 0): boolean {
  const stat = readFileSync(`/proc/${String(pid)}/stat`, 'latin1');
  const userTimeField = 11;
  return stat.includes('(sh)') && Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[userTimeField]) > 0;
}
