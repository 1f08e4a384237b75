import { delay, hook, rssMib, sandboxPids, statusOf, type attackedSandbox } from './sandbox.ts';
import assert from 'node:assert/strict';
import type { HookLimits } from '../../shared/domain/hook.ts';

const NEIGHBOUR = hook('cb(null, { fine: true });');
const NEIGHBOUR_EVERY_MS = 20;
/** Of each sandbox process. */
const MAX_RSS_MIB = 1_200;

/** The hooks beside hostile ones. */
export function neighboursOf({ run, result }: ReturnType<typeof attackedSandbox>) {
  const warmUp = (): Promise<unknown> => result(NEIGHBOUR);

  /** Runs hooks, and a neighbour's all the time until they are over, which must be right each time; gives how they ended, and what they cost. */
  async function whileRunning(codes: string[], limits: Partial<HookLimits>) {
    const latenciesMs: number[] = [];
    const asked: Promise<void>[] = [];
    const state = { isOver: false };
    let peakMib = 0;
    const ends = Promise.all(codes.map((code) => run(code, limits))).finally(() => {
      state.isOver = true;
    });
    const pids = sandboxPids();
    while (!state.isOver) {
      const startedMs = performance.now();
      asked.push(
        result(NEIGHBOUR).then((answer) => {
          assert.deepEqual(answer, { fine: true });
          latenciesMs.push(performance.now() - startedMs);
        }),
      );
      await delay(NEIGHBOUR_EVERY_MS);
      peakMib = Math.max(peakMib, ...pids.map(residentMib));
    }
    await Promise.all(asked);
    assert.ok(peakMib < MAX_RSS_MIB, `${String(peakMib)} MiB`);
    const medianMs = latenciesMs.sort((a, b) => a - b)[latenciesMs.length >> 1] ?? Infinity;
    return { ends: (await ends).map(statusOf), medianMs };
  }

  return { warmUp, whileRunning };
}

/** 0 for a process that has ended. */
function residentMib(pid: number): number {
  try {
    return rssMib(pid) || 0;
  } catch {
    return 0;
  }
}
