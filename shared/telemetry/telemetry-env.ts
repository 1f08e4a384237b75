import { basename, dirname } from 'node:path';
import { z } from 'zod';
import { integer } from '../env.ts';

/** Environment of every service's traces and metrics. */
export const telemetryEnv = {
  /** Where traces and metrics are sent to, by OTLP. */
  OTEL_EXPORTER_OTLP_ENDPOINT: z.string().optional(),
  /** Name of the service in them. */
  OTEL_SERVICE_NAME: z
    .string()
    .default(`hookmint-${basename(dirname(process.argv[1] ?? ''))}`)
    .meta({ default: 'hookmint-SERVICE' }),
  /** Comma-separated: `otlp` (the default; needs the endpoint), `prometheus`, `console`, `none`. */
  OTEL_METRICS_EXPORTER: z
    .string()
    .regex(
      /^ *(?:otlp|prometheus|console|none) *(?:, *(?:otlp|prometheus|console|none) *)*$/,
      'must be a comma-separated list of otlp, prometheus, console and none',
    )
    .default('otlp'),
  /** `none`: no traces. */
  OTEL_TRACES_EXPORTER: z.string().default('otlp'),
  /** `otlp`: management sends the tenant's logs too. */
  OTEL_LOGS_EXPORTER: z.string().default('none'),
  /** Where `/metrics` is served: nobody is asked who they are there. Default: to this machine only. */
  OTEL_EXPORTER_PROMETHEUS_HOST: z.string().default('127.0.0.1'),
  /** The port of `/metrics`. */
  OTEL_EXPORTER_PROMETHEUS_PORT: integer.min(1).max(65_535).default(9464),
  /** What is found out about where a process runs, and sent with all. */
  OTEL_NODE_RESOURCE_DETECTORS: z.string().optional(),
  /** What else is sent with all, as `name=value,…`. */
  OTEL_RESOURCE_ATTRIBUTES: z.string().default(''),
  /** How much OpenTelemetry's SDK says of itself. */
  OTEL_LOG_LEVEL: z.string().optional(),
};
