import './quiet.ts';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { parse } from 'yaml';
import { CHART } from '../support/helm.ts';
import { chart, everyObject, REQUIRED, resourcesOf, skip, template, type Values } from './chart-render.ts';
import { EVERYTHING } from './chart-values.ts';
import type { Resource } from './manifests-render.ts';

const VALUES_FILE = readFileSync(join(CHART, 'values.yaml'), 'utf8');
const DEFAULTS = parse(VALUES_FILE) as Values;
const SCHEMA = JSON.parse(readFileSync(join(CHART, 'values.schema.json'), 'utf8')) as Values;

/** The paths of all values that have no other beneath them. */
function leavesOf(values: Values, path: readonly string[] = []): string[][] {
  return Object.entries(values).flatMap(([name, value]) => {
    const own = [...path, name];
    const isSection = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isSection && Object.keys(value).length > 0 ? leavesOf(value as Values, own) : [own];
  });
}
const LEAVES = leavesOf(DEFAULTS);

const at = (values: unknown, [name, ...path]: readonly string[]): unknown =>
  name === undefined ? values : at((values as Values | undefined)?.[name], path);

function changed(values: Values, [name = '', ...path]: readonly string[], value: unknown): Values {
  const inner = (values[name] ?? {}) as Values;
  return { ...values, [name]: path.length === 0 ? value : changed(inner, path, value) };
}

/** Other values for what only takes some words; by the whole path, else by the last name. */
const OTHERS: Record<string, unknown> = {
  issuer: 'https://other.example.com/',
  tag: '9.9.9',
  digest: `sha256:${'0'.repeat(64)}`,
  pullPolicy: 'Always',
  pullSecrets: ['another'],
  url: 'tls://other:4222',
  scrapeInterval: '1m',
  rateLimitMode: 'enforce',
  by: 'nothing',
  otlpEndpoint: 'http://other:4318',
  prometheusUrl: 'http://other:9090',
  runbookUrl: 'https://other.example.com/',
  allowedAddresses: ['10.9.0.0/16'],
  registryAddresses: ['10.9.0.0/16'],
  alsoNotPublic: ['198.51.100.0/24'],
  ports: [8443],
  peers: [{ podSelector: { matchLabels: { other: 'yes' } } }],
  env: { OTEL_SERVICE_NAME: 'other' },
  secretSettings: { LOG_LEVEL: { secret: 'other', key: 'other' } },
  nodeSelector: { other: 'yes' },
  podLabels: { other: 'yes' },
  monitorLabels: { other: 'yes' },
  podAnnotations: { other: 'yes' },
  tolerations: [{ key: 'other', operator: 'Exists' }],
  cpu: '3',
  memory: '5Gi',
  'ephemeral-storage': '5Gi',
};

function otherThan(path: readonly string[]): unknown {
  const before = at(DEFAULTS, path);
  const other = OTHERS[path.at(-1) ?? ''];
  if (other !== undefined) return other;
  if (typeof before === 'boolean') return !before;
  if (typeof before === 'number') return before + 1;
  assert.equal(typeof before, 'string', path.join('.'));
  return 'other';
}

function rendered(values: Values): string {
  const { isFine, stdout, stderr } = template(values);
  assert.ok(isFine, stderr);
  return stdout;
}

/** Whether two renders are other objects. Most are the same text, of which nothing need be read. */
function areOthers(render: string, than: string): boolean {
  const [texts, before] = [render, than].map((text) => new Set(text.split(/^---$/m)));
  const own = (of: Set<string> = new Set(), but: Set<string> = new Set()): string =>
    JSON.stringify(resourcesOf([...of].filter((text) => !but.has(text)).join('---\n')));
  return own(texts, before) !== own(before, texts);
}

const CONTEXTS: Values[] = [...Object.values(EVERYTHING), REQUIRED];

