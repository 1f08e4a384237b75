import { createRequire } from 'node:module';
import { context, diag, DiagLogLevel } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { readEnv } from '../env.ts';
import { logger } from '../log.ts';
import { VERSION } from '../version.ts';
import { observeProcess } from './observe-process.ts';
import { reportTo } from './report.ts';
import { telemetryEnv } from './telemetry-env.ts';
import { recordSpans } from './tracing.ts';

/**
 * Starts OpenTelemetry; every service's `main.ts` imports this first. Set OTEL_EXPORTER_OTLP_ENDPOINT and traces and metrics
 * go there, as the other OTEL_* variables say. Name `prometheus` in OTEL_METRICS_EXPORTER and this process serves its metrics at
 * `/metrics`, with or without an endpoint. With neither nothing is recorded or sent, and no SDK is loaded; trace ids are still made and
 * carried along, so that the log lines of one token can be found in every service.
 */
const env = readEnv(telemetryEnv);

const hasEndpoint = env.OTEL_EXPORTER_OTLP_ENDPOINT !== undefined;
const tracing = hasEndpoint && env.OTEL_TRACES_EXPORTER !== 'none';
const metricsExporters = env.OTEL_METRICS_EXPORTER.split(',')
  .map((name) => name.trim())
  .filter((name) => hasEndpoint || name !== 'otlp');
const measuring = metricsExporters.length > 0 && !metricsExporters.includes('none');
/** The tenant's logs, which management has; services' own lines are for standard output. */
const logging = hasEndpoint && env.OTEL_LOGS_EXPORTER !== 'none';
const LOGS_QUEUE_SIZE = 16_384;
const servesMetrics = measuring && metricsExporters.includes('prometheus');

// The SDK reads these itself; its defaults would send to an endpoint that nobody named, and logs that nobody writes.
process.env.OTEL_METRICS_EXPORTER = measuring ? metricsExporters.join(',') : 'none';
process.env.OTEL_LOGS_EXPORTER = logging ? env.OTEL_LOGS_EXPORTER : 'none';
// A message of events becomes a thousand logs at once.
process.env.OTEL_BLRP_MAX_QUEUE_SIZE ??= String(LOGS_QUEUE_SIZE);
process.env.OTEL_EXPORTER_PROMETHEUS_HOST = env.OTEL_EXPORTER_PROMETHEUS_HOST;
process.env.OTEL_EXPORTER_PROMETHEUS_PORT = String(env.OTEL_EXPORTER_PROMETHEUS_PORT);
process.env.OTEL_RESOURCE_ATTRIBUTES = [`service.version=${VERSION}`, env.OTEL_RESOURCE_ATTRIBUTES]
  .filter(Boolean)
  .join(',');
// Who scrapes knows the machine and the process already.
if (!hasEndpoint) process.env.OTEL_NODE_RESOURCE_DETECTORS = env.OTEL_NODE_RESOURCE_DETECTORS ?? 'env,serviceinstance';

const sdk = tracing || measuring || logging ? startSdk() : undefined;
if (sdk === undefined) context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
if (tracing) recordSpans();
if (measuring) observeProcess();
if (servesMetrics) {
  const { OTEL_EXPORTER_PROMETHEUS_HOST: host, OTEL_EXPORTER_PROMETHEUS_PORT: port } = env;
  logger.info({ host, port, path: '/metrics' }, 'serving metrics');
}

const FLUSH_TIMEOUT_MS = 3_000;

/** Loaded only where it is of use: that takes a service 200 ms, and more without a compile cache. */
function startSdk() {
  const require = createRequire(import.meta.url);
  const { NodeSDK } = require('@opentelemetry/sdk-node') as typeof import('@opentelemetry/sdk-node');
  const { AlwaysOffSampler, NoopSpanProcessor } =
    require('@opentelemetry/sdk-trace') as typeof import('@opentelemetry/sdk-trace');
  const { RuntimeNodeInstrumentation } =
    require('@opentelemetry/instrumentation-runtime-node') as typeof import('@opentelemetry/instrumentation-runtime-node');
  const started = new NodeSDK({
    serviceName: env.OTEL_SERVICE_NAME,
    autoDetectResources: true,
    instrumentations: measuring ? [new RuntimeNodeInstrumentation()] : [],
    ...(tracing ? {} : { sampler: new AlwaysOffSampler(), spanProcessors: [new NoopSpanProcessor()] }),
  });
  // Who sets OTEL_LOG_LEVEL has the SDK tell more, to the console.
  if (env.OTEL_LOG_LEVEL === undefined) {
    const logOptions = { logLevel: DiagLogLevel.ERROR, suppressOverrideMessage: true };
    diag.setLogger(reportTo(logger, env.OTEL_EXPORTER_PROMETHEUS_PORT), logOptions);
  }
  started.start();
  return started;
}

/** Sends what is still to be sent; gives up quietly, since telemetry is never a reason not to stop. */
export async function shutdownTelemetry(): Promise<void> {
  if (sdk === undefined) return;
  const timeout = new Promise<void>((resolve) => setTimeout(resolve, FLUSH_TIMEOUT_MS).unref());
  await Promise.race([sdk.shutdown().catch(() => undefined), timeout]);
}
