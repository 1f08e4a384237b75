import assert from 'node:assert/strict';
import { createLocalJWKSet, jwtVerify, type JSONWebKeySet } from 'jose';
import { openManagement, type Management } from '../../support/management.ts';
import { startAnother } from '../../support/another-service.ts';
import { startStack, type Stack } from '../../support/stack.ts';
import { requestToken } from '../../support/token-request.ts';
import { until } from '../../support/until.ts';
import type { Fault, FaultGroup, Form, World } from '../fault.ts';
import { delay, HOOK } from '../load.ts';
import { WALL_MS } from '../run-fault.ts';
import { openWrites, type Writes } from '../writes.ts';

type ProcessName = Parameters<Stack['pidsOf']>[0];
type Processes = World & { management: Management; writes: Writes };

function pidOf({ stack }: World, name: ProcessName): number {
  const [pid] = stack.pidsOf(name);
  assert.ok(pid !== undefined, `${name} does not run`);
  return pid;
}

/** kill -9, and the launcher's part: another process in its place. */
function killed(name: ProcessName): Pick<Fault<Processes>, 'begin' | 'untilHealed'> {
  let before = 0;
  return {
    begin: (world) => {
      before = pidOf(world, name);
      process.kill(before, 'SIGKILL');
      return Promise.resolve(undefined);
    },
    untilHealed: async ({ stack }) => {
      await until(`another ${name}`, () => {
        const [pid] = stack.pidsOf(name);
        return pid !== undefined && pid !== before;
      });
    },
  };
}

async function gatewaysAreBack({ gateways }: World): Promise<void> {
  for (const gateway of gateways) {
    await until(`${gateway} is ready`, () =>
      fetch(`${gateway}/readyz`).then(
        ({ ok }) => ok,
        () => false,
      ),
    );
  }
}

/** SIGSTOP for a while. */
function paused(name: ProcessName): Pick<Fault<Processes>, 'begin' | 'lastsMs'> {
  return {
    lastsMs: { short: 2_000, long: 10_000 },
    begin: (world) => {
      const pid = pidOf(world, name);
      process.kill(pid, 'SIGSTOP');
      return Promise.resolve(() => process.kill(pid, 'SIGCONT'));
    },
  };
}

async function kidOfOne({ stack }: World): Promise<string> {
  const { status, body } = await requestToken(stack);
  assert.equal(status, 200, JSON.stringify(body));
  const keys = (await (await fetch(`${stack.url}/.well-known/jwks.json`)).json()) as JSONWebKeySet;
  const { protectedHeader } = await jwtVerify(String(body.access_token), createLocalJWKSet(keys));
  return protectedHeader.kid ?? '';
}

const ROTATION_MS = { short: 2_000, long: 10_000 };

/** Each token of this time is of a key that the JWK Set has right after it. */
async function everyTokenVerifies(world: World, form: Form): Promise<void> {
  const kids = new Set<string>();
  const untilMs = performance.now() + ROTATION_MS[form];
  while (performance.now() < untilMs) {
    kids.add(await kidOfOne(world));
    await delay(20);
  }
  assert.equal(kids.size, 1, `tokens of ${String(kids.size)} keys after the rotation was answered`);
}

const STORE_IS_OFF_THE_PATH = 'Nothing: tokens go on from what the gateway knows.';

