import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { Header } from 'tar';

const BLOCK_BYTES = 512;

/** One entry of a tarball, as hostile as a test wants it. */
export type TarEntry = {
  path: string;
  content?: string | Buffer;
  type?: 'File' | 'SymbolicLink' | 'Link' | 'Directory' | 'CharacterDevice' | 'FIFO';
  linkpath?: string;
};

/** A tarball of these entries. */
export function tarballOf(entries: readonly TarEntry[]): Buffer {
  const blocks = entries.flatMap(({ path, content = '', type = 'File', linkpath = '' }) => {
    const bytes = Buffer.from(content);
    const head = Buffer.alloc(BLOCK_BYTES);
    new Header({ path, mode: 0o644, size: bytes.length, type, linkpath, mtime: new Date(0), uid: 0, gid: 0 }).encode(
      head,
    );
    return [head, bytes, Buffer.alloc((BLOCK_BYTES - (bytes.length % BLOCK_BYTES)) % BLOCK_BYTES)];
  });
  return gzipSync(Buffer.concat([...blocks, Buffer.alloc(2 * BLOCK_BYTES)]));
}

/** One version of a module, and what the registry says of it. */
export type PublishedModule = {
  /** Text of files by their path, beside package.json. */
  files?: Record<string, string>;
  packageJson?: Record<string, unknown>;
  /** In the place of the tarball of `files`. */
  entries?: TarEntry[];
  tarball?: Buffer;
  /** Changes what the registry tells. */
  told?: (manifest: Record<string, unknown>, registry: string) => Record<string, unknown>;
};

export type NpmRegistry = {
  url: string;
  /** Paths that were asked for, in order. */
  asked: string[];
  publish: (name: string, module: PublishedModule, version?: string) => void;
  /** Answers a path in a way of its own. */
  answer: (path: string, handler: (request: IncomingMessage, response: ServerResponse) => void) => void;
  close: () => void;
};

/** A registry of npm on loopback with the modules that a test publishes. */
export async function startNpmRegistry(): Promise<NpmRegistry> {
  const bodies = new Map<string, Buffer>();
  const versions = new Map<string, Record<string, unknown>>();
  const handlers = new Map<string, (request: IncomingMessage, response: ServerResponse) => void>();
  const asked: string[] = [];
  const server: Server = createServer((request, response) => {
    const path = decodeURIComponent(request.url ?? '/');
    asked.push(path);
    const handler = handlers.get(path);
    if (handler !== undefined) {
      handler(request, response);
      return;
    }
    const known = versions.get(path.slice(1));
    const body =
      known === undefined ? bodies.get(path) : Buffer.from(JSON.stringify(packumentOf(path.slice(1), known)));
    if (body === undefined) {
      response.writeHead(404, { 'content-type': 'application/json' }).end('{}');
      return;
    }
    response.writeHead(200, { 'content-type': known === undefined ? 'application/octet-stream' : 'application/json' });
    response.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/`;

  return {
    url,
    asked,
    publish: (
      name,
      { files = {}, packageJson = {}, entries, tarball, told = (manifest) => manifest },
      version = '1.0.0',
    ) => {
      const description = { name, version, ...packageJson };
      const own = Object.entries({ 'package.json': JSON.stringify(description), ...files });
      const body =
        tarball ?? tarballOf(entries ?? own.map(([path, content]) => ({ path: `package/${path}`, content })));
      const path = `/${name}/-/${version}.tgz`;
      bodies.set(path, body);
      const integrity = `sha512-${createHash('sha512').update(body).digest('base64')}`;
      const manifest = told({ ...description, dist: { tarball: new URL(path, url).href, integrity } }, url);
      versions.set(name, { ...versions.get(name), [version]: manifest });
    },
    answer: (path, handler) => void handlers.set(path, handler),
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

function packumentOf(name: string, versions: Record<string, unknown>): object {
  return { name, 'dist-tags': { latest: Object.keys(versions).at(-1) }, versions };
}
