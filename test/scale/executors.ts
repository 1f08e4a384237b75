import type { HookLimits } from '../../shared/domain/hook.ts';
import { startAnother, type AnotherService } from '../support/another-service.ts';
import { enableHook } from '../support/enable-hook.ts';
import type { Stack } from '../support/stack.ts';
import { delay, startTokenLoad, type Answer, type Pace } from './token-load.ts';

/** Tells the sandbox that ran the hook: a number that the hook draws when it is loaded. */
export const SANDBOX_CLAIM = 'https://scale.example/sandbox';

const hookOf = (body: string): string => `
const sandbox = Math.random().toString(36).slice(2);
module.exports = function (client, scope, audience, context, cb) {
  const done = () => cb(null, { ${JSON.stringify(SANDBOX_CLAIM)}: sandbox });
  ${body}
};`;

/** A hook that waits takes none of the CPU: an executor's bound is then the runs it takes at a time. */
export const waitingHook = (ms: number): string => hookOf(`setTimeout(done, ${String(ms)});`);

/** A hook that computes, some 10 to 20 ms on a core to itself: an executor with one sandbox is bound by a core. */
export const BUSY_HOOK = hookOf(`
  let x = 1;
  for (let i = 0; i < 5000000; i++) x = (Math.imul(x, 1664525) + 1013904223) | 0;
  if (x === 0.5) throw new Error('never');
  done();`);

/** One more executor, with one sandbox process, so that a sandbox stands for its executor. */
export function startExecutor(stack: Stack, maxInFlight?: number): Promise<AnotherService> {
  const bound = maxInFlight === undefined ? {} : { HOOKMINT_EXECUTOR_MAX_IN_FLIGHT: String(maxInFlight) };
  return startAnother(stack, 'hook-executor', { env: { HOOKMINT_SANDBOX_PROCESSES: '1', ...bound } });
}

export type Throughput = { executors: number; tokensPerSecond: number; refusedPerSecond: number };

/**
 * Tokens per second with each number of executors in turn. All have to be more than busy at every step, so that it is executors
 * that bound what is measured.
 *
 * @param stack Without executors (`--executors 0`).
 */
export async function measureExecutors(
  stack: Stack,
  options: {
    hook: string;
    limits?: Partial<HookLimits>;
    maxInFlight?: number;
    pace: Pace;
    steps: readonly number[];
    warmUpMs: number;
    measuredMs: number;
    /** Told before each step. */
    progress?: (line: string) => void;
  },
): Promise<Throughput[]> {
  await enableHook(stack, options.hook, options.limits);
  const running: AnotherService[] = [];
  const measured: Throughput[] = [];
  try {
    for (const executors of options.steps) {
      options.progress?.(`${String(executors)} executor${executors === 1 ? '' : 's'}`);
      while (running.length < executors) running.push(await startExecutor(stack, options.maxInFlight));
      while (running.length > executors) await running.pop()?.stop();
      measured.push({ executors, ...(await measure(stack, options)) });
    }
  } finally {
    await Promise.all(running.map((executor) => executor.stop()));
  }
  return measured;
}

async function measure(
  stack: Stack,
  { pace, warmUpMs, measuredMs }: Parameters<typeof measureExecutors>[1],
): Promise<Omit<Throughput, 'executors'>> {
  const load = startTokenLoad(stack.url, () => stack, pace);
  await delay(warmUpMs);
  const fromMs = performance.now();
  await delay(measuredMs);
  const toMs = performance.now();
  const within = (await load.stop()).filter(({ sentMs, tookMs }) => isBetween(sentMs + tookMs, fromMs, toMs));
  const perSecond = (outcome: Answer['outcome']): number =>
    within.filter((answer) => answer.outcome === outcome).length / ((toMs - fromMs) / 1_000);
  return { tokensPerSecond: perSecond('issued'), refusedPerSecond: perSecond('refused') + perSecond('lost') };
}

const isBetween = (value: number, from: number, to: number): boolean => value >= from && value < to;

/** What `executors` give against one, of all steps with as many. */
export function speedUp(measured: readonly Throughput[], executors: number): number {
  const meanOf = (count: number): number => {
    const steps = measured.filter((step) => step.executors === count);
    return steps.reduce((sum, { tokensPerSecond }) => sum + tokensPerSecond, 0) / steps.length;
  };
  return meanOf(executors) / meanOf(1);
}
