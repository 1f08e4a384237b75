import type { LogEntry } from '../../../shared/domain/log-entry.ts';
import type { LimitExceeded, QuotaWarning } from '../../../shared/subjects/limit-events.ts';

/** What the log of a client at its limits says of them. */
export function ofLimit(event: QuotaWarning | LimitExceeded): Pick<LogEntry, 'type' | 'description' | 'details'> {
  if (event.type === 'quota.warning') {
    const { window, threshold_percent, quota, used, enforce, resets_at_ms, trace_id } = event;
    return {
      type: 'token_quota_consumption_warning',
      description: `${String(threshold_percent)} % of the quota of tokens ${window} used: ${String(used)} of ${String(quota)}`,
      details: JSON.stringify({
        bucket: window,
        threshold: threshold_percent,
        quota,
        used,
        enforce,
        resets_at: new Date(resets_at_ms).toISOString(),
        trace_id,
      }),
    };
  }
  const { limit, allowed, window_seconds, enforce, trace_id } = event;
  const what = limit === 'client_rate' ? 'requests for tokens' : 'failures to authenticate from one address';
  return {
    type: 'api_limit',
    description: `More than ${String(allowed)} ${what} in ${String(window_seconds)} s${enforce ? '' : ', not refused'}`,
    details: JSON.stringify({ limit, allowed, window_seconds, enforce, trace_id }),
  };
}
