import './quiet.ts';
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { parseAllDocuments } from 'yaml';
import {
  complaintOf,
  environmentOf,
  isRead,
  secretFilesOf,
  SERVICES,
  settingsOf,
  workloadsOf,
} from './manifests-facts.ts';
import { K8S, render, type Resource } from './manifests-render.ts';
import { breachesOf, customComplaints, isCustom } from './manifests-rules.ts';
import { obtainLinter, obtainValidator } from './manifests-tools.ts';

const OVERLAYS = ['small', 'production', 'production-keda', 'production-prometheus'];
const rendered = new Map(OVERLAYS.map((name) => [name, render(join(K8S, 'overlays', name))]));
const production = (): Resource[] => structuredClone(rendered.get('production') ?? []);
const nameOf = ({ kind, metadata }: Resource): string => `${kind}/${metadata.name}`;

/** Changes one Deployment of a copy of the production manifests. */
function spoiled(name: string, spoil: (spec: Spoilable) => void): Resource[] {
  const resources = production();
  const found = resources.find((resource) => nameOf(resource) === `Deployment/${name}`);
  assert(found !== undefined);
  spoil((found as unknown as { spec: Spoilable }).spec);
  return resources;
}
type Spoilable = {
  replicas: unknown;
  template: { spec: { containers: [Record<string, unknown>]; hostNetworks?: unknown } };
};

/** What `small` is: one of each. Everything else holds for it too. */
const SMALL_MEANS = /Deployment few replicas|HPA few replicas/;

const validator = obtainValidator();
const linter = obtainLinter();

describe('the manifests', () => {
  for (const [overlay, resources] of rendered) {
    it(
      `${overlay}: are what kubectl makes of them`,
      { skip: hasKubectl() ? false : 'no kubectl on this machine' },
      () => {
        const { stdout } = spawnSync('kubectl', ['kustomize', join(K8S, 'overlays', overlay)], { encoding: 'utf8' });
        const theirs = parseAllDocuments(stdout).map((document) => document.toJS() as Resource);
        assert.deepEqual(byName(resources), byName(theirs));
      },
    );

    it(`${overlay}: fit the schemas of Kubernetes`, { skip: 'missing' in validator && validator.missing }, () => {
      assert('validate' in validator);
      assert.equal(validator.validate(resources.filter((resource) => !isCustom(resource))), '');
    });

    it(`${overlay}: fit the schemas of what is not Kubernetes' own, and keep hookmint's rules`, () => {
      assert.deepEqual(resources.filter(isCustom).flatMap(customComplaints), []);
      assert.deepEqual(breachesOf(resources), []);
    });

    it(`${overlay}: leave the linter nothing to say`, { skip: 'missing' in linter && linter.missing }, () => {
      assert('lint' in linter);
      const isMeant = (line: string): boolean => overlay === 'small' && SMALL_MEANS.test(line);
      assert.deepEqual(
        linter.lint(resources).filter((line) => !isMeant(line)),
        [],
      );
    });
  }
});

