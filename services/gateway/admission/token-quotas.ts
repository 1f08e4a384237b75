import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Client } from '../../../shared/domain/client.ts';
import { QUOTA_WINDOWS, type ClientCredentialsQuota, type QuotaWindow } from '../../../shared/domain/token-quota.ts';
import type { QuotaWarning } from '../../../shared/subjects/limit-events.ts';
import { requestsLimited } from '../../../shared/telemetry/metrics.ts';
import { CONFIGURATION_MAX_ENTRIES } from '../limits.ts';
import type { Counts } from '../../../shared/quotas/counts.ts';
import { endOf, steadyClock, windowsAt, type PerWindow } from '../../../shared/quotas/windows.ts';
import { Refusal } from '../refusals.ts';

/** Percentages of a quota at which a warning is published (contract §5.7). */
const WARNING_PERCENTS = [100, 80, 60];

/** Adds headers to the answer, a success or an error. */
export type TellHeaders = (headers: Record<string, string>) => void;

export type TokenQuotas = {
  /**
   * Issues a token to a client that has a quota, and counts it when it was issued: what a hook denies, or what fails, is not counted.
   *
   * @throws {OAuthError} 429 `too_many_requests` when the quota is used up and enforced (contract §2.3), without calling `issue`.
   */
  within<T>(client: Client, quota: ClientCredentialsQuota, tell: TellHeaders, issue: () => Promise<T>): Promise<T>;
};

/** @param warn Called once for each window and threshold, with what happened; who asked is for the caller to add. */
export function createTokenQuotas(
  counts: Counts,
  warn: (warning: Omit<QuotaWarning, 'trace_id' | 'ip' | 'user_agent'>) => void,
  clock = steadyClock(),
): TokenQuotas {
  /** Tokens of a client that are being made: each may be issued, so it counts as used. */
  const underWay = new Map<string, number>();
  /** Thresholds that were told of, by client and window, with the window and the quota they were told of. */
  const told = new LRUCache<string, { of: string; percent: number }>({ max: CONFIGURATION_MAX_ENTRIES });

  function refuseOver({ client_id }: Client, quota: ClientCredentialsQuota, windows: PerWindow<number>): void {
    const used = counts.used(client_id, windows);
    // The longer window last: a client over both limits must wait for it.
    const over = QUOTA_WINDOWS.filter(
      (window) => used[window] + (underWay.get(client_id) ?? 0) >= (quota[window] ?? Infinity),
    ).at(-1);
    if (over === undefined) return;
    requestsLimited.add(1, { 'hookmint.limit': `quota_${over}`, 'hookmint.limit.enforced': quota.enforce });
    if (!quota.enforce) return;
    const resetsAtMs = endOf(over, windows[over]);
    throw new Refusal('too_many_requests', {
      detail: 'Client quota exceeded',
      headers: {
        'Retry-After': String(secondsUntil(resetsAtMs)),
        'X-RateLimit-Limit': String(quota[over]),
        'X-RateLimit-Remaining': '0',
        'X-RateLimit-Reset': String(resetsAtMs / 1000),
      },
    });
  }

  function warnOf(
    client: Client,
    quota: ClientCredentialsQuota,
    windows: PerWindow<number>,
    before: PerWindow<number>,
  ) {
    for (const window of QUOTA_WINDOWS) {
      const allowed = quota[window];
      if (allowed === undefined) continue;
      const percentOf = (tokens: number): number =>
        WARNING_PERCENTS.find((percent) => tokens * 100 >= percent * allowed) ?? 0;
      const key = `${window} ${client.client_id}`;
      const of = `${String(windows[window])} ${String(allowed)}`;
      const known = told.get(key);
      // Other gateways report the tokens that they issued before this gateway's first one.
      const toldPercent = known?.of === of ? known.percent : percentOf(before[window]);
      const used = before[window] + 1;
      const percent = percentOf(used);
      if (percent > toldPercent || known?.of !== of) told.set(key, { of, percent: Math.max(percent, toldPercent) });
      if (percent <= toldPercent) continue;
      warn({
        type: 'quota.warning',
        id: warningId(client.client_id, window, of, percent),
        time_ms: Date.now(),
        client_id: client.client_id,
        client_name: client.name,
        window,
        threshold_percent: percent,
        quota: allowed,
        used,
        enforce: quota.enforce,
        resets_at_ms: endOf(window, windows[window]),
      });
    }
  }

  return {
    within: async (client, quota, tell, issue) => {
      const { client_id } = client;
      const headers = (): void => tell({ 'Auth0-Client-Quota-Limit': headerOf(quota, counts, client_id, clock()) });
      try {
        refuseOver(client, quota, windowsAt(clock()));
        underWay.set(client_id, (underWay.get(client_id) ?? 0) + 1);
        try {
          const issued = await issue();
          const windows = windowsAt(clock());
          const before = counts.used(client_id, windows);
          counts.add(client_id, windows);
          warnOf(client, quota, windows, before);
          return issued;
        } finally {
          const left = (underWay.get(client_id) ?? 0) - 1;
          if (left > 0) underWay.set(client_id, left);
          else underWay.delete(client_id);
        }
      } finally {
        headers();
      }
    },
  };
}

/** `b=per_hour;q=10;r=7;t=3540`: bucket, quota, remaining, seconds until it is full again (contract §2.2). */
function headerOf(quota: ClientCredentialsQuota, counts: Counts, clientId: string, nowMs: number): string {
  const windows = windowsAt(nowMs);
  const used = counts.used(clientId, windows);
  return QUOTA_WINDOWS.flatMap((window) => {
    const allowed = quota[window];
    if (allowed === undefined) return [];
    const remaining = Math.max(0, allowed - used[window]);
    const seconds = secondsUntil(endOf(window, windows[window]));
    return [`b=${window};q=${String(allowed)};r=${String(remaining)};t=${String(seconds)}`];
  }).join(',');
}

function secondsUntil(timeMs: number): number {
  return Math.max(1, Math.ceil((timeMs - Date.now()) / 1000));
}

/** Of no more than 22 characters, as other events' ids. */
function warningId(clientId: string, window: QuotaWindow, of: string, percent: number): string {
  const told = JSON.stringify([clientId, window, of, percent]);
  return createHash('sha256').update(told).digest('base64url').slice(0, 22);
}
