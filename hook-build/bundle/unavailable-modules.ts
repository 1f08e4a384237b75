const HTTP = 'a hook reaches the network by fetch, http and https';
const ALONE = 'a hook runs alone, in one thread';

/** Modules of Node that hooks have nothing of, and what there is instead: what they throw says it, and docs/node-modules.md. */
export const UNAVAILABLE_MODULES: Readonly<Record<string, string>> = {
  child_process: 'a hook starts no programs',
  cluster: ALONE,
  dgram: HTTP,
  domain: 'use AsyncLocalStorage of async_hooks',
  http2: HTTP,
  inspector: 'use console, and npx hookmint hook run',
  'inspector/promises': 'use console, and npx hookmint hook run',
  module: 'modules are bundled when the hook is built: require them by names as literals',
  readline: 'there is nobody to type',
  'readline/promises': 'there is nobody to type',
  repl: 'there is nobody to type',
  test: 'use npx hookmint hook test',
  tls: HTTP,
  trace_events: 'the trace of a token has the run of its hook',
  v8: 'use structuredClone for copies',
  vm: 'an isolate has one realm',
  wasi: 'there is no WebAssembly',
};
