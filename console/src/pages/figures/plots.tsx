import type { TokenStats } from '../../api/figures.ts';
import { milliseconds } from '../../words/time.ts';
import { HEIGHT, placeOf, Plot, stepsOf, type Scale } from './plot.tsx';
import { refusedOf } from './refused.ts';

type Props = { stats: TokenStats; changes: readonly string[]; onStep: (startMs: number) => void };

/** Room between bars, steps. */
const GAP = 0.15;

const scaleOf = ({ from, to, step_seconds }: TokenStats): Scale => ({
  fromMs: Date.parse(from),
  toMs: Date.parse(to),
  stepMs: step_seconds * 1_000,
});

/** Tokens above refusals, a bar for each step. */
export function CountsPlot({ stats, changes, onStep }: Props) {
  const scale = scaleOf(stats);
  const most = Math.max(1, ...stats.points.map((point) => point.issued + refusedOf(point)));
  const label = `Tokens and refusals: ${stats.total.issued.toLocaleString()} issued, ${refusedOf(stats.total).toLocaleString()} refused or failed`;
  return (
    <Plot title="Requests" label={label} top={most.toLocaleString()} {...{ scale, changes, onStep }}>
      {stats.points.map((point) => {
        const [issued, refused] = [point.issued, refusedOf(point)].map((count) => (count / most) * HEIGHT) as [
          number,
          number,
        ];
        const bar = { x: placeOf(point.at, scale) + GAP / 2, width: 1 - GAP };
        return (
          <g key={point.at}>
            <rect className="plot-issued" {...bar} y={HEIGHT - issued} height={issued} />
            <rect className="plot-refused" {...bar} y={HEIGHT - issued - refused} height={refused} />
          </g>
        );
      })}
    </Plot>
  );
}

/** How long requests took that got a token. */
export function DurationsPlot({ stats, changes, onStep }: Props) {
  const scale = scaleOf(stats);
  const most = Math.max(1, ...stats.points.map(({ p99_ms }) => p99_ms ?? 0));
  const label = `Duration of requests that got a token: p50 ${inWords(stats.total.p50_ms)}, p99 ${inWords(stats.total.p99_ms)}`;
  const lines = (['p99_ms', 'p50_ms'] as const).map((name) => ({ name, path: pathOf(stats, scale, name, most) }));
  return (
    <Plot title="Duration" label={label} top={milliseconds(most)} {...{ scale, changes, onStep }}>
      {lines.map(({ name, path }) => (
        <path key={name} className={`plot-${name}`} d={path} vectorEffect="non-scaling-stroke" />
      ))}
    </Plot>
  );
}

export const inWords = (ms: number | null): string => (ms === null ? '–' : milliseconds(ms));

/** A line through the steps that have the figure; it breaks where one has none. */
function pathOf(stats: TokenStats, scale: Scale, name: 'p50_ms' | 'p99_ms', most: number): string {
  const heights = new Map(stats.points.map((point) => [placeOf(point.at, scale), point[name]]));
  let path = '';
  for (let step = 0, isBroken = true; step < stepsOf(scale); step++) {
    const ms = heights.get(step) ?? null;
    if (ms === null) {
      isBroken = true;
      continue;
    }
    const y = (HEIGHT - (ms / most) * HEIGHT).toFixed(1);
    // A step alone is seen too.
    path += isBroken ? `M${String(step)} ${y}H${String(step + 1)}` : `L${String(step + 0.5)} ${y}H${String(step + 1)}`;
    isBroken = false;
  }
  return path;
}
