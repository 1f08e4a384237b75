// The runtime's process, with what libraries ask of it when they are loaded. What is there stays as it is.
const process = globalThis.process ?? (globalThis.process = {});
const none = () => undefined;
const DEFAULTS = {
  env: {},
  argv: ['node'],
  execArgv: [],
  execPath: 'node',
  pid: 1,
  ppid: 0,
  arch: 'x64',
  platform: 'linux',
  title: 'node',
  exitCode: undefined,
  release: { name: 'node' },
  config: { variables: {} },
  features: {},
  stdout: { isTTY: false, fd: 1, write: () => true, on: none, once: none },
  stderr: { isTTY: false, fd: 2, write: () => true, on: none, once: none },
  nextTick: (callback, ...args) => queueMicrotask(() => callback(...args)),
  cwd: () => '/',
  umask: () => 18,
  uptime: () => 0,
  memoryUsage: () => ({ rss: 0, heapTotal: 0, heapUsed: 0, external: 0, arrayBuffers: 0 }),
  emitWarning: none,
  binding() {
    throw new Error('process.binding is not available in hooks');
  },
};
const EMITTER = ['on', 'once', 'off', 'addListener', 'removeListener', 'removeAllListeners', 'prependListener'];

for (const [name, value] of Object.entries(DEFAULTS)) if (!(name in process)) process[name] = value;
for (const name of EMITTER) if (!(name in process)) process[name] = () => process;
// By this tag libraries tell Node from a browser.
if (!(Symbol.toStringTag in process)) {
  Object.defineProperty(process, Symbol.toStringTag, { configurable: true, value: 'process' });
}
if (!('emit' in process)) process.emit = () => false;
if (!('listeners' in process)) process.listeners = () => [];
if (!('version' in process)) process.version = 'v22.0.0';
if (!('versions' in process)) process.versions = { node: process.version.slice(1), v8: '0' };
if (!('hrtime' in process)) {
  process.hrtime = (since) => {
    const ms = globalThis.performance?.now() ?? Date.now();
    const [seconds, nanos] = [Math.floor(ms / 1e3), Math.floor((ms % 1e3) * 1e6)];
    if (since === undefined) return [seconds, nanos];
    const borrow = nanos < since[1];
    return [seconds - since[0] - (borrow ? 1 : 0), nanos - since[1] + (borrow ? 1e9 : 0)];
  };
  process.hrtime.bigint = () => BigInt(Math.floor((globalThis.performance?.now() ?? Date.now()) * 1e6));
}

module.exports = process;