describe('values of the chart', { skip }, () => {
  const before = CONTEXTS.map((context) => (skip === false ? rendered(context) : ''));

  for (const path of LEAVES) {
    it(`${path.join('.')} does something`, () => {
      const differs = CONTEXTS.some((context, index) => {
        return areOthers(rendered(changed(context, path, otherThan(path))), before[index] ?? '');
      });
      assert.ok(differs);
    });
  }

  it('are each described above', () => {
    const lines = VALUES_FILE.split('\n');
    const silent = lines.filter((line, index) => {
      const isLeaf = /^ *[\w./-]+:(?: \S|$)/.test(line) && !/^ *- /.test(line);
      const isSection = line.endsWith(':') && !/^ *(?:peers):$/.test(line);
      return isLeaf && !isSection && !/^ *#/.test(lines[index - 1] ?? '') && !/^ {8}podSelector/.test(line);
    });
    assert.deepEqual(silent, []);
  });

  it('that are unknown are refused by name, wherever they are', () => {
    const sections = new Set(LEAVES.flatMap((path) => path.map((_, index) => path.slice(0, index).join('.'))));
    const isOpen = /^(?:ingress\.annotations|\w+\.resources\.(?:requests|limits))$/;
    const closed = [...sections].filter((section) => !isOpen.test(section));
    assert.ok(closed.length > 25);
    const values = closed.reduce<Values>((all, section) => {
      const path = section === '' ? [] : section.split('.');
      return changed(all, [...path, 'unheardOf'], true);
    }, REQUIRED);
    const { isFine, stderr } = template(values);
    assert.ok(!isFine);
    const named = [...stderr.matchAll(/- at '([^']*)': additional properties 'unheardOf' not allowed/g)];
    assert.deepEqual(named.map(([, place = '']) => place.slice(1).replaceAll('/', '.')).sort(), closed.sort());
  });

  it('are known to the schema by their type: each object of it is closed', () => {
    everyObject(SCHEMA, (object) => {
      if (object.type !== 'object') return;
      const isGlobal = String(object.description).startsWith('What a chart around this one');
      if (isGlobal) return;
      assert.equal(object.additionalProperties, false, JSON.stringify(object).slice(0, 200));
    });
  });

  it('that are required are asked for', () => {
    for (const name of Object.keys(REQUIRED)) {
      const { isFine, stderr } = template({ ...REQUIRED, [name]: DEFAULTS[name] });
      assert.ok(!isFine && stderr.includes(`at '/${name}`), name);
    }
    for (const issuer of ['http://auth.example.com/', 'https://auth.example.com', 'https://u@auth.example.com/']) {
      assert.match(template({ ...REQUIRED, issuer }).stderr, /at '\/issuer'/, issuer);
    }
  });

  it('that are taken away by null are refused by name: nothing is no default', () => {
    const isOpen = (path: readonly string[]): boolean => /^ingress\.annotations|\.resources\./.test(path.join('.'));
    const taken = LEAVES.filter((path) => !isOpen(path));
    const { isFine, stderr } = template(taken.reduce<Values>((values, path) => changed(values, path, null), REQUIRED));
    assert.ok(!isFine);
    const silent = taken.filter((path) => {
      const section = path.slice(0, -1).map((name) => `/${name}`);
      const line = stderr.split('\n').find((one) => one.includes(`- at '${section.join('')}': missing propert`));
      return line?.includes(`'${path.at(-1) ?? ''}'`) !== true;
    });
    assert.deepEqual(silent, []);
    const gone = template({ ...REQUIRED, networkPolicies: null });
    assert.match(gone.stderr, /missing property 'networkPolicies'/);
  });

  it('that contradict each other are refused', () => {
    const autoscaling = { minReplicas: 5, maxReplicas: 4 };
    assert.match(template({ ...REQUIRED, hookExecutor: { autoscaling } }).stderr, /minReplicas is more than/);
  });
});

/** Text that ends a string of YAML, adds members and documents, and would be a template. */
const HOSTILE = `"'\n      evil: true\n---\nkind: Secret\n# {{ .Values.issuer }} \${x} \\`;

describe('hostile values', { skip }, () => {
  const strings = LEAVES.filter((path) => typeof at(DEFAULTS, path) === 'string');
  const more: [path: string[], make: (text: string) => unknown][] = [
    [['gateway', 'env'], (text) => ({ HOOKMINT_X: text })],
    [['signer', 'secretSettings'], (text) => ({ HOOKMINT_X: { secret: text, key: text } })],
    [['management', 'podAnnotations'], (text) => ({ note: text })],
    [['hookBuilder', 'podLabels'], (text) => ({ note: text })],
    [['setup', 'nodeSelector'], (text) => ({ note: text })],
    [['hookExecutor', 'tolerations'], (text) => [{ key: text }]],
    [['hookExecutor', 'egress', 'allowedAddresses'], (text) => [text]],
    [['image', 'pullSecrets'], (text) => [text]],
    [['networkPolicies', 'nats', 'peers'], (text) => [{ podSelector: { matchLabels: { app: text } } }]],
    [['networkPolicies', 'alsoNotPublic'], (text) => [text]],
  ];
  const all = [...strings.map((path) => [path, (text: string): unknown => text] as const), ...more];
  const shapeOf = (resources: readonly Resource[]): string[] => resources.map(({ kind }) => kind).sort();
  const pointer = (path: readonly string[]): string => `'/${path.map((name) => name.replaceAll('/', '~1')).join('/')}`;

  for (const [what, textOf] of [
    ['text that breaks out of a string', (index: number) => `${String(index)}${HOSTILE}`],
    ['text that looks like a number', (index: number) => `${String(index + 100)}e3`],
  ] as const) {
    it(`${what} is refused by name, or is a string as it is`, () => {
      const given = (which: typeof all): Values =>
        which.reduce<Values>(
          (values, [path, make]) => changed(values, path, make(textOf(all.findIndex(([one]) => one === path)))),
          EVERYTHING.queue,
        );
      const { isFine, stderr } = template(given(all));
      assert.ok(!isFine);
      const accepted = all.filter(([path]) => !stderr.includes(`at ${pointer(path)}`));
      assert.ok(accepted.length >= 3, stderr);
      const resources = chart(given(accepted));
      assert.deepEqual(shapeOf(resources), shapeOf(chart(EVERYTHING.queue)));
      const texts: string[] = [];
      everyObject(resources, (object) =>
        texts.push(
          ...Object.values(object)
            .flat()
            .filter((value) => typeof value === 'string'),
        ),
      );
      const lost = accepted.filter(([path]) => {
        const text = textOf(all.findIndex(([one]) => one === path));
        return !texts.some((one) => one.includes(text));
      });
      // The tag is of no account beside a digest, nor are replicas of what is scaled.
      assert.deepEqual(
        lost.map(([path]) => path.join('.')),
        [],
      );
    });
  }

  it('no URL takes a password: it would be in a ConfigMap', () => {
    const urls = strings.filter((path) => /^(url|otlpEndpoint|prometheusUrl)$/.test(path.at(-1) ?? ''));
    assert.ok(urls.length >= 3, urls.join(' '));
    for (const path of urls) {
      const scheme = path.at(-1) === 'url' ? 'tls' : 'https';
      const { isFine, stderr } = template(changed(EVERYTHING.queue, path, `${scheme}://user:password@elsewhere:4222`));
      assert.deepEqual([isFine, stderr.includes(`at ${pointer(path)}`)], [false, true], stderr);
    }
  });
});
