import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildGo, folderOf, hashOf, installNpm, installPyPI } from '../support/installed-tools.ts';

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
const FOLDER = 'auth0-tools';

const ofNpm = (name: string, version: string): string =>
  folderOf(FOLDER, `${name}-${version}`, (folder) => installNpm(folder, [`${name}@${version}`]));

const ofPyPI = (name: string, version: string): string =>
  folderOf(FOLDER, `${name}-${version}`, (folder) => installPyPI(folder, [`${name}==${version}`]));

const ofGo = (module: string, version: string): string =>
  folderOf(FOLDER, `go-auth0-${version}-${hashOf(program('go/main.go'))}`, (folder) =>
    buildGo(folder, program('go/main.go'), [`${module}@${version}`]),
  );

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
