import { quantileMs, type DurationBuckets } from '../../../../shared/duration-buckets.ts';
import { logsIn } from '../../../../shared/store/logs.ts';
import { tokenMinutesIn, type TokenMinute } from '../../../../shared/store/token-minutes.ts';
import { invalidQuery } from '../../api/api-error.ts';
import { reads, type Route } from '../../api/route.ts';
import { refusingTheExpensive } from '../logs/refusing-the-expensive.ts';
import { TokenGroups, TokenGroupsQuery, TokenStats, TokenStatsQuery } from './schema.ts';

const HOUR_MS = 3_600_000;
const DEFAULT_GROUPS = 10;
/** Longest range, and most steps of one. */
const MAX_RANGE_MS = 7 * 24 * HOUR_MS;
const MAX_POINTS = 2_016;

const tokens = reads({
  path: '/stats/tokens',
  operationId: 'getTokenStats',
  summary: 'Get how many tokens were issued and refused, and how long they took',
  tag: 'stats',
  scopes: ['read:logs', 'read:logs_users'],
  query: TokenStatsQuery,
  status: 200,
  response: TokenStats,
  handle: async ({ query }, { db }): Promise<TokenStats> => {
    const { fromMs, toMs, stepMs } = rangeOf(query, Date.now());
    const steps = new Map<number, Step>();
    const total = emptyStep();
    for await (const minute of tokenMinutesIn(db).between(new Date(fromMs), new Date(toMs))) {
      const startMs = Math.floor(minute.at.getTime() / stepMs) * stepMs;
      const step = steps.get(startMs) ?? emptyStep();
      steps.set(startMs, step);
      for (const sum of [step, total]) addTo(sum, minute);
    }
    return {
      from: new Date(fromMs).toISOString(),
      to: new Date(toMs).toISOString(),
      step_seconds: stepMs / 1_000,
      total: figuresOf(total),
      points: [...steps].map(([startMs, step]) => ({ at: new Date(startMs).toISOString(), ...figuresOf(step) })),
    };
  },
});

/** Counted from the logs when somebody asks: nothing is kept by client, of which there may be many. */
const groups = reads({
  path: '/stats/tokens/groups',
  operationId: 'getTokenGroups',
  summary: 'Get who asked for tokens most, for which APIs, by which hooks, and with which errors',
  tag: 'stats',
  scopes: ['read:logs', 'read:logs_users'],
  query: TokenGroupsQuery,
  status: 200,
  response: TokenGroups,
  handle: async ({ query: { by, limit = DEFAULT_GROUPS, ...range } }, { db }): Promise<TokenGroups> => {
    const { fromMs, toMs } = timesOf(range, Date.now());
    const [from, to] = [new Date(fromMs), new Date(toMs)];
    const { since, groups } = await refusingTheExpensive(() => logsIn(db).groups(by, { from, to, limit }));
    const counts = groups.map(({ requests, ...group }) => ({ ...group, refused: requests - group.issued }));
    return { from: since.toISOString(), to: to.toISOString(), by, groups: counts };
  },
});

export const statsRoutes: readonly Route[] = [tokens, groups];

type Step = { issued: number; errors: Record<string, number>; durations: Record<string, number> };

const emptyStep = (): Step => ({ issued: 0, errors: {}, durations: {} });

const figuresOf = ({ issued, errors, durations }: Step): TokenStats['total'] => ({
  issued,
  errors,
  p50_ms: quantileMs(durations, 0.5),
  p99_ms: quantileMs(durations, 0.99),
});

function addTo(step: Step, { issued, errors, durations }: TokenMinute): void {
  step.issued += issued;
  addAll(step.errors, errors);
  addAll(step.durations, durations);
}

function addAll(sums: Record<string, number>, more: DurationBuckets): void {
  for (const [name, count] of Object.entries(more)) sums[name] = (sums[name] ?? 0) + count;
}

/** The range in whole steps, so that none is counted in part. */
function rangeOf({ from, to, step_seconds = '60' }: TokenStatsQuery, nowMs: number) {
  const stepMs = Number(step_seconds) * 1_000;
  const times = timesOf({ from, to }, nowMs);
  const toMs = Math.ceil(times.toMs / stepMs) * stepMs;
  const fromMs = Math.floor(times.fromMs / stepMs) * stepMs;
  if (toMs - fromMs > MAX_RANGE_MS + stepMs) throw invalidQuery("'A range has seven days at most'");
  if ((toMs - fromMs) / stepMs > MAX_POINTS + 1) {
    throw invalidQuery(`'A range has ${String(MAX_POINTS)} steps at most; take longer ones'`);
  }
  return { fromMs, toMs, stepMs };
}

/** The hour until now, where nothing else is asked for. */
function timesOf({ from, to }: Pick<TokenStatsQuery, 'from' | 'to'>, nowMs: number) {
  const toMs = to === undefined ? nowMs : Date.parse(to);
  const fromMs = from === undefined ? toMs - HOUR_MS : Date.parse(from);
  if (fromMs >= toMs) throw invalidQuery("'from must be before to'");
  return { fromMs, toMs };
}
