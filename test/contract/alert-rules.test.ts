import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import { readResources } from './manifests-render.ts';
import { temporaryDir } from './servers-fixtures.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const [rules] = readResources(join(ROOT, 'deploy/grafana/alerts.yaml'));
assert(rules !== undefined);
const spec = rules.spec as { groups: { rules: { alert: string }[] }[] };
const alerts = spec.groups.flatMap((group) => group.rules.map(({ alert }) => alert));

/** Prometheus's own tool, where it is on the PATH: it knows the language that the rules are written in. */
const hasPromtool = spawnSync('promtool', ['--version']).status === 0;
const skip = hasPromtool ? false : 'no promtool on this machine';

type Input = Record<string, string>;
const token = (outcome: string): string => `hookmint_token_requests_total{hookmint_outcome="${outcome}"}`;
const hook = (name: string, outcome: string): string =>
  `hookmint_hook_duration_seconds_${name}{hookmint_hook_name="h", hookmint_hook_outcome="ok"}`.replace('"ok"', outcome);
const http = (rest: string): string => `http_server_request_duration_seconds_${rest}`;
const GATEWAY = 'service_name="hookmint-gateway"';
const SIGN = `${GATEWAY}, messaging_destination_name="hookmint.main.token.sign"`;

const CLAIM = 'persistentvolumeclaim="hookmint-nats-js-hookmint-nats-0"';

/** A tenant that is well: a hundred tokens a second, one in a thousand refused, in milliseconds. */
const WELL: Input = {
  [token('issued')]: '0+6000x200',
  [token('denied')]: '0+6x200',
  [token('failed')]: '0+0x200',
  [http(`count{${GATEWAY}, http_route="/oauth/token"}`)]: '0+6000x200',
  [http(`bucket{${GATEWAY}, http_route="/oauth/token", le="0.25"}`)]: '0+6000x200',
  [http(`bucket{${GATEWAY}, http_route="/oauth/token", le="1"}`)]: '0+6000x200',
  [http(`bucket{${GATEWAY}, http_route="/oauth/token", le="+Inf"}`)]: '0+6000x200',
  [http('count{service_name="hookmint-management", http_response_status_code="200"}')]: '0+60x200',
  [http('count{service_name="hookmint-management", http_response_status_code="500"}')]: '0+0x200',
  'hookmint_hook_executor_queue_depth{service_instance_id="1"}': '4x200',
  'messaging_process_duration_seconds_count{service_name="hookmint-signer"}': '0+6000x200',
  'messaging_process_duration_seconds_count{service_name="hookmint-signer", error_type="internal"}': '0+0x200',
  [`messaging_client_operation_duration_seconds_bucket{${SIGN}, le="0.25"}`]: '0+6000x200',
  [`messaging_client_operation_duration_seconds_bucket{${SIGN}, le="0.5"}`]: '0+6000x200',
  [`messaging_client_operation_duration_seconds_bucket{${SIGN}, le="+Inf"}`]: '0+6000x200',
  'hookmint_bus_requests_refused_total{service_name="hookmint-signer", error_type="overloaded"}': '0+0x200',
  'hookmint_signer_keys_age_seconds{service_instance_id="1"}': '20x200',
  'hookmint_clock_skew_seconds{service_name="hookmint-signer"}': '0x200',
  'hookmint_gateway_configuration_age_seconds{service_instance_id="1"}': '20x200',
  [hook('count', '"ok"')]: '0+6000x200',
  [hook('count', '"denied"')]: '0+600x200',
  [hook('count', '"threw"')]: '0+0x200',
  [hook('bucket', '"ok", le="1"')]: '0+6000x200',
  [hook('bucket', '"ok", le="5"')]: '0+6000x200',
  [hook('bucket', '"ok", le="+Inf"')]: '0+6000x200',
  'hookmint_events_dropped_total{service_name="hookmint-gateway"}': '0+0x200',
  hookmint_store_disk_free_bytes: '5e9x200',
  hookmint_store_disk_size_bytes: '1e10x200',
  [`kubelet_volume_stats_available_bytes{${CLAIM}}`]: '3e9x200',
  [`kubelet_volume_stats_capacity_bytes{${CLAIM}}`]: '5e9x200',
  hookmint_events_unread: '3x200',
  'hookmint_tls_certificate_left_seconds{service_name="hookmint-gateway"}': '5e6x200',
  'nodejs_eventloop_delay_p99_seconds{service_name="hookmint-gateway"}': '0.012x200',
  'hookmint_sandbox_runs_total{hookmint_sandbox_start="cold"}': '0+6x200',
  'hookmint_sandbox_runs_total{hookmint_sandbox_start="warm"}': '0+6000x200',
};

/** What happens from the hundredth minute on, or is there no longer, for each alert. */
/** They tell of something that happened, and not for longer than it has. */
const ONCE = new Set([
  'HookmintHookReturned',
  'HookmintEventsDropped',
  'HookmintEventsMissing',
  'HookmintLogsShortened',
  'HookmintRepliesRefused',
]);

