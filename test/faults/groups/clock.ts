import assert from 'node:assert/strict';
import { decodeJwt } from 'jose';
import { startStack } from '../../support/stack.ts';
import { requestToken } from '../../support/token-request.ts';
import { createClock, type Clock } from '../clock-file.ts';
import type { Fault, FaultGroup, Form, World } from '../fault.ts';
import { delay, HOOK } from '../load.ts';
import { WALL_MS } from '../run-fault.ts';

type Clocked = World & { clock: Clock };

const HOUR_MS = 3_600_000;
const MAX_CLOCK_DIFFERENCE_SECONDS = 5;
/** By then all clients wait for an executor that stands still. */
const ALL_WAIT_MS = 300;
/** What nobody announced is read within the age of the gateway's memory, 30 s, and a token more. */
const MAX_UNANNOUNCED_MS = 35_000;

async function claimsOfOne({ stack }: World): Promise<{ iat: number; lifetimeSeconds: number }> {
  const { status, body } = await requestToken(stack);
  assert.equal(status, 200, JSON.stringify(body));
  const { iat = 0, exp = 0 } = decodeJwt(String(body.access_token));
  return { iat, lifetimeSeconds: exp - iat };
}

async function tokensFollow(world: Clocked): Promise<void> {
  const { iat } = await claimsOfOne(world);
  const differenceSeconds = Math.abs(world.clock.nowMs() / 1_000 - iat);
  assert.ok(differenceSeconds < MAX_CLOCK_DIFFERENCE_SECONDS, `iat is ${String(differenceSeconds)} s off the clock`);
}

/** A change that nobody announces: only the age of what the gateway remembers can bring it about. */
async function memoryAges(world: Clocked): Promise<void> {
  const { stack } = world;
  const apis = (await stack.db()).collection('resource_servers');
  const now = (await claimsOfOne(world)).lifetimeSeconds;
  const { modifiedCount } = await apis.updateOne(
    { identifier: stack.audience },
    { $set: { token_lifetime_seconds: now + 1 } },
  );
  assert.equal(modifiedCount, 1);
  const untilMs = performance.now() + MAX_UNANNOUNCED_MS;
  while ((await claimsOfOne(world)).lifetimeSeconds === now) {
    assert.ok(performance.now() < untilMs, 'what the gateway remembers does not age');
    await delay(500);
  }
}

const shifted = (
  offsetMs: number,
): Pick<Fault<Clocked>, 'begin' | 'during' | 'untilHealed' | 'lastsMs' | 'mayRefuse'> => ({
  mayRefuse: true,
  lastsMs: { short: 3_000, long: 10_000 },
  begin: ({ clock }) => {
    clock.set(offsetMs);
    return Promise.resolve(() => clock.set(0));
  },
  during: async (world: Clocked, form: Form) => {
    await delay(100);
    await tokensFollow(world);
    if (form === 'long') await memoryAges(world);
  },
  untilHealed: tokensFollow,
});

const IN_FLIGHT =
  'Refusals (503) of requests that a jump forward finds on their way: their deadline has passed by the new clock.';

/** The clock of all services is set while they run. */
export const clock: FaultGroup<Clocked> = {
  title: 'Clock',
  open: async () => {
    await using cleanup = new AsyncDisposableStack();
    const clock = createClock();
    cleanup.defer(() => clock.close());
    const stack = await startStack({ hook: HOOK, env: clock.env });
    cleanup.defer(() => stack.stop());
    await stack.setHook(HOOK, { wall_ms: WALL_MS });
    const running = cleanup.move();
    return { stack, gateways: [stack.url], clock, stop: () => running.disposeAsync() };
  },
  faults: [
    {
      name: 'Clock set back by an hour, and forward again',
      how: 'The clock of all services and sandboxes jumps back by an hour while they run, later forward again; `iat` has to follow.',
      allowed: IN_FLIGHT,
      ...shifted(-HOUR_MS),
    },
    {
      name: 'Clock set forward by an hour, and back again',
      how: 'The other way round.',
      allowed: IN_FLIGHT,
      ...shifted(HOUR_MS),
    },
    {
      name: 'Clock set back as the executor is killed',
      how: 'The clock jumps back by an hour, and the only executor, which stood still for 0.3 s, gets a SIGKILL: whoever waits for it must not wait for an hour.',
      allowed: 'Refusals (503) until another executor is ready.',
      mayRefuse: true,
      begin: async ({ stack, clock }) => {
        const [pid] = stack.pidsOf('hook-executor');
        assert.ok(pid !== undefined);
        process.kill(pid, 'SIGSTOP');
        await delay(ALL_WAIT_MS);
        clock.set(-HOUR_MS);
        process.kill(pid, 'SIGKILL');
        return undefined;
      },
    },
  ],
};
