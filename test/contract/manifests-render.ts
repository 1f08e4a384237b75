import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseAllDocuments, parse } from 'yaml';
import { z } from 'zod';

export const K8S = fileURLToPath(new URL('../../k8s/', import.meta.url));

/** A Kubernetes resource, as far as all of them are alike. */
export type Resource = {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; annotations?: Record<string, string>; labels?: Record<string, string> };
} & Record<string, unknown>;

/** What of kustomize is used here. Another field is an error, and so is never silently left out. */
const Kustomization = z.strictObject({
  apiVersion: z.string(),
  kind: z.enum(['Kustomization', 'Component']),
  namespace: z.string().optional(),
  resources: z.array(z.string()).default([]),
  components: z.array(z.string()).default([]),
  images: z.array(z.strictObject({ name: z.string(), newName: z.string(), newTag: z.coerce.string() })).default([]),
  replicas: z.array(z.strictObject({ name: z.string(), count: z.number() })).default([]),
  patches: z
    .array(z.strictObject({ target: z.strictObject({ kind: z.string(), name: z.string() }), patch: z.string() }))
    .default([]),
});
type Kustomization = z.infer<typeof Kustomization>;

const CLUSTER_WIDE = new Set(['Namespace']);

/** Reads every document of a YAML file. @throws for one that does not parse. */
export function readResources(file: string): Resource[] {
  return parseAllDocuments(readFileSync(file, 'utf8'), { merge: true }).map((document) => {
    if (document.errors[0] !== undefined) throw document.errors[0];
    return document.toJS() as Resource;
  });
}

/** Renders an overlay as `kubectl kustomize` does: a machine without kubectl can check the manifests too. */
export function render(folder: string): Resource[] {
  const kustomization = Kustomization.parse(parse(readFileSync(join(folder, 'kustomization.yaml'), 'utf8')));
  const isFolder = (path: string): boolean => statSync(path).isDirectory();
  const resources = kustomization.resources.flatMap((entry) => {
    const path = join(folder, entry);
    return isFolder(path) ? render(path) : readResources(path);
  });
  return kustomization.components
    .reduce(
      (rendered, entry) => renderComponent(join(folder, entry), rendered),
      resources,
      // A component sees what was accumulated before; then come the transformers of the kustomization itself.
    )
    .flatMap((resource) => transform(resource, kustomization));
}

function renderComponent(folder: string, before: Resource[]): Resource[] {
  const component = Kustomization.parse(parse(readFileSync(join(folder, 'kustomization.yaml'), 'utf8')));
  const added = component.resources.flatMap((entry) => readResources(join(folder, entry)));
  return [...before, ...added].flatMap((resource) => transform(resource, component));
}

function transform(original: Resource, { namespace, images, replicas, patches }: Kustomization): Resource[] {
  const resource = structuredClone(original);
  if (namespace !== undefined && !CLUSTER_WIDE.has(resource.kind)) resource.metadata.namespace = namespace;
  for (const { target, patch } of patches) {
    if (target.kind !== resource.kind || target.name !== resource.metadata.name) continue;
    const parsed: unknown = parse(patch);
    if (!Array.isArray(parsed)) {
      if ((parsed as { $patch?: string }).$patch !== 'delete')
        throw new Error('of strategic merge, only $patch: delete');
      return [];
    }
    for (const operation of parsed) apply(resource, Operation.parse(operation));
  }
  const spec = resource.spec as
    { replicas?: number; template?: { spec?: { containers?: { image: string }[] } } } | undefined;
  for (const { name, count } of replicas) {
    if (spec !== undefined && resource.kind === 'Deployment' && resource.metadata.name === name) spec.replicas = count;
  }
  for (const container of spec?.template?.spec?.containers ?? []) {
    const image = images.find(({ name }) => name === container.image.split(':')[0]);
    if (image !== undefined) container.image = `${image.newName}:${image.newTag}`;
  }
  return [resource];
}

const Operation = z.strictObject({
  op: z.enum(['replace', 'add']),
  path: z.string().startsWith('/'),
  value: z.unknown(),
});

/** RFC 6902: what is replaced has to be there (§4.3), and what is added goes to the end of a list that is (§4.1). */
function apply(resource: Resource, { op, path, value }: z.infer<typeof Operation>): void {
  const keys = path
    .slice(1)
    .split('/')
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
  const last = keys.pop() ?? '';
  let parent: unknown = resource;
  for (const key of keys) parent = (parent as Record<string, unknown>)[key];
  if (op === 'add') {
    if (last !== '-' || !Array.isArray(parent)) throw new Error(`no list at ${path} to add to`);
    parent.push(value);
    return;
  }
  if (typeof parent !== 'object' || parent === null || !(last in parent))
    throw new Error(`nothing at ${path} to replace`);
  (parent as Record<string, unknown>)[last] = value;
}
