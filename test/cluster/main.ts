import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { messageOf } from '../../shared/errors.ts';
import { REQUIRED, type Values } from '../contract/chart-render.ts';
import { EVERYTHING } from '../contract/chart-values.ts';
import { K8S } from '../contract/manifests-render.ts';
import { CHART, obtainHelm } from '../support/helm.ts';
import { until } from '../support/until.ts';
import { startControlPlane, type ControlPlane } from './control-plane.ts';
import { download, kubernetesBinaries, KUBERNETES_VERSION } from './kubernetes-binaries.ts';

/**
 * `npm run cluster`: the API server and the controllers of Kubernetes take every manifest, in a cluster without nodes. Exit code 1 when something
 * is refused, warned of, or not made by the controllers; 0, with that word, where it cannot be run.
 */
const NAMESPACE = 'hookmint';
const OVERLAYS = readdirSync(join(K8S, 'overlays'));
const COMPONENTS = ['client-keys', 'console-oidc'];
const VALUES = ['certificates', 'mongodb'];
const ALERTS = fileURLToPath(new URL('../../deploy/grafana/alerts.yaml', import.meta.url));
const NEEDED = ['go', 'kubectl', 'etcd'];
const MADE_WITHIN_MS = 120_000;
/** What these define is not of Kubernetes itself. */
const DEFINITIONS = [
  ['github.com/cert-manager/cert-manager@v1.19.1', 'deploy/crds', /^cert-manager\.io_(?:certificates|issuers)\.yaml$/],
  ['github.com/kedacore/keda/v2@v2.18.0', 'config/crd/bases', /^keda\.sh_scaledobjects\.yaml$/],
  [
    'github.com/prometheus-operator/prometheus-operator@v0.68.0',
    'example/prometheus-operator-crd',
    /_(?:servicemonitors|podmonitors|prometheusrules)\.yaml$/,
  ],
  ['github.com/mongodb/mongodb-kubernetes-operator@v0.13.0', 'config/crd/bases', /mongodbcommunity\.yaml$/],
] as const;
/** Ours must keep to the strictest level of Pod Security, though the namespace lets others do less. */
const STRICTEST = ['pod-security.kubernetes.io/enforce=restricted', 'pod-security.kubernetes.io/warn=restricted'];
const UNCONFINED = `
apiVersion: v1
kind: Pod
metadata: { name: unconfined, namespace: ${NAMESPACE} }
spec: { containers: [{ name: it, image: it }] }`;

let failed = 0;
function tell(what: string, isRight: boolean, found = ''): void {
  if (!isRight) failed += 1;
  process.stdout.write(`${isRight ? 'ok    ' : 'FAILED'} ${what}${found === '' ? '' : `: ${found.trim()}`}\n`);
}

function applied({ kubectl }: ControlPlane, what: string, args: readonly string[], input?: string): boolean {
  const { isFine, stdout, stderr } = kubectl(['apply', '--server-side', '--validate=strict', ...args], input);
  const isRight = isFine && stderr === '';
  tell(`${what} is taken`, isRight, isRight ? `${String(stdout.trim().split('\n').length)} objects` : stderr);
  return isRight;
}

const Deployments = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string() }),
      spec: z.object({ replicas: z.number() }),
      status: z.object({ replicas: z.number().default(0) }),
    }),
  ),
});

