import './quiet.ts';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { isSecretSetting } from '../../shared/env.ts';
import { CHART } from '../support/helm.ts';
import { asKustomizeHasIt, chart, everyObject, helm, REQUIRED, skip, template, type Values } from './chart-render.ts';
import { EVERYTHING } from './chart-values.ts';
import { complaintOf, environmentOf, isRead, secretFilesOf, settingsOf, workloadsOf } from './manifests-facts.ts';
import { K8S, readResources, render, type Resource } from './manifests-render.ts';
import { breachesOf, customComplaints, isCustom } from './manifests-rules.ts';
import { obtainLinter, obtainValidator } from './manifests-tools.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const VALUES = join(ROOT, 'deploy/helm/values');
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const nameOf = ({ kind, metadata }: Resource): string => `${kind}/${metadata.name}`;
const byName = (resources: readonly Resource[]): Record<string, Resource> =>
  Object.fromEntries(resources.map((resource) => [nameOf(resource), resource]));
const valuesFile = (name: string): string => join(VALUES, `${name}.yaml`);
const validator = obtainValidator();
const linter = obtainLinter();

/** Helm makes no namespace of its own accord: `--create-namespace`, or k8s/base/namespace.yaml. */
const ofKustomize = (folder: string): Resource[] =>
  render(join(K8S, folder)).filter(({ kind }) => kind !== 'Namespace');

describe('the chart makes what kustomize makes', { skip }, () => {
  it('of nothing but the required values: the base', () => {
    assert.deepEqual(byName(chart(REQUIRED).map(asKustomizeHasIt)), byName(ofKustomize('base')));
  });

  const registry = { ...REQUIRED, image: { repository: 'registry.example.com/hookmint' } };
  for (const [overlay, files, values] of [
    ['small', ['small'], REQUIRED],
    ['production', ['production'], registry],
    ['production-keda', ['production', 'production-keda'], registry],
    ['production-prometheus', ['production', 'production-prometheus'], registry],
  ] as const) {
    it(`of values/${overlay}.yaml: that overlay`, () => {
      const made = chart(values, { files: files.map(valuesFile) }).map(asKustomizeHasIt);
      assert.deepEqual(byName(made), byName(ofKustomize(`overlays/${overlay}`)));
    });
  }

  for (const [what, values, file] of [
    ['client-keys', { clientKeys: { fromPublicAddresses: true } }, 'components/client-keys/network-policy.yaml'],
    ['console-oidc', { console: { openidProvider: true } }, 'components/console-oidc/network-policy.yaml'],
    ['the certificates', { certificates: { enabled: true } }, 'values/certificates.yaml'],
    ['the alert rules', { telemetry: { alerts: { enabled: true } } }, '../deploy/grafana/alerts.yaml'],
  ] as const) {
    it(`of a value: the base and ${what}`, () => {
      const more = readResources(join(K8S, file)).map((resource) => ({
        ...resource,
        metadata: { ...resource.metadata, namespace: 'hookmint' },
      }));
      const made = chart({ ...REQUIRED, ...values }).map(asKustomizeHasIt);
      // The certificates have no labels there.
      for (const resource of made) {
        const theirs = more.find((one) => nameOf(one) === nameOf(resource));
        if (theirs !== undefined && theirs.metadata.labels === undefined) delete resource.metadata.labels;
      }
      assert.deepEqual(byName(made), byName([...ofKustomize('base'), ...more]));
    });
  }

  it('and the copy of the alert rules is the same file', () => {
    assert.equal(
      read('deploy/helm/hookmint/files/alerts.yaml'),
      read('deploy/grafana/alerts.yaml'),
      'cp deploy/grafana/alerts.yaml deploy/helm/hookmint/files/',
    );
  });
});

