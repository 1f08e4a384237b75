import { basename, dirname } from 'node:path';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { AlwaysOffSampler, NoopSpanProcessor } from '@opentelemetry/sdk-trace';
import { z } from 'zod';
import { readEnv } from '../env.ts';

/**
 * Starts OpenTelemetry; every service's `main.ts` imports this first. Set OTEL_EXPORTER_OTLP_ENDPOINT and traces and metrics
 * go there, as the other OTEL_* variables say. Leave it unset and nothing is recorded or sent; trace ids are still made and
 * carried along, so that the log lines of one token can be found in every service.
 */
const env = readEnv({
  OTEL_EXPORTER_OTLP_ENDPOINT: z.string().optional(),
  OTEL_SERVICE_NAME: z.string().default(`hookmint-${basename(dirname(process.argv[1] ?? ''))}`),
  OTEL_METRICS_EXPORTER: z.string().default('otlp'),
  OTEL_LOGS_EXPORTER: z.string().default('none'),
});

const exporting = env.OTEL_EXPORTER_OTLP_ENDPOINT !== undefined;
// The SDK reads these itself; its defaults would send no metrics, and logs that nobody writes.
process.env.OTEL_METRICS_EXPORTER = env.OTEL_METRICS_EXPORTER;
process.env.OTEL_LOGS_EXPORTER = env.OTEL_LOGS_EXPORTER;

const sdk = new NodeSDK({
  serviceName: env.OTEL_SERVICE_NAME,
  ...(exporting
    ? {}
    : {
        sampler: new AlwaysOffSampler(),
        spanProcessors: [new NoopSpanProcessor()],
        metricReaders: [],
        autoDetectResources: false,
      }),
});
sdk.start();

const FLUSH_TIMEOUT_MS = 3_000;

/** Sends what is still to be sent; gives up quietly, since telemetry is never a reason not to stop. */
export async function shutdownTelemetry(): Promise<void> {
  const timeout = new Promise<void>((resolve) => setTimeout(resolve, FLUSH_TIMEOUT_MS).unref());
  await Promise.race([sdk.shutdown().catch(() => undefined), timeout]);
}
