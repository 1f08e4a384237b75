import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { major, valid } from 'semver';
import { z } from 'zod';
import { disagreements, dockerfileOn, newerInLine, NODE_PACKAGE, NODE_PACKAGES } from './pins.ts';

/**
 * `npm run node`: whether every place has the Node that package.json pins, and whether its line has a newer one.
 * `npm run node -- --update VERSION` puts VERSION in all places, installs it, and runs the checks and the tests with it.
 *
 * Exit code 0: all agree, or the tests passed; 1: they do not; 2: VERSION cannot be used. A newer Node is told and is not a failure: which
 * release is one of security the registry does not say. Nor is a registry that is not reached: then it says NOT CHECKED.
 */
const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const DOCKERFILE = `${ROOT}deploy/Dockerfile`;
const NPM_TIMEOUT_MS = 60_000;

const Pinned = z.object({ optionalDependencies: z.record(z.string(), z.string()) });

function places() {
  return {
    packages: Pinned.parse(JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8'))).optionalDependencies,
    dockerfile: readFileSync(DOCKERFILE, 'utf8'),
    start: readFileSync(`${ROOT}deploy/local/start.js`, 'utf8'),
  };
}

function npm(args: string[], timeout?: number) {
  const path = process.env.npm_execpath;
  const [command, first] = path?.endsWith('.js') === true ? [process.execPath, [path]] : ['npm', []];
  return spawnSync(command, [...first, ...args], {
    cwd: ROOT,
    encoding: 'utf8',
    ...(timeout === undefined ? { stdio: 'inherit' } : { timeout }),
  });
}

/** @returns The versions of a package, or why they cannot be known. */
function published(name: string): string[] | string {
  const run = npm(['view', name, 'versions', '--json', '--fetch-retries=0'], NPM_TIMEOUT_MS);
  try {
    return z.union([z.string().transform((only) => [only]), z.array(z.string())]).parse(JSON.parse(run.stdout));
  } catch {
    return run.error?.message ?? run.stderr.trim().split('\n')[0] ?? '';
  }
}

function check(): number {
  const { packages, dockerfile, start } = places();
  const wrong = disagreements({ packages, dockerfile, start });
  for (const line of wrong) process.stdout.write(`${line}\n`);
  const pinned = packages[NODE_PACKAGE] ?? '';
  const versions = published(NODE_PACKAGE);
  if (typeof versions === 'string') process.stdout.write(`NOT CHECKED for a newer Node: ${versions}\n`);
  else {
    const newer = newerInLine(pinned, versions);
    process.stdout.write(
      newer === undefined
        ? `Node ${pinned} is the newest of its line\n`
        : `BEHIND: Node ${newer} is published, ${pinned} is pinned. npm run node -- --update ${newer}\n`,
    );
  }
  return wrong.length === 0 ? 0 : 1;
}

function update(version: string): number {
  const { packages, dockerfile } = places();
  if (valid(version) !== version) {
    process.stderr.write(`--update must be a version such as 26.10.0, not "${version}".\n`);
    return 2;
  }
  const exact = NODE_PACKAGES.map((name) => {
    if (name === NODE_PACKAGE) return `${name}@${version}`;
    const versions = published(name);
    const newest = typeof versions === 'string' ? undefined : newerInLine(`${String(major(version))}.0.0`, versions);
    return `${name}@${newest ?? String(packages[name])}`;
  });
  const installed = npm([
    'install',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--save-exact',
    '--save-optional',
    ...exact,
  ]);
  if (installed.status !== 0) return 1;
  writeFileSync(DOCKERFILE, dockerfileOn(version, dockerfile));
  return [['run', 'check'], ['test']].every((args) => npm(args).status === 0) ? 0 : 1;
}

const { values } = parseArgs({ options: { update: { type: 'string' } } });
process.exitCode = values.update === undefined ? check() : update(values.update);