/** Processes killed and stopped, each alone, beside one more gateway as a load balancer would have it. */
export const processes: FaultGroup<Processes> = {
  title: 'Processes',
  open: async () => {
    await using cleanup = new AsyncDisposableStack();
    const stack = await startStack({ hook: HOOK });
    cleanup.defer(() => stack.stop());
    await stack.setHook(HOOK, { wall_ms: WALL_MS });
    const second = await startAnother(stack, 'gateway');
    cleanup.defer(async () => {
      await second.stop();
    });
    const management = await openManagement(stack);
    const writes = await openWrites(stack, management);
    const running = cleanup.move();
    return {
      stack,
      gateways: [stack.url, second.url],
      management,
      writes,
      stop: () => running.disposeAsync(),
    };
  },
  faults: [
    {
      name: 'kill -9 of a sandbox process',
      how: 'SIGKILL to the process in which hooks run.',
      allowed: 'Refusals of requests whose run died twice; a run that died once is run again.',
      mayRefuse: true,
      ...killed('sandbox'),
    },
    {
      name: 'kill -9 of the only executor',
      how: 'SIGKILL to the only hook-executor; its supervisor starts another.',
      allowed: 'Refusals (503) until another executor is ready: no token goes out without its hook.',
      mayRefuse: true,
      ...killed('hook-executor'),
    },
    {
      name: 'kill -9 of the only signer',
      how: 'SIGKILL to the only signer; its supervisor starts another.',
      allowed: 'Nothing where another is ready within 4 s: for so long requests wait for it.',
      mayRefuse: false,
      ...killed('signer'),
    },
    {
      name: 'kill -9 of management',
      how: 'SIGKILL to the management service; its supervisor starts another, which has to answer again.',
      allowed: 'Nothing: management takes no part in tokens.',
      mayRefuse: false,
      ...killed('management'),
      untilHealed: ({ writes }) => writes.untilTaken(),
    },
    {
      name: 'kill -9 of the only NATS server',
      how: 'SIGKILL to the only nats-server; its supervisor starts another on the same port.',
      allowed: 'Refusals (503) until the server is back and all services are connected again.',
      mayRefuse: true,
      ...killed('nats-server'),
    },
    {
      name: 'kill -9 of mongod',
      how: 'SIGKILL to the only mongod; its supervisor starts another on the same port.',
      allowed: STORE_IS_OFF_THE_PATH,
      mayRefuse: false,
      ...killed('mongod'),
      untilHealed: ({ writes }) => writes.untilTaken(),
    },
    {
      name: 'kill -9 of one of two gateways',
      how: 'SIGKILL to one of two gateways; who gets no answer from one asks the other, as a load balancer does.',
      allowed: 'Nothing: a token request may be repeated, so the other gateway answers it.',
      mayRefuse: false,
      ...killed('gateway'),
      untilHealed: gatewaysAreBack,
    },
    {
      name: 'kill -9 of the only gateway',
      how: 'The same with nobody else to ask.',
      allowed: 'Lost requests: connections of a dead process break, and until another one listens none can be made.',
      mayRefuse: false,
      mayLose: true,
      oneGateway: true,
      ...killed('gateway'),
      untilHealed: gatewaysAreBack,
    },
    {
      name: 'SIGSTOP of the only executor',
      how: 'The hook-executor stands still, then goes on.',
      allowed:
        'Refusals of requests that nobody answers in time, all of them 503 with `Retry-After`: the executor is asked again after 1.75 s, then given up.',
      mayRefuse: true,
      refusesForAWhile: true,
      ...paused('hook-executor'),
    },
    {
      name: 'SIGSTOP of mongod',
      how: 'mongod stands still, then goes on.',
      allowed: STORE_IS_OFF_THE_PATH,
      mayRefuse: false,
      ...paused('mongod'),
      untilHealed: ({ writes }) => writes.untilTaken(),
    },
    {
      name: 'A signing key rotated',
      how: 'The signing key is rotated through the Management API, and tokens are verified with the JWK Set as it is when they come.',
      allowed: 'Nothing: the new key has been published before it signs, and the old one stays published.',
      mayRefuse: false,
      lastsMs: ROTATION_MS,
      begin: async (world) => {
        const before = await kidOfOne(world);
        const { status, body } = await world.management.call('POST', '/keys/signing/rotate');
        assert.equal(status, 201, JSON.stringify(body));
        assert.notEqual(await kidOfOne(world), before);
        return undefined;
      },
      during: everyTokenVerifies,
    },
  ],
};
