import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

type AnyValue = {
  stringValue?: string;
  intValue?: string | number;
  doubleValue?: number;
  boolValue?: boolean;
  arrayValue?: { values?: AnyValue[] };
};
type KeyValue = { key: string; value: AnyValue };
type WireSpan = {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  kind: number;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes?: KeyValue[];
  status?: { code?: number; message?: string };
};
type WireMetric = {
  name: string;
  unit?: string;
  sum?: { dataPoints: { attributes?: KeyValue[]; asInt?: string | number; asDouble?: number }[] };
  gauge?: { dataPoints: { attributes?: KeyValue[]; asInt?: string | number; asDouble?: number }[] };
  histogram?: { dataPoints: { attributes?: KeyValue[]; count?: string | number; sum?: number }[] };
};

export type ReceivedSpan = {
  service: string;
  traceId: string;
  spanId: string;
  parentSpanId: string | undefined;
  name: string;
  kind: 'internal' | 'server' | 'client' | 'producer' | 'consumer';
  startNs: bigint;
  endNs: bigint;
  attributes: Record<string, unknown>;
  failed: boolean;
};
export type ReceivedPoint = {
  service: string;
  name: string;
  unit: string | undefined;
  attributes: Record<string, unknown>;
  /** Of a counter or gauge; of a histogram, its count. */
  value: number;
};

export type OtlpReceiver = {
  url: string;
  /** What has a stack send it everything, soon after it was recorded. */
  env: Record<string, string>;
  spans: ReceivedSpan[];
  /** The last export of each metric comes last. */
  points: ReceivedPoint[];
  /** Attributes of the resources, by the names of the services. */
  resources: Map<string, Record<string, unknown>>;
  /** Everything received, as it came. */
  text(): string;
  /** Resolves with the spans of a trace as soon as they fulfil `complete`. */
  trace(traceId: string, complete: (spans: ReceivedSpan[]) => boolean): Promise<ReceivedSpan[]>;
  until(condition: () => boolean, what: string): Promise<void>;
  close(): Promise<void>;
};

const WAIT_MS = 60_000;
const KINDS = ['internal', 'internal', 'server', 'client', 'producer', 'consumer'] as const;

/** A collector for OTLP over HTTP with JSON, which keeps what it is sent. */
export async function startOtlpReceiver(): Promise<OtlpReceiver> {
  const spans: ReceivedSpan[] = [];
  const points: ReceivedPoint[] = [];
  const texts: string[] = [];
  const resources: OtlpReceiver['resources'] = new Map();

  function nameOf(attributes: KeyValue[]): string {
    const all = attributesOf(attributes);
    const service = String(all['service.name']);
    resources.set(service, all);
    return service;
  }

  function take(path: string, text: string): void {
    texts.push(text);
    const body = JSON.parse(text) as {
      resourceSpans?: { resource: { attributes: KeyValue[] }; scopeSpans: { spans: WireSpan[] }[] }[];
      resourceMetrics?: { resource: { attributes: KeyValue[] }; scopeMetrics: { metrics: WireMetric[] }[] }[];
    };
    if (path === '/v1/traces') {
      for (const { resource, scopeSpans } of body.resourceSpans ?? []) {
        const service = nameOf(resource.attributes);
        for (const span of scopeSpans.flatMap((scope) => scope.spans)) spans.push(received(service, span));
      }
    }
    for (const { resource, scopeMetrics } of body.resourceMetrics ?? []) {
      const service = nameOf(resource.attributes);
      for (const { name, unit, sum, gauge, histogram } of scopeMetrics.flatMap((scope) => scope.metrics)) {
        for (const point of [...(sum?.dataPoints ?? []), ...(gauge?.dataPoints ?? [])]) {
          const value = Number(point.asInt ?? point.asDouble);
          points.push({ service, name, unit, attributes: attributesOf(point.attributes), value });
        }
        for (const point of histogram?.dataPoints ?? []) {
          points.push({ service, name, unit, attributes: attributesOf(point.attributes), value: Number(point.count) });
        }
      }
    }
  }

  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      take(request.url ?? '', Buffer.concat(chunks).toString('utf8'));
      response.setHeader('content-type', 'application/json').end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  async function until(condition: () => boolean, what: string): Promise<void> {
    const untilMs = Date.now() + WAIT_MS;
    while (!condition()) {
      if (Date.now() > untilMs) throw new Error(`never received: ${what}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  return {
    url,
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: url,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_BSP_SCHEDULE_DELAY: '50',
      OTEL_METRIC_EXPORT_INTERVAL: '300',
      OTEL_METRIC_EXPORT_TIMEOUT: '300',
    },
    spans,
    points,
    resources,
    text: () => texts.join('\n'),
    until,
    trace: async (traceId, complete) => {
      const ofTrace = (): ReceivedSpan[] => spans.filter((span) => span.traceId === traceId);
      await until(
        () => complete(ofTrace()),
        `all of trace ${traceId}; so far ${JSON.stringify(ofTrace().map(({ service, name }) => [service, name]))}`,
      );
      return ofTrace();
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function received(service: string, span: WireSpan): ReceivedSpan {
  return {
    service,
    traceId: span.traceId,
    spanId: span.spanId,
    parentSpanId: span.parentSpanId === '' ? undefined : span.parentSpanId,
    name: span.name,
    kind: KINDS[span.kind] ?? 'internal',
    startNs: BigInt(span.startTimeUnixNano),
    endNs: BigInt(span.endTimeUnixNano),
    attributes: attributesOf(span.attributes),
    failed: span.status?.code === 2,
  };
}

function attributesOf(attributes: KeyValue[] | undefined): Record<string, unknown> {
  return Object.fromEntries((attributes ?? []).map(({ key, value }) => [key, valueOf(value)]));
}

function valueOf(value: AnyValue): unknown {
  if (value.arrayValue !== undefined) return (value.arrayValue.values ?? []).map(valueOf);
  if (value.intValue !== undefined) return Number(value.intValue);
  return value.stringValue ?? value.doubleValue ?? value.boolValue;
}
