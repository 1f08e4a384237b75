const MINUTE_S = 60;
const HOUR_S = 3_600;
const DAY_S = 86_400;

const relative = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto', style: 'short' });
const full = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'long' });
const day = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });
const clock = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hour12: false,
});

/** "2 min. ago"; what is older than a day by its date. */
export function ago(iso: string, nowMs = Date.now()): string {
  const seconds = Math.round((Date.parse(iso) - nowMs) / 1_000);
  if (-seconds < 5) return 'just now';
  if (-seconds < MINUTE_S) return relative.format(seconds, 'second');
  if (-seconds < HOUR_S) return relative.format(Math.trunc(seconds / MINUTE_S), 'minute');
  if (-seconds < DAY_S) return relative.format(Math.trunc(seconds / HOUR_S), 'hour');
  return day.format(new Date(iso));
}

export const atTime = (iso: string): string => full.format(new Date(iso));
const date = new Intl.DateTimeFormat(undefined, { day: '2-digit', month: 'short' });

/** "29 Nov" */
export const dayOf = (iso: string): string => date.format(new Date(iso));
const precise = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  fractionalSecondDigits: 3,
  hour12: false,
});

/** "14:02:11.204" */
export const preciseTime = (iso: string): string => precise.format(new Date(iso));
const minute = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', hour12: false });

/** "14:02" */
export const hourAndMinute = (iso: string): string => minute.format(new Date(iso));
export const clockTime = (iso: string): string => clock.format(new Date(iso));

export const milliseconds = (ms: number): string =>
  ms < 10 ? `${ms.toFixed(1)} ms` : ms < 1_000 ? `${ms.toFixed(0)} ms` : `${(ms / 1_000).toFixed(2)} s`;

const UNITS = [
  [DAY_S, 'day'],
  [HOUR_S, 'hour'],
  [MINUTE_S, 'minute'],
] as const;

/** "2 hours"; what is no whole number of these, in seconds. */
export function lifetimeInWords(seconds: number): string {
  const [size, unit] = UNITS.find(([one]) => seconds >= one && seconds % one === 0) ?? [1, 'second'];
  const count = seconds / size;
  return `${count.toLocaleString()} ${unit}${count === 1 ? '' : 's'}`;
}
