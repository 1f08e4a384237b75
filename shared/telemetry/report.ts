import type { DiagLogger } from '@opentelemetry/api';
import type { Logger } from 'pino';
import { HookmintError } from '../errors.ts';

/** An unreachable collector is logged at most this often, however often it is tried. */
const REPORT_INTERVAL_MS = 60_000;

/** Longest message that is logged: what a collector answers may be part of it. */
const MAX_MESSAGE_LENGTH = 256;

/**
 * What OpenTelemetry reports of itself, for the log. It costs no token, so it is a warning; but a port that is taken ends the
 * process (`port_unavailable`): whoever asked for metrics there would miss them only when they are needed.
 *
 * @param port Of `/metrics`.
 */
export function reportTo(logger: Logger, port: number): DiagLogger {
  let reportedMs = -Infinity;
  const error = (first: unknown): void => {
    if (isListenError(first)) {
      const message = `OTEL_EXPORTER_PROMETHEUS_PORT ${String(port)} cannot be used: ${first.message}.`;
      // Out of OpenTelemetry's hands, which would swallow it.
      setImmediate(() => {
        throw new HookmintError('port_unavailable', message, { cause: first });
      });
      return;
    }
    if (Date.now() - reportedMs < REPORT_INTERVAL_MS) return;
    reportedMs = Date.now();
    logger.warn({ reason: reasonOf(first) }, 'telemetry is not delivered');
  };
  const ignore = (): void => undefined;
  return { error, warn: ignore, info: ignore, debug: ignore, verbose: ignore };
}

function isListenError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error && error.syscall === 'listen';
}

/** OpenTelemetry makes JSON of an error, with its stack and what came with it. */
function reasonOf(report: unknown): string {
  const text = report instanceof Error ? report.message : String(report);
  return (messageIn(text) ?? text).slice(0, MAX_MESSAGE_LENGTH);
}

function messageIn(text: string): string | undefined {
  try {
    const { message } = JSON.parse(text) as { message?: unknown };
    return typeof message === 'string' ? message : undefined;
  } catch {
    return undefined;
  }
}
