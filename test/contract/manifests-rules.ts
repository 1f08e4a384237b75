import { z } from 'zod';
import type { Resource } from './manifests-render.ts';
import { workloadsOf } from './manifests-facts.ts';

/** From shared/lifecycle.ts. */
export const STOP_TIMEOUT_S = 25;

/** Rules of hookmint's own for what it runs. One line for each breach. */
export function breachesOf(resources: readonly Resource[]): string[] {
  return workloadsOf(resources).flatMap(({ service, kind, pod, container }) => {
    const breaches: string[] = [];
    const must = (holds: boolean, rule: string): void => {
      if (!holds) breaches.push(`${service}: ${rule}`);
    };
    const { securityContext: own = {}, resources: sizes } = container;
    must(pod.automountServiceAccountToken === false, 'mounts no token of its service account');
    must(pod.serviceAccountName === `hookmint-${service}`, 'has a service account of its own');
    must(pod.securityContext?.runAsNonRoot === true, 'is not root');
    must(
      equal(pod.securityContext?.seccompProfile, { type: 'RuntimeDefault' }),
      'has the seccomp profile RuntimeDefault',
    );
    must(own.readOnlyRootFilesystem === true, 'cannot write to its image');
    must(own.allowPrivilegeEscalation === false, 'gains no privileges');
    must(equal(own.capabilities, { drop: ['ALL'] }), 'has no capabilities');
    must(sizes?.requests?.cpu !== undefined && sizes.requests.memory !== undefined, 'asks for CPU and memory');
    must(sizes?.limits?.memory !== undefined, 'has a limit of memory');
    must(!container.image.endsWith(':latest') && container.image.includes(':'), 'names the version of its image');
    const secrets = pod.volumes?.find(({ name }) => name === 'secrets')?.projected;
    must(secrets === undefined || secrets.defaultMode === 0o440, 'has its secrets as files for its group alone');
    must((secrets === undefined) === (service === 'hook-builder'), 'has secrets unless it builds hooks');
    must(!JSON.stringify(container.env ?? []).includes('secretKeyRef'), 'has no secret in its environment');
    must(equal(container.args, [`services/${service}/main.ts`]), 'starts its own service');
    if (kind !== 'Deployment') return breaches;

    const probes = {
      startup: container.startupProbe,
      liveness: container.livenessProbe,
      readiness: container.readinessProbe,
    };
    const portNames = container.ports?.map(({ name }) => name) ?? [];
    for (const [name, probe] of Object.entries(probes)) {
      must(probe !== undefined, `has a ${name} probe`);
      must(
        probe === undefined || portNames.includes(String(probe.httpGet?.port)),
        `has its ${name} probe ask a port it has`,
      );
    }
    must(probes.liveness?.httpGet?.path !== probes.readiness?.httpGet?.path, 'tells ready from alive');
    const preStopS = container.lifecycle?.preStop?.sleep?.seconds ?? 0;
    must((pod.terminationGracePeriodSeconds ?? 30) >= STOP_TIMEOUT_S + preStopS + 5, 'has the time to end');
    const budgets = resources.filter((resource) => resource.kind === 'PodDisruptionBudget');
    must(
      budgets.some((budget) => budget.metadata.name === `hookmint-${service}`),
      'has a disruption budget',
    );
    return breaches;
  });
}

const equal = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

const metadata = z.looseObject({ name: z.string() });
const names = z.record(z.string(), z.string());
const scaleTrigger = z.strictObject({
  type: z.enum(['prometheus', 'cpu']),
  name: z.string().optional(),
  metricType: z.enum(['AverageValue', 'Value', 'Utilization']).optional(),
  metadata: names,
});

const relabeling = z.strictObject({
  sourceLabels: z.array(z.string()).optional(),
  regex: z.string().optional(),
  targetLabel: z.string().optional(),
  replacement: z.string().optional(),
  action: z.enum(['replace', 'labeldrop']).optional(),
});

/** Of the resources that the validator has no schema for: what of their definitions is used here, and nothing else. */
const CUSTOM: Record<string, z.ZodType> = {
  'keda.sh/v1alpha1/ScaledObject': z.strictObject({
    scaleTargetRef: z.strictObject({ apiVersion: z.string(), kind: z.string(), name: z.string() }),
    minReplicaCount: z.int(),
    maxReplicaCount: z.int(),
    pollingInterval: z.int(),
    cooldownPeriod: z.int(),
    fallback: z.strictObject({ failureThreshold: z.int(), replicas: z.int() }).optional(),
    triggers: z.array(scaleTrigger).min(1),
  }),
  'monitoring.coreos.com/v1/ServiceMonitor': z.strictObject({
    selector: z.strictObject({ matchLabels: names }),
    endpoints: z.array(z.strictObject({ port: z.string(), interval: z.string() })),
  }),
  'monitoring.coreos.com/v1/PodMonitor': z.strictObject({
    selector: z.strictObject({ matchLabels: names }),
    podMetricsEndpoints: z.array(
      z.strictObject({
        port: z.string(),
        interval: z.string(),
        relabelings: z.array(relabeling),
        metricRelabelings: z.array(relabeling),
      }),
    ),
  }),
  'monitoring.coreos.com/v1/PrometheusRule': z.strictObject({
    groups: z.array(
      z.strictObject({
        name: z.string(),
        rules: z.array(
          z.strictObject({
            alert: z.string(),
            expr: z.string(),
            for: z.string().regex(/^\d+[smh]$/),
            labels: z.strictObject({ severity: z.enum(['page', 'ticket']) }),
            annotations: z.strictObject({ summary: z.string(), runbook_url: z.url() }),
          }),
        ),
      }),
    ),
  }),
};

export function isCustom({ apiVersion, kind }: Resource): boolean {
  return `${apiVersion}/${kind}` in CUSTOM;
}

/** What is wrong with a resource that Kubernetes itself does not know. */
export function customComplaints(resource: Resource): string[] {
  const { apiVersion, kind } = resource;
  const schema = CUSTOM[`${apiVersion}/${kind}`];
  if (schema === undefined) return [`no schema for ${apiVersion}/${kind}`];
  const whole = z.strictObject({ apiVersion: z.string(), kind: z.string(), metadata, spec: schema });
  const issues = whole.safeParse(resource).error?.issues ?? [];
  return issues.map(
    ({ path, message }) => `${kind}/${resource.metadata.name} ${path.map(String).join('.')}: ${message}`,
  );
}
