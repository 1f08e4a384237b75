import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import type { Versions } from './ready.ts';

const Manifest = z.object({ version: z.string() });
const IMAGE = /^\s*(?:- )?image: hookmint:(\S+)$/gm;
const NEW_TAG = /\bname: hookmint,.*\bnewTag: ([^\s,}]+)/g;

/** Every place of a checkout that names hookmint's version, but package.json. */
export function versionsOf(root: string): Versions {
  const read = (path: string): string => readFileSync(join(root, path), 'utf8');
  const ofManifest = (path: string): string => Manifest.parse(JSON.parse(read(path))).version;
  const chart = z
    .object({ version: z.string(), appVersion: z.string() })
    .parse(parse(read('deploy/helm/hookmint/Chart.yaml')));
  const manifests = ['package-lock.json', 'console/package.json'];
  const ofImages = [
    ...readdirSync(join(root, 'k8s/base')).map((name) => `k8s/base/${name}`),
    'deploy/compose/compose.yaml',
  ];
  const overlays = readdirSync(join(root, 'k8s/overlays')).map((name) => `k8s/overlays/${name}/kustomization.yaml`);
  const images = [...ofImages, ...overlays].flatMap((path) =>
    [...read(path).matchAll(IMAGE), ...read(path).matchAll(NEW_TAG)].map(
      ([, version], n) => [`Image ${String(n + 1)} in ${path}`, version] as const,
    ),
  );
  return {
    ...Object.fromEntries(manifests.map((path) => [path, ofManifest(path)])),
    'version of the chart': chart.version,
    'appVersion of the chart': chart.appVersion,
    ...Object.fromEntries(images),
  };
}
