import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import { startStack } from '../../support/stack.ts';
import type { FaultGroup, World } from '../fault.ts';
import { HOOK } from '../load.ts';
import { startReplicaSet, type ReplicaSet } from '../replica-set.ts';
import { WALL_MS } from '../run-fault.ts';
import { openWrites, type Writes } from '../writes.ts';

type OfThree = World & { members: ReplicaSet; writes: Writes };

/** With one statement to the server that is the primary now. */
async function toPrimary({ members }: OfThree, command: Record<string, unknown>): Promise<void> {
  const client = new MongoClient(members.urlOf(await members.primary()), { directConnection: true });
  try {
    await client.db('admin').command(command);
  } finally {
    await client.close();
  }
}

const FROM_MEMORY = 'Tokens: nothing, they go on from memory.';

/** Three mongod, each with all that is written. */
export const replicaSet: FaultGroup<OfThree> = {
  title: 'A replica set of three MongoDB servers',
  open: async () => {
    await using cleanup = new AsyncDisposableStack();
    const folder = mkdtempSync(join(tmpdir(), 'hookmint-replicas-'));
    cleanup.defer(() => rmSync(folder, { recursive: true, force: true }));
    const members = await startReplicaSet(folder);
    cleanup.defer(members.stop);
    const stack = await startStack({ hook: HOOK, env: { MONGODB_URL: members.url } });
    cleanup.defer(() => stack.stop());
    await stack.setHook(HOOK, { wall_ms: WALL_MS });
    const writes = await openWrites(stack);
    const running = cleanup.move();
    return { stack, gateways: [stack.url], members, writes, stop: () => running.disposeAsync() };
  },
  faults: [
    {
      name: 'kill -9 of the primary of MongoDB',
      how: 'SIGKILL to the primary of three; it is started again once the other two have elected one of them.',
      allowed: `${FROM_MEMORY} Changes of the configuration: refused with 503 until then.`,
      mayRefuse: false,
      keepsEvents: true,
      begin: async ({ members, stack }) => {
        const before = await members.primary();
        await members.kill(before);
        await stack.announceChange();
        await members.primary();
        return () => members.start(before);
      },
      untilHealed: ({ writes }) => writes.untilTaken(),
    },
    {
      name: 'The primary of MongoDB steps down',
      how: 'As in maintenance: the primary of three is told to, and another is elected.',
      allowed: `${FROM_MEMORY} Changes of the configuration: refused with 503 until there is another.`,
      mayRefuse: false,
      keepsEvents: true,
      begin: async (world) => {
        await toPrimary(world, { replSetStepDown: 20, force: true });
        await world.stack.announceChange();
        await world.members.primary();
        return undefined;
      },
      untilHealed: ({ writes }) => writes.untilTaken(),
    },
    {
      name: 'MongoDB read-only',
      how: 'The primary is locked against writes (`fsyncLock`), while the gateway is told to read all anew.',
      allowed: `${FROM_MEMORY} Changes of the configuration: refused with 503.`,
      mayRefuse: false,
      keepsEvents: true,
      lastsMs: { short: 4_000, long: 15_000 },
      begin: async (world) => {
        await toPrimary(world, { fsync: 1, lock: true });
        return () => toPrimary(world, { fsyncUnlock: 1 });
      },
      during: async ({ stack, writes }) => {
        await stack.announceChange();
        await writes.areRefused();
      },
      untilHealed: ({ writes }) => writes.untilTaken(),
    },
  ],
};
