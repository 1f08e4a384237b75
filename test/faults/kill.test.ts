import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startStack, type Stack } from '../support/stack.ts';
import { HOOK, report, startLoad, type Tally } from './load.ts';

const BEFORE_MS = 1_000;
const AFTER_MS = 5_500;
const MAX_HEAL_MS = 5_000;

/** The longest an answer may take: the hook's wall limit, the gateway's grace on top of it, and the signature. */
const WALL_MS = 3_000;
const MAX_ANSWER_MS = WALL_MS + 1_000 + 5_000 + 500;

let stack: Stack;
before(async () => {
  stack = await startStack({ hook: HOOK });
  await stack.setHook(HOOK, { wall_ms: WALL_MS });
});
after(() => stack.stop());

/** Puts the stack under load and does something to it; by then all clients have had an answer. */
async function underLoad(fault: string, act: () => Promise<void> | void): Promise<Tally> {
  const load = startLoad(stack);
  await delay(BEFORE_MS);
  const before = load.tally.issued;
  assert.ok(before > 50, `only ${String(before)} tokens before the fault`);
  const faultMs = performance.now();
  await act();
  await delay(AFTER_MS - (performance.now() - faultMs));
  const tally = await load.stop();
  const healedMs = Math.max(0, tally.lastFailureMs - faultMs);
  report(fault, tally, healedMs);
  assert.equal(tally.unmodified, 0, 'tokens without what the hook adds');
  assert.ok(healedMs <= MAX_HEAL_MS, `healed in ${String(healedMs)} ms`);
  assert.ok(tally.slowestMs <= MAX_ANSWER_MS, `an answer took ${String(tally.slowestMs)} ms`);
  assert.ok(tally.issued > before + 50, 'tokens are issued again');
  assert.deepEqual(
    [...tally.statuses.keys()].filter((status) => ![200, 500, 503].includes(status)),
    [],
  );
  return tally;
}

const delay = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)));

function signal(name: Parameters<Stack['pidsOf']>[0], what: NodeJS.Signals): void {
  const [pid] = stack.pidsOf(name);
  assert.ok(pid !== undefined, `${name} runs`);
  process.kill(pid, what);
}

for (const name of ['sandbox', 'hook-executor', 'signer', 'nats-server', 'mongod', 'gateway'] as const) {
  test(`kill -9 of ${name} under load: no token without its hook's claims, every answer in time, back by itself`, async () => {
    const [before] = stack.pidsOf(name);
    const tally = await underLoad(`kill -9 ${name}`, () => signal(name, 'SIGKILL'));
    const [now] = stack.pidsOf(name);
    assert.ok(now !== undefined && now !== before, `${name} was started again`);
    // Only a dead gateway may break a connection.
    if (name !== 'gateway') assert.equal(tally.lost, 0);
    if (name === 'mongod') assert.equal(tally.refused, 0, 'the store is off the hot path');
  });
}

for (const name of ['hook-executor', 'mongod'] as const) {
  test(`${name} that stands still for 2 s under load: no token without its hook's claims, every answer in time`, async () => {
    const tally = await underLoad(`SIGSTOP ${name} for 2 s`, async () => {
      signal(name, 'SIGSTOP');
      try {
        await delay(2_000);
      } finally {
        signal(name, 'SIGCONT');
      }
    });
    assert.equal(tally.lost, 0);
    if (name === 'mongod') assert.equal(tally.refused, 0, 'the store is off the hot path');
  });
}
