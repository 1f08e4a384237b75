import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadSecrets } from '../../deploy/local/local-secrets.ts';
import { delay } from '../scale/token-load.ts';
import { startStack } from '../support/stack.ts';
import { judgeGrowth, type Verdict } from './growth.ts';
import { judgeIsolates, TELLING_METRICS } from './isolates-used.ts';
import { answeringLiveHeap } from './live-heap.ts';
import { REVISIONS, startMix, type MixTally } from './mix.ts';
import { createSampler } from './sampler.ts';
import { startWatchedBus } from './watched-bus.ts';

export type SoakResult = {
  verdicts: Verdict[];
  /** Processes that did not live long enough to be judged. */
  unjudged: string[];
  tally: MixTally;
  /** How many isolates have shaped tokens. */
  isolates: number;
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
/** V8's heaps take their last step of some MiB within half an hour: a soak that lasts as long is judged from then on. */
const LONG_MS = 90 * 60_000;
const LONG_WARM_UP_MS = 30 * 60_000;

/** Of so many reads of the Management API one may be answered that a service is away: that is said of a moment, and asked again it must be served. */
const READS_PER_RETRY = 1_000;

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
  const env = { NATS_URL: bus.url, HOOKMINT_NATS_USERS: 'yes', ...answeringLiveHeap(answers), ...TELLING_METRICS };
  const stack = await startStack({ dataDir, env });
  cleanup.defer(() => stack.stop());

  const sampler = createSampler(stack, bus, answers);
  const mix = await startMix(stack, ratePerSecond);
  const startedMs = performance.now();
  /** From 0 to 1. */
  const passed = (): number =>
    'ms' in length ? (performance.now() - startedMs) / length.ms : mix.tally.issued / length.tokens;
  const warmUpMs = 'ms' in length && length.ms >= LONG_MS ? LONG_WARM_UP_MS : MAX_WARM_UP_MS;
  const isStopped = (): boolean => stop?.aborted === true;
  const untilPassed = async (share: number, isEnough = (): boolean => false): Promise<void> => {
    while (passed() < share && !isStopped() && !isEnough()) await delay(POLL_MS);
  };
  try {
    progress('under load; settling');
    await untilPassed(WARM_UP_SHARE, () => performance.now() - startedMs > warmUpMs);
    sampler.begin();
    await mix.begin();
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
      isolates: mix.isolates(),
      verdicts: sampler.series().map(judgeGrowth),
      unjudged: sampler.unjudged(),
      measuredMs: performance.now() - beganMs,
    };
  } finally {
    await mix.stop();
  }
}

/** What a soak found wrong, a line each; none when it is sound. */
export function problemsOf({ verdicts, unjudged, tally, isolates }: SoakResult): string[] {
  const { lost, unmodified, unexpected, retried, sandboxes, ending, runs, done } = tally;
  return [
    ...verdicts.filter(({ grows }) => grows).map(({ name }) => `${name} grows`),
    ...unjudged.map((name) => `${name}: too short to be judged`),
    ...(lost === 0 ? [] : [`${String(lost)} requests without an answer`]),
    ...(unmodified === 0 ? [] : [`${String(unmodified)} tokens without their hook's claims`]),
    ...Object.entries(unexpected).map(([what, times]) => `${String(times)} times ${what}`),
    ...(retried <= Math.max(1, done.read / READS_PER_RETRY) ? [] : [`${String(retried)} reads had to be asked again`]),
    ...judgeIsolates({ isolates, revisions: REVISIONS, sandboxes, ending, runs }),
  ];
}

/** One line for each series. */
export function tableOf(verdicts: readonly Verdict[]): string {
  const rows = verdicts.map(({ name, unit, median, grownBy, mayGrowBy, perHour, perMinute, steadiness, grows }) => {
    const figure = (value: number): string => `${value.toFixed(1)} ${unit}`.trimEnd();
    const sign = grownBy < 0 ? '' : '+';
    const kib = (mib: number): string => (mib * 1_024).toFixed(1);
    const { slope, low, high, below } = perMinute;
    const bound = below === undefined ? '' : `, below ${kib(below)}`;
    const told = unit === 'MiB' ? `  ${kib(slope)} (${kib(low)} to ${kib(high)}${bound}) KB/min` : '';
    return `${name.padEnd(30)} ${figure(median).padStart(12)}  ${`${sign}${figure(grownBy)}`.padStart(12)} of ${figure(mayGrowBy).padEnd(9)} ${figure(perHour).padStart(14)}/h  tau ${steadiness.toFixed(2).padStart(5)}  ${grows ? 'GROWS' : 'ok'}${told}`;
  });
  return rows.join('\n');
}
