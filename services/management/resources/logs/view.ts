import type { LogEntry } from '../../../../shared/domain/log-entry.ts';
import type { LogView } from './schema.ts';

/** A log as Auth0's tools know it (contract §5.7). */
export function viewOf({ event_id: _, date, details, ...log }: LogEntry): LogView {
  return {
    date: date.toISOString(),
    ...log,
    ...(log.ip === undefined ? {} : { client_ip: log.ip }),
    details: JSON.parse(details) as Record<string, unknown>,
    isMobile: false,
    _id: log.log_id,
    $event_schema: { version: '1.0.0' },
  };
}
