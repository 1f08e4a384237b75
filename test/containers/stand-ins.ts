import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { obtainMongod } from '../../deploy/local/servers/mongod-binary.ts';
import { obtainNats } from '../../deploy/local/servers/nats-binary.ts';
import type { Podman } from './podman.ts';

const CERTIFICATES = '/etc/ssl/certs/ca-certificates.crt';
const MONGOSH = 'mongosh@2.12.0';
const TIMEOUT_MS = 180_000;
const NPM_INSTALL = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];

/** What an image is made of: programs of this machine with their libraries, what else is put in, and lines of a Dockerfile. */
type Made = { programs?: string[]; add?: (root: string) => void; lines?: string[] };

/**
 * Makes images with the names that deploy/Dockerfile builds on of this machine's own files, where no registry of images is needed: the first
 * with a shell and npm, the last with the libraries of Node and nothing else.
 *
 * @param names Of the images as the Dockerfile has them: to build on, and to run on.
 */
export function makeStandIns(podman: Podman, [toBuildOn, toRunOn]: readonly [string, string]): void {
  makeImage(podman, toBuildOn, {
    programs: ['sh', 'env', 'rm'].map(pathOf),
    add: (root) => {
      putNode(root);
      cpSync(npmFolder(), join(root, 'usr/local/lib/node_modules/npm'), { recursive: true, dereference: true });
      symlinkSync('../lib/node_modules/npm/bin/npm-cli.js', join(root, 'usr/local/bin/npm'));
    },
  });
  makeImage(podman, toRunOn, {
    add: (root) =>
      writeFileSync(
        join(root, 'etc/passwd'),
        'root:x:0:0:root:/root:/sbin/nologin\nnonroot:x:65532:65532::/home/nonroot:\n',
      ),
  });
}

/** The same of NATS's image: its server, and what its health check calls. */
export async function makeNatsStandIn(podman: Podman, name: string): Promise<void> {
  const { path } = await obtainNats({ report: () => undefined });
  makeImage(podman, name, {
    programs: [path, ...['sh', 'wget'].map(pathOf)],
    add: (root) => cpSync(realpathSync(path), join(root, 'usr/local/bin/nats-server')),
    lines: ['ENTRYPOINT ["nats-server"]'],
  });
}

/** The same of MongoDB's image: its server, its shell, and what its entry point does at the first start of a data folder. */
export async function makeMongodbStandIn(podman: Podman, name: string): Promise<void> {
  const { path } = await obtainMongod({ report: () => undefined });
  makeImage(podman, name, {
    programs: [path, ...['sh', 'cat', 'touch'].map(pathOf)],
    add: (root) => {
      putNode(root);
      cpSync(realpathSync(path), join(root, 'usr/local/bin/mongod'));
      mkdirSync(join(root, 'data/db'), { recursive: true });
      const shell = join(root, 'opt/mongosh');
      mkdirSync(shell, { recursive: true });
      writeFileSync(join(shell, 'package.json'), '{}');
      const { status, stderr } = spawnSync('npm', [...NPM_INSTALL, MONGOSH], { cwd: shell, encoding: 'utf8' });
      if (status !== 0) throw new Error(`${MONGOSH} could not be installed: ${stderr}`);
      const programs = {
        mongosh: ['exec node /opt/mongosh/node_modules/mongosh/bin/mongosh.js "$@"'],
        'first-start': FIRST_START,
      };
      for (const [program, lines] of Object.entries(programs)) {
        const file = join(root, 'usr/local/bin', program);
        writeFileSync(file, `#!/bin/sh\n${lines.join('\n')}\n`);
        chmodSync(file, 0o755);
      }
    },
    lines: ['VOLUME /data/db', 'ENTRYPOINT ["first-start"]'],
  });
}

/** Makes the owner and runs the scripts while only loopback is served, then serves with users. */
const FIRST_START = [
  'set -e',
  'if [ ! -e /data/db/set-up ]; then',
  '  mongod --bind_ip 127.0.0.1 --fork --logpath /tmp/first-start.log',
  '  password=$(cat "$MONGO_INITDB_ROOT_PASSWORD_FILE")',
  "  mongosh --quiet admin --eval \"db.createUser({ user: '$MONGO_INITDB_ROOT_USERNAME', pwd: '$password', roles: ['root'] })\"",
  '  for script in /docker-entrypoint-initdb.d/*.js; do',
  '    mongosh --quiet -u "$MONGO_INITDB_ROOT_USERNAME" -p "$password" --authenticationDatabase admin "$script"',
  '  done',
  '  mongod --shutdown',
  '  touch /data/db/set-up',
  'fi',
  'exec mongod --auth "$@"',
];

function makeImage(podman: Podman, name: string, { programs = [], add, lines = [] }: Made): void {
  const folder = mkdtempSync(join(tmpdir(), 'hookmint-image-'));
  const root = join(folder, 'root');
  try {
    for (const directory of [
      'usr/bin',
      'usr/lib',
      'usr/lib64',
      'usr/local/bin',
      'etc/ssl/certs',
      'tmp',
      'proc',
      'dev',
      'sys',
    ])
      mkdirSync(join(root, directory), { recursive: true });
    for (const merged of ['bin', 'lib', 'lib64']) symlinkSync(`usr/${merged}`, join(root, merged));
    const own = programs.filter((program) => program.startsWith('/usr/') || program.startsWith('/bin/'));
    for (const file of [...own, ...librariesOf([process.execPath, ...programs])]) copy(file, root);
    cpSync(CERTIFICATES, join(root, CERTIFICATES));
    add?.(root);
    const base = [
      `FROM scratch`,
      'COPY root /',
      `ENV PATH=/usr/local/bin:/usr/bin NODE_EXTRA_CA_CERTS=${CERTIFICATES}`,
    ];
    writeFileSync(join(folder, 'Dockerfile'), `${[...base, ...lines].join('\n')}\n`);
    podman.build(['-t', name, folder], TIMEOUT_MS);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function putNode(root: string): void {
  cpSync(process.execPath, join(root, 'usr/local/bin/node'));
}

/** To where it is, in the file system of the image. */
function copy(file: string, root: string): void {
  const inUsr = file.startsWith('/usr/') ? file : `/usr${file}`;
  mkdirSync(dirname(join(root, inUsr)), { recursive: true });
  cpSync(realpathSync(file), join(root, inUsr));
}

function librariesOf(programs: string[]): string[] {
  const libraries = programs.flatMap(
    (program) => spawnSync('ldd', [program], { encoding: 'utf8' }).stdout.match(/\/\S+\.so\S*/g) ?? [],
  );
  return [...new Set(libraries)];
}

const pathOf = (program: string): string =>
  spawnSync('sh', ['-c', `command -v ${program}`], { encoding: 'utf8' }).stdout.trim();

function npmFolder(): string {
  return join(dirname(realpathSync(pathOf('npm'))), '..');
}
