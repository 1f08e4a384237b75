import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Podman } from './podman.ts';

const CERTIFICATES = '/etc/ssl/certs/ca-certificates.crt';
const TIMEOUT_MS = 120_000;

/**
 * Makes images with the names that deploy/Dockerfile builds on of this machine's own files, where no registry of images is needed: the first
 * with a shell and npm, the last with the libraries of Node and nothing else.
 *
 * @param names Of the images as the Dockerfile has them: to build on, and to run on.
 */
export function makeStandIns(podman: Podman, [toBuildOn, toRunOn]: readonly [string, string]): void {
  makeImage(podman, toBuildOn, ['sh', 'env', 'rm'].map(pathOf), (root) => {
    mkdirSync(join(root, 'usr/local/bin'), { recursive: true });
    cpSync(process.execPath, join(root, 'usr/local/bin/node'));
    cpSync(npmFolder(), join(root, 'usr/local/lib/node_modules/npm'), { recursive: true, dereference: true });
    symlinkSync('../lib/node_modules/npm/bin/npm-cli.js', join(root, 'usr/local/bin/npm'));
  });
  makeImage(podman, toRunOn, [], (root) => {
    writeFileSync(
      join(root, 'etc/passwd'),
      'root:x:0:0:root:/root:/sbin/nologin\nnonroot:x:65532:65532::/home/nonroot:\n',
    );
  });
}

function makeImage(podman: Podman, name: string, programs: string[], add: (root: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), 'hookmint-image-'));
  const root = join(folder, 'root');
  try {
    for (const directory of ['usr/bin', 'usr/lib', 'usr/lib64', 'etc/ssl/certs', 'tmp', 'proc', 'dev', 'sys'])
      mkdirSync(join(root, directory), { recursive: true });
    for (const merged of ['bin', 'lib', 'lib64']) symlinkSync(`usr/${merged}`, join(root, merged));
    for (const file of [...programs, ...librariesOf([process.execPath, ...programs])]) copy(file, root);
    cpSync(CERTIFICATES, join(root, CERTIFICATES));
    add(root);
    writeFileSync(
      join(folder, 'Dockerfile'),
      `FROM scratch\nCOPY root /\nENV PATH=/usr/local/bin:/usr/bin NODE_EXTRA_CA_CERTS=${CERTIFICATES}\n`,
    );
    podman.build(['-t', name, folder], TIMEOUT_MS);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
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
