import { elapsedMs, runId } from './connection.js';
import { tableOf } from './console-table.js';
import { hidden, tag } from './define.js';
import { format, inspect } from './inspect.js';
import { library } from './libraries.js';
import { invalidArgument } from './node-error.js';
import { writeConsole } from './process.js';
import { defineProperty, isArray, repeat, replaceAll, SafeMap, slice, uncurry } from './intrinsics.js';

const toFixed = uncurry(Number.prototype.toFixed);
const { captureStackTrace } = Error;

/** Labels that `count` and `time` remember. */
const MAX_LABELS = 1_000;
const MAX_GROUPS = 50;

function durationOf(ms) {
  if (ms < 1_000) return `${+toFixed(ms, 3)}ms`;
  ms /= 1_000;
  if (ms < 60) return `${toFixed(ms, 3)}s`;
  const minutes = Math.floor(ms / 60);
  return `${minutes}:${toFixed(ms - minutes * 60, 3).padStart(6, '0')} (m:ss.mmm)`;
}

/**
 * The methods of a console.
 *
 * @param output `write(level, text)` takes a line; `format(level, args)` and `inspect(level, value, options)` make it; what `owner()` gives
 *   has the groups that are open: nobody else's lines are in them. `warn(text)` is told of labels that are none; a line, unless it is given.
 */
function methodsOf({ write, format, inspect, owner, indent = 2, warn: told = undefined }) {
  const counts = new SafeMap();
  const timers = new SafeMap();
  let indentation = '';
  let groupsOf;

  function put(level, text) {
    const isPlain = indentation === '' || groupsOf !== owner();
    write(level, isPlain ? text : indentation + replaceAll(text, '\n', `\n${indentation}`));
  }
  const print = (level, args) => put(level, format(level, args));
  const warn = told ?? ((text) => print('warn', [`Warning: ${text}`]));
  const line =
    (level) =>
    (...args) =>
      print(level, args);

  function withTimer(name, label, use) {
    label = `${label}`;
    if (timers.has(label)) use(label, durationOf(elapsedMs() - timers.get(label)));
    else warn(`No such label '${label}' for console.${name}()`);
  }

  const methods = {
    log: line('log'),
    info: line('info'),
    warn: line('warn'),
    error: line('error'),
    debug: line('debug'),
    dirxml: line('log'),
    dir(value, options = undefined) {
      put('log', inspect('log', value, options ?? {}));
    },
    trace(...args) {
      const error = { name: 'Trace', message: args.length === 0 ? '' : format('error', args) };
      captureStackTrace(error, methods.trace);
      const frames = /\n {4}at [\s\S]*/.exec(error.stack)?.[0] ?? '';
      print('error', ['%s', `Trace${error.message === '' ? '' : `: ${error.message}`}${frames}`]);
    },
    assert(condition, ...args) {
      if (condition) return;
      if (typeof args[0] === 'string') args[0] = `Assertion failed: ${args[0]}`;
      else args = ['Assertion failed', ...args];
      print('warn', args);
    },
    table(data, properties = undefined) {
      if (properties !== undefined && !isArray(properties))
        throw invalidArgument('The "properties" argument must be an instance of Array.');
      print('log', [tableOf(data, properties)]);
    },
    count(label = 'default') {
      label = `${label}`;
      const count = (counts.get(label) ?? 0) + 1;
      if (counts.size < MAX_LABELS || counts.has(label)) counts.set(label, count);
      print('log', [`${label}: ${count}`]);
    },
    countReset(label = 'default') {
      if (!counts.delete(`${label}`)) warn(`Count for '${label}' does not exist`);
    },
    time(label = 'default') {
      label = `${label}`;
      if (timers.has(label)) warn(`Label '${label}' already exists for console.time()`);
      else if (timers.size < MAX_LABELS) timers.set(label, elapsedMs());
    },
    timeLog(label = 'default', ...args) {
      withTimer('timeLog', label, (known, duration) => print('log', ['%s: %s', known, duration, ...args]));
    },
    timeEnd(label = 'default') {
      withTimer('timeEnd', label, (known, duration) => {
        print('log', ['%s: %s', known, duration]);
        timers.delete(known);
      });
    },
    group(...args) {
      if (args.length > 0) print('log', args);
      if (groupsOf !== owner()) indentation = '';
      groupsOf = owner();
      if (indentation.length < MAX_GROUPS * indent) indentation += repeat(' ', indent);
    },
    groupEnd() {
      if (groupsOf === owner()) indentation = slice(indentation, 0, indentation.length - indent);
    },
    clear() {},
    timeStamp() {},
    profile() {},
    profileEnd() {},
  };
  for (const name in methods) defineProperty(methods[name], 'name', { value: name, configurable: true });
  methods.groupCollapsed = methods.group;
  return methods;
}

export function defineConsole() {
  const console = methodsOf({
    write: writeConsole,
    format: (_level, args) => format(args),
    inspect: (_level, value, { depth, showHidden }) => inspect(value, { depth, showHidden }),
    owner: runId,
  });
  tag(console, 'console');
  hidden(globalThis, 'console', console);
  // For `require('util')`, which prints as console does, and is the hook's own: it bounds nothing.
  defineProperty(globalThis, Symbol.for('hookmint.inspect'), { value: () => library('inspect') });
  // For `require('console')`, whose consoles print to streams of the hook's own.
  defineProperty(globalThis, Symbol.for('hookmint.console'), { value: methodsOf });
}
