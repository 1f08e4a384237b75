// Marks and measures of `performance`, and those who observe them.
const { coded, invalidArgType } = require('./errors.js');

/** @type {any} */
const globals = globalThis;
const { performance, DOMException, structuredClone, setTimeout } = globals;
const CUSTOM_INSPECT = Symbol.for('nodejs.util.inspect.custom');

/** Entries that an isolate keeps; the oldest go first. */
const MAX_ENTRIES = 1_000;
const token = {};
const timeline = [];
const observers = [];

class PerformanceEntry {
  #name;
  #entryType;
  #startTime;
  #duration;
  constructor(secret, name, entryType, startTime, duration) {
    if (secret !== token) throw coded(TypeError, 'ERR_ILLEGAL_CONSTRUCTOR', 'Illegal constructor');
    this.#name = name;
    this.#entryType = entryType;
    this.#startTime = startTime;
    this.#duration = duration;
  }
  get name() {
    return this.#name;
  }
  get entryType() {
    return this.#entryType;
  }
  get startTime() {
    return this.#startTime;
  }
  get duration() {
    return this.#duration;
  }
  toJSON() {
    /** @type {any} */
    const self = this;
    const { name, entryType, startTime, duration, detail } = self;
    const json = { name, entryType, startTime, duration };
    return detail === undefined ? json : { ...json, detail };
  }
  [CUSTOM_INSPECT](_depth, options, inspect) {
    return `${this.constructor.name} ${inspect(this.toJSON(), options)}`;
  }
}

const detailOf = (options) =>
  options?.detail === undefined || options.detail === null ? null : structuredClone(options.detail);

function timeOf(name, time) {
  if (typeof time !== 'number') throw invalidArgType(name, 'of type number', time);
  if (time < 0) throw coded(TypeError, 'ERR_PERFORMANCE_INVALID_TIMESTAMP', `${time} is not a valid timestamp`);
  return time;
}

class PerformanceMark extends PerformanceEntry {
  #detail;
  /** @param {any} [options] */
  constructor(name, options = undefined) {
    if (arguments.length === 0) throw coded(TypeError, 'ERR_MISSING_ARGS', 'The "name" argument must be specified');
    const startTime = options?.startTime === undefined ? performance.now() : timeOf('startTime', options.startTime);
    super(token, `${name}`, 'mark', startTime, 0);
    this.#detail = detailOf(options);
  }
  get detail() {
    return this.#detail;
  }
}

class PerformanceMeasure extends PerformanceEntry {
  #detail;
  constructor(secret, name, startTime, duration, detail) {
    super(secret, name, 'measure', startTime, duration);
    this.#detail = detail;
  }
  get detail() {
    return this.#detail;
  }
}

/** In order of time, those that match. */
function entries(list, name, type) {
  const found = [];
  for (let i = 0; i < list.length; i++) {
    const entry = list[i];
    if ((name !== undefined && entry.name !== name) || (type !== undefined && entry.entryType !== type)) continue;
    let at = found.length;
    while (at > 0 && found[at - 1].startTime > entry.startTime) at--;
    found.splice(at, 0, entry);
  }
  return found;
}

function keep(entry) {
  if (timeline.length >= MAX_ENTRIES) timeline.shift();
  timeline.push(entry);
  for (let i = 0; i < observers.length; i++) observers[i](entry);
  return entry;
}

function drop(type, name) {
  for (let i = timeline.length - 1; i >= 0; i--) {
    if (timeline[i].entryType === type && (name === undefined || timeline[i].name === name)) timeline.splice(i, 1);
  }
}

const MILESTONES = new Set(['nodeStart', 'v8Start', 'environment', 'loopStart', 'loopExit', 'bootstrapComplete']);

/** Of a mark's name, the latest; of a number, itself. */
function momentOf(mark) {
  if (typeof mark === 'number') return timeOf('mark', mark);
  // When it all began: of a run nothing before is known.
  if (MILESTONES.has(`${mark}`)) return 0;
  const found = entries(timeline, `${mark}`, 'mark');
  if (found.length === 0) throw new DOMException(`The "${mark}" performance mark has not been set`, 'SyntaxError');
  return found[found.length - 1].startTime;
}

