import { readConfig as gateway } from '../../services/gateway/config.ts';
import { readConfig as hookBuilder } from '../../services/hook-builder/config.ts';
import { readConfig as hookExecutor } from '../../services/hook-executor/config.ts';
import { readConfig as management } from '../../services/management/config.ts';
import { readConfig as setup } from '../../services/setup/config.ts';
import { readConfig as signer } from '../../services/signer/config.ts';
import { without } from '../support/without.ts';
import { messageOf } from '../../shared/errors.ts';
import type { Resource } from './manifests-render.ts';

/** Reads a service's settings from an environment; throws for one that is not complete. */
const CONFIGS: Record<string, (env: NodeJS.ProcessEnv) => object> = {
  gateway,
  'hook-builder': hookBuilder,
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
  valueFrom?: { configMapKeyRef?: { name: string; key: string } };
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
  volumes?: ({ name: string; projected?: Projected } & Record<string, unknown>)[];
};
type Projected = {
  defaultMode: number;
  sources: { secret: { name: string; optional?: boolean; items: { key: string; path: string }[] } }[];
};

/** A secret that a container finds as a file. */
type SecretFile = { path: string; secret: string; key: string };

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

/** Of the one volume that has secrets, mounted where the container is told to read them. */
export function secretFilesOf({ pod, container }: Workload): SecretFile[] {
  const folder = container.env?.find(({ name }) => name === 'HOOKMINT_SECRETS_DIR')?.value;
  const mount = container.volumeMounts?.find(({ mountPath }) => mountPath === folder);
  const sources = pod.volumes?.find(({ name }) => name === mount?.name)?.projected?.sources ?? [];
  return sources.flatMap(({ secret: { name, items } }) => items.map(({ key, path }) => ({ path, secret: name, key })));
}

/** All that a service is told, by its environment and by files. */
export function settingsOf(
  workload: Workload,
  resources: readonly Resource[],
  secret: (secretName: string, key: string) => string | undefined,
): Record<string, string | undefined> {
  const files = secretFilesOf(workload).map(({ path, secret: name, key }) => [path, secret(name, key)] as const);
  const environment = environmentOf(workload.container, resources);
  return { ...without(environment, 'HOOKMINT_SECRETS_DIR'), ...Object.fromEntries(files) };
}

/** The environment that a container gets. */
export function environmentOf({ env = [] }: Container, resources: readonly Resource[]): Record<string, string> {
  return Object.fromEntries(
    env.flatMap(({ name, value, valueFrom }) => {
      const { configMapKeyRef: map } = valueFrom ?? {};
      const resolved = map === undefined ? value : configMap(resources, map.name)[map.key];
      if (resolved === undefined) throw new Error(`${name} refers to something that is not there`);
      return [[name, resolved]];
    }),
  );
}

function configMap(resources: readonly Resource[], name: string): Record<string, string> {
  const found = resources.find((resource) => resource.kind === 'ConfigMap' && resource.metadata.name === name);
  return (found as { data?: Record<string, string> } | undefined)?.data ?? {};
}
