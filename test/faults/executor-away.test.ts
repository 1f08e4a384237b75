import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startAnother } from '../support/another-service.ts';
import { startStack, type Stack } from '../support/stack.ts';
import { requestToken } from '../support/token-request.ts';
import { delay, HOOK, startLoad } from './load.ts';
import { report } from './run-fault.ts';

const MAX_REFUSAL_MS = 200;

let stack: Stack;
before(async () => {
  stack = await startStack({ hook: HOOK });
});
after(() => stack.stop());

for (const name of ['hook-executor', 'signer'] as const) {
  test(`a ${name} that is told to stop under load, beside another, loses no request`, async (t) => {
    const replica = await startAnother(stack, name);
    t.after(() => replica.kill());
    const load = startLoad(stack);
    t.after(() => load.stop());
    await delay(1_000);
    const [first] = stack.pidsOf(name);
    assert.ok(first !== undefined);
    process.kill(first, 'SIGTERM');
    await stack.untilPrinted(new RegExp(`^hookmint: ${name} is back`));
    assert.notDeepEqual(stack.pidsOf(name), [first], 'it has ended, and was started again');
    assert.equal(await replica.stop(), 0);
    await delay(500);
    const tally = await load.stop();
    report({ fault: `rolling restart of ${name}`, healedMs: 0, ...tally });
    assert.deepEqual(
      { refused: tally.refused, lost: tally.lost, unmodified: tally.unmodified },
      { refused: 0, lost: 0, unmodified: 0 },
    );
    assert.ok(tally.issued > 50);
  });
}

test('without any executor hooked requests are refused at once, and a tenant without hook is served', async () => {
  const [executor] = stack.pidsOf('hook-executor');
  assert.ok(executor !== undefined);
  // Stopped, the launcher starts no other.
  process.kill(stack.pid, 'SIGSTOP');
  try {
    process.kill(executor, 'SIGKILL');
    await delay(1_000);
    const tookMs: number[] = [];
    for (let i = 0; i < 20; i++) {
      const startedMs = performance.now();
      const { status, headers, body } = await requestToken(stack);
      tookMs.push(performance.now() - startedMs);
      assert.equal(status, 503);
      assert.equal(body.error, 'temporarily_unavailable');
      assert.match(headers.get('retry-after') ?? '', /^\d+$/);
    }
    assert.ok(Math.max(...tookMs) < MAX_REFUSAL_MS, `${String(Math.max(...tookMs))} ms`);
    process.stdout.write(
      `faults: no executor: 20 asked, 20 refused with 503, slowest answer ${Math.max(...tookMs).toFixed(0)} ms\n`,
    );
    await stack.setHook(null);
    assert.equal((await requestToken(stack)).status, 200);
    await stack.setHook(HOOK);
    assert.equal((await requestToken(stack)).status, 503);
  } finally {
    process.kill(stack.pid, 'SIGCONT');
  }
  const untilMs = Date.now() + 5_000;
  let status = 503;
  while (status !== 200 && Date.now() < untilMs) {
    await delay(50);
    ({ status } = await requestToken(stack));
  }
  assert.equal(status, 200, 'the launcher goes on, and the executor is back within 5 s');
});