function spanOf(options, endMark) {
  if (typeof options !== 'object' || options === null) options = { start: options, end: endMark };
  const { start, end, duration } = options;
  const startTime =
    start !== undefined ? momentOf(start) : end !== undefined && duration !== undefined ? momentOf(end) - duration : 0;
  const endTime =
    end !== undefined
      ? momentOf(end)
      : start !== undefined && duration !== undefined
        ? startTime + duration
        : performance.now();
  return [startTime, endTime - startTime];
}

const required = (given, name) => {
  if (given === 0) throw coded(TypeError, 'ERR_MISSING_ARGS', `The "${name}" argument must be specified`);
};

/** Methods of `performance`. */
const methods = {
  mark: (name, options = undefined) => keep(new PerformanceMark(name, options)),
  measure(name, options = {}, endMark = undefined) {
    const [startTime, duration] = spanOf(options, endMark);
    return keep(new PerformanceMeasure(token, `${name}`, startTime, duration, detailOf(options)));
  },
  clearMarks: (name = undefined) => drop('mark', name === undefined ? name : `${name}`),
  clearMeasures: (name = undefined) => drop('measure', name === undefined ? name : `${name}`),
  getEntries: () => entries(timeline),
  getEntriesByName(name, type = undefined) {
    required(arguments.length, 'name');
    return entries(timeline, `${name}`, type);
  },
  getEntriesByType(type) {
    required(arguments.length, 'type');
    return entries(timeline, undefined, `${type}`);
  },
};

class PerformanceObserverEntryList {
  #entries;
  constructor(secret, list) {
    if (secret !== token) throw coded(TypeError, 'ERR_ILLEGAL_CONSTRUCTOR', 'Illegal constructor');
    this.#entries = list;
  }
  getEntries() {
    return entries(this.#entries);
  }
  getEntriesByName(name, type = undefined) {
    return entries(this.#entries, `${name}`, type);
  }
  getEntriesByType(type) {
    return entries(this.#entries, undefined, `${type}`);
  }
}

class PerformanceObserver {
  #callback;
  #types = [];
  #waiting = [];
  #hear = (entry) => {
    for (let i = 0; i < this.#types.length; i++) if (this.#types[i] === entry.entryType) this.#take(entry);
  };
  constructor(callback) {
    if (typeof callback !== 'function') throw invalidArgType('callback', 'of type function', callback);
    this.#callback = callback;
  }
  static get supportedEntryTypes() {
    return ['mark', 'measure'];
  }
  #take(entry) {
    if (this.#waiting.length === 0) setTimeout(() => this.#tell(), 0);
    this.#waiting.push(entry);
  }
  #tell() {
    const list = this.takeRecords();
    if (list.length > 0) Reflect.apply(this.#callback, this, [new PerformanceObserverEntryList(token, list), this]);
  }
  observe(options = {}) {
    const { entryTypes, type, buffered } = options;
    if (entryTypes === undefined && type === undefined)
      throw coded(
        TypeError,
        'ERR_MISSING_ARGS',
        'The "options.entryTypes" or "options.type" argument must be specified',
      );
    this.disconnect();
    this.#types = entryTypes === undefined ? [`${type}`] : [...entryTypes];
    observers.push(this.#hear);
    if (buffered) for (let i = 0; i < timeline.length; i++) this.#hear(timeline[i]);
  }
  disconnect() {
    for (let i = observers.length - 1; i >= 0; i--) if (observers[i] === this.#hear) observers.splice(i, 1);
    this.#waiting = [];
  }
  takeRecords() {
    const list = this.#waiting;
    this.#waiting = [];
    return list;
  }
}

const classes = {
  PerformanceEntry,
  PerformanceMark,
  PerformanceMeasure,
  PerformanceObserver,
  PerformanceObserverEntryList,
};
for (const [name, Class] of Object.entries(classes)) {
  Object.defineProperty(Class.prototype, Symbol.toStringTag, { value: name, configurable: true });
}

module.exports = { classes, methods };
