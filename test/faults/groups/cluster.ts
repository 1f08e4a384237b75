import assert from 'node:assert/strict';
import type { Stack } from '../../support/stack.ts';
import { until } from '../../support/until.ts';
import { members, muted, routed } from '../cluster-wires.ts';
import { openCluster, type Cluster } from '../cluster-world.ts';
import type { Fault, FaultGroup } from '../fault.ts';
import { CLUSTER_COLUMNS } from '../watch-cluster.ts';

type OneOf = Pick<Fault<Cluster>, 'begin' | 'untilHealed'>;

const LASTS_MS = { short: 3_000, long: 6_000 };
/** Servers that hear nothing of each other for so long know that they are parted. */
const SILENT_MS = { short: 8_000, long: 10_000 };
const WRONG_CLOCK_MS = 300_000;

const OTHER_ANSWERS = 'Nothing: the other one answers.';
const FROM_MEMORY =
  'Tokens: nothing, they go on from memory. Changes of the configuration: refused with 503 until then.';
const PARTED =
  'Refusals (503) of gateways at a server where no executor or signer is, until they have found another; assertions until the streams have leaders again.';

/** kill -9 of the one that the launcher looks after. */
function killed(name: Parameters<Stack['pidsOf']>[0]): OneOf {
  let before: number | undefined;
  return {
    begin: ({ stack }) => {
      [before] = stack.pidsOf(name);
      assert.ok(before !== undefined, `${name} does not run`);
      process.kill(before, 'SIGKILL');
      return Promise.resolve(undefined);
    },
    untilHealed: ({ stack }) =>
      until(`another ${name}`, () => {
        const [pid] = stack.pidsOf(name);
        return pid !== undefined && pid !== before;
      }),
  };
}

/** One of two has a clock that is five minutes off. */
function shifted(name: 'signer' | 'hook-executor', offsetMs: number): OneOf {
  return {
    begin: ({ second: { [name]: service } }) => {
      service.clock.set(offsetMs);
      return Promise.resolve(() => service.clock.set(0));
    },
    untilHealed: ({ second: { [name]: service } }) =>
      until(`the ${name} is ready`, async () => (await fetch(`${service.url}/readyz`)).ok),
  };
}

const canChange: Pick<Fault<Cluster>, 'untilHealed'> = {
  untilHealed: ({ management, stack }) =>
    until('the configuration can be changed', async () => {
      const { status } = await management.call('PATCH', `/clients/${stack.clientId}`, { description: 'changed' });
      return status === 200;
    }),
};

