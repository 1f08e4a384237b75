import { LRUCache } from 'lru-cache';
import { NO_RUNS, type GradualFigures } from '../../../shared/domain/gradual-deployment.ts';
import { addRuns } from '../../../shared/gradual-runs.ts';
import type { HookWatched } from '../../../shared/subjects/hook-watched.ts';

/** A gateway tells of itself once a second; of one that is gone, no more counts. */
const KEPT_MS = 5_000;
/** Each report is a sum over all of them: more than gateways ever are would only keep management busy. */
const MAX_REPORTS = 1_000;

/** What gateways told last of gradual deployments. */
export function createGradualReports() {
  const reports = new LRUCache<string, HookWatched>({ max: MAX_REPORTS, ttl: KEPT_MS });
  return {
    add: (report: HookWatched): void => {
      reports.set(JSON.stringify([report.deployment, report.gateway]), report);
    },
    /** The sum over the gateways. */
    figuresOf: (deployment: string): GradualFigures => {
      let sum: GradualFigures = { deployed: NO_RUNS, gradual: NO_RUNS };
      for (const { deployment: of, figures } of reports.values()) {
        if (of !== deployment) continue;
        const { deployed, gradual } = figures;
        sum = { deployed: addRuns(sum.deployed, deployed), gradual: addRuns(sum.gradual, gradual) };
      }
      return sum;
    },
  };
}
export type GradualReports = ReturnType<typeof createGradualReports>;