describe('the chart with everything on', { skip }, () => {
  for (const [name, values] of Object.entries(EVERYTHING)) {
    const resources = skip === false ? chart(values) : [];

    it(`${name}: fits the schemas of Kubernetes`, { skip: 'missing' in validator && validator.missing }, () => {
      assert('validate' in validator);
      const foreign = ({ apiVersion }: Resource): boolean => apiVersion.startsWith('cert-manager.io/');
      const own = resources.filter((resource) => !isCustom(resource) && !foreign(resource));
      assert.equal(validator.validate(own), '');
      assert.deepEqual(resources.filter(isCustom).flatMap(customComplaints), []);
    });

    it(`${name}: keeps hookmint's rules, and has no Secret`, () => {
      assert.deepEqual(breachesOf(resources), []);
      assert.equal(
        resources.find(({ kind }) => kind === 'Secret'),
        undefined,
      );
    });

    it(`${name}: leaves the linter nothing to say`, { skip: 'missing' in linter && linter.missing }, () => {
      assert('lint' in linter);
      assert.deepEqual(linter.lint(resources), []);
    });

    it(`${name}: tells services what they read, and all that they need`, () => {
      const secret = (_: string, key: string): string =>
        key.startsWith('NATS_') ? 'SUAxxx' : key.startsWith('connection') ? 'mongodb://x/' : 'k'.repeat(43);
      for (const workload of workloadsOf(resources)) {
        const { service } = workload;
        const settings = settingsOf(workload, resources, secret);
        const unread = Object.keys(settings).filter((setting) => !isRead(service, setting));
        assert.deepEqual(unread, [], service);
        assert.equal(complaintOf(service, settings), undefined, service);
      }
    });
  }
});

describe('releases', { skip }, () => {
  const [one, other] = ['hookmint', 'second'].map((release) => (skip === false ? chart(REQUIRED, { release }) : []));

  it('of one namespace have no object in common', () => {
    assert(one !== undefined && other !== undefined);
    assert.equal(one.length, other.length);
    const names = new Set(one.map(nameOf));
    assert.deepEqual(
      other.map(nameOf).filter((name) => names.has(name)),
      [],
    );
    assert.ok(other.every(({ metadata }) => metadata.name.startsWith('second-hookmint')));
  });

  it('select and let in only pods of their own', () => {
    assert(other !== undefined);
    let selectors = 0;
    everyObject(other, (object) => {
      const isOurs =
        object['app.kubernetes.io/name'] === 'hookmint' || object['app.kubernetes.io/part-of'] === 'hookmint';
      if (!isOurs) return;
      selectors += 1;
      assert.equal(object['app.kubernetes.io/instance'], 'second');
    });
    assert.ok(selectors > 40, String(selectors));
  });

  it('use Secrets of their own', () => {
    assert(one !== undefined && other !== undefined);
    const secrets = (resources: readonly Resource[]) => workloadsOf(resources).flatMap(secretFilesOf);
    assert.deepEqual(
      secrets(other).map(({ secret }) => secret),
      secrets(one).map(({ secret }) => secret.replace('hookmint-', 'second-hookmint-')),
    );
    assert.ok(secrets(one).length > 10);
  });

  it('make pods anew, and another Job, when the configuration changes; and neither when nothing does', () => {
    assert(one !== undefined);
    const hashes = (resources: readonly Resource[]) =>
      resources.flatMap((resource) => {
        const { template: pod } = (resource.spec ?? {}) as { template?: { metadata: Resource['metadata'] } };
        return pod === undefined
          ? []
          : [`${resource.metadata.name} ${String(pod.metadata.annotations?.['checksum/config'])}`];
      });
    const before = hashes(one);
    assert.deepEqual(hashes(chart(REQUIRED)), before);
    const after = hashes(chart({ ...REQUIRED, issuer: 'https://other.example.com/' }));
    assert.equal(before.length, 6);
    assert.deepEqual(
      after.filter((hash) => before.includes(hash)),
      [],
    );
    const job = (resources: readonly Resource[]) => resources.find(({ kind }) => kind === 'Job')?.metadata.name;
    assert.notEqual(job(chart({ ...REQUIRED, image: { repository: 'hookmint', tag: '0.2.0' } })), job(one));
  });

  it('whose name is too long are told so, and take another', () => {
    const release = 'a'.repeat(40);
    assert.match(template(REQUIRED, { release }).stderr, /more than 40 characters: set fullnameOverride/);
    for (const odd of ['1st', 'a.b']) {
      assert.match(template(REQUIRED, { release: odd }).stderr, /cannot be the name of a Service/);
    }
    const fullnameOverride = `${'b'.repeat(39)}c`;
    for (const { metadata } of chart({ ...REQUIRED, fullnameOverride }, { release })) {
      assert.ok(metadata.name.length <= 63, metadata.name);
    }
  });
});

