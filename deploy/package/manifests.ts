import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { runNpm } from './run-npm.ts';

/** Packages that the services do without, but not `hookmint start`, which runs their servers. */
const OF_START = ['@nats-io/nkeys', 'mongodb-memory-server-core'];

const Versions = z.record(z.string(), z.string());
const Manifest = z.looseObject({
  name: z.string(),
  version: z.string(),
  type: z.string(),
  dependencies: Versions,
  devDependencies: Versions,
  optionalDependencies: Versions,
});

/** What of package.json is that of the package too. */
const KEPT = ['name', 'version', 'description', 'license', 'type', 'exports', 'engines'];

/**
 * Writes the manifest of the package, those of the application with its lockfile, and, in `node/`, those by which
 * deploy/local/start.js installs Node.
 */
export function writeManifests(root: string, folder: string, app: string): void {
  const manifest = Manifest.parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')));
  const { name, version, type, dependencies, devDependencies, optionalDependencies } = manifest;
  writeJson(join(folder, 'package.json'), {
    ...Object.fromEntries(KEPT.map((member) => [member, manifest[member]])),
    bin: { hookmint: 'app/cli/hookmint.js' },
  });
  const ofStart = OF_START.map((needed) => [needed, devDependencies[needed] ?? missing(needed)] as const);
  const own = { ...dependencies, ...Object.fromEntries(ofStart) };
  lock(root, app, { name, version, type, private: true, dependencies: own });
  const node = join(app, 'node');
  mkdirSync(node);
  lock(root, node, { private: true, optionalDependencies });
}

/** Writes a manifest, and what of the lockfile it asks for. */
function lock(root: string, folder: string, manifest: object): void {
  writeJson(join(folder, 'package.json'), manifest);
  copyFileSync(join(root, 'package-lock.json'), join(folder, 'package-lock.json'));
  runNpm(
    folder,
    'install',
    '--package-lock-only',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
    '--omit-lockfile-registry-resolved',
  );
}

function missing(name: string): never {
  throw new Error(`package.json does not have ${name} any more; the package needs it`);
}

function writeJson(file: string, value: unknown): void {
  writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`);
}