describe('the checks fail', () => {
  it(
    'for a field of the wrong type, and one that does not exist',
    { skip: 'missing' in validator && validator.missing },
    () => {
      assert('validate' in validator);
      const wrongType = spoiled('hookmint-gateway', (spec) => {
        spec.replicas = '3';
      });
      assert.match(validator.validate(wrongType.filter((resource) => !isCustom(resource))), /replicas.*is not of type/);
      const unknownField = spoiled('hookmint-gateway', (spec) => {
        spec.template.spec.hostNetworks = true;
      });
      assert.match(validator.validate(unknownField.filter((resource) => !isCustom(resource))), /hostNetworks/);
    },
  );

  it('for a wrong field of a custom resource', () => {
    const scaled = structuredClone(rendered.get('production-keda')?.find(({ kind }) => kind === 'ScaledObject'));
    assert(scaled !== undefined);
    (scaled.spec as { maxReplicaCount: unknown }).maxReplicaCount = '20';
    assert.match(customComplaints(scaled).join(), /spec\.maxReplicaCount/);
  });

  for (const probe of ['livenessProbe', 'readinessProbe', 'startupProbe']) {
    it(`without a ${probe}`, () => {
      const resources = spoiled('hookmint-signer', ({ template }) => {
        Reflect.deleteProperty(template.spec.containers[0], probe);
      });
      assert.match(breachesOf(resources).join(), new RegExp(`signer: has a ${probe.replace('Probe', '')} probe`));
    });
  }

  it('without probes, for the linter too', { skip: 'missing' in linter && linter.missing }, () => {
    assert('lint' in linter);
    const resources = spoiled('hookmint-gateway', ({ template }) => {
      for (const probe of ['livenessProbe', 'readinessProbe']) {
        Reflect.deleteProperty(template.spec.containers[0], probe);
      }
    });
    assert.match(linter.lint(resources).join(), /hookmint-gateway.*probe/i);
  });

  it('for a secret in an environment', () => {
    const resources = spoiled('hookmint-signer', ({ template }) => {
      const [container] = template.spec.containers;
      const secretKeyRef = { name: 'hookmint-signer', key: 'NATS_NKEY_SEED' };
      container.env = [...(container.env as object[]), { name: 'NATS_NKEY_SEED', valueFrom: { secretKeyRef } }];
    });
    assert.match(breachesOf(resources).join(), /signer: has no secret in its environment/);
  });

  it('for a container that may write to its image', () => {
    const resources = spoiled('hookmint-hook-executor', ({ template }) => {
      template.spec.containers[0].securityContext = {};
    });
    assert.match(breachesOf(resources).join(), /hook-executor: cannot write to its image/);
  });
});

describe('what strangers meet', () => {
  it('is limited at the Ingress, by address: requests a second and connections', () => {
    for (const resources of rendered.values()) {
      const ingress = resources.find(({ kind }) => kind === 'Ingress');
      const limit = (name: string) => Number(ingress?.metadata.annotations?.[`nginx.ingress.kubernetes.io/${name}`]);
      for (const name of ['limit-rps', 'limit-burst-multiplier', 'limit-connections']) {
        assert.ok(limit(name) >= 1 && limit(name) <= 1_000, name);
      }
    }
  });
});

