import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { enableHook } from '../support/enable-hook.ts';
import { parseExposition, relabeled, type Relabeling, type Series } from '../support/exposition.ts';
import { openManagement } from '../support/management.ts';
import { startOtlpReceiver, type OtlpReceiver } from '../support/otlp-receiver.ts';
import { startStack, type Stack } from '../support/stack.ts';
import { requestToken } from '../support/token-request.ts';
import { until } from '../support/until.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const textOf = (file: string): string => readFileSync(`${ROOT}${file}`, 'utf8');
const HOOK = `module.exports = function (client, scope, audience, context, cb) {
  if (context.body.fail) throw new Error('thrown-detail');
  cb(null, { scope: scope });
};`;
const SERVICES = ['gateway', 'hook-executor', 'signer', 'management'] as const;
type Service = (typeof SERVICES)[number];
const CORRELATION_ID = 'metrics-test-4711';

type Endpoint = { relabelings: Relabeling[]; metricRelabelings: Relabeling[] };
const { podMetricsEndpoints } = (
  parse(textOf('k8s/components/prometheus/pod-monitor.yaml')) as { spec: { podMetricsEndpoints: [Endpoint] } }
).spec;
const [endpoint] = podMetricsEndpoints;

let receiver: OtlpReceiver;
let stack: Stack;
/** As each service serves it. */
const served = {} as Record<Service, string>;
/** As Prometheus keeps it. */
const kept = {} as Record<Service, Series[]>;

before(async () => {
  receiver = await startOtlpReceiver();
  stack = await startStack({
    env: {
      ...receiver.env,
      OTEL_TRACES_SAMPLER: 'always_off',
      OTEL_METRICS_EXPORTER: 'otlp,prometheus',
      OTEL_LOGS_EXPORTER: 'otlp',
      OTEL_BLRP_SCHEDULE_DELAY: '100',
      OTEL_EXPORTER_PROMETHEUS_PORT: '0',
    },
  });
  await enableHook(stack, HOOK);
  const headers = { 'x-correlation-id': CORRELATION_ID };
  assert.equal((await requestToken(stack, {}, headers)).status, 200);
  assert.equal((await requestToken(stack, { client_secret: 'a-wrong-secret' }, headers)).status, 401);
  assert.equal((await requestToken(stack, { client_id: 'a-made-up-client' }, headers)).status, 401);
  assert.equal((await requestToken(stack, { fail: '1' }, headers)).status, 500);
  const management = await openManagement(stack);
  assert.equal((await management.call('GET', '/clients')).status, 200);
  for (const service of SERVICES) {
    const response = await fetch(`http://127.0.0.1:${portOf(service)}/metrics`);
    served[service] = await response.text();
    kept[service] = parseExposition(served[service]).map((series) => relabeled(series, endpoint.metricRelabelings));
  }
});
// Apart: what did not start does not keep the other open.
after(() => receiver.close());
after(() => stack.stop());

function portOf(service: Service): string {
  const line = new RegExp(`^${service} .*"port":(\\d+).*serving metrics`, 'm').exec(stack.output());
  assert(line?.[1] !== undefined, `${service} tells no port of its metrics`);
  return line[1];
}

/** The one series that has these labels at least. */
function valueOf(service: Service, name: string, labels: Record<string, string>): number {
  const found = kept[service].filter(
    (series) =>
      series.name === name && Object.entries(labels).every(([label, value]) => series.labels[label] === value),
  );
  assert.equal(found.length, 1, `${service} ${name} ${JSON.stringify(labels)}`);
  return found[0]?.value ?? NaN;
}

