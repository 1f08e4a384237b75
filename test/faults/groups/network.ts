import { startStack } from '../../support/stack.ts';
import type { Fault, FaultGroup, World } from '../fault.ts';
import { delay, HOOK } from '../load.ts';
import { startOwnServers } from '../own-servers.ts';
import { WALL_MS } from '../run-fault.ts';
import { startTcpProxy, type TcpProxy, type Wire } from '../tcp-proxy.ts';
import { openWrites, type Writes } from '../writes.ts';

type Network = World & { nats: TcpProxy; mongodb: TcpProxy; writes: Writes };
type To = 'nats' | 'mongodb';

const REREAD_MS = 400;

/** The network is so for a while, then perfect again. */
function wireIs(to: To, wire: Partial<Wire>): Pick<Fault<Network>, 'begin'> {
  return {
    begin: (world) => {
      world[to].set(wire);
      return Promise.resolve(() => world[to].set({ latencyMs: 0, bytesPerSecond: Infinity, blackHole: false }));
    },
  };
}

const cut = (to: To): Pick<Fault<Network>, 'begin'> => ({
  begin: (world) => {
    world[to].cutAll();
    return Promise.resolve(undefined);
  },
});

const forsaken = (to: To): Pick<Fault<Network>, 'begin'> => ({
  begin: (world) => {
    world[to].forsakeAll();
    return Promise.resolve(undefined);
  },
});

/** What the gateway remembers would hide the store: it is told again and again that something has changed. */
async function rereading({ stack }: World, forMs: number): Promise<void> {
  for (const untilMs = performance.now() + forMs; performance.now() < untilMs;) {
    await stack.announceChange();
    await delay(REREAD_MS);
  }
}

const FROM_MEMORY = 'Nothing: what the gateway knows serves for as long as the store cannot be read.';

/** A network between the services and their servers that is slow, breaks, and says nothing. */
export const network: FaultGroup<Network> = {
  title: 'Network',
  open: async () => {
    await using cleanup = new AsyncDisposableStack();
    const servers = await startOwnServers();
    cleanup.defer(servers.stop);
    const nats = await startTcpProxy(servers.natsPort);
    cleanup.defer(nats.close);
    const mongodb = await startTcpProxy(servers.mongodPort);
    cleanup.defer(mongodb.close);
    const stack = await startStack({
      hook: HOOK,
      env: {
        NATS_URL: `nats://127.0.0.1:${String(nats.port)}`,
        MONGODB_URL: servers.mongodbUrl(mongodb.port),
      },
    });
    cleanup.defer(() => stack.stop());
    await stack.setHook(HOOK, { wall_ms: WALL_MS });
    const writes = await openWrites(stack);
    const running = cleanup.move();
    return { stack, gateways: [stack.url], nats, mongodb, writes, stop: () => running.disposeAsync() };
  },
  faults: [
    {
      name: 'NATS over a slow network',
      how: '20 ms each way and 1 MB/s for each connection between the services and NATS.',
      allowed: 'Nothing; answers take longer.',
      mayRefuse: false,
      lastsMs: { short: 3_000, long: 15_000 },
      ...wireIs('nats', { latencyMs: 20, bytesPerSecond: 1_000_000 }),
    },
    {
      name: 'NATS connections cut',
      how: 'Every connection between the services and NATS is reset at once; new ones can be made.',
      allowed: 'Nothing: what was on its way is sent again when the connection is back.',
      mayRefuse: false,
      ...cut('nats'),
    },
    {
      name: 'NATS in a black hole for 2 s',
      how: 'For 2 s nothing that is sent between the services and NATS arrives.',
      allowed: 'Nothing: requests are sent again after 1.75 s, and what was on its way arrives late.',
      mayRefuse: false,
      lastsMs: { short: 2_000, long: 2_000 },
      ...wireIs('nats', { blackHole: true }),
    },
    {
      name: 'NATS connections dead in silence',
      how: 'What is sent on the connections of now never arrives, and nobody is told, as when a machine loses its power; new ones can be made.',
      allowed:
        'Refusals (503) until services and NATS notice that pings are not answered, and give the connections up: about 6 s.',
      mayRefuse: true,
      lastsMs: { short: 8_000, long: 30_000 },
      ...forsaken('nats'),
    },
    {
      name: 'MongoDB over a slow network',
      how: '100 ms each way and 100 kB/s for each connection to MongoDB, while the gateway is told to read all anew.',
      allowed: 'Nothing; answers take longer.',
      mayRefuse: false,
      lastsMs: { short: 3_000, long: 15_000 },
      ...wireIs('mongodb', { latencyMs: 100, bytesPerSecond: 100_000 }),
      during: (world) => rereading(world, 2_500),
    },
    {
      name: 'MongoDB connections cut',
      how: 'Every connection to MongoDB is reset at once, while the gateway is told to read all anew.',
      allowed: FROM_MEMORY,
      mayRefuse: false,
      ...cut('mongodb'),
      during: (world) => rereading(world, 1_000),
      untilHealed: ({ writes }) => writes.untilTaken(),
    },
    {
      name: 'MongoDB in a black hole',
      how: 'Nothing that is sent to MongoDB arrives, while the gateway is told to read all anew.',
      allowed: FROM_MEMORY,
      mayRefuse: false,
      lastsMs: { short: 2_000, long: 60_000 },
      ...wireIs('mongodb', { blackHole: true }),
      during: (world) => rereading(world, 1_500),
      untilHealed: ({ writes }) => writes.untilTaken(),
    },
    {
      name: 'MongoDB gone',
      how: 'Connections to MongoDB break and are refused, while the gateway is told to read all anew and the Management API is written to.',
      allowed: 'Tokens: nothing, they go on from memory. Changes of the configuration: refused with 503.',
      mayRefuse: false,
      lastsMs: { short: 10_000, long: 60_000 },
      begin: async ({ mongodb }) => {
        await mongodb.shut();
        return () => mongodb.open();
      },
      during: async (world) => {
        await Promise.all([rereading(world, 8_000), world.writes.areRefused()]);
      },
      untilHealed: ({ writes }) => writes.untilTaken(),
    },
  ],
};
