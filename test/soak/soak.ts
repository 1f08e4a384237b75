import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadSecrets } from '../../deploy/local/local-secrets.ts';
import { delay } from '../scale/token-load.ts';
import { startStack } from '../support/stack.ts';
import { judgeGrowth, type Verdict } from './growth.ts';
import { answeringLiveHeap } from './live-heap.ts';
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
  /** From when it is under load: so much time, or so many tokens that are issued, however busy the machine. */
  length: { ms: number } | { tokens: number };
  ratePerSecond: number;
  /** Told now and then. */
  progress: (line: string) => void;
  /** Ends the soak early; what was measured by then is judged. */
  stop?: AbortSignal;
};

/** How much of it passes until things have settled, at most so long. */
const WARM_UP_SHARE = 0.4;
const MAX_WARM_UP_MS = 600_000;

/** Samples of a soak after that; a short one has fewer. */
const SAMPLES = 120;
const MIN_SAMPLES = 36;
const MIN_SAMPLE_INTERVAL_MS = 1_500;
const PROGRESS_EVERY_SAMPLES = 10;
const POLL_MS = 100;

/** Runs the whole of hookmint under a steady mix of load for so long, and judges what must not grow. */
export async function soak({ length, ratePerSecond, progress, stop }: SoakOptions): Promise<SoakResult> {
  await using cleanup = new AsyncDisposableStack();
  const dataDir = mkdtempSync(join(tmpdir(), 'hookmint-soak-'));
  cleanup.defer(() => rmSync(dataDir, { recursive: true, force: true }));
  const { secrets } = await loadSecrets(dataDir);
  const bus = await startWatchedBus(join(dataDir, 'watched-nats'), secrets.nats_nkey_seeds);
  cleanup.defer(bus.stop);
  const answers = join(dataDir, 'live-heaps');
  mkdirSync(answers);
  const env = { NATS_URL: bus.url, HOOKMINT_NATS_USERS: 'yes', ...answeringLiveHeap(answers) };
  const stack = await startStack({ dataDir, env });
  cleanup.defer(() => stack.stop());

  const sampler = createSampler(stack, bus, answers);
  const mix = await startMix(stack, ratePerSecond);
  const startedMs = performance.now();
  /** From 0 to 1. */
  const passed = (): number =>
    'ms' in length ? (performance.now() - startedMs) / length.ms : mix.tally.issued / length.tokens;
  const isStopped = (): boolean => stop?.aborted === true;
  const untilPassed = async (share: number, isEnough = (): boolean => false): Promise<void> => {
    while (passed() < share && !isStopped() && !isEnough()) await delay(POLL_MS);
  };
  try {
    progress('under load; settling');
    await untilPassed(WARM_UP_SHARE, () => performance.now() - startedMs > MAX_WARM_UP_MS);
    sampler.begin();
    const beganMs = performance.now();
    const share = (1 - passed()) / SAMPLES;
    for (let n = 0; (passed() < 1 || n < MIN_SAMPLES) && !isStopped(); n++) {
      const sampledMs = performance.now();
      const next = passed() + share;
      const said = await sampler.sample();
      if (n % PROGRESS_EVERY_SAMPLES === 0) {
        progress(
          `after ${((performance.now() - beganMs) / 60_000).toFixed(1)} min: ${said}; ${JSON.stringify(mix.tally)}`,
        );
      }
      await untilPassed(Math.min(1, next));
      await delay(Math.max(0, sampledMs + MIN_SAMPLE_INTERVAL_MS - performance.now()));
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

/** One line for each series. */
export function tableOf(verdicts: readonly Verdict[]): string {
  const rows = verdicts.map(({ name, unit, median, grownBy, mayGrowBy, perHour, steadiness, grows }) => {
    const figure = (value: number): string => `${value.toFixed(1)} ${unit}`.trimEnd();
    const sign = grownBy < 0 ? '' : '+';
    return `${name.padEnd(30)} ${figure(median).padStart(12)}  ${`${sign}${figure(grownBy)}`.padStart(12)} of ${figure(mayGrowBy).padEnd(9)} ${figure(perHour).padStart(14)}/h  tau ${steadiness.toFixed(2).padStart(5)}  ${grows ? 'GROWS' : 'ok'}`;
  });
  return rows.join('\n');
}
