import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { AnotherService } from '../support/another-service.ts';
import { enableHook } from '../support/enable-hook.ts';
import { startStack, type Stack } from '../support/stack.ts';
import { measureExecutors, SANDBOX_CLAIM, speedUp, startExecutor, waitingHook } from './executors.ts';
import { delay, startTokenLoad, tallyOf, type Answer } from './token-load.ts';

const MIN_SPEED_UP = 1.8;

/** 8 runs of 0.3 s each: an executor gives 26 tokens a second, which takes next to none of the CPU. */
const MAX_IN_FLIGHT = 8;
const WAIT_MS = 300;
/** Twice what two executors give: each has all it takes at nearly every moment. */
const OFFERED_PER_SECOND = 110;

const MAX_UNTIL_SHARE_MS = 3_000;
const CLIENTS = 16;

let stack: Stack;
before(async () => {
  stack = await startStack({ args: ['--executors', '0'] });
});
after(() => stack.stop());

test('two executors give at least 1.8 times the tokens of one, of a hook that waits', async () => {
  const measured = await measureExecutors(stack, {
    hook: waitingHook(WAIT_MS),
    maxInFlight: MAX_IN_FLIGHT,
    pace: { ratePerSecond: OFFERED_PER_SECOND },
    steps: [1, 2, 1],
    warmUpMs: 1_500,
    measuredMs: 4_000,
  });
  const ratio = speedUp(measured, 2);
  const figures = measured.map(
    ({ executors, tokensPerSecond }) => `${String(executors)}: ${tokensPerSecond.toFixed(1)} tokens/s`,
  );
  process.stdout.write(`scale: executors, a hook that waits: ${figures.join(', ')}; ${ratio.toFixed(2)} x\n`);
  for (const { refusedPerSecond } of measured) assert.ok(refusedPerSecond > 0, 'every step had more than it took');
  assert.ok(ratio >= MIN_SPEED_UP, `${ratio.toFixed(2)} x`);
});

test('executors that come and go under load: nothing lost or refused, and each has its share in seconds', async (t) => {
  const start = async (): Promise<AnotherService> => {
    const executor = await startExecutor(stack);
    t.after(() => executor.kill());
    return executor;
  };
  await enableHook(stack, waitingHook(20));
  const first = await start();
  const load = startTokenLoad(stack.url, () => stack, { clients: CLIENTS });
  try {
    await delay(1_000);
    assert.equal(sandboxesOf(load.answers).size, 1);

    const second = await start();
    const untilShareMs = await untilSandboxes(load.answers, 2);
    const sharedFrom = load.answers.length;
    await delay(1_500);
    const shares = [...sandboxesOf(load.answers.slice(sharedFrom)).values()].sort((a, b) => a - b);

    assert.equal(await first.stop(), 0);
    const leftFrom = load.answers.length + CLIENTS;
    await delay(1_000);
    assert.equal(sandboxesOf(load.answers.slice(leftFrom)).size, 1, 'all is run by the one that is left');

    const third = await start();
    await untilSandboxes(load.answers, 3);
    assert.equal(await second.stop(), 0);
    await delay(500);
    const tally = tallyOf(await load.stop(), SANDBOX_CLAIM);
    await third.stop();

    const share = (shares[0] ?? 0) / shares.reduce((sum, of) => sum + of, 0);
    process.stdout.write(
      `scale: executors come and go: ${JSON.stringify(tally)}, a new one ran its first hook after ${(untilShareMs / 1_000).toFixed(1)} s, then ${(share * 100).toFixed(0)} % of them\n`,
    );
    const { refused, lost, unmodified } = tally;
    assert.deepEqual({ refused, lost, unmodified }, { refused: 0, lost: 0, unmodified: 0 });
    assert.ok(tally.issued > 200);
    assert.ok(untilShareMs < MAX_UNTIL_SHARE_MS, `${String(untilShareMs)} ms`);
    assert.ok(shares.length === 2 && share > 0.3, `${shares.join(' and ')} hook runs`);
  } finally {
    await load.stop();
  }
});

/** How many tokens each sandbox has shaped. */
function sandboxesOf(answers: readonly Answer[]): Map<string, number> {
  const runs = new Map<string, number>();
  for (const { claims } of answers) {
    const sandbox = claims?.[SANDBOX_CLAIM];
    if (typeof sandbox === 'string') runs.set(sandbox, (runs.get(sandbox) ?? 0) + 1);
  }
  return runs;
}

async function untilSandboxes(answers: readonly Answer[], count: number): Promise<number> {
  const fromMs = performance.now();
  while (sandboxesOf(answers).size < count) {
    assert.ok(performance.now() - fromMs < 10_000, 'the new executor is given nothing');
    await delay(20);
  }
  return performance.now() - fromMs;
}
