import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { messageOf } from '../../shared/errors.ts';
import { complain, print } from '../../shared/terminal.ts';
import { VERSION } from '../../shared/version.ts';
import { NODE_PACKAGES } from '../node/pins.ts';
import { makePackage } from '../package/make-package.ts';
import { packFolder } from '../package/pack-folder.ts';
import { runNpm } from '../package/run-npm.ts';
import { packChart } from './chart-archive.ts';
import { saveImage } from './images.ts';
import { provenanceOf, type Digests } from './provenance.ts';
import { obstacles, sectionOf } from './ready.ts';
import { versionsOf } from './versions.ts';

/**
 * `npm run release -- FOLDER [--without-image]`: makes in an empty folder what a release is: the npm package, the image, the chart, the list of
 * what is shipped, notes, provenance and SHA256SUMS. Exit code 1, and nothing made, when this checkout is not that of a release.
 */
const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const sha256 = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');

function run(command: string, ...args: string[]): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd: ROOT, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args[0] ?? ''} failed: ${error?.message ?? stderr.trim()}`);
  return stdout;
}

/** The list as it is made anew each time: without its own number, and of the time of the commit. */
function writeSbom(file: string, committedAt: Date): void {
  run(process.execPath, join(ROOT, 'deploy/sbom/main.ts'), file);
  const Sbom = z.looseObject({ metadata: z.looseObject({}) });
  const given = Sbom.parse(JSON.parse(readFileSync(file, 'utf8')));
  const metadata = { ...given.metadata, timestamp: committedAt.toISOString() };
  const sbom = { ...given, serialNumber: undefined, metadata };
  writeFileSync(file, `${JSON.stringify(sbom, null, 2)}\n`);
}

/** What is copied whole, and so would carry a file that git ignores and no commit has. */
const COPIED = [
  'cli',
  'deploy/local',
  'deploy/helm/hookmint',
  'hook-build',
  'services',
  'shared',
  'types',
  'console/src',
];
/** Made of the code by each build. */
const MADE = 'console/src/api/openapi.d.ts';

const unknownFiles = (): string[] =>
  run('git', 'ls-files', '--others', '--', ...COPIED)
    .split('\n')
    .filter((path) => path !== '' && path !== MADE)
    .map((path) => `${path} is in no commit, though git ignores it.`);

async function main(to: string, withImage: boolean): Promise<void> {
  const changelog = read('CHANGELOG.md');
  const against = obstacles(run('git', 'status', '--porcelain'), VERSION, versionsOf(ROOT), changelog);
  against.push(...unknownFiles());
  if (against.length > 0) throw new Error(['No release can be made of this checkout.', ...against].join('\n'));
  mkdirSync(to, { recursive: true });
  if (readdirSync(to).length > 0) throw new Error(`${to} is not empty.`);
  // In it, which may be a mount point or a link: what is whole is moved within one file system.
  const folder = mkdtempSync(join(to, '.unfinished-'));
  try {
    await fill(folder, changelog, withImage);
    for (const name of readdirSync(folder)) renameSync(join(folder, name), join(to, name));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  print(`It is in ${to}.`);
}

async function fill(folder: string, changelog: string, withImage: boolean): Promise<void> {
  const commit = run('git', 'rev-parse', 'HEAD').trim();
  const committedAt = new Date(run('git', 'show', '--no-patch', '--format=%cI', 'HEAD').trim());
  const staging = mkdtempSync(join(tmpdir(), 'hookmint-release-'));
  try {
    await makePackage(staging);
    packFolder(staging, folder);
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
  const chart = `hookmint-chart-${VERSION}.tgz`;
  await packChart(join(ROOT, 'deploy/helm/hookmint'), join(folder, chart), committedAt);
  writeSbom(join(folder, `hookmint-${VERSION}.cdx.json`), committedAt);
  writeFileSync(join(folder, 'NOTES.md'), `${sectionOf(changelog, VERSION) ?? ''}\n`);
  const image = withImage
    ? saveImage(ROOT, `hookmint:${VERSION}`, join(folder, `hookmint-image-${VERSION}.oci.tar`), committedAt)
    : { missing: '--without-image' };

  if (run('git', 'rev-parse', 'HEAD').trim() !== commit || run('git', 'status', '--porcelain') !== '')
    throw new Error('The checkout was changed while the release was made of it.');
  const digestsOf = (names: readonly string[]): Digests =>
    Object.fromEntries(names.map((name) => [name, sha256(join(folder, name))]));
  const { optionalDependencies } = z
    .object({ optionalDependencies: z.record(z.string(), z.string()) })
    .parse(JSON.parse(read('package.json')));
  const provenance = provenanceOf(digestsOf(readdirSync(folder).sort()), {
    version: VERSION,
    commit,
    lockfiles: Object.fromEntries(
      ['package-lock.json', 'console/package-lock.json'].map((path) => [path, sha256(join(ROOT, path))]),
    ),
    node: Object.fromEntries(NODE_PACKAGES.map((name) => [name, optionalDependencies[name] ?? ''])),
    tools: {
      node: process.versions.node,
      npm: runNpm(ROOT, '--version').trim(),
      ...('engine' in image ? { podman: image.engine } : {}),
    },
  });
  writeFileSync(join(folder, 'provenance.intoto.json'), `${JSON.stringify(provenance, null, 2)}\n`);
  const sums = Object.entries(digestsOf(readdirSync(folder).sort()));
  writeFileSync(join(folder, 'SHA256SUMS'), sums.map(([name, sum]) => `${sum}  ${name}\n`).join(''));
  print(`hookmint ${VERSION}, of ${commit}:`, ...sums.map(([name]) => `  ${name}`));
  if ('missing' in image) print(`  NO IMAGE: ${image.missing}`);
}

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { 'without-image': { type: 'boolean', default: false } },
});
const [to] = positionals;
try {
  if (to === undefined) throw new Error('Usage: npm run release -- FOLDER [--without-image]');
  await main(resolve(process.env.INIT_CWD ?? process.cwd(), to), !values['without-image']);
} catch (error) {
  complain(messageOf(error));
  process.exitCode = 1;
}
