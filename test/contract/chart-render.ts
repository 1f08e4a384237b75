import assert from 'node:assert/strict';
import { parseAllDocuments } from 'yaml';
import { CHART, obtainHelm, type Helm } from '../support/helm.ts';
import type { Resource } from './manifests-render.ts';

export type Values = Record<string, unknown>;

/** What has no default. */
export const REQUIRED: Values = { issuer: 'https://auth.example.com/', image: { repository: 'hookmint' } };

const obtained = obtainHelm();
export const skip = 'missing' in obtained && obtained.missing;

export const helm: Helm = (args, options) => {
  assert('helm' in obtained);
  return obtained.helm(args, options);
};

/** Runs `helm template` with values of ours beside those in files. */
export function template(values: Values, { release = 'hookmint', files = [] as readonly string[] } = {}) {
  const all = [...files, '-'].flatMap((file) => ['--values', file]);
  return helm(['template', release, CHART, '--namespace', 'hookmint', ...all], { input: JSON.stringify(values) });
}

/** What the chart makes of values. @throws for values that it refuses. */
export function chart(values: Values, options?: Parameters<typeof template>[1]): Resource[] {
  const { isFine, stdout, stderr } = template(values, options);
  assert.ok(isFine, stderr);
  return resourcesOf(stdout);
}

/** @throws for a document that does not parse. */
export function resourcesOf(text: string): Resource[] {
  return parseAllDocuments(text).flatMap((document) => {
    if (document.errors[0] !== undefined) throw document.errors[0];
    const resource = document.toJS() as Resource | null;
    return resource === null ? [] : [resource];
  });
}

/** Labels by which Helm, and people with several releases, tell objects apart. Kustomize has none. */
const OF_HELM = ['app.kubernetes.io/instance', 'app.kubernetes.io/managed-by', 'helm.sh/chart'];

/** A resource of the chart without what only a chart has: those labels, the hash of the configuration, and that in the name of the Job. */
export function asKustomizeHasIt(resource: Resource): Resource {
  const copy = structuredClone(resource);
  everyObject(copy, (object) => {
    for (const label of OF_HELM) Reflect.deleteProperty(object, label);
    const annotations = object.annotations as Values | undefined;
    if (annotations === undefined || !('checksum/config' in annotations)) return;
    delete annotations['checksum/config'];
    if (Object.keys(annotations).length === 0) delete object.annotations;
  });
  if (copy.kind === 'Job') copy.metadata.name = copy.metadata.name.replace(/-[0-9a-f]{8}$/, '');
  return copy;
}

/** Calls with every object in a value, the value itself too. */
export function everyObject(value: unknown, visit: (object: Values) => void): void {
  if (typeof value !== 'object' || value === null) return;
  if (!Array.isArray(value)) visit(value as Values);
  for (const member of Object.values(value)) everyObject(member, visit);
}