/** Faults of a whole cluster: what one of each survives, and what happens between the servers. */
export const cluster: FaultGroup<Cluster> = {
  title: 'A cluster: three NATS servers, three of MongoDB, two gateways, executors and signers',
  columns: CLUSTER_COLUMNS,
  open: openCluster,
  faults: [
    {
      name: 'Cluster: kill -9 of one of two gateways',
      how: 'SIGKILL; who gets no answer from one asks the other, as a load balancer does.',
      allowed: 'Nothing: the other one answers. The log lacks what it had not told yet.',
      mayRefuse: false,
      begin: killed('gateway').begin,
      untilHealed: async ({ gateways }) => {
        for (const gateway of gateways) {
          const isReady = (): Promise<boolean> =>
            fetch(`${gateway}/readyz`).then(
              ({ ok }) => ok,
              () => false,
            );
          await until(`${gateway} is ready`, isReady);
        }
      },
    },
    {
      name: 'Cluster: kill -9 of one of two executors',
      how: 'SIGKILL; what it was running is run by the other.',
      allowed: OTHER_ANSWERS,
      mayRefuse: false,
      keepsEvents: true,
      ...killed('hook-executor'),
    },
    {
      name: 'Cluster: kill -9 of one of two signers',
      how: 'SIGKILL.',
      allowed: OTHER_ANSWERS,
      mayRefuse: false,
      keepsEvents: true,
      ...killed('signer'),
    },
    {
      name: 'Cluster: SIGSTOP of one of two executors',
      how: 'It stands still, as on a machine that is lost, then goes on.',
      allowed:
        'Refusals (503) of what it was given twice: the bus goes on giving it requests, which are sent again after 1.75 s.',
      mayRefuse: true,
      keepsEvents: true,
      lastsMs: LASTS_MS,
      begin: ({ second: { 'hook-executor': executor } }) => {
        process.kill(executor.pid, 'SIGSTOP');
        return Promise.resolve(() => process.kill(executor.pid, 'SIGCONT'));
      },
    },
    {
      name: 'Cluster: a signing key rotated',
      how: 'The signing key is rotated through the Management API.',
      allowed: 'Nothing: the new key has been published before it signs.',
      mayRefuse: false,
      keepsEvents: true,
      lastsMs: LASTS_MS,
      begin: async ({ management }) => {
        const { status, body } = await management.call('POST', '/keys/signing/rotate');
        assert.equal(status, 201, JSON.stringify(body));
        return undefined;
      },
    },
    {
      name: 'Cluster: the clock of one of two signers five minutes late',
      how: 'It is set while the signer runs, and later set right.',
      allowed: 'Refusals (503) of the requests that it has when its clock is set.',
      mayRefuse: true,
      keepsEvents: true,
      lastsMs: LASTS_MS,
      ...shifted('signer', -WRONG_CLOCK_MS),
    },
    {
      name: 'Cluster: the clock of one of two executors five minutes ahead',
      how: 'The same with an executor.',
      allowed: 'Nothing: it counts deadlines by the clock of who asks.',
      mayRefuse: false,
      keepsEvents: true,
      lastsMs: LASTS_MS,
      ...shifted('hook-executor', WRONG_CLOCK_MS),
    },
    {
      name: 'Cluster: one NATS server cut from the others',
      how: 'The connections of n1 with n2 and n3 break and are refused; its clients keep theirs.',
      allowed: PARTED,
      mayRefuse: true,
      keepsEvents: true,
      lastsMs: LASTS_MS,
      ...routed((from, to) => from === 'n1' || to === 'n1', 'cut'),
    },
    {
      name: 'Cluster: all NATS servers cut from each other',
      how: 'The same between all three: no stream has a leader.',
      allowed: PARTED,
      mayRefuse: true,
      keepsEvents: true,
      lastsMs: LASTS_MS,
      ...routed(() => true, 'cut'),
    },
    {
      name: 'Cluster: one NATS server is heard by none',
      how: 'What n1 sends to n2 and n3 does not arrive, and nobody is told; what they send to it does.',
      allowed: PARTED,
      mayRefuse: true,
      keepsEvents: true,
      lastsMs: SILENT_MS,
      ...muted('n1'),
    },
    {
      name: 'Cluster: NATS servers far from each other',
      how: '50 ms each way between them.',
      allowed: 'Nothing; answers take longer.',
      mayRefuse: false,
      keepsEvents: true,
      lastsMs: LASTS_MS,
      ...routed(() => true, { latencyMs: 50 }),
    },
    {
      name: 'Cluster: kill -9 of the primary of MongoDB',
      how: 'SIGKILL to the primary of three; it is started again once the other two have elected one of them.',
      allowed: FROM_MEMORY,
      mayRefuse: false,
      keepsEvents: true,
      begin: async ({ members: set, stack }) => {
        const before = await set.primary();
        await set.kill(before);
        await stack.announceChange();
        await set.primary();
        return () => set.start(before);
      },
      ...canChange,
    },
    {
      name: 'Cluster: the primary of MongoDB is reached by none',
      how: 'What is sent to the primary does not arrive, and nobody is told; it reaches the others.',
      allowed: FROM_MEMORY,
      mayRefuse: false,
      keepsEvents: true,
      lastsMs: LASTS_MS,
      ...members('primary', { blackHole: true }),
      ...canChange,
    },
    {
      name: 'Cluster: the primary of MongoDB without the others',
      how: 'SIGSTOP of the two others: it has no majority, and takes writes that nobody else gets.',
      allowed: FROM_MEMORY,
      mayRefuse: false,
      keepsEvents: true,
      lastsMs: LASTS_MS,
      begin: async ({ members: set }) => set.pauseAllBut(await set.primary()),
      ...canChange,
    },
    {
      name: 'Cluster: MongoDB far from all',
      how: '100 ms each way between its members and from them to the services.',
      allowed: 'Nothing; changes take longer.',
      mayRefuse: false,
      keepsEvents: true,
      lastsMs: LASTS_MS,
      ...members('all', { latencyMs: 100 }),
    },
  ],
};