describe('the manifests and the code', () => {
  const resources = production();
  const workloads = workloadsOf(resources);
  const placeholder = (secret: string, key: string): string =>
    ({
      NATS_NKEY_SEED: 'SUAxxx',
      NATS_STORAGE_NKEY_SEED: 'SUAxxx',
      'connectionString.standard': `mongodb://${secret}/`,
    })[key] ?? 'k'.repeat(43);

  it('agree on what there is to run', () => {
    assert.deepEqual(workloads.map(({ service }) => service).sort(), [...SERVICES].sort());
  });

  for (const workload of workloads) {
    const { service, container } = workload;
    it(`${service}: every variable is read, and none that is needed is missing`, () => {
      const settings = settingsOf(workload, resources, placeholder);
      assert.deepEqual(
        Object.keys(settings).filter((name) => !isRead(service, name)),
        [],
      );
      assert.equal(complaintOf(service, settings), undefined);
      assert(!isRead(service, 'HOOKMINT_NO_SUCH_SETTING'));
    });

    it(`${service}: its ports are those that it is told to serve`, () => {
      const env = environmentOf(container, resources);
      const told = env.HOOKMINT_HTTP_PORT ?? env.HOOKMINT_HEALTH_PORT;
      assert.deepEqual(
        container.ports?.map(({ containerPort }) => String(containerPort)),
        told === undefined ? undefined : [told],
      );
    });

    it(`${service}: its secrets are its own`, () => {
      const secrets = secretFilesOf(workload).map(({ secret }) => secret);
      const own = [`hookmint-${service}`, `hookmint-${service}-mongodb`];
      assert.equal(secrets.length > 0, service !== 'hook-builder');
      assert.deepEqual(
        secrets.filter((name) => !own.includes(name)),
        [],
      );
    });
  }

  it('tell every service who vouches for NATS, and mount that', () => {
    for (const { service, container } of workloads.filter(({ service }) => service !== 'hook-builder')) {
      const file = environmentOf(container, resources).NATS_CA_FILE ?? '';
      const mount = container.volumeMounts?.find(({ mountPath }) => file.startsWith(`${mountPath}/`));
      assert.equal(mount?.name, 'ca', service);
    }
  });

  it('give the key of the private keys to the signer alone, and the executor no store', () => {
    const having = (name: string): string[] =>
      workloads
        .filter((workload) => secretFilesOf(workload).some(({ path }) => path === name))
        .map(({ service }) => service);
    assert.deepEqual(having('HOOKMINT_SIGNING_KEY_ENCRYPTION_KEY'), ['signer']);
    assert.deepEqual(having('HOOKMINT_SIGN_REQUEST_KEY').sort(), ['gateway', 'signer']);
    assert.deepEqual(having('HOOKMINT_KEYS_REQUEST_KEY').sort(), ['management', 'signer']);
    assert.deepEqual(having('MONGODB_URL').sort(), ['gateway', 'management', 'signer']);
  });

  for (const [asker, variable] of [
    ['gateway', 'HOOKMINT_MANAGEMENT_URL'],
    ['management', 'HOOKMINT_HOOK_BUILDER_URL'],
  ] as const) {
    it(`agree on whom ${asker} asks`, () => {
      const workload = workloads.find(({ service }) => service === asker);
      assert(workload !== undefined);
      const url = new URL(environmentOf(workload.container, resources)[variable] ?? '');
      const service = resources.find((resource) => nameOf(resource) === `Service/${url.hostname}`);
      const [port] = (service as unknown as { spec: { ports: { port: number }[] } }).spec.ports;
      assert.equal(String(port?.port), url.port);
    });
  }

  it('give the hook-builder nothing to hold, and let nobody but management ask it', () => {
    const workload = workloads.find(({ service }) => service === 'hook-builder');
    assert(workload !== undefined);
    assert.deepEqual(Object.keys(environmentOf(workload.container, resources)).sort(), [
      'HOOKMINT_CACHE_DIR',
      'HOOKMINT_HTTP_PORT',
      'HOOKMINT_SANDBOX_WALL',
    ]);
    assert.deepEqual(
      workload.pod.volumes?.map(({ name, emptyDir }) => [name, emptyDir !== undefined]),
      [
        ['tmp', true],
        ['cache', true],
      ],
    );
    const policy = resources.find((resource) => nameOf(resource) === 'NetworkPolicy/hookmint-hook-builder');
    assert.deepEqual((policy as unknown as { spec: { ingress: unknown } }).spec.ingress, [
      {
        from: [
          {
            podSelector: {
              matchLabels: { 'app.kubernetes.io/name': 'hookmint', 'app.kubernetes.io/component': 'management' },
            },
          },
        ],
        ports: [{ protocol: 'TCP', port: 8082 }],
      },
    ]);
    const others = resources.filter(
      ({ kind, metadata }) =>
        kind === 'NetworkPolicy' && metadata.labels?.['app.kubernetes.io/part-of'] === 'hookmint-servers',
    );
    assert.ok(others.length >= 3);
    assert.doesNotMatch(JSON.stringify(others), /hook-builder/);
  });

  it('let the network go where the design says, and nowhere else', () => {
    const reached = (service: string): string[] => {
      const policy = resources.find((resource) => nameOf(resource) === `NetworkPolicy/hookmint-${service}`);
      assert(policy !== undefined, service);
      return (policy as unknown as NetworkPolicy).spec.egress.flatMap(({ to, ports }) =>
        to.flatMap(({ podSelector, ipBlock }) => {
          const labels = podSelector?.matchLabels ?? {};
          const peer = labels['app.kubernetes.io/component'] ?? labels['app.kubernetes.io/name'] ?? labels.app;
          return `${ipBlock === undefined ? String(peer) : 'public'}:${ports.map(({ port }) => port).join()}`;
        }),
      );
    };
    const [nats, mongodb, otel] = ['nats:4222', 'hookmint-mongodb-svc:27017', 'opentelemetry-collector:4318'] as const;
    assert.deepEqual(reached('gateway'), [nats, mongodb, 'management:8081', otel]);
    assert.deepEqual(reached('management'), [nats, mongodb, otel, 'hook-builder:8082']);
    assert.deepEqual(reached('hook-builder'), ['public:443', 'public:443']);
    assert.deepEqual(reached('hook-executor'), [nats, otel, 'public:80,443', 'public:80,443']);
    assert.deepEqual(reached('signer'), [nats, mongodb, otel]);
    assert.deepEqual(reached('setup'), [nats]);
    const deny = resources.find((resource) => nameOf(resource) === 'NetworkPolicy/hookmint-default-deny');
    assert.deepEqual((deny as unknown as { spec: unknown }).spec, {
      podSelector: { matchLabels: { 'app.kubernetes.io/part-of': 'hookmint' } },
      policyTypes: ['Ingress', 'Egress'],
    });
  });
});

