import { alternate, type Bench, type Leg } from './leg.ts';
import { startHookmint } from './systems.ts';
import { connections } from './throughput.ts';

export type HookOverhead = { targetPerSecond: number; legs: Record<'off' | 'on', Leg[]> };

/**
 * hookmint with the hook beside hookmint without one, RS256, both at the same half load: 32 connections that together
 * aim at half of what hookmint with the hook issued at most in this run. At full load the difference would be one of
 * queues; with one connection at a time it would be one of idle cores waking up.
 */
export async function measureHookOverhead(bench: Bench, peakTokensPerSecond: number): Promise<HookOverhead> {
  await using cleanup = new AsyncDisposableStack();
  bench.progress('starting hookmint with and without a hook');
  const systems = {
    off: await startHookmint('RS256', false, cleanup),
    on: await startHookmint('RS256', true, cleanup),
  };
  bench.signal.throwIfAborted();
  const targetPerSecond = peakTokensPerSecond / 2;
  return { targetPerSecond, legs: await alternate(bench, systems, { connections, targetPerSecond }) };
}
