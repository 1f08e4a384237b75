import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadSecrets } from '../../deploy/local/local-secrets.ts';
import { delay } from '../scale/token-load.ts';
import { startStack } from '../support/stack.ts';
import { judgeGrowth, type Verdict } from './growth.ts';
import { startMix, type MixTally } from './mix.ts';
import { createSampler } from './sampler.ts';
import { startWatchedBus } from './watched-bus.ts';

export type SoakResult = {
  verdicts: Verdict[];
  /** Processes that did not live long enough to be judged. */
  unjudged: string[];
  tally: MixTally;
  measuredMs: number;
};

export type SoakOptions = {
  /** From the start of the stack to the end of the load. */
  totalMs: number;
  ratePerSecond: number;
  /** Told now and then. */
  progress: (line: string) => void;
  /** Ends the soak early; what was measured by then is judged. */
  stop?: AbortSignal;
};

/** Of what is left after the start: how much passes until things have settled. */
const WARM_UP_SHARE = 0.4;
const MAX_WARM_UP_MS = 600_000;

/** Samples of a soak; a long one has no more. */
const SAMPLES = 120;
const MIN_SAMPLE_INTERVAL_MS = 1_500;
const PROGRESS_EVERY_SAMPLES = 10;

/** Runs the whole of hookmint under a steady mix of load for so long, and judges what must not grow. */
export async function soak({ totalMs, ratePerSecond, progress, stop }: SoakOptions): Promise<SoakResult> {
  const endMs = performance.now() + totalMs;
  await using cleanup = new AsyncDisposableStack();
  const dataDir = mkdtempSync(join(tmpdir(), 'hookmint-soak-'));
  cleanup.defer(() => rmSync(dataDir, { recursive: true, force: true }));
  const { secrets } = await loadSecrets(dataDir);
  const bus = await startWatchedBus(join(dataDir, 'watched-nats'), secrets.nats_nkey_seeds);
  cleanup.defer(bus.stop);
  const stack = await startStack({ dataDir, env: { NATS_URL: bus.url, HOOKMINT_NATS_USERS: 'yes' } });
  cleanup.defer(() => stack.stop());

  const sampler = createSampler(stack, bus);
  const mix = await startMix(stack, ratePerSecond);
  const isOver = (): boolean => performance.now() >= endMs || stop?.aborted === true;
  try {
    const warmUpMs = Math.min(MAX_WARM_UP_MS, (endMs - performance.now()) * WARM_UP_SHARE);
    progress(`under load; settling for ${(warmUpMs / 1_000).toFixed(0)} s`);
    await delay(warmUpMs);
    sampler.begin();
    const beganMs = performance.now();
    const intervalMs = Math.max(MIN_SAMPLE_INTERVAL_MS, (endMs - beganMs) / SAMPLES);
    for (let n = 0; !isOver(); n++) {
      const said = await sampler.sample();
      if (n % PROGRESS_EVERY_SAMPLES === 0) {
        progress(
          `after ${((performance.now() - beganMs) / 60_000).toFixed(1)} min: ${said}; ${JSON.stringify(mix.tally)}`,
        );
      }
      await waitUntil(Math.min(endMs, beganMs + (n + 1) * intervalMs), isOver);
    }
    return {
      tally: await mix.stop(),
      verdicts: sampler.series().map(judgeGrowth),
      unjudged: sampler.unjudged(),
      measuredMs: performance.now() - beganMs,
    };
  } finally {
    await mix.stop();
  }
}

async function waitUntil(ms: number, isOver: () => boolean): Promise<void> {
  while (performance.now() < ms && !isOver()) await delay(Math.min(500, Math.max(1, ms - performance.now())));
}

/** One line for each series. */
export function tableOf(verdicts: readonly Verdict[]): string {
  const rows = verdicts.map(({ name, unit, median, grownBy, mayGrowBy, perHour, steadiness, grows }) => {
    const figure = (value: number): string => `${value.toFixed(1)} ${unit}`.trimEnd();
    const sign = grownBy < 0 ? '' : '+';
    return `${name.padEnd(30)} ${figure(median).padStart(12)}  ${`${sign}${figure(grownBy)}`.padStart(12)} of ${figure(mayGrowBy).padEnd(9)} ${figure(perHour).padStart(14)}/h  tau ${steadiness.toFixed(2).padStart(5)}  ${grows ? 'GROWS' : 'ok'}`;
  });
  return rows.join('\n');
}