/** That the controllers have made every pod that is asked for: Pod Security refuses pods, not what makes them. */
async function podsAreMade({ kubectl }: ControlPlane, overlay: string): Promise<void> {
  const deployments = () =>
    Deployments.parse(JSON.parse(kubectl(['get', 'deployments', '-n', NAMESPACE, '-o', 'json']).stdout)).items;
  const pods = () => kubectl(['get', 'pods', '-n', NAMESPACE, '-o', 'name']).stdout.split('\n').filter(Boolean);
  const jobs = () => kubectl(['get', 'jobs', '-n', NAMESPACE, '-o', 'name']).stdout.split('\n').filter(Boolean);
  const wanted = () => deployments().reduce((sum, { spec }) => sum + spec.replicas, jobs().length);
  const areMade = (): boolean => deployments().length > 0 && pods().length === wanted();
  const isRight = await until('all pods are there', areMade, MADE_WITHIN_MS).then(
    () => true,
    () => false,
  );
  const [atLeast = '1'] = kubectl([
    'get',
    'hpa',
    '-n',
    NAMESPACE,
    '-o',
    'jsonpath={.items[*].spec.minReplicas}',
  ]).stdout.split(' ');
  const executors = () =>
    deployments().find(({ metadata }) => metadata.name === 'hookmint-hook-executor')?.status.replicas;
  const areScaled = await until(
    'executors are scaled',
    () => Number(executors()) >= Number(atLeast),
    MADE_WITHIN_MS,
  ).then(
    () => true,
    () => false,
  );
  tell(
    `${overlay}: executors are as many as the autoscaler asks for`,
    areScaled,
    `${String(executors())} of ${atLeast}`,
  );
  const counts = deployments().map(({ metadata, status }) => `${metadata.name} ${String(status.replicas)}`);
  tell(`${overlay}: every pod is made`, isRight, counts.join(', '));
  const { stdout } = kubectl(['get', 'events', '-n', NAMESPACE, '--field-selector=reason=FailedCreate', '-o', 'name']);
  tell(`${overlay}: no pod is refused`, stdout.trim() === '', stdout);
}

async function strictestNamespace(plane: ControlPlane): Promise<boolean> {
  if (!applied(plane, 'the namespace', ['-f', join(K8S, 'base/namespace.yaml')])) return false;
  plane.kubectl(['label', '--overwrite', 'namespace', NAMESPACE, ...STRICTEST]);
  const account = ['get', 'serviceaccount', 'default', '-n', NAMESPACE];
  await until('the namespace has its account', () => plane.kubectl(account).isFine);
  return true;
}

async function tryOverlay(plane: ControlPlane, overlay: string): Promise<void> {
  if (!(await strictestNamespace(plane))) return;
  const { stderr } = plane.kubectl(['apply', '--server-side', '-f', '-'], UNCONFINED);
  tell(
    'a pod that confines itself in nothing is refused',
    stderr.includes('violates PodSecurity "restricted'),
    stderr.split(':')[0],
  );
  // The namespace is there, and stricter.
  const documents = parseAllDocuments(plane.kubectl(['kustomize', join(K8S, 'overlays', overlay)]).stdout);
  const own = documents.filter((document) => document.get('kind') !== 'Namespace').map(String);
  if (applied(plane, overlay, ['-f', '-'], own.join(''))) {
    await podsAreMade(plane, overlay);
    applied(plane, `${overlay} once more`, ['-f', '-'], own.join(''));
  }
  plane.kubectl(['delete', 'namespace', NAMESPACE, '--timeout=100s']);
}