describe('metrics that Prometheus asks the pods for', () => {
  const resources = rendered.get('production-prometheus') ?? [];
  const workloads = workloadsOf(resources).filter(({ kind }) => kind === 'Deployment');

  for (const { service, container } of workloads) {
    it(`${service}: are served where the PodMonitor looks, beside what it serves otherwise`, () => {
      const env = environmentOf(container, resources);
      assert.deepEqual(
        Object.keys(env).filter((name) => !isRead(service, name)),
        [],
      );
      assert.equal(env.OTEL_METRICS_EXPORTER, 'prometheus');
      assert.equal(env.OTEL_EXPORTER_PROMETHEUS_HOST, '0.0.0.0');
      const told = env.HOOKMINT_HTTP_PORT ?? env.HOOKMINT_HEALTH_PORT;
      assert.deepEqual(
        container.ports?.map(({ containerPort }) => String(containerPort)),
        [told, env.OTEL_EXPORTER_PROMETHEUS_PORT],
      );
      const monitor = resources.find((resource) => nameOf(resource) === 'PodMonitor/hookmint') as unknown as {
        spec: { podMetricsEndpoints: { port: string }[] };
      };
      assert.deepEqual(
        monitor.spec.podMetricsEndpoints.map(({ port }) => port),
        container.ports.slice(1).map(({ name }) => name),
      );
    });
  }

  it('are for Prometheus only, and no service of the cluster leads to them', () => {
    const policy = resources.find((resource) => nameOf(resource) === 'NetworkPolicy/hookmint-metrics');
    const { spec } = policy as unknown as {
      spec: { podSelector: { matchExpressions: [{ values: string[] }] }; ingress: unknown };
    };
    assert.deepEqual(
      [...spec.podSelector.matchExpressions[0].values].sort(),
      workloads.map(({ service }) => service).sort(),
    );
    assert.deepEqual(spec.ingress, [
      {
        from: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'monitoring' } } }],
        ports: [{ protocol: 'TCP', port: 9464 }],
      },
    ]);
    const exposed = resources
      .filter(({ kind }) => kind === 'Service' || kind === 'Ingress')
      .filter((resource) => /metrics|9464/.test(JSON.stringify(resource)));
    assert.deepEqual(exposed.map(nameOf), []);
  });

  it('are off where nobody asked for them', () => {
    const others = OVERLAYS.filter((name) => name !== 'production-prometheus');
    for (const overlay of others) assert.doesNotMatch(JSON.stringify(rendered.get(overlay)), /9464|"prometheus"\}/);
  });
});

type NetworkPolicy = {
  spec: {
    egress: {
      to: { podSelector?: { matchLabels: Record<string, string> }; ipBlock?: object }[];
      ports: { port: number }[];
    }[];
  };
};

function byName(resources: readonly Resource[]): Record<string, Resource> {
  return Object.fromEntries(resources.map((resource) => [nameOf(resource), resource]));
}

function hasKubectl(): boolean {
  return spawnSync('kubectl', ['version', '--client'], { encoding: 'utf8' }).status === 0;
}