describe('/metrics', () => {
  it('tells of each service its requests, errors and durations', () => {
    const http = 'http_server_request_duration_seconds';
    const token = { http_route: '/oauth/token' };
    assert.ok(valueOf('gateway', `${http}_count`, { ...token, http_response_status_code: '200' }) >= 2);
    assert.equal(valueOf('gateway', `${http}_count`, { ...token, http_response_status_code: '500' }), 1);
    assert.ok(valueOf('management', `${http}_count`, { http_route: '/api/v2/clients' }) >= 1);
    const answered = 'messaging_process_duration_seconds';
    const [requested, sign] = ['requested', 'sign'].map((last) => ({
      messaging_destination_name: `hookmint.demo.token.${last}`,
    }));
    assert.ok(requested !== undefined && sign !== undefined);
    // The first run of a revision is asked for twice: the executor wants its code.
    assert.equal(valueOf('hook-executor', `${answered}_count`, requested), 3);
    assert.equal(valueOf('signer', `${answered}_count`, sign), 2);
    assert.ok(valueOf('signer', `${answered}_sum`, sign) > 0);
    assert.equal(valueOf('signer', `${answered}_bucket`, { ...sign, le: '+Inf' }), 2);
    const asked = 'messaging_client_operation_duration_seconds';
    assert.equal(valueOf('gateway', `${asked}_count`, sign), 2);
    assert.ok(valueOf('gateway', `${asked}_sum`, sign) >= valueOf('signer', `${answered}_sum`, sign));
  });

  it('tells of each hook its runs, how they ended and how long they took', () => {
    const name = 'hookmint_hook_duration_seconds';
    const outcomes = ['ok', 'threw'].map((hookmint_hook_outcome) =>
      valueOf('hook-executor', `${name}_count`, { hookmint_hook_name: 'test', hookmint_hook_outcome }),
    );
    assert.deepEqual(outcomes, [1, 1]);
  });

  it('counts each run in a sandbox, also when one second is like the one before', async () => {
    const sumOf = async (name: string): Promise<number> => {
      const series = parseExposition(await (await fetch(`http://127.0.0.1:${portOf('hook-executor')}/metrics`)).text());
      return series.filter((one) => one.name === name).reduce((sum, { value }) => sum + value, 0);
    };
    for (let second = 0; second < 5; second++) {
      const [{ status }] = await Promise.all([requestToken(stack), delay(1_000)]);
      assert.equal(status, 200);
    }
    const ran = await sumOf('hookmint_hook_duration_count');
    assert.ok(ran >= 7, `${String(ran)} runs`);
    await until('all are counted', async () => (await sumOf('hookmint_sandbox_runs_total')) === ran);
  });

  it('begins what counts losses at zero, so that the first loss is seen', () => {
    assert.equal(valueOf('gateway', 'hookmint_events_dropped_total', {}), 0);
    for (const service of ['hook-executor', 'signer'] as const) {
      const refused = kept[service].filter(({ name }) => name === 'hookmint_bus_requests_refused_total');
      const reasons = new Set(refused.map(({ labels }) => labels.error_type));
      assert.deepEqual([...reasons].sort(), [
        'expired',
        'invalid_event',
        'invalid_reply_subject',
        'overloaded',
        'proof_foreign',
        'proof_missing',
        'proof_replayed',
        'proof_stale',
        'proof_wrong',
        'too_large',
      ]);
      assert.deepEqual([...new Set(refused.map(({ value }) => value))], [0]);
    }
  });

  it('becomes, as Prometheus is told to keep it, what dashboard and alerts ask for', () => {
    const expressions = [
      ...textOf('deploy/grafana/alerts.yaml').matchAll(/^ {10}expr: \|-\n((?: {12}.*\n)+)/gm),
      ...textOf('deploy/grafana/dashboard.json').matchAll(/"expr": "(.*)",?$/gm),
    ].map(([, expr = '']) => expr.replaceAll(/(?:by|on) \([^)]*\)|\{[^}]*\}/g, ' '));
    const asked = new Set(
      expressions.flatMap((expr) => expr.match(/\b(?:hookmint|http_server|messaging|nodejs|process)_\w+/g) ?? []),
    );
    assert.ok(asked.size >= 10);
    const names = new Set(Object.values(kept).flatMap((series) => series.map(({ name }) => name)));
    const missing = [...asked].filter((name) => !names.has(name));
    // Made by the collector of traces; counted only where somebody was limited; told only where TLS is served, or a hook is a webhook.
    const elsewhere = /^hookmint_(?:kept_|requests_limited_|tls_|webhook_)/;
    assert.deepEqual(
      missing.filter((name) => !elsewhere.test(name)),
      [],
    );
  });

  it('is relabeled alike by the Prometheus operator and without it', () => {
    type Config = Record<string, unknown>;
    const { scrape_configs: jobs } = parse(textOf('deploy/prometheus/scrape.yaml')) as {
      scrape_configs: [{ metric_relabel_configs: Config[]; static_configs: unknown[] }];
    };
    const camel = (config: Config): Config =>
      Object.fromEntries(
        Object.entries(config).map(([key, value]) => [
          key.replaceAll(/_(\w)/g, (_, c: string) => c.toUpperCase()),
          value,
        ]),
      );
    assert.deepEqual(jobs[0].metric_relabel_configs.map(camel), endpoint.metricRelabelings);
    assert.equal(jobs[0].static_configs.length, SERVICES.length);
  });

  it('goes by OTLP too, where both are asked for', async () => {
    for (const [service, name] of [
      ['hookmint-signer', 'messaging.process.duration'],
      ['hookmint-hook-executor', 'messaging.process.duration'],
      ['hookmint-gateway', 'messaging.client.operation.duration'],
      ['hookmint-management', 'http.server.request.duration'],
    ] as const) {
      await receiver.until(
        () => receiver.points.some((point) => point.service === service && point.name === name && point.value > 0),
        `${name} of ${service}`,
      );
    }
  });

  it("has the tenant's logs go by OTLP too, where that is asked for", async () => {
    const { call } = await openManagement(stack);
    const { body } = await call('GET', '/logs?q=type:seccft&per_page=1');
    const [log] = body as { log_id: string }[];
    assert.ok(log !== undefined);
    await receiver.until(() => receiver.text().includes(`"${log.log_id}"`), 'a log');
    assert.match(receiver.text(), /"eventName":"hookmint\.log\.seccft"/);
    assert.equal(receiver.text().includes(stack.clientSecret), false);
  });

  it('holds no client, no correlation id, no secret and no address', () => {
    const all = Object.values(served).join('\n');
    for (const text of [stack.clientId, stack.clientSecret, 'a-made-up-client', 'a-wrong-secret', CORRELATION_ID]) {
      assert.equal(all.includes(text), false, text);
    }
    assert.doesNotMatch(all, /thrown-detail|127\.0\.0\.1|api\.example\.com/);
  });

  it('is bounded: what strangers ask for makes no new series', async () => {
    const count = async (): Promise<number> =>
      parseExposition(await (await fetch(`http://127.0.0.1:${portOf('gateway')}/metrics`)).text()).length;
    const ask = (n: number): Promise<unknown> =>
      Promise.all([
        fetch(`${stack.url}/no/such/path/${String(n)}?q=${String(n)}`),
        requestToken(stack, { client_id: `unknown-${String(n)}`, audience: `https://${String(n)}.example.com/` }),
        fetch(`${stack.url}/oauth/token/${String(n)}`, { method: 'DELETE' }),
      ]);
    await ask(0);
    const before = await count();
    for (let n = 1; n <= 20; n++) await ask(n);
    assert.equal(await count(), before);
  });

  it('is not where the public is', async () => {
    assert.equal((await fetch(`${stack.url}/metrics`)).status, 404);
  });
});
