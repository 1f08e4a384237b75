import type { NatsConnection } from '@nats-io/transport-node';
import { LRUCache } from 'lru-cache';
import { messageOf } from '../../../shared/errors.ts';
import { createDifferenceGroups } from '../../../shared/hook-result/difference-groups.ts';
import { slower } from '../../../shared/hook-result/slower.ts';
import { logger } from '../../../shared/log.ts';
import { HookShadowed, hookShadowedSubject, MAX_SHADOWED_BYTES } from '../../../shared/subjects/hook-shadowed.ts';

/** Of each shadow and gateway one. */
const MAX_REPORTS = 1_000;
const MAX_REPORTS_BYTES = 64 * 1_048_576;
/** After the last news; a shadow that is over needs none. */
const KEPT_MS = 86_400_000;

/** Hears what gateways tell of shadows, and gives the sum over them. It is kept in memory: gateways tell it again as runs go on. */
export function openShadowReports(bus: NatsConnection, tenant: string) {
  const reports = new LRUCache<string, HookShadowed>({
    max: MAX_REPORTS,
    maxSize: MAX_REPORTS_BYTES,
    ttl: KEPT_MS,
  });

  const subscription = bus.subscribe(hookShadowedSubject(tenant), {
    callback: (error, message) => {
      if (error !== null) return;
      if (message.data.length > MAX_SHADOWED_BYTES) {
        logger.warn({ bytes: message.data.length }, 'a report of a shadow is too long to be read');
        return;
      }
      try {
        const report = HookShadowed.parse(message.json());
        reports.set(JSON.stringify([report.shadow, report.gateway]), report, { size: message.data.length });
      } catch (failure) {
        logger.warn({ reason: messageOf(failure) }, 'a report of a shadow cannot be read');
      }
    },
  });

  return {
    reportOf: (shadow: string) => {
      const groups = createDifferenceGroups();
      const counts = { requests: 0, differing: 0, not_run: 0, network_refused: 0 };
      const durations: [Record<string, number>, Record<string, number>] = [{}, {}];
      for (const { shadow: of, figures } of reports.values()) {
        if (of !== shadow) continue;
        groups.merge(figures);
        for (const name of Object.keys(counts) as (keyof typeof counts)[]) counts[name] += figures[name];
        for (const [i, buckets] of [figures.deployed, figures.shadow].entries()) {
          const sum = durations[i] ?? {};
          for (const [bucket, count] of Object.entries(buckets)) sum[bucket] = (sum[bucket] ?? 0) + count;
        }
      }
      const told = groups.told();
      const longer = slower(...durations);
      if (longer === undefined) return { ...counts, ...told };
      const { kind, what, before = '', after = '' } = longer;
      const ofAll = { kind, what: `${what}: ${after} instead of ${before}`, requests: counts.requests };
      return { ...counts, ...told, groups: [...told.groups, { ...ofAll, clients: [], examples: [] }] };
    },
    close: () => subscription.unsubscribe(),
  };
}
export type ShadowReports = Pick<ReturnType<typeof openShadowReports>, 'reportOf'>;
