import { logs, SeverityNumber, type Attributes } from '@opentelemetry/api';
import type { LogEntry } from '../../../shared/domain/log-entry.ts';

const SEVERITIES: Partial<Record<LogEntry['type'], SeverityNumber>> = {
  feccft: SeverityNumber.WARN,
  api_limit: SeverityNumber.WARN,
  token_quota_consumption_warning: SeverityNumber.WARN,
  w: SeverityNumber.ERROR,
};

/**
 * Gives the tenant's logs to OpenTelemetry too, where `OTEL_LOGS_EXPORTER` says so: for those who keep them for longer, elsewhere. The store
 * does not wait for it. A log that is given twice has the same `log.record.uid`.
 */
export function exportLogs(entries: readonly LogEntry[]): void {
  // Not made before: it is what was registered when the service began.
  const logger = logs.getLogger('hookmint.audit');
  for (const { log_id, date, type, description, trace_id, details, ...members } of entries) {
    const attributes: Attributes = { ...members, 'log.record.uid': log_id, type, details };
    if (trace_id !== undefined) attributes.trace_id = trace_id;
    logger.emit({
      eventName: `hookmint.log.${type}`,
      timestamp: date,
      severityNumber: SEVERITIES[type] ?? SeverityNumber.INFO,
      body: description,
      attributes,
    });
  }
}
