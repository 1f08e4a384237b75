import { delay, startTokenLoad } from '../scale/token-load.ts';
import { startNpmRegistry } from '../support/npm-registry.ts';
import { figuresOf } from '../support/process-figures.ts';
import { startStack } from '../support/stack.ts';
import { startAuthors } from './hostile-authors.ts';
import { publishHostile } from './hostile-packages.ts';
import { startStrangers } from './hostile-strangers.ts';
import { count, type Tally } from './hostile-tally.ts';

/** A token is late from then on. */
export const LATE_MS = 2_000;

/** Most that each process may have resident, whatever is tried. */
const MAX_RSS_MIB = {
  gateway: 700,
  signer: 450,
  management: 900,
  'hook-executor': 700,
  sandbox: 1_700,
  'nats-server': 500,
};
type Judged = keyof typeof MAX_RSS_MIB;

const SAMPLE_INTERVAL_MS = 2_000;
const PROGRESS_EVERY_SAMPLES = 10;

export type HostileResult = Tally & {
  /** Of the good client. */
  asked: number;
  issued: number;
  late: number;
  slowestMs: number;
  /** Why a token of the good client was not issued, and how often. */
  missed: Record<string, number>;
  mostRssMib: Partial<Record<Judged, number>>;
  /** Processes over their bound. */
  over: string[];
};

export type HostileOptions = {
  totalMs: number;
  ratePerSecond: number;
  progress: (line: string) => void;
  stop?: AbortSignal;
};

/** Authors, packages and strangers try all they can on one stack, while a good client asks for tokens that a hook shapes. */
export async function hostile({ totalMs, ratePerSecond, progress, stop }: HostileOptions): Promise<HostileResult> {
  const endMs = performance.now() + totalMs;
  await using cleanup = new AsyncDisposableStack();
  const registry = await startNpmRegistry();
  cleanup.defer(registry.close);
  const packages = publishHostile(registry);
  const stack = await startStack({ env: { HOOKMINT_NPM_REGISTRY: registry.url } });
  cleanup.defer(() => stack.stop());
  const asker = { clientId: stack.clientId, clientSecret: stack.clientSecret, audience: stack.audience };

  const good = startTokenLoad(stack.url, () => asker, { ratePerSecond });
  const tally: Tally = { tried: {}, unexpected: {} };
  const authors = await startAuthors(stack, packages, tally);
  const strangers = startStrangers(stack, tally);
  const mostRssMib: HostileResult['mostRssMib'] = {};
  try {
    for (let n = 0; performance.now() < endMs && stop?.aborted !== true; n++) {
      for (const name of Object.keys(MAX_RSS_MIB) as Judged[]) {
        for (const pid of stack.pidsOf(name)) mostRssMib[name] = Math.max(mostRssMib[name] ?? 0, rssMibOf(pid));
      }
      if (n % PROGRESS_EVERY_SAMPLES === 0)
        progress(JSON.stringify({ issued: good.answers.length, ...tally, mostRssMib }));
      await delay(SAMPLE_INTERVAL_MS);
    }
  } finally {
    await Promise.all([strangers.stop(), authors.stop()]);
    await good.stop();
  }

  const { answers } = good;
  const missed: Record<string, number> = {};
  for (const { outcome, error } of answers) if (outcome !== 'issued') count(missed, error ?? outcome);
  return {
    asked: answers.length,
    issued: answers.filter(({ outcome }) => outcome === 'issued').length,
    late: answers.filter(({ tookMs }) => tookMs > LATE_MS).length,
    slowestMs: Math.round(Math.max(...answers.map(({ tookMs }) => tookMs))),
    missed,
    ...tally,
    mostRssMib,
    over: (Object.keys(MAX_RSS_MIB) as Judged[]).filter((name) => (mostRssMib[name] ?? 0) > MAX_RSS_MIB[name]),
  };
}

/** One that has just ended has nothing. */
function rssMibOf(pid: number): number {
  try {
    return Math.round(figuresOf(pid).rssMib);
  } catch {
    return 0;
  }
}
