import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { customComplaints } from './manifests-rules.ts';
import { readResources } from './manifests-render.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const textOf = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

const UNITS: Record<string, string> = { s: '_seconds', By: '_bytes' };

const MEASURES = ['metrics', 'process-metrics', 'observe-process']
  .map((name) => textOf(`shared/telemetry/${name}.ts`))
  .join('\n');

/** The names that the collector's prometheus exporter makes of OpenTelemetry's: dots, unit, `_total` (its documentation). */
const SERIES = [...MEASURES.matchAll(/\.create(\w+)\('([\w.]+)', (?:\{[^}]*?unit: '([^']+)'|options)/g)].flatMap(
  ([, kind = '', name = '', unit = 'By']) => {
    const base = name.replaceAll('.', '_') + (UNITS[unit] ?? '');
    if (/^(?:Observable)?Counter$/.test(kind)) return [`${base}_total`];
    return kind === 'Histogram' ? [`${base}_bucket`, `${base}_count`, `${base}_sum`] : [base];
  },
);

/** What the collector makes of the traces that it keeps, for their exemplars; the span metrics connector's documentation. */
const { connectors } = parse(textOf('deploy/otel/collector.yaml')) as {
  connectors: { spanmetrics: { namespace: string; exemplars: { enabled: boolean }; histogram: { unit: string } } };
};
const KEPT = `${connectors.spanmetrics.namespace.replaceAll('.', '_')}_duration_seconds`;
const SERIES_OF_COLLECTOR = [`${KEPT}_bucket`, `${KEPT}_count`, `${KEPT}_sum`];

/** Of Node's own instrumentation, which test/e2e/metrics.test.ts sees, and of the kubelet (its documentation). */
const SERIES_OF_OTHERS = [
  'nodejs_eventloop_delay_p99_seconds',
  'kubelet_volume_stats_available_bytes',
  'kubelet_volume_stats_capacity_bytes',
];

/** Labels: attributes that the services record, and those that tell a process. */
const LABELS = [
  'hookmint.outcome',
  'error.type',
  'hookmint.hook.name',
  'hookmint.hook.outcome',
  'hookmint.hook.breach',
  'hookmint.recording.outcome',
  'http.route',
  'messaging.destination.name',
  'hookmint.limit',
  'hookmint.limit.enforced',
  'hookmint.sandbox.wall',
  'hookmint.builder.wall',
  'hookmint.sandbox.start',
];
const LABELS_OF_ALL = [
  'le',
  'service_name',
  'service_instance_id',
  'http_response_status_code',
  'span_name',
  'persistentvolumeclaim',
];

const [rules] = readResources(join(ROOT, 'deploy/grafana/alerts.yaml'));
assert(rules !== undefined);
type Rule = { alert: string; expr: string; annotations: { runbook_url: string } };
const alerts = (rules as unknown as { spec: { groups: { rules: Rule[] }[] } }).spec.groups.flatMap(
  (group) => group.rules,
);

type Dashboard = { panels: { title: string; targets?: { expr: string; exemplar: boolean }[] }[] };
const { panels } = JSON.parse(textOf('deploy/grafana/dashboard.json')) as Dashboard;
const expressions = [
  ...alerts.map(({ alert, expr }) => ({ where: alert, expr })),
  ...panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => ({ where: title, expr }))),
];

describe('dashboard and alerts', () => {
  it('ask for series that there are', () => {
    assert(
      SERIES.includes('hookmint_hook_duration_seconds_bucket') && SERIES.includes('hookmint_token_requests_total'),
    );
    for (const { where, expr } of expressions) {
      const withoutLabels = expr.replaceAll(/(?:by|on) \([^)]*\)|\{[^}]*\}/g, ' ');
      const asked =
        withoutLabels.match(/\b(?:hookmint|http_server|http_client|messaging|nodejs|process|kubelet)_\w+/g) ?? [];
      assert(asked.length > 0, `${where} asks for nothing`);
      assert.deepEqual(
        asked.filter((name) => ![...SERIES, ...SERIES_OF_COLLECTOR, ...SERIES_OF_OTHERS].includes(name)),
        [],
        where,
      );
    }
  });

  it('use each measure, by labels that there are', () => {
    const all = expressions.map(({ expr }) => expr).join('\n');
    const unused = SERIES.filter((name) => !all.includes(name.replace(/_(?:sum|bucket|count)$/, '')));
    assert.deepEqual(unused, []);
    const known = [...LABELS.map((name) => name.replaceAll('.', '_')), ...LABELS_OF_ALL];
    const used = [...all.matchAll(/by \(([^)]+)\)|[{,] ?(\w+)(?:=|!)/g)].flatMap(
      ([, by, one]) => by?.split(', ') ?? [one ?? ''],
    );
    assert.deepEqual(
      [...new Set(used)].filter((name) => !known.includes(name)),
      [],
    );
    const code = readdirSync(join(ROOT, 'services'), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .map((file) => textOf(`services/${file}`))
      .join('');
    const shared = textOf('shared/http/observe.ts') + MEASURES;
    for (const name of LABELS) assert((code + shared).includes(`'${name}'`), name);
  });

  it('show exemplars where there are some: of what the collector makes of traces, not of what the services measure', () => {
    assert.equal(connectors.spanmetrics.exemplars.enabled, true);
    assert.equal(connectors.spanmetrics.histogram.unit, 's');
    const targets = panels.flatMap(({ title, targets = [] }) => targets.map((target) => ({ title, ...target })));
    const kept = targets.filter(({ expr }) => expr.includes(KEPT));
    assert(kept.length > 0);
    for (const { title, expr, exemplar } of targets) assert.equal(exemplar, expr.includes(KEPT), title);
  });

  it('tell of each service its requests, errors and durations', () => {
    const all = expressions.map(({ expr }) => expr).join('\n');
    for (const name of ['http_server_request', 'messaging_process', 'hookmint_hook']) {
      for (const part of ['count', 'bucket']) assert(all.includes(`${name}_duration_seconds_${part}`), name);
    }
  });

  it('are well-formed, each alert with a section in the runbook and no section without an alert', () => {
    assert.deepEqual(customComplaints(rules), []);
    const sections = [...textOf('docs/runbook.md').matchAll(/^## (\w+)$/gm)].map(([, name]) => name);
    assert.deepEqual(
      sections,
      alerts.map(({ alert }) => alert),
    );
    for (const { alert, annotations } of alerts) {
      assert(annotations.runbook_url.endsWith(`docs/runbook.md#${alert.toLowerCase()}`), alert);
    }
  });
});
