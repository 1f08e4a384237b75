import { jetstreamManager } from '@nats-io/jetstream';
import { MongoClient } from 'mongodb';
import { EVENTS_STREAM } from '../../../shared/subjects/events.ts';
import { startStack } from '../../support/stack.ts';
import type { FaultGroup, World } from '../fault.ts';
import { delay, HOOK } from '../load.ts';
import { startOwnServers, type OwnServers } from '../own-servers.ts';
import { WALL_MS } from '../run-fault.ts';
import { openSmallDisk, type SmallDisk } from '../small-disk.ts';
import { openWrites, type Writes } from '../writes.ts';

type Disk = World & { disk: SmallDisk; servers: OwnServers; writes: Writes };

/** Has mongod write what it keeps in its journal to its data files, as it does every minute: there it meets the full disk. */
async function checkpoint({ servers }: Disk): Promise<void> {
  const client = new MongoClient(servers.mongodbUrl(servers.mongodPort), { serverSelectionTimeoutMS: 1_000 });
  try {
    await client.db('admin').command({ fsync: 1 });
  } catch {
    // It has ended.
  } finally {
    await client.close();
  }
}

async function eventsAreStored({ stack }: World): Promise<void> {
  const { streams } = await jetstreamManager(await stack.bus());
  const stored = async (): Promise<number> => (await streams.info(EVENTS_STREAM)).state.last_seq;
  const before = await stored();
  while ((await stored()) === before) await delay(100);
}

/** The disk of both servers is full. */
export const disk: FaultGroup<Disk> = {
  title: 'Disk',
  open: async () => {
    await using cleanup = new AsyncDisposableStack();
    const disk = await openSmallDisk();
    cleanup.defer(disk.close);
    const servers = await startOwnServers(disk.path);
    cleanup.defer(servers.stop);
    const stack = await startStack({
      hook: HOOK,
      env: {
        NATS_URL: `nats://127.0.0.1:${String(servers.natsPort)}`,
        MONGODB_URL: servers.mongodbUrl(servers.mongodPort),
      },
    });
    cleanup.defer(() => stack.stop());
    await stack.setHook(HOOK, { wall_ms: WALL_MS });
    const writes = await openWrites(stack);
    const running = cleanup.move();
    return { stack, gateways: [stack.url], disk, servers, writes, stop: () => running.disposeAsync() };
  },
  faults: [
    {
      name: 'A full disk under NATS and MongoDB',
      how:
        'Both servers have their data on one file system (a tmpfs), which is made full; mongod is made to write a checkpoint, on which it ends, and ' +
        'is started again in vain. Once there is space nats-server is restarted: until then its streams refuse to store anything.',
      allowed:
        'Tokens: refusals (503) for the moment of the restart of NATS, else nothing: they need no disk. Changes of the configuration: refused with ' +
        '503 while mongod is away. Events wait in memory, up to 20,000 in each service.',
      mayRefuse: true,
      lastsMs: { short: 4_000, long: 30_000 },
      begin: async (world) => {
        await world.disk.fill();
        return async () => {
          await world.disk.free();
          await world.servers.restartNats();
        };
      },
      during: async (world) => {
        await checkpoint(world);
        await world.writes.areRefused();
        await world.stack.announceChange();
      },
      untilHealed: async (world) => {
        await world.writes.untilTaken();
        await eventsAreStored(world);
      },
    },
  ],
};
