import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { decodeJwt } from 'jose';
import type { ServiceName } from '../../deploy/local/service-env.ts';
import { UNRESPONSIVE_AFTER_MS } from '../../shared/bus/batch.ts';
import { startAnother, type AnotherService } from '../support/another-service.ts';
import { startStack, type Stack } from '../support/stack.ts';
import { requestToken } from '../support/token-request.ts';
import { until } from '../support/until.ts';
import { createClock, type Clock } from './clock-file.ts';
import { CLAIM, HOOK } from './load.ts';

const OFFSETS_MS = { late: -300_000, ahead: 300_000 };
const TOKENS = 20;
const MAX_DIFFERENCE_SECONDS = 5;

// A service whose clock is five minutes off, beside others whose clocks are right.

let stack: Stack;
let clock: Clock;
before(async () => {
  stack = await startStack({ hook: null });
  clock = createClock();
});
after(async () => {
  clock.close();
  await stack.stop();
});

async function startShifted(name: ServiceName, offsetMs: number): Promise<AnotherService> {
  clock.set(offsetMs);
  const { NODE_OPTIONS, HOOKMINT_SANDBOX_WALL } = clock.env;
  const wall = name === 'hook-executor' ? { HOOKMINT_SANDBOX_WALL } : {};
  return startAnother(stack, name, { env: { NODE_OPTIONS, ...wall } });
}

async function untilUnready({ url }: AnotherService): Promise<void> {
  await until('the clock is known to be wrong', async () => {
    const text = await (await fetch(`${url}/readyz`)).text();
    return /the clock is 300 s (?:ahead of|behind) those of all others/.test(text);
  });
}

for (const [what, offsetMs] of Object.entries(OFFSETS_MS)) {
  test(`a signer five minutes ${what} is not ready, and signs nothing`, async () => {
    const signer = await startShifted('signer', offsetMs);
    try {
      await untilUnready(signer);
      for (let n = 0; n < TOKENS; n++) {
        const { status, body } = await requestToken(stack);
        assert.equal(status, 200, JSON.stringify(body));
        const { iat = 0 } = decodeJwt(String(body.access_token));
        assert.ok(Math.abs(Date.now() / 1_000 - iat) < MAX_DIFFERENCE_SECONDS);
      }
      clock.set(0);
      await until('it is ready once its clock is right', async () => (await fetch(`${signer.url}/readyz`)).ok);
    } finally {
      await signer.kill();
    }
  });
}

for (const [what, offsetMs] of Object.entries(OFFSETS_MS)) {
  test(`an executor five minutes ${what} runs hooks as the others do: it counts deadlines by the clock of who asks`, async () => {
    const executor = await startShifted('hook-executor', offsetMs);
    await stack.setHook(HOOK.replace('cb(null', "console.log('has run'); cb(null"));
    try {
      await until('it has run the hook', async () => {
        const startedMs = performance.now();
        const { status, body } = await requestToken(stack);
        assert.equal(status, 200, JSON.stringify(body));
        assert.equal(decodeJwt(String(body.access_token))[CLAIM], 'there');
        assert.ok(performance.now() - startedMs < UNRESPONSIVE_AFTER_MS, 'a request had to be sent again');
        return executor.printed().includes('has run');
      });
      assert.ok((await fetch(`${executor.url}/readyz`)).ok);
    } finally {
      await executor.kill();
      await stack.setHook(null);
    }
  });
}

test('a gateway five minutes late is not ready, and is once its clock is right', async () => {
  const gateway = await startShifted('gateway', OFFSETS_MS.late);
  try {
    await untilUnready(gateway);
    clock.set(0);
    await until('it is ready', async () => (await fetch(`${gateway.url}/readyz`)).ok);
    assert.equal((await requestToken({ ...stack, url: gateway.url })).status, 200);
  } finally {
    await gateway.kill();
  }
});
