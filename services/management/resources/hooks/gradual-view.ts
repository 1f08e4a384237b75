import { historyOf } from '../../../../shared/domain/hook-history.ts';
import type { GradualDeployment, GradualFigures, GradualRuns } from '../../../../shared/domain/gradual-deployment.ts';
import type { Hook } from '../../../../shared/domain/hook.ts';
import { quantileMs } from '../../../../shared/duration-buckets.ts';
import { logsIn } from '../../../../shared/store/logs.ts';
import { ApiError, inexistent } from '../../api/api-error.ts';
import type { Deps } from '../../deps.ts';
import { refusingTheExpensive } from '../logs/refusing-the-expensive.ts';
import type { GradualView } from './gradual-schema.ts';

/**
 * The gradual deployment that is on, or else the last that is over.
 *
 * @throws {ApiError} 404 for a hook that never had one.
 */
export async function gradualView(
  hook: Hook,
  { db, gradualReports }: Pick<Deps, 'db' | 'gradualReports'>,
): Promise<GradualView> {
  const { gradual, ended_gradual: ended } = hook;
  const one = gradual ?? ended;
  if (one === undefined) throw inexistent('gradual deployment');
  const figures = gradual === undefined ? ended?.figures : gradualReports.figuresOf(gradual.id);
  const { id, revision, percent, client_ids, bounds, started_at_ms, started_by } = one;
  const tokens = await tokensShaped(hook.id, one, db);
  return {
    id,
    revision,
    number: historyOf(hook).find((entry) => entry.revision === revision)?.number ?? null,
    percent,
    client_ids,
    bounds,
    started_at: new Date(started_at_ms).toISOString(),
    started_by,
    state: gradual === undefined ? (ended?.outcome ?? 'returned') : 'on',
    ...(gradual !== undefined || ended === undefined
      ? {}
      : {
          ended_at: new Date(ended.ended_at_ms).toISOString(),
          ended_by: ended.ended_by,
          breach: ended.breach,
          reason: ended.reason,
        }),
    ...(figures === undefined ? {} : { figures: figuresView(figures) }),
    tokens,
  };
}

/** `null` when it takes too long to count: the answer to who promotes or returns does not depend on it. */
async function tokensShaped(
  hookId: string,
  { revision, started_at_ms }: GradualDeployment,
  db: Deps['db'],
): Promise<number | null> {
  try {
    return await refusingTheExpensive(() =>
      logsIn(db).count({
        type: 'seccft',
        hook_id: hookId,
        hook_revision: revision,
        hook_rule: { $in: ['percent', 'client'] },
        date: { $gte: new Date(started_at_ms) },
      }),
    );
  } catch (error) {
    if (error instanceof ApiError && error.errorCode === 'query_too_expensive') return null;
    throw error;
  }
}

const figuresView = ({ deployed, gradual }: GradualFigures) => ({
  deployed: runsView(deployed),
  gradual: runsView(gradual),
});

function runsView({ durations, ...counts }: GradualRuns) {
  return { ...counts, p99_ms: quantileMs(durations, 0.99) };
}
