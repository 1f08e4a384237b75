import type {
  GRADUAL_BREACHES,
  GradualBounds,
  GradualFigures,
  GradualRuns,
} from '../../../shared/domain/gradual-deployment.ts';
import { quantileMs } from '../../../shared/duration-buckets.ts';

export type Breach = { breach: (typeof GRADUAL_BREACHES)[number]; reason: string };

/** Fewer runs that ended so may be a chance. A denial is a decision, and one client that is refused asks again and again. */
const LEAST = { errors: 3, dropped: 3, denials: 5 } as const;
/** Of each revision: of fewer runs the slowest one decides. */
const LEAST_RUNS_OF_P99 = 100;
/** A shorter difference is the machine's. */
const LEAST_P99_MS = 50;

const WORDS = {
  errors: 'failed',
  denials: 'refused the token',
  dropped: 'gave what was left out of the token',
} as const;

/** The first bound that a new revision has crossed, by what became of the runs of both; `undefined`: none. */
export function breachOf(bounds: GradualBounds, { deployed, gradual }: GradualFigures): Breach | undefined {
  for (const kind of ['errors', 'denials', 'dropped'] as const) {
    const [is, was] = [percentOf(gradual, kind), percentOf(deployed, kind)];
    if (gradual[kind] < LEAST[kind] || is - was <= bounds[`${kind}_percent`]) continue;
    const share = `${percent(is)} of ${String(gradual.runs)} runs ${WORDS[kind]}`;
    return { breach: kind, reason: `${share}, ${percent(was)} of those of the deployed revision` };
  }
  if (gradual.runs < LEAST_RUNS_OF_P99 || deployed.runs < LEAST_RUNS_OF_P99) return undefined;
  const [is, was] = [quantileMs(gradual.durations, 0.99) ?? 0, quantileMs(deployed.durations, 0.99) ?? 0];
  if (is - was < LEAST_P99_MS || is <= was * bounds.p99_ratio) return undefined;
  return { breach: 'p99', reason: `99 % of runs took up to ${ms(is)}, those of the deployed revision ${ms(was)}` };
}

const percentOf = (runs: GradualRuns, kind: 'errors' | 'denials' | 'dropped'): number =>
  runs.runs === 0 ? 0 : (runs[kind] / runs.runs) * 100;

const percent = (value: number): string => `${String(Math.round(value * 10) / 10)} %`;
const ms = (value: number): string => `${value.toPrecision(3)} ms`;
