import type { ReactNode } from 'react';
import { dayOf, hourAndMinute } from '../../words/time.ts';

/** Units of a plot's height; its width has one for each step. */
export const HEIGHT = 100;

/** Where in a plot a time is, in steps. */
export type Scale = { fromMs: number; toMs: number; stepMs: number };
export const placeOf = (iso: string, { fromMs, stepMs }: Scale): number => (Date.parse(iso) - fromMs) / stepMs;
export const stepsOf = ({ fromMs, toMs, stepMs }: Scale): number => Math.round((toMs - fromMs) / stepMs);

/** A plot over time, with a dashed line at each change. It is a picture: what is in it is in a table too. */
export function Plot({
  title,
  label,
  top,
  scale,
  changes,
  onStep,
  children,
}: {
  title: string;
  /** What it shows, for those who do not see it. */
  label: string;
  /** The value at its upper edge. */
  top: string;
  scale: Scale;
  /** Times. */
  changes: readonly string[];
  onStep: (startMs: number) => void;
  children: ReactNode;
}) {
  const steps = stepsOf(scale);
  const isDays = scale.toMs - scale.fromMs > 86_400_000;
  const at = (share: number): string => {
    const iso = new Date(scale.fromMs + share * (scale.toMs - scale.fromMs)).toISOString();
    return isDays ? dayOf(iso) : hourAndMinute(iso);
  };
  return (
    <figure className="plot">
      <figcaption>
        {title} <span className="hint number">up to {top}</span>
      </figcaption>
      <svg
        role="img"
        aria-label={label}
        viewBox={`0 0 ${String(steps)} ${String(HEIGHT)}`}
        preserveAspectRatio="none"
        onClick={({ currentTarget, clientX }) => {
          const { left, width } = currentTarget.getBoundingClientRect();
          onStep(scale.fromMs + Math.floor(((clientX - left) / width) * steps) * scale.stepMs);
        }}
      >
        {children}
        {changes.map((iso, index) => (
          <line
            key={index}
            className="plot-change"
            x1={placeOf(iso, scale)}
            x2={placeOf(iso, scale)}
            y1={0}
            y2={HEIGHT}
            vectorEffect="non-scaling-stroke"
          />
        ))}
      </svg>
      <div className="plot-times number" aria-hidden="true">
        {[0, 0.5, 1].map((share) => (
          <span key={share}>{at(share)}</span>
        ))}
      </div>
    </figure>
  );
}