const ILL: Record<string, Input> = {
  HookmintTokensFailing: { [token('failed')]: '0x100 0+120x100' },
  HookmintTokensOverBudget: { [token('failed')]: '0x100 0+1200x100' },
  HookmintTokensDenied: { [token('denied')]: '0x100 0+3000x100' },
  HookmintTokensSlow: { [http(`bucket{${GATEWAY}, http_route="/oauth/token", le="0.25"}`)]: '0+5000x200' },
  HookmintTokensOverLatencyBudget: { [http(`bucket{${GATEWAY}, http_route="/oauth/token", le="0.25"}`)]: '0+5500x200' },
  HookmintSignerFailing: {
    'messaging_process_duration_seconds_count{service_name="hookmint-signer", error_type="internal"}':
      '0x100 0+120x100',
  },
  HookmintSigningSlow: { [`messaging_client_operation_duration_seconds_bucket{${SIGN}, le="0.25"}`]: '0+5000x200' },
  HookmintGatewaySilent: { [http(`count{${GATEWAY}, http_route="/oauth/token"}`)]: '0+6000x100 stale' },
  HookmintExecutorsFull: { 'hookmint_hook_executor_queue_depth{service_instance_id="1"}': '4x100 300x100' },
  HookmintRequestsRefused: {
    'hookmint_bus_requests_refused_total{service_name="hookmint-signer", error_type="overloaded"}': '0x100 0+60x100',
  },
  HookmintSigningKeysOld: { 'hookmint_signer_keys_age_seconds{service_instance_id="1"}': '20x100 90x100' },
  HookmintConfigurationOld: { 'hookmint_gateway_configuration_age_seconds{service_instance_id="1"}': '20x100 200x100' },
  HookmintClockSkew: { 'hookmint_clock_skew_seconds{service_name="hookmint-signer"}': '0x100 -300x100' },
  HookmintHookFailing: { [hook('count', '"threw"')]: '0x100 0+600x100' },
  HookmintHookSlow: { [hook('bucket', '"ok", le="1"')]: '0+5000x200' },
  HookmintHookReturned: { 'hookmint_hook_returns_total{hookmint_hook_breach="errors"}': '0x100 1x100' },
  HookmintEventsDropped: { 'hookmint_events_dropped_total{service_name="hookmint-gateway"}': '0x100 1x100' },
  HookmintEventsMissing: { 'hookmint_events_missing_total{service_name="hookmint-management"}': '0x100 1x100' },
  HookmintLogsShortened: { 'hookmint_logs_shortened_total{service_name="hookmint-management"}': '0x100 1x100' },
  HookmintStoreDiskFilling: { hookmint_store_disk_free_bytes: '5e9x100 1e9x100' },
  HookmintVolumeFilling: { [`kubelet_volume_stats_available_bytes{${CLAIM}}`]: '3e9x100 5e8x100' },
  HookmintEventsUnread: { hookmint_events_unread: '3x100 50000x100' },
  HookmintCertificateEnding: {
    'hookmint_tls_certificate_left_seconds{service_name="hookmint-gateway"}': '5e6x100 1e6x100',
  },
  HookmintEventLoopSlow: { 'nodejs_eventloop_delay_p99_seconds{service_name="hookmint-gateway"}': '0.012x100 0.8x100' },
  HookmintRunsCold: { 'hookmint_sandbox_runs_total{hookmint_sandbox_start="cold"}': '0x100 0+6000x100' },
  HookmintRepliesRefused: { 'hookmint_bus_replies_refused_total{service_name="hookmint-gateway"}': '0x100 1x100' },
  HookmintSandboxWithoutWall: { 'hookmint_sandbox_wall{hookmint_sandbox_wall="none"}': '0x100 1x100' },
  HookmintBuilderWithoutWall: { 'hookmint_builder_wall{hookmint_builder_wall="unknown"}': '0x100 1x100' },
  HookmintManagementErrors: {
    [http('count{service_name="hookmint-management", http_response_status_code="500"}')]: '0x100 0+12x100',
  },
};

function promtool(args: string[], files: Record<string, unknown>): string {
  const folder = temporaryDir();
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), stringify(content));
  const { status, stdout, stderr } = spawnSync('promtool', args, { cwd: folder, encoding: 'utf8' });
  return status === 0 ? '' : stdout + stderr;
}

/** `alertname`s that fire at a time, as promtool's expectation of the series ALERTS. */
const firing = (input: Input, evalTime: string, names: readonly string[]): object => ({
  interval: '1m',
  input_series: Object.entries(input).map(([series, values]) => ({ series, values })),
  promql_expr_test: names.map((name) => ({
    expr: `count(ALERTS{alertname="${name}", alertstate="firing"}) or vector(0)`,
    eval_time: evalTime,
    exp_samples: [{ labels: '{}', value: name in ILL && evalTime !== '99m' ? 1 : 0 }],
  })),
});

describe('the alert rules', () => {
  it('are rules to Prometheus', { skip }, () => {
    assert.equal(promtool(['check', 'rules', 'rules.yaml'], { 'rules.yaml': spec }), '');
  });

  it('are quiet while all is well, each of them', { skip }, () => {
    const test = { rule_files: ['rules.yaml'], tests: [firing(WELL, '99m', alerts)] };
    assert.equal(promtool(['test', 'rules', 'test.yaml'], { 'rules.yaml': spec, 'test.yaml': test }), '');
  });

  it('have each a case in which it fires', () => {
    assert.deepEqual(Object.keys(ILL).sort(), [...alerts].sort());
  });

  for (const [alert, ill] of Object.entries(ILL)) {
    // A hundred minutes are more than any of them looks back to, or waits for.
    it(`${alert} fires`, { skip }, () => {
      const eval_time = ONCE.has(alert) ? '102m' : '150m';
      const test = { rule_files: ['rules.yaml'], tests: [firing({ ...WELL, ...ill }, eval_time, [alert])] };
      assert.equal(promtool(['test', 'rules', 'test.yaml'], { 'rules.yaml': spec, 'test.yaml': test }), '');
    });
  }
});
