import { elapsedMs, write } from './connection.js';
import { defineGlobal, hidden, tag } from './define.js';
import { inspect } from './inspect.js';
import { assign, BigInt, floor, freeze, isArray, round } from './intrinsics.js';
import { coded } from './node-error.js';
import { listenable } from './process-events.js';
import { enqueueMicrotask } from './timers.js';

const reflectDefine = Reflect.defineProperty;
const { captureStackTrace } = Error;

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
  const { write: own } = output;
  lines[level] = (text) => {
    if (output.write === own) return false;
    output.write(`${text}\n`);
    return true;
  };
  return output;
}

/** Of each stream, what writes a line where a hook writes to it otherwise; false where it does not. */
const lines = { __proto__: null };

/** A line of the console's, by way of the streams that a hook may have put a function of its own into. */
export function writeConsole(level, text) {
  const isKept = level === 'warn' || level === 'error' ? lines.error : lines.log;
  if (!isKept(text)) write(level, text);
}

/** As in Node, whatever is put into it becomes text. */
function environment() {
  return new Proxy(
    {},
    {
      __proto__: null,
      set: (target, name, value) => assignText(target, name, { value }),
      defineProperty: define,
    },
  );
}
function define(target, name, descriptor) {
  const { configurable, enumerable, writable, get, set } = descriptor;
  const accepts =
    get !== undefined || set !== undefined
      ? NO_ACCESSOR
      : configurable && enumerable && writable
        ? undefined
        : ALL_TRUE;
  if (accepts !== undefined) throw coded(TypeError, 'ERR_INVALID_OBJECT_DEFINE_PROPERTY', `'${OWNER}.env' ${accepts}`);
  return assignText(target, name, descriptor);
}
const OWNER = 'process';
const NO_ACCESSOR = 'does not accept an accessor(getter/setter) descriptor';
const ALL_TRUE = 'only accepts a configurable, writable, and enumerable data descriptor';
function assignText(target, name, { value = undefined }) {
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

const invalidType = (name, expected, value) =>
  coded(TypeError, 'ERR_INVALID_ARG_TYPE', `The "${name}" argument must be ${expected}. ${received(value)}`);

/** The warning that `process.emitWarning` is asked for: as an Error, or by a text, a type, a code and a detail. */
function warningOf(warning, type, code, constructor) {
  let detail;
  if (typeof type === 'object' && type !== null && !isArray(type))
    ({ type = 'Warning', code, detail, ctor: constructor = constructor } = type);
  else if (typeof type === 'function') [type, constructor] = [undefined, type];
  if (typeof code === 'function') [code, constructor] = [undefined, code];
  if (type !== undefined && typeof type !== 'string') throw invalidType('type', 'of type string', type);
  if (code !== undefined && typeof code !== 'string') throw invalidType('code', 'of type string', code);
  if (warning instanceof Error) return warning;
  if (typeof warning !== 'string') throw invalidType('warning', 'of type string or an instance of Error', warning);
  /** @type {any} */
  const made = new Error(warning);
  hidden(made, 'name', type || 'Warning');
  if (code) made.code = code;
  if (typeof detail === 'string') made.detail = detail;
  captureStackTrace?.(made, constructor);
  return made;
}

const refuse = (what) => () => {
  throw coded(Error, 'ERR_FEATURE_UNAVAILABLE_ON_PLATFORM', `process.${what}() is not available to hooks`);
};

export function defineProcess() {
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
        throw invalidType('callback', 'of type function', callback);
      }
      enqueueMicrotask(callback, args);
    },
    emitWarning(warning, type = undefined, code = undefined, constructor = emitWarning) {
      const made = warningOf(warning, type, code, constructor);
      write('warn', `(node:1) ${made.code ? `[${made.code}] ` : ''}${made.name}: ${made.message}`);
      enqueueMicrotask(process.emit, ['warning', made]);
    },
    exit: refuse('exit'),
    abort: refuse('abort'),
    kill: refuse('kill'),
    chdir: refuse('chdir'),
    binding: refuse('binding'),
    dlopen: refuse('dlopen'),
  };
  const { emitWarning } = process;
  assign(process, listenable(process));
  tag(process, 'process');
  defineGlobal('process', process);
}
