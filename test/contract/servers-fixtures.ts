import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after } from 'node:test';
import { gzipSync } from 'node:zlib';

const root = mkdtempSync(join(tmpdir(), 'hookmint-servers-'));
process.once('exit', () => rmSync(root, { recursive: true, force: true, maxRetries: 3 }));

/** A folder that is gone when the test file has ended. */
export function temporaryDir(): string {
  return mkdtempSync(join(root, 'dir-'));
}

/** Writes an executable shell script and returns the folder it lies in, to be put on a PATH. */
export function folderWithScript(name: string, body: string): string {
  const dir = temporaryDir();
  writeFileSync(join(dir, name), `#!/bin/sh\n${body}\n`, { mode: 0o755 });
  return dir;
}

/** A gzipped tar with `binary` as `<member>` in it. */
export function archiveOf(binary: string, member: string): Buffer {
  const dir = temporaryDir();
  mkdirSync(join(dir, member, '..'), { recursive: true });
  copyFileSync(binary, join(dir, member));
  execFileSync('tar', ['-cf', join(dir, 'all.tar'), '-C', dir, member]);
  return gzipSync(readFileSync(join(dir, 'all.tar')), { level: 1 });
}

export function sha256(data: Buffer): string {
  return createHash('sha256').update(data).digest('hex');
}

/**
 * A mirror on loopback: every archive is `archive`, behind a redirect as on the official host, and every list of
 * checksums says `sum` of the archive asked for.
 */
export async function startMirror(archive: Buffer, sum = sha256(archive)): Promise<string> {
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    if (path.endsWith('SHA256SUMS')) response.end(`${'0'.repeat(64)}  other.deb\n${sum}  ${natsArchive}\n`);
    else if (path.endsWith('.sha256')) response.end(`${sum}  ${basename(path, '.sha256')}\n`);
    else if (path.startsWith('/stored/')) response.writeHead(200, { 'content-length': archive.length }).end(archive);
    else response.writeHead(302, { location: `/stored/${basename(path)}` }).end();
  });
  return listen(server);
}

/** A host that takes a connection and never answers. */
export function startSilentHost(): Promise<string> {
  return listen(createServer(() => undefined));
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  after(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const natsArchive = `nats-server-v2.15.1-${process.platform}-${process.arch === 'x64' ? 'amd64' : process.arch}.tar.gz`;

/** Where nothing listens. */
export const REFUSED_URL = 'http://127.0.0.1:9';

/** The process group of a process, as Linux tells it. */
export function processGroup(pid: number): number {
  const [, , group] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return Number(group);
}
