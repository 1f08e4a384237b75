import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { cacheFolder } from '../../shared/cache-folder.ts';

/** Packages of packages are those of that day, where a registry can tell. */
const AS_OF = '2026-11-30';
const INSTALL_TIMEOUT_MS = 600_000;

/** Another program is built anew. */
export const hashOf = (...files: string[]): string =>
  files
    .reduce((hash, file) => hash.update(readFileSync(file)), createHash('sha256'))
    .digest('hex')
    .slice(0, 8);

/** What is in a folder, files alone. */
export const filesIn = (folder: string): string[] => readdirSync(folder).map((name) => join(folder, name));

export function run(command: string, args: readonly string[], cwd: string): void {
  const { status, stderr, error } = spawnSync(command, args, { cwd, encoding: 'utf8', timeout: INSTALL_TIMEOUT_MS });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${error?.message ?? stderr.slice(-500)}`);
}

/** A folder in the cache in which `make` was done to its end. */
export function folderOf(of: string, name: string, make: (folder: string) => void): string {
  const folder = join(cacheFolder(), of, name);
  if (existsSync(join(folder, 'complete'))) return folder;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  make(folder);
  writeFileSync(join(folder, 'complete.new'), '');
  renameSync(join(folder, 'complete.new'), join(folder, 'complete'));
  return folder;
}

/** @param packages Each with its version: `auth0@2.44.1`. */
export function installNpm(folder: string, packages: readonly string[]): void {
  writeFileSync(join(folder, 'package.json'), '{"private":true}');
  run('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', `--before=${AS_OF}`, ...packages], folder);
}

/** An environment in the folder. @param packages Each with its version: `auth0-python==4.13.0`. */
export function installPyPI(folder: string, packages: readonly string[]): void {
  run('python3', ['-m', 'venv', folder], folder);
  run(join(folder, 'bin/pip'), ['install', '--quiet', ...packages], folder);
}

/** Builds `tool` of a program. @param modules Each with its version: `github.com/auth0/go-auth0@v1.30.0`. */
export function buildGo(folder: string, program: string, modules: readonly string[]): void {
  cpSync(program, join(folder, basename(program)));
  run('go', ['mod', 'init', 'hookmint.example/tool'], folder);
  run('go', ['get', ...modules], folder);
  run('go', ['mod', 'tidy'], folder);
  run('go', ['build', '-o', 'tool', '.'], folder);
}