/** Installs, upgrades, rolls back and removes the chart, beside another release of it. */
async function tryChart(plane: ControlPlane): Promise<void> {
  const obtained = obtainHelm();
  if ('missing' in obtained) {
    tell('there is a Helm', false, obtained.missing);
    return;
  }
  if (!(await strictestNamespace(plane))) return;
  const helm = (what: string, args: readonly string[], values?: Values): void => {
    const all = [...args, '--namespace', NAMESPACE, '--kubeconfig', plane.kubeconfig];
    const withValues = values === undefined ? all : [...all, '--values', '-'];
    const { isFine, stderr } = obtained.helm(withValues, { input: JSON.stringify(values ?? {}) });
    tell(`Helm: ${what}`, isFine && stderr === '', stderr);
  };
  const ask = (...args: string[]): string => plane.kubectl(['get', '-n', NAMESPACE, ...args]).stdout;
  const facts = (release: string) => ({
    issuer: ask('configmap', release, '-o', 'jsonpath={.data.issuer}'),
    gateways: ask('deployment', `${release}-gateway`, '-o', 'jsonpath={.spec.replicas}'),
    pods: ask('deployment', `${release}-gateway`, '-o', 'jsonpath={.spec.template.metadata.annotations}'),
    jobs: ask('job', '-l', `app.kubernetes.io/instance=${release}`, '-o', 'name').trim(),
  });

  helm('installs', ['install', 'hookmint', CHART], REQUIRED);
  await podsAreMade(plane, 'the chart');
  const first = facts('hookmint');
  helm('installs another release beside it', ['install', 'second', CHART], REQUIRED);
  await podsAreMade(plane, 'two releases');
  helm('removes the other', ['uninstall', 'second']);
  const left = ask(
    'all,configmaps,networkpolicies,ingresses,pdb',
    '-l',
    'app.kubernetes.io/instance=second',
    '-o',
    'name',
  );
  const isGone = await until(
    'the other is gone',
    () => ask('deployments', '-l', 'app.kubernetes.io/instance=second', '-o', 'name') === '',
  ).then(
    () => true,
    () => false,
  );
  tell('Helm: nothing of it is left', isGone, left);
  tell('Helm: the first is as it was', isDeepStrictEqual(facts('hookmint'), first));

  helm('upgrades to the same, and changes nothing', ['upgrade', 'hookmint', CHART], REQUIRED);
  tell('Helm: the same is the same', isDeepStrictEqual(facts('hookmint'), first), JSON.stringify(facts('hookmint')));

  const changed = { ...REQUIRED, issuer: 'https://tokens.example.com/', gateway: { replicas: 4 } };
  helm('upgrades to another issuer and four gateways', ['upgrade', 'hookmint', CHART], changed);
  const second = facts('hookmint');
  const isAnother = second.pods !== first.pods && second.jobs !== first.jobs && !second.jobs.includes('\n');
  tell('Helm: pods and the Job are others', isAnother, second.jobs);
  tell('Helm: with what was changed', second.issuer === changed.issuer && second.gateways === '4');
  helm('rolls back', ['rollback', 'hookmint', '1']);
  tell('Helm: all is as at first', isDeepStrictEqual(facts('hookmint'), first), JSON.stringify(facts('hookmint')));

  const fixed = (values: Values) => ({ ...values, hookExecutor: { autoscaling: { by: 'nothing' }, replicas: 3 } });
  helm('takes the autoscaler away', ['upgrade', 'hookmint', CHART], fixed(REQUIRED));
  helm('and makes it again', ['upgrade', 'hookmint', CHART], REQUIRED);

  helm('removes the first', ['uninstall', 'hookmint']);
  for (const [by, values] of Object.entries(EVERYTHING)) {
    helm(`installs everything that can be on, executors by ${by}`, ['install', 'hookmint', CHART], values);
    helm('removes it', ['uninstall', 'hookmint']);
  }
  plane.kubectl(['delete', 'namespace', NAMESPACE, '--timeout=100s']);
}

async function main(): Promise<void> {
  const missing = NEEDED.filter((program) => spawnSync('sh', ['-c', `command -v ${program}`]).status !== 0);
  if (missing.length > 0) {
    process.stdout.write(`NOT RUN: there is no ${missing.join(', no ')} here\n`);
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), 'hookmint-cluster-'));
  const binaries = kubernetesBinaries();
  const plane = await startControlPlane(binaries, folder);
  try {
    process.stdout.write(`Kubernetes ${KUBERNETES_VERSION}, without nodes\n`);
    for (const [module, path, names] of DEFINITIONS) {
      const { Dir } = download(module);
      const files = readdirSync(join(Dir, path)).filter((name) => names.test(name));
      for (const name of files) applied(plane, `the definition ${name}`, ['-f', join(Dir, path, name)]);
    }
    plane.kubectl(['wait', '--for=condition=Established', 'crd', '--all', '--timeout=60s']);
    await tryChart(plane);
    for (const overlay of OVERLAYS) await tryOverlay(plane, overlay);
    applied(plane, 'the namespace', ['-f', join(K8S, 'base/namespace.yaml')]);
    for (const name of VALUES)
      applied(plane, `values/${name}`, ['-n', NAMESPACE, '-f', join(K8S, 'values', `${name}.yaml`)]);
    for (const component of COMPONENTS)
      for (const file of policiesOf(component))
        applied(plane, `components/${component}`, ['-n', NAMESPACE, '-f', file]);
    applied(plane, 'the alert rules', ['-n', NAMESPACE, '-f', ALERTS]);
  } finally {
    await plane.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

const policiesOf = (component: string): string[] =>
  readdirSync(join(K8S, 'components', component))
    .filter((name) => name !== 'kustomization.yaml')
    .map((name) => join(K8S, 'components', component, name));

try {
  await main();
} catch (error) {
  tell('it runs to its end', false, messageOf(error));
}
process.exitCode = failed === 0 ? 0 : 1;
