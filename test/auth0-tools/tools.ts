import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheFolder } from '../../shared/cache-folder.ts';

/** One of Auth0's tools as published, and the program that uses it. */
export type Tool = {
  /** As the table names it. */
  name: string;
  /** What it needs beside domain, client and certificate. */
  needs: string;
  /** Installs it where it is not there yet, and answers the command that tries it. */
  command: () => string[];
  /** By area, why it cannot do something that is not for hookmint to mend. */
  lacks?: Record<string, string>;
};

export const AREAS = ['tokens', 'hooks', 'actions', 'clients', 'APIs', 'grants', 'keys', 'logs'] as const;

const program = (name: string): string => fileURLToPath(new URL(`programs/${name}`, import.meta.url));
/** Packages of packages are those of that day. */
const AS_OF = '2026-11-30';
const INSTALL_TIMEOUT_MS = 600_000;

/** Another program is built anew. */
const hashOf = (file: string): string => createHash('sha256').update(readFileSync(file)).digest('hex').slice(0, 8);

function run(command: string, args: readonly string[], cwd: string): void {
  const { status, stderr, error } = spawnSync(command, args, { cwd, encoding: 'utf8', timeout: INSTALL_TIMEOUT_MS });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${error?.message ?? stderr.slice(-500)}`);
}

/** A folder in the cache in which `make` was done to its end. */
function folderOf(name: string, make: (folder: string) => void): string {
  const folder = join(cacheFolder(), 'auth0-tools', name);
  if (existsSync(join(folder, 'complete'))) return folder;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  make(folder);
  writeFileSync(join(folder, 'complete.new'), '');
  renameSync(join(folder, 'complete.new'), join(folder, 'complete'));
  return folder;
}

const ofNpm = (name: string, version: string): string =>
  folderOf(`${name}-${version}`, (folder) => {
    writeFileSync(join(folder, 'package.json'), '{"private":true}');
    run(
      'npm',
      ['install', '--ignore-scripts', '--no-audit', '--no-fund', `--before=${AS_OF}`, `${name}@${version}`],
      folder,
    );
  });

const ofPyPI = (name: string, version: string): string =>
  folderOf(`${name}-${version}`, (folder) => {
    run('python3', ['-m', 'venv', folder], folder);
    run(join(folder, 'bin/pip'), ['install', '--quiet', `${name}==${version}`], folder);
  });

const ofGo = (module: string, version: string): string =>
  folderOf(`go-auth0-${version}-${hashOf(program('go/main.go'))}`, (folder) => {
    cpSync(program('go/main.go'), join(folder, 'main.go'));
    run('go', ['mod', 'init', 'hookmint.example/tool'], folder);
    run('go', ['get', `${module}@${version}`], folder);
    run('go', ['mod', 'tidy'], folder);
    run('go', ['build', '-o', 'tool', '.'], folder);
  });

const NO_KEYS = { keys: 'has no signing keys' };
const node =
  (name: string, ...folders: (() => string)[]) =>
  (): string[] => [process.execPath, program(name), ...folders.map((folder) => folder())];
const FILES_ONLY = {
  tokens: 'is for the configuration',
  keys: 'is for the configuration',
  logs: 'is for the configuration',
};

export const tools: readonly Tool[] = [
  ...['2.44.1', '3.7.2'].map((version) => ({
    name: `\`auth0\` ${version} (Node)`,
    needs: '`NODE_EXTRA_CA_CERTS`',
    command: node('node-2-and-3.cjs', () => ofNpm('auth0', version)),
    lacks: NO_KEYS,
  })),
  {
    name: '`auth0-deploy-cli` 5.5.7',
    needs: '`NODE_EXTRA_CA_CERTS`; it only imports: it exports all kinds that Auth0 had or nothing',
    command: node('deploy-cli.cjs', ...['5.5.7', '7.24.3'].map((version) => () => ofNpm('auth0-deploy-cli', version))),
    lacks: { ...FILES_ONLY, actions: 'has no Actions' },
  },
  {
    name: '`auth0-deploy-cli` 7.24.3',
    needs: '`NODE_EXTRA_CA_CERTS`',
    command: node('deploy-cli.cjs', () => ofNpm('auth0-deploy-cli', '7.24.3')),
    lacks: FILES_ONLY,
  },
  {
    name: '`auth0-python` 4.13.0',
    needs: '`REQUESTS_CA_BUNDLE`',
    command: () => [join(ofPyPI('auth0-python', '4.13.0'), 'bin/python'), program('python-4.py')],
    lacks: NO_KEYS,
  },
  {
    name: '`auth0-python` 6.8.0',
    needs: '`REQUESTS_CA_BUNDLE`, `SSL_CERT_FILE`',
    command: () => [join(ofPyPI('auth0-python', '6.8.0'), 'bin/python'), program('python-6.py')],
  },
  {
    name: '`go-auth0` 1.30.0',
    needs: '`SSL_CERT_FILE`',
    command: () => [join(ofGo('github.com/auth0/go-auth0', 'v1.30.0'), 'tool')],
  },
];
