import './quiet.ts';
import { hook, hookArguments, revisionOf, sandboxPids } from '../attacks/sandbox.ts';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HookOutcome } from '../../shared/domain/hook-outcome.ts';
import { openOwnProcesses, type OwnProcesses } from '../../services/hook-executor/own-processes.ts';
import { openSandboxPool } from '../../services/hook-executor/sandbox-pool.ts';
import type { RunServices, SandboxProcess } from '../../services/hook-executor/sandbox-process.ts';
import type { RunnableHook } from '../../services/hook-executor/sandbox/protocol.ts';
import { startStrongestSandbox } from '../support/strongest-wall.ts';
import { until } from '../support/until.ts';

const refused = (): Promise<string> => Promise.reject(new Error('refused'));
const SERVICES: RunServices = { http: refused, storage: refused };
const LIMITS = { cpu_ms: 1_000, wall_ms: 20_000 };

const revision = (name: string, body = 'cb(null, {});'): RunnableHook =>
  revisionOf(`/* ${name} */ ${hook(body)}`, LIMITS);
const never = revision('never', 'setInterval(() => {}, 20);');

/** Processes of their own, those that were started, and in which of them a hook runs. */
function started(max: number, idleMs?: number) {
  const all: SandboxProcess[] = [];
  const start = (): SandboxProcess => {
    const process = startStrongestSandbox();
    all.push(process);
    return process;
  };
  const own: OwnProcesses = openOwnProcesses(start, max, idleMs);
  const run = (owner: string, runnable: RunnableHook = revision(owner), leftMs = 20_000) =>
    own.run(owner, runnable, hookArguments(), Date.now() + leftMs, SERVICES);
  const running = () => all.filter((process) => !process.isEnding()).length;
  return { all, own, run, running };
}

const okay = (outcome: HookOutcome | 'full' | undefined): void => {
  assert.equal(typeof outcome === 'object' && outcome.status, 'ok', JSON.stringify(outcome));
};

test('two hooks that are isolated by processes share none, neither with each other nor with those that share', async (t) => {
  const pool = await openSandboxPool(1, startStrongestSandbox);
  t.after(pool.close);
  const [shared] = sandboxPids();
  const run = (runnable: RunnableHook) => pool.run(runnable, hookArguments(), Date.now() + 20_000);
  const ownOf = (owner: string, name = owner): RunnableHook => ({ ...revision(name), processOf: { hook: owner } });

  okay(await run(revision('shares')));
  assert.deepEqual(sandboxPids(), [shared], 'a hook that shares starts no process');
  okay(await run(ownOf('a')));
  const withA = sandboxPids();
  assert.equal(withA.length, 2);
  okay(await run(ownOf('b')));
  const withB = sandboxPids();
  assert.equal(withB.length, 3);
  for (const name of ['a', 'another revision of a']) okay(await run(ownOf('a', name)));
  assert.deepEqual(sandboxPids(), withB, 'all revisions of a hook are in its process');

  // Whose process is which, by what is left when each is ended.
  const [a] = withA.filter((pid) => pid !== shared);
  assert.ok(a !== undefined && shared !== undefined);
  const waitsInA = run({ ...never, limits: { ...never.limits, wall_ms: 3_000 }, processOf: { hook: 'a' } });
  process.kill(a, 'SIGKILL');
  okay(await run(ownOf('b')));
  okay(await run(revision('shares')));
  const outcome = await waitsInA;
  assert.equal(outcome.status, 'timed_out', 'a run whose process died is run again, in the next of its hook');
  assert.ok(withB.filter((pid) => pid !== a).every((pid) => sandboxPids().includes(pid)));
});

test('runs of one hook at the same time start one process', async (t) => {
  const { all, own, run } = started(4);
  t.after(own.close);
  for (const outcome of await Promise.all(Array.from({ length: 8 }, () => run('a')))) okay(outcome);
  assert.equal(all.length, 1);
});

test('there are no more than the bound: one more takes the place of the one idle for longest, or waits for a place', async (t) => {
  const { all, own, run, running } = started(2);
  t.after(own.close);
  okay(await run('a'));
  okay(await run('b'));
  okay(await run('a'));
  okay(await run('c'));
  assert.equal(all.length, 3);
  assert.deepEqual(
    all.map((process) => process.isEnding()),
    [false, true, false],
    'it is b that had to go',
  );

  const [busyA, busyC] = [run('a', never, 4_000), run('c', never, 12_000)];
  assert.equal(await run('d', revision('d'), 500), 'full');
  assert.equal(running(), 2);
  const waits = run('d');
  await busyA;
  okay(await waits);
  assert.equal(running(), 2);
  own.close();
  assert.equal(await busyC, undefined);
});

test('a process that has had nothing to do for a while is ended, and started anew for the next run', async (t) => {
  const { all, own, run, running } = started(2, 300);
  t.after(own.close);
  okay(await run('a'));
  await until('the idle process is ended', () => running() === 0);
  await all[0]?.ended;
  okay(await run('a'));
  assert.equal(all.length, 2);
});
