import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { cacheFolder } from '../../shared/cache-folder.ts';

/** As manifests.test.ts has its schemas. */
export const KUBERNETES_VERSION = '1.34.2';
const PROGRAMS = ['kube-apiserver', 'kube-controller-manager'] as const;
/** Charts ask for it. */
const TELLS_VERSION = `-X k8s.io/component-base/version.gitVersion=v${KUBERNETES_VERSION}`;
const DOWNLOAD_TIMEOUT_MS = 300_000;
/** Ten minutes on two cores; once. */
const BUILD_TIMEOUT_MS = 3_600_000;

export type KubernetesBinaries = Record<(typeof PROGRAMS)[number], string>;

/** Kubernetes' own servers, built by Go from its module proxy, once into the cache folder. @throws when a step fails, with what Go says. */
export function kubernetesBinaries(): KubernetesBinaries {
  const folder = join(cacheFolder(), `kubernetes-v${KUBERNETES_VERSION}`);
  if (!existsSync(folder)) {
    const fresh = `${folder}.${String(process.pid)}`;
    mkdirSync(fresh, { recursive: true });
    try {
      build(fresh);
      renameSync(fresh, folder);
    } finally {
      rmSync(fresh, { recursive: true, force: true });
    }
  }
  return Object.fromEntries(PROGRAMS.map((program) => [program, join(folder, program)])) as KubernetesBinaries;
}

function build(folder: string): void {
  const { GoMod } = download(`k8s.io/kubernetes@v${KUBERNETES_VERSION}`);
  // Its own libraries are in its repository, and published beside it as versions 0.x.
  const staged = [...readFileSync(GoMod, 'utf8').matchAll(/^\s*(k8s\.io\/[a-z-]+) => \.\/staging/gm)];
  const replaced = staged.map(([, name = '']) => `\t${name} => ${name} v0${KUBERNETES_VERSION.slice(1)}`);
  const lines = [
    'module cluster',
    'go 1.24.0',
    `require k8s.io/kubernetes v${KUBERNETES_VERSION}`,
    'replace (',
    ...replaced,
    ')',
  ];
  writeFileSync(join(folder, 'go.mod'), `${lines.join('\n')}\n`);
  const imports = PROGRAMS.map((program) => `import _ "k8s.io/kubernetes/cmd/${program}"\n`);
  writeFileSync(join(folder, 'tools.go'), `//go:build tools\n\npackage cluster\n\n${imports.join('')}`);
  const packages = PROGRAMS.map((program) => `k8s.io/kubernetes/cmd/${program}`);
  go(['mod', 'tidy', '-e'], folder, BUILD_TIMEOUT_MS);
  go(['build', `-ldflags=-s -w ${TELLS_VERSION}`, '-o', `${folder}/`, ...packages], folder, BUILD_TIMEOUT_MS);
}

/** A module of Go in its own cache: the folder of its files, and its go.mod. */
export function download(module: string): { Dir: string; GoMod: string } {
  return z
    .object({ Dir: z.string(), GoMod: z.string() })
    .parse(JSON.parse(go(['mod', 'download', '-json', module], '/', DOWNLOAD_TIMEOUT_MS)));
}

function go(args: string[], cwd: string, timeout: number): string {
  const env = { ...process.env, CGO_ENABLED: '0', GOFLAGS: '-mod=mod' };
  const { status, stdout, stderr, error } = spawnSync('go', args, { cwd, env, timeout, encoding: 'utf8' });
  if (status !== 0) throw new Error(`go ${args.join(' ')}: ${error?.message ?? `${stdout}${stderr}`.slice(-2_000)}`);
  return stdout;
}
