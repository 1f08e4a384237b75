const NETWORK = '`fetch`, `http` and `https` as a client';
const SAME = 'the runs of a hook see no such thing';

/** What hooks have in place of the members that a module lacks. */
export const INSTEAD: Readonly<Record<string, string>> = {
  assert: 'the other assertions; `try` and `catch`',
  async_hooks: '`AsyncLocalStorage`, `AsyncResource`',
  console: SAME,
  dns: NETWORK,
  'dns/promises': NETWORK,
  events: '`EventTarget`, which is a global',
  fs: 'there are no files: `global` and `webtask.storage` keep data',
  'fs/promises': 'there are no files: `global` and `webtask.storage` keep data',
  http: NETWORK,
  https: NETWORK,
  net: NETWORK,
  os: SAME,
  path: 'the other functions',
  perf_hooks: '`performance.now()`, marks and measures',
  process: SAME,
  tty: SAME,
  url: 'the other members',
  util: 'the other functions',
  worker_threads: 'a hook runs alone, in one thread',
};
