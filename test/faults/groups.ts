import type { Fault, FaultGroup, Form, Outcome, World } from './fault.ts';
import { clock } from './groups/clock.ts';
import { cluster } from './groups/cluster.ts';
import { disk } from './groups/disk.ts';
import { limits } from './groups/limits.ts';
import { natsCluster } from './groups/nats-cluster.ts';
import { network } from './groups/network.ts';
import { processes } from './groups/processes.ts';
import { replicaSet } from './groups/replica-set.ts';
import { runFault } from './run-fault.ts';

/** What the document tells of a fault. */
export type ToldFault = Pick<Fault, 'name' | 'how' | 'allowed' | 'mayLose' | 'lastsMs'>;

/** A group without what only its own faults know. */
export type Group = {
  title: string;
  columns: readonly string[];
  faults: readonly ToldFault[];
  /** Makes its faults, one after the other, on one stack. */
  run: (form: Form, ended: (outcome: Outcome) => void) => Promise<void>;
};

const group = <W extends World>({ title, columns = [], open, faults }: FaultGroup<W>): Group => ({
  title,
  columns,
  faults,
  run: async (form, ended) => {
    const world = await open();
    try {
      for (const fault of faults) ended(await runFault(fault, world, form));
    } finally {
      await world.stop();
    }
  },
});

/** Every fault, in the order of the document. */
export const groups: readonly Group[] = [
  group(processes),
  group(natsCluster),
  group(network),
  group(disk),
  group(clock),
  group(limits),
  group(replicaSet),
  group(cluster),
];
