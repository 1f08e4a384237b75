import { kindOf } from './brands.js';
import { elapsedMs, runId, write } from './connection.js';
import { hidden, tag } from './define.js';
import { format, inspect } from './inspect.js';
import { library } from './libraries.js';
import { widthOf } from './text-width.js';
import {
  defineProperty,
  hasOwn,
  indexOfItem,
  isArray,
  keys,
  max,
  push,
  repeat,
  replaceAll,
  SafeMap,
  slice,
  splice,
  uncurry,
} from './intrinsics.js';

const mapForEach = uncurry(Map.prototype.forEach);
const setForEach = uncurry(Set.prototype.forEach);
const toFixed = uncurry(Number.prototype.toFixed);
const { captureStackTrace } = Error;

/** Labels that `count` and `time` remember. */
const MAX_LABELS = 1_000;
const MAX_GROUPS = 50;
const counts = new SafeMap();
const timers = new SafeMap();
/** Of the groups that are open, and the run that opened them: no other run's lines are in them. */
let indentation = '';
let groupsOf;

function indented(text) {
  if (indentation === '' || groupsOf !== runId()) return text;
  return indentation + replaceAll(text, '\n', `\n${indentation}`);
}

function print(level, args) {
  write(level, indented(format(args)));
}

const warn = (text) => print('warn', [`Warning: ${text}`]);
const line =
  (level) =>
  (...args) =>
    print(level, args);

function elapsed(label) {
  let ms = elapsedMs() - timers.get(label);
  if (ms < 1_000) return `${+toFixed(ms, 3)}ms`;
  ms /= 1_000;
  if (ms < 60) return `${toFixed(ms, 3)}s`;
  const minutes = Math.floor(ms / 60);
  return `${minutes}:${toFixed(ms - minutes * 60, 3).padStart(6, '0')} (m:ss.mmm)`;
}

function withTimer(name, label, use) {
  label = `${label}`;
  if (timers.has(label)) use(label);
  else warn(`No such label '${label}' for console.${name}()`);
}

// -- table ------------------------------------------------------------------------------------------------------------

const cellOf = (value) => {
  const wide = typeof value === 'object' && value !== null && !isArray(value) && keys(value).length > 2;
  return inspect(value, { depth: wide ? -1 : 0, maxArrayLength: 3, breakLength: Infinity });
};

function renderTable(head, columns) {
  const widths = [];
  let height = 0;
  for (let i = 0; i < head.length; i++) {
    let width = widthOf(head[i]);
    for (let j = 0; j < columns[i].length; j++) width = max(width, widthOf(columns[i][j] ?? ''));
    push(widths, width + 2);
    height = max(height, columns[i].length);
  }
  const rule = (left, middle, right) => {
    let text = left;
    for (let i = 0; i < widths.length; i++) text += repeat('─', widths[i]) + (i === widths.length - 1 ? right : middle);
    return text;
  };
  const row = (cellAt) => {
    let text = '│';
    for (let i = 0; i < head.length; i++) {
      const cell = cellAt(i) ?? '';
      text += ` ${cell}${repeat(' ', widths[i] - 1 - widthOf(cell))}│`;
    }
    return text;
  };
  let text = `${rule('┌', '┬', '┐')}\n${row((i) => head[i])}\n${rule('├', '┼', '┤')}\n`;
  for (let j = 0; j < height; j++) text += `${row((i) => columns[i][j])}\n`;
  return text + rule('└', '┴', '┘');
}

function table(data, properties) {
  if (data === null || typeof data !== 'object') return print('log', [data]);
  const kind = kindOf(data);
  const index = [];
  const values = [];
  if (kind === 'Map' || kind === 'Set') {
    const names = [];
    if (kind === 'Map') {
      mapForEach(data, (value, key) => {
        push(index, `${index.length}`);
        push(names, cellOf(key));
        push(values, cellOf(value));
      });
      return print('log', [renderTable(['(iteration index)', 'Key', 'Values'], [index, names, values])]);
    }
    setForEach(data, (value) => {
      push(index, `${index.length}`);
      push(values, cellOf(value));
    });
    return print('log', [renderTable(['(iteration index)', 'Values'], [index, values])]);
  }
  const head = properties === undefined ? [] : [...properties];
  const columns = [];
  for (let i = 0; i < head.length; i++) push(columns, []);
  const rows = keys(data);
  let primitives = false;
  for (let i = 0; i < rows.length; i++) {
    const item = data[rows[i]];
    const isPrimitive = item === null || (typeof item !== 'object' && typeof item !== 'function');
    if (isPrimitive) {
      primitives = true;
      values[i] = cellOf(item);
      continue;
    }
    const names = properties ?? keys(item);
    for (let j = 0; j < names.length; j++) {
      const name = names[j];
      let column = indexOfItem(head, name);
      if (column < 0) {
        column = push(head, name) - 1;
        push(columns, []);
      }
      if (hasOwn(item, name)) columns[column][i] = cellOf(item[name]);
    }
  }
  splice(head, 0, 0, '(index)');
  splice(columns, 0, 0, rows);
  if (primitives) {
    push(head, 'Values');
    push(columns, values);
  }
  for (let i = 0; i < columns.length; i++) if (columns[i].length < rows.length) columns[i].length = rows.length;
  print('log', [renderTable(head, columns)]);
}

// -- console ----------------------------------------------------------------------------------------------------------

const methods = {
  log: line('log'),
  info: line('info'),
  warn: line('warn'),
  error: line('error'),
  debug: line('debug'),
  dirxml: line('log'),
  dir(value, /** @type {any} */ options = undefined) {
    const { depth, showHidden } = options ?? {};
    write('log', indented(inspect(value, { depth, showHidden })));
  },
  trace(...args) {
    const error = { name: 'Trace', message: args.length === 0 ? '' : format(args) };
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
  table,
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
    withTimer('timeLog', label, (known) => print('log', ['%s: %s', known, elapsed(known), ...args]));
  },
  timeEnd(label = 'default') {
    withTimer('timeEnd', label, (known) => {
      print('log', ['%s: %s', known, elapsed(known)]);
      timers.delete(known);
    });
  },
  group(...args) {
    if (args.length > 0) print('log', args);
    if (groupsOf !== runId()) indentation = '';
    groupsOf = runId();
    if (indentation.length < MAX_GROUPS * 2) indentation += '  ';
  },
  groupEnd() {
    if (groupsOf === runId()) indentation = slice(indentation, 0, -2);
  },
  clear() {},
  timeStamp() {},
  profile() {},
  profileEnd() {},
};
methods.groupCollapsed = methods.group;

export function defineConsole() {
  const console = {};
  for (const name in methods) {
    Object.defineProperty(methods[name], 'name', { value: name, configurable: true });
    console[name] = methods[name];
  }
  console.groupCollapsed = console.group;
  tag(console, 'console');
  hidden(globalThis, 'console', console);
  // For `require('util')`, which prints as console does, and is the hook's own: it bounds nothing.
  defineProperty(globalThis, Symbol.for('hookmint.inspect'), {
    value: () => library('inspect'),
    writable: false,
    configurable: false,
  });
}
