import { QUOTA_WINDOWS, type QuotaWindow } from '../domain/token-quota.ts';

/** A clock that was set back by no more than this stands still until it is past where it was; further, and it is believed. */
const MAX_STEP_BACK_MS = 3_600_000;

const LENGTH_MS: Record<QuotaWindow, number> = { per_hour: 3_600_000, per_day: 86_400_000 };

/** One value for each window. */
export type PerWindow<T> = Record<QuotaWindow, T>;

export function perWindow<T>(value: (window: QuotaWindow) => T): PerWindow<T> {
  return Object.fromEntries(QUOTA_WINDOWS.map((window) => [window, value(window)])) as PerWindow<T>;
}

/** Number of the hour and of the day by the UTC clock, since the epoch. */
export function windowsAt(nowMs: number): PerWindow<number> {
  return perWindow((window) => Math.floor(nowMs / LENGTH_MS[window]));
}

/** When a window ends, milliseconds since the epoch. */
export function endOf(window: QuotaWindow, number: number): number {
  return (number + 1) * LENGTH_MS[window];
}

/**
 * The clock, milliseconds since the epoch, that does not go back across the end of a window just because it was put right: a window that
 * begins a second time would give its tokens a second time.
 */
export function steadyClock(clock: () => number = Date.now): () => number {
  let latestMs = -Infinity;
  return () => {
    const nowMs = clock();
    if (nowMs > latestMs || latestMs - nowMs > MAX_STEP_BACK_MS) latestMs = nowMs;
    return latestMs;
  };
}
