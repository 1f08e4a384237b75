import { readConfig as gateway } from '../../services/gateway/config.ts';
import { readConfig as hookExecutor } from '../../services/hook-executor/config.ts';
import { readConfig as management } from '../../services/management/config.ts';
import { readConfig as setup } from '../../services/setup/config.ts';
import { readConfig as signer } from '../../services/signer/config.ts';
import { messageOf } from '../../shared/errors.ts';
import type { Resource } from './manifests-render.ts';

/** Reads a service's settings from an environment; throws for one that is not complete. */
const CONFIGS: Record<string, (env: NodeJS.ProcessEnv) => object> = {
  gateway,
  'hook-executor': hookExecutor,
  management,
  setup,
  signer,
};
export const SERVICES = Object.keys(CONFIGS);

/** What services read beside their own settings: shared/log.ts, shared/telemetry, shared/cache-folder.ts, and Node itself. */
const OF_ALL = [/^LOG_(LEVEL|FORMAT)$/, /^OTEL_/, /^HOOKMINT_CACHE_DIR$/, /^NODE_EXTRA_CA_CERTS$/];

/** Whether a service reads a variable at all. */
export function isRead(service: string, name: string): boolean {
  const asked = new Set<string>();
  const env = new Proxy<NodeJS.ProcessEnv>({}, { get: (_, key) => void asked.add(String(key)) });
  messageOf(attempt(() => readSettings(service, env)));
  return asked.has(name) || OF_ALL.some((pattern) => pattern.test(name));
}

/** What a service says of an environment; nothing when it is content. */
export function complaintOf(service: string, env: NodeJS.ProcessEnv): string | undefined {
  const error = attempt(() => readSettings(service, env));
  return error === undefined ? undefined : messageOf(error);
}

function readSettings(service: string, env: NodeJS.ProcessEnv): object {
  const read = CONFIGS[service];
  if (read === undefined) throw new Error(`no service ${service}`);
  return read(env);
}

function attempt(act: () => unknown): unknown {
  try {
    act();
    return undefined;
  } catch (error) {
    return error;
  }
}

export type EnvVar = {
  name: string;
  value?: string;
  valueFrom?: {
    configMapKeyRef?: { name: string; key: string };
    secretKeyRef?: { name: string; key: string; optional?: boolean };
  };
};
export type Probe = { httpGet?: { path: string; port: string | number } };
export type Container = {
  name: string;
  image: string;
  args?: string[];
  env?: EnvVar[];
  ports?: { name: string; containerPort: number }[];
  livenessProbe?: Probe;
  readinessProbe?: Probe;
  startupProbe?: Probe;
  resources?: { requests?: Record<string, string>; limits?: Record<string, string> };
  securityContext?: Record<string, unknown>;
  lifecycle?: { preStop?: { sleep?: { seconds: number } } };
  volumeMounts?: { name: string; mountPath: string }[];
};
export type PodSpec = {
  serviceAccountName?: string;
  automountServiceAccountToken?: boolean;
  terminationGracePeriodSeconds?: number;
  securityContext?: Record<string, unknown>;
  containers: Container[];
  volumes?: ({ name: string } & Record<string, unknown>)[];
};

/** The service that a Deployment or Job runs, and its pod. */
export type Workload = { service: string; kind: string; pod: PodSpec; container: Container };

export function workloadsOf(resources: readonly Resource[]): Workload[] {
  return resources.flatMap((resource) => {
    if (resource.kind !== 'Deployment' && resource.kind !== 'Job') return [];
    const pod = (resource as unknown as { spec: { template: { spec: PodSpec } } }).spec.template.spec;
    const [container] = pod.containers;
    const service = resource.metadata.labels?.['app.kubernetes.io/component'] ?? '';
    return container === undefined ? [] : [{ service, kind: resource.kind, pod, container }];
  });
}

/** The environment that a container gets; `secret` gives what stands in for the Secrets, which are no part of the manifests. */
export function environmentOf(
  { env = [] }: Container,
  resources: readonly Resource[],
  secret: (secretName: string, key: string) => string | undefined,
): Record<string, string> {
  return Object.fromEntries(
    env.flatMap(({ name, value, valueFrom }) => {
      const { configMapKeyRef: map, secretKeyRef } = valueFrom ?? {};
      const given = map === undefined ? value : configMap(resources, map.name)[map.key];
      const resolved = secretKeyRef === undefined ? given : secret(secretKeyRef.name, secretKeyRef.key);
      if (resolved === undefined) throw new Error(`${name} refers to something that is not there`);
      return [[name, resolved]];
    }),
  );
}

function configMap(resources: readonly Resource[], name: string): Record<string, string> {
  const found = resources.find((resource) => resource.kind === 'ConfigMap' && resource.metadata.name === name);
  return (found as { data?: Record<string, string> } | undefined)?.data ?? {};
}
