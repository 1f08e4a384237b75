import { alternate, type Bench, type Leg } from './leg.ts';
import { opensslSignsPerSecond } from './openssl.ts';
import { startSystems, type SigningAlg, type SystemName } from './systems.ts';

export const connections = 32;

export type Throughput = {
  signingAlg: SigningAlg;
  legs: Record<SystemName, Leg[]>;
  /** `null` without openssl. */
  opensslSignsPerSecond: number | null;
};

/** hookmint and its peers as fast as they go, in turn. openssl goes first, while nothing else runs. */
export async function measureThroughput(bench: Bench, signingAlg: SigningAlg): Promise<Throughput> {
  bench.progress(`${signingAlg} openssl speed`);
  const limit = await opensslSignsPerSecond(signingAlg, bench.signal);

  await using cleanup = new AsyncDisposableStack();
  bench.progress(`${signingAlg} starting hookmint and its peers`);
  const systems = await startSystems(signingAlg, cleanup);
  bench.signal.throwIfAborted();
  return { signingAlg, legs: await alternate(bench, systems, { connections }), opensslSignsPerSecond: limit };
}
