import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * `npm run sbom`: what hookmint ships, as CycloneDX JSON: every npm package of production with its hash and licence, those that the console
 * is built of, and Node.
 *   deploy/sbom/main.ts [FILE]   without FILE: to the standard output
 * npm's own `--omit dev` leaves out packages that development needs too, so all are asked for, and the lock file decides.
 */
const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const CONSOLE = `${ROOT}console/`;

type Licence = { license: { id?: string; name?: string } } | { expression: string };
type Component = {
  'bom-ref': string;
  type: string;
  name: string;
  version: string;
  purl: string;
  licenses?: Licence[];
  hashes?: { alg: string; content: string }[];
};
type Bom = {
  metadata: { component: { 'bom-ref': string; name: string } };
  components: Component[];
  dependencies: { ref: string; dependsOn: string[] }[];
};
type Lockfile = { name: string; packages: Record<string, { name?: string; version: string; dev?: true }> };

function npmSbom(folder: string): Bom {
  const npm = process.env.npm_execpath;
  const args = ['sbom', '--sbom-format', 'cyclonedx', '--package-lock-only'];
  const [command, first] = npm?.endsWith('.js') === true ? [process.execPath, [npm]] : ['npm', []];
  const run = spawnSync(command, [...first, ...args], { cwd: folder, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  if (run.status !== 0) throw new Error(`npm sbom failed: ${run.error?.message ?? run.stderr}`);
  return JSON.parse(run.stdout) as Bom;
}

/** Name and version of every package that production needs, by the lock file. */
function shipped({ packages }: Lockfile): Set<string> {
  return new Set(
    Object.entries(packages)
      .filter(([path, { dev }]) => path !== '' && dev !== true)
      .map(([path, { name, version }]) => `${name ?? path.replace(/^.*node_modules\//, '')}@${version}`),
  );
}

/** Old packages name their licences in a way that npm does not read any more. */
function withLicence(component: Component): Component {
  if (component.licenses !== undefined && component.licenses.length > 0) return component;
  const file = `${ROOT}node_modules/${component.name}/package.json`;
  const { version, licenses } = JSON.parse(readFileSync(file, 'utf8')) as {
    version: string;
    licenses?: { type: string }[];
  };
  if (version !== component.version) return component;
  return { ...component, licenses: (licenses ?? []).map(({ type }) => ({ license: { id: type } })) };
}

/** What a lock file ships, as npm lists it. */
function bomOf(folder: string): { bom: Bom; components: Component[]; name: string } {
  const lockfile = JSON.parse(readFileSync(`${folder}package-lock.json`, 'utf8')) as Lockfile;
  const wanted = shipped(lockfile);
  const bom = npmSbom(folder);
  const components = bom.components.filter(({ name, version }) => wanted.has(`${name}@${version}`)).map(withLicence);
  const there = new Set(components.map(({ name, version }) => `${name}@${version}`));
  const missing = [...wanted].filter((one) => !there.has(one));
  if (missing.length > 0) throw new Error(`npm sbom does not list ${missing.join(', ')}`);
  return { bom, components, name: lockfile.name };
}

function make(): Bom {
  const { bom, components: own, name } = bomOf(ROOT);
  const { component } = bom.metadata;
  component.name = name;
  const inPage = bomOf(CONSOLE);
  const known = new Set(own.map((one) => one['bom-ref']));
  const components = [...own, ...inPage.components.filter((one) => !known.has(one['bom-ref']))];
  const refs = new Set([component['bom-ref'], ...components.map((one) => one['bom-ref'])]);
  const node = process.versions.node;
  const nodeRef = `node@${node}`;
  const ofPage = inPage.bom.dependencies.find(({ ref }) => ref === inPage.bom.metadata.component['bom-ref']);
  const onLists = (ref: string): boolean => refs.has(ref) || ref === nodeRef;
  const more = [...(ofPage?.dependsOn ?? []), nodeRef];
  return {
    ...bom,
    components: [
      ...components,
      {
        'bom-ref': nodeRef,
        type: 'platform',
        name: 'node',
        version: node,
        purl: `pkg:generic/node@${node}`,
        licenses: [{ license: { id: 'MIT' } }],
      },
    ],
    dependencies: [
      ...[...bom.dependencies, ...inPage.bom.dependencies.filter(({ ref }) => !known.has(ref))]
        .filter(({ ref }) => refs.has(ref))
        .map(({ ref, dependsOn }) => ({
          ref,
          dependsOn: [...dependsOn, ...(ref === component['bom-ref'] ? more : [])].filter(onLists),
        })),
      { ref: nodeRef, dependsOn: [] },
    ],
  };
}

const text = `${JSON.stringify(make(), null, 2)}\n`;
const [file] = process.argv.slice(2);
if (file === undefined) process.stdout.write(text);
else writeFileSync(file, text);
