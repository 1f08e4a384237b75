import { elapsedMs, write } from './connection.js';
import { defineGlobal, tag } from './define.js';
import { inspect } from './inspect.js';
import { BigInt, floor, freeze, isArray, round } from './intrinsics.js';
import { coded } from './node-error.js';
import { enqueueMicrotask } from './timers.js';

const reflectDefine = Reflect.defineProperty;

/** Node 22: the newest runtime that Auth0 has for what hooks became. */
const NODE_VERSION = '22.22.0';

function requireTime(time) {
  if (!isArray(time))
    throw coded(
      TypeError,
      'ERR_INVALID_ARG_TYPE',
      `The "time" argument must be an instance of Array. ${received(time)}`,
    );
  if (time.length !== 2)
    throw coded(
      RangeError,
      'ERR_OUT_OF_RANGE',
      `The value of "time" is out of range. It must be 2. Received ${time.length}`,
    );
}
const received = (value) =>
  typeof value === 'object' || value === undefined
    ? `Received ${value === null || value === undefined ? value : 'an instance of Object'}`
    : `Received type ${typeof value} (${typeof value === 'string' ? `'${value}'` : `${value}`})`;

function hrtime(earlier = undefined) {
  const ns = elapsedMs() * 1e6;
  let seconds = floor(ns / 1e9);
  let rest = floor(ns % 1e9);
  if (earlier !== undefined) {
    requireTime(earlier);
    seconds -= earlier[0];
    rest -= earlier[1];
    if (rest < 0) {
      seconds--;
      rest += 1e9;
    }
  }
  return [seconds, rest];
}
hrtime.bigint = () => BigInt(round(elapsedMs() * 1e6));

function stream(fd, level) {
  const output = {
    fd,
    isTTY: false,
    writable: true,
    write(chunk, encoding, callback) {
      const text = typeof chunk === 'string' ? chunk : inspect(chunk);
      write(level, text.endsWith('\n') ? text.slice(0, -1) : text);
      const done = typeof encoding === 'function' ? encoding : callback;
      if (typeof done === 'function') enqueueMicrotask(done, []);
      return true;
    },
    end() {},
    on: () => output,
    once: () => output,
    emit: () => false,
    removeListener: () => output,
  };
  return output;
}

/** As in Node, whatever is put into it becomes text. */
function environment() {
  return new Proxy(
    {},
    {
      __proto__: null,
      set: (target, name, value) => assign(target, name, { value }),
      defineProperty: (target, name, descriptor) => assign(target, name, descriptor),
    },
  );
}
function assign(target, name, { value = undefined }) {
  if (typeof name === 'symbol' || typeof value === 'symbol')
    throw new TypeError('Cannot convert a Symbol value to a string');
  return reflectDefine(target, name, {
    __proto__: null,
    value: `${value}`,
    writable: true,
    enumerable: true,
    configurable: true,
  });
}

const refuse = (what) => () => {
  throw coded(Error, 'ERR_FEATURE_UNAVAILABLE_ON_PLATFORM', `process.${what}() is not available to hooks`);
};

export function defineProcess() {
  const listen = () => process;
  const process = {
    title: 'node',
    version: `v${NODE_VERSION}`,
    versions: freeze({ node: NODE_VERSION, v8: '12.4.254.21-node.33', modules: '127' }),
    release: { name: 'node', lts: 'Jod' },
    platform: 'linux',
    arch: 'x64',
    pid: 1,
    ppid: 0,
    argv: [],
    argv0: 'node',
    execArgv: [],
    execPath: '/usr/local/bin/node',
    exitCode: undefined,
    env: environment(),
    features: {},
    config: { target_defaults: {}, variables: {} },
    stdout: stream(1, 'log'),
    stderr: stream(2, 'error'),
    cwd: () => '/',
    umask: () => 0o22,
    uptime: () => elapsedMs() / 1_000,
    hrtime,
    memoryUsage: () => ({ rss: 0, heapTotal: 0, heapUsed: 0, external: 0, arrayBuffers: 0 }),
    cpuUsage: () => ({ user: 0, system: 0 }),
    nextTick(callback, ...args) {
      if (typeof callback !== 'function') {
        throw coded(
          TypeError,
          'ERR_INVALID_ARG_TYPE',
          `The "callback" argument must be of type function. ${received(callback)}`,
        );
      }
      enqueueMicrotask(callback, args);
    },
    /** @param {string | { type?: string }} type */
    emitWarning(warning, type = 'Warning') {
      if (typeof warning !== 'string' && !(warning instanceof Error))
        throw coded(
          TypeError,
          'ERR_INVALID_ARG_TYPE',
          `The "warning" argument must be of type string or an instance of Error. ${received(warning)}`,
        );
      const name = typeof type === 'string' ? type : (type?.type ?? 'Warning');
      const text = typeof warning === 'string' ? `${name}: ${warning}` : `${warning?.name}: ${warning?.message}`;
      write('warn', `(node:1) ${text}`);
    },
    exit: refuse('exit'),
    abort: refuse('abort'),
    kill: refuse('kill'),
    chdir: refuse('chdir'),
    binding: refuse('binding'),
    dlopen: refuse('dlopen'),
    emit: () => false,
    listeners: () => [],
    listenerCount: () => 0,
    eventNames: () => [],
  };
  const listening = [
    'on',
    'once',
    'off',
    'addListener',
    'removeListener',
    'removeAllListeners',
    'prependListener',
    'setMaxListeners',
  ];
  for (const name of listening) process[name] = listen;
  tag(process, 'process');
  defineGlobal('process', process);
}