describe('the chart', { skip }, () => {
  it('passes helm lint', () => {
    const files = ['production', 'production-keda', 'production-prometheus'].map(valuesFile);
    for (const more of [[], [valuesFile('small')], files]) {
      const args = ['lint', '--strict', CHART, ...[...more, '-'].flatMap((file) => ['--values', file])];
      const { isFine, stdout, stderr } = helm(args, { input: JSON.stringify(REQUIRED) });
      assert.ok(isFine, `${stdout}${stderr}`);
    }
  });

  it('has the version of the package, and an image of it', () => {
    const { version } = JSON.parse(read('package.json')) as { version: string };
    const about = parse(read('deploy/helm/hookmint/Chart.yaml')) as { version: string; appVersion: string };
    assert.deepEqual([about.version, about.appVersion], [version, version]);
    const images = workloadsOf(chart(REQUIRED)).map(({ container }) => container.image);
    assert.deepEqual(new Set(images), new Set([`hookmint:${version}`]));
  });

  it('sets no variable that `env` may set too, and takes no secret there', () => {
    const names = {
      gateway: 'gateway',
      hookExecutor: 'hook-executor',
      hookBuilder: 'hook-builder',
      management: 'management',
      signer: 'signer',
      setup: 'setup',
    };
    const workloads = Object.values(EVERYTHING).flatMap((values) => {
      const resources = chart(values);
      return workloadsOf(resources).map((workload) => ({ workload, resources }));
    });
    for (const [key, service] of Object.entries(names)) {
      const of = workloads.filter(({ workload }) => workload.service === service);
      const given = (EVERYTHING.cpu as Record<string, { env: Values; secretSettings?: Values }>)[key];
      const own = of.flatMap(({ workload, resources }) => Object.keys(environmentOf(workload.container, resources)));
      const files = of.flatMap(({ workload }) => secretFilesOf(workload).map(({ path }) => path));
      const refused = (member: 'env' | 'secretSettings', names: readonly string[], value: unknown): void => {
        const members = Object.fromEntries(names.map((name) => [name, value]));
        const { isFine, stderr } = template({ ...REQUIRED, [key]: { [member]: members } });
        assert.ok(!isFine);
        const taken = names.filter((name) => !stderr.includes(`- at '/${key}/${member}/${name}': false schema`));
        assert.deepEqual(taken, [], `${key}.${member}`);
      };
      const secrets = files.filter((name) => isSecretSetting(name));
      refused(
        'env',
        [...own, ...secrets].filter((name) => given?.env[name] === undefined),
        'x',
      );
      if (given?.secretSettings === undefined) continue;
      const more = Object.keys(given.secretSettings);
      refused(
        'secretSettings',
        files.filter((name) => !more.includes(name)),
        { secret: 'x', key: 'x' },
      );
    }
  });

  it('ends its installation with what the first token takes, with the names that there are', () => {
    const notes = (values: Values): string => {
      const { isFine, stdout, stderr } = helm(
        ['install', 'hookmint', CHART, '--dry-run=client', '--namespace', 'auth', '--values', '-'],
        { input: JSON.stringify({ ...REQUIRED, ...values }) },
      );
      assert.ok(isFine, stderr);
      return stdout.split('NOTES:')[1] ?? '';
    };
    const said = notes({});
    const secrets = workloadsOf(chart(REQUIRED)).flatMap(secretFilesOf);
    assert.match(
      said,
      new RegExp(` get secret ${[...new Set(secrets.map(({ secret }) => secret))].length === 8 ? '' : 'never'}`),
    );
    for (const { secret } of secrets) assert.ok(said.includes(` ${secret} `), secret);
    assert.match(
      said,
      /-d audience=https:\/\/auth\.example\.com\/api\/v2\/ https:\/\/auth\.example\.com\/oauth\/token/,
    );
    assert.match(said, /kubectl -n auth get secret hookmint-management -o jsonpath/);
    assert.doesNotMatch(said, /port-forward|cert-manager|no NetworkPolicies/);
    const other = notes({
      ingress: { enabled: false },
      certificates: { enabled: true },
      networkPolicies: { enabled: false },
    });
    assert.match(other, /port-forward service\/hookmint-gateway 8080:8080/);
    assert.match(other, /http:\/\/127\.0\.0\.1:8080\/oauth\/token/);
    assert.match(other, /create configmap hookmint-ca --from-file=ca\.crt/);
    assert.match(other, /no NetworkPolicies/);
  });
});
