import type { NodeName } from '../support/nats-cluster.ts';
import type { Cluster } from './cluster-world.ts';
import type { Fault } from './fault.ts';
import type { Wire } from './tcp-proxy.ts';

const PERFECT: Wire = { latencyMs: 0, bytesPerSecond: Infinity, blackHole: false };

/** The routes between NATS servers that a fault has to do with are so for a while. */
export function routed(
  concerns: (from: NodeName, to: NodeName) => boolean,
  wire: Partial<Wire> | 'cut',
): Pick<Fault<Cluster>, 'begin'> {
  return {
    begin: async ({ nats, routes }) => {
      await nats.untilWhole();
      const those = routes.filter(({ from, to }) => concerns(from, to));
      for (const { proxy } of those) {
        if (wire === 'cut') await proxy.shut();
        else proxy.set(wire);
      }
      return async () => {
        for (const { proxy } of those) {
          proxy.set(PERFECT);
          await proxy.open();
        }
      };
    },
  };
}

/** Nothing that one NATS server sends to the others arrives, whoever of the two has made the connection. */
export const muted = (node: NodeName): Pick<Fault<Cluster>, 'begin'> => ({
  begin: async ({ nats, routes }) => {
    await nats.untilWhole();
    for (const { from, to, proxy } of routes) {
      if (from === node) proxy.set({ blackHole: 'there' });
      else if (to === node) proxy.set({ blackHole: 'back' });
    }
    return () => {
      for (const { proxy } of routes) proxy.set(PERFECT);
    };
  },
});

/** The way to one member of the replica set, or to all, is so for a while. */
export function members(which: 'primary' | 'all', wire: Partial<Wire>): Pick<Fault<Cluster>, 'begin'> {
  return {
    begin: async (world) => {
      const primary = await world.members.primary();
      const those = world.toMembers.filter((_, member) => which === 'all' || member === primary);
      for (const proxy of those) proxy.set(wire);
      return () => {
        for (const proxy of those) proxy.set(PERFECT);
      };
    },
  };
}
