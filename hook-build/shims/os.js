// One machine that looks the same everywhere.
const none = () => [];
const PRIORITIES = {
  PRIORITY_LOW: 19,
  PRIORITY_BELOW_NORMAL: 10,
  PRIORITY_NORMAL: 0,
  PRIORITY_ABOVE_NORMAL: -7,
  PRIORITY_HIGH: -14,
  PRIORITY_HIGHEST: -20,
};

/** As Node: where the environment says. */
function tmpdir() {
  const { TMPDIR, TMP, TEMP } = globalThis.process?.env ?? {};
  const path = TMPDIR || TMP || TEMP || '/tmp';
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
}

module.exports = {
  arch: () => 'x64',
  availableParallelism: () => 1,
  cpus: none,
  endianness: () => 'LE',
  freemem: () => 0,
  homedir: () => '/',
  hostname: () => 'hook',
  loadavg: () => [0, 0, 0],
  machine: () => 'x86_64',
  networkInterfaces: () => ({}),
  platform: () => 'linux',
  release: () => '',
  tmpdir,
  totalmem: () => 0,
  type: () => 'Linux',
  uptime: () => 0,
  userInfo: () => ({ uid: -1, gid: -1, username: '', homedir: '/', shell: null }),
  version: () => '',
  constants: { signals: { SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGTERM: 15 }, errno: {}, priority: PRIORITIES },
};
for (const [name, value] of [
  ['EOL', '\n'],
  ['devNull', '/dev/null'],
])
  Object.defineProperty(module.exports, name, { value, enumerable: true, configurable: true });
