import { setTimeout as delay } from 'node:timers/promises';
import { shutdownTelemetry } from '../../shared/telemetry/register.ts';
import { exportLogs } from '../../services/management/logs/export-logs.ts';

// A process that measures itself and gives a log to OpenTelemetry, as management does.

exportLogs([
  {
    log_id: '00000000000000000000000000042',
    event_id: 'event',
    date: new Date('2026-01-02T03:04:05.678Z'),
    type: 'feccft',
    description: 'The hook refused it',
    client_id: 'client',
    hostname: 'localhost',
    hook_id: ['hook'],
    trace_id: 'a'.repeat(32),
    details: '{"error":{"code":"access_denied"}}',
  },
]);
// How late the event loop is takes some turns to be known.
await delay(500);
await shutdownTelemetry();
