import { createRequire } from 'node:module';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import nodeStdlibBrowser from 'node-stdlib-browser';

/** Modules of Node that have a file of their own in `../shims`. */
const SHIMS: Readonly<Record<string, string>> = {
  _stream_duplex: 'streams/duplex.js',
  _stream_passthrough: 'streams/passthrough.js',
  _stream_readable: 'streams/readable.js',
  _stream_transform: 'streams/transform.js',
  _stream_writable: 'streams/writable.js',
  assert: 'assert.js',
  'assert/strict': 'assert-strict.js',
  async_hooks: 'async-hooks.js',
  buffer: 'buffer.js',
  console: 'console.js',
  constants: 'constants.js',
  crypto: 'crypto.js',
  diagnostics_channel: 'diagnostics-channel.js',
  dns: 'dns.js',
  'dns/promises': 'dns-promises.js',
  events: 'events.js',
  fs: 'fs.js',
  'fs/promises': 'fs-promises.js',
  http: 'http.js',
  https: 'https.js',
  net: 'net.js',
  os: 'os.js',
  'path/posix': 'path.js',
  path: 'path.js',
  'path/win32': 'path-win32.js',
  perf_hooks: 'perf-hooks.js',
  process: 'process.js',
  querystring: 'querystring.js',
  stream: 'stream.js',
  'stream/consumers': 'stream-consumers.js',
  'stream/promises': 'stream-promises.js',
  'stream/web': 'stream-web.js',
  string_decoder: 'string-decoder.js',
  sys: 'util.js',
  timers: 'timers.js',
  'timers/promises': 'timers-promises.js',
  tty: 'tty.js',
  url: 'url.js',
  util: 'util.js',
  'util/types': 'util-types.js',
  worker_threads: 'worker-threads.js',
  zlib: 'zlib.js',
};

/** Modules of Node that node-stdlib-browser serves as they are. */
const LIBRARY = new Set(['punycode']);

const requireHere = createRequire(import.meta.url);
const library: Record<string, string | null> = nodeStdlibBrowser;

/** Where the shims are. */
export const SHIMS_FOLDER = fileURLToPath(new URL('../shims', import.meta.url));

/** The `node_modules` that node-stdlib-browser and what it needs are in. */
export const LIBRARY_FOLDER = dirname(dirname(requireHere.resolve('node-stdlib-browser/package.json')));

/**
 * Where a module of Node is served from, relative to the folder of both; undefined when hooks have nothing of it.
 * @param name without `node:`
 */
export function coreModulePath(name: string): string | undefined {
  const shim = Object.hasOwn(SHIMS, name) ? SHIMS[name] : undefined;
  if (shim !== undefined) return `shims/${shim}`;
  if (!LIBRARY.has(name)) return undefined;
  const path = library[name];
  if (path === undefined || path === null) return undefined;
  return join('node_modules', relative(LIBRARY_FOLDER, path)).split(sep).join('/');
}
