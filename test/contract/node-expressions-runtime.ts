import { ANYTHING, each, pairs } from './node-values.ts';

/** A listener of each kind, and what becomes of it. */
export const emitters = [
  ...pairs(
    ['on', 'once', 'prependListener', 'prependOnceListener'],
    [`'error'`, `'x'`, `Symbol.for('x')`, `undefined`],
    (name, type) =>
      `(() => { const e = new events(); const seen = []; e.on(${type}, () => seen.push(0)); e.${name}(${type}, (...args) => seen.push(args)); e.emit(${type}, 1, 2); e.emit(${type}); return [seen, e.eventNames().map(String), e.listenerCount(${type})]; })()`,
  ),
  ...each(
    ['on', 'once', 'off', 'addListener', 'removeListener', 'prependListener'],
    (name) =>
      `(() => { const e = new events(); const seen = []; for (const k of ['newListener', 'removeListener']) e.on(k, (t, f) => seen.push([k, String(t), f.name])); e.${name}('x', function f() {}); e.removeAllListeners('x'); e.removeAllListeners(); return [seen, e.eventNames()]; })()`,
  ),
  ...each(
    ['events.EventEmitter', 'stream.Readable', 'stream.Writable', 'stream.Duplex', 'stream.Transform'],
    (Class) =>
      `['events.EventEmitter', 'stream.Readable', 'stream.Writable', 'stream.Duplex', 'stream.Transform'].map((other) => new ${Class}() instanceof eval(other))`,
  ),
  `new (class A extends events {})() instanceof (class B extends events {})`,
  ...each(ANYTHING.slice(2), (value) => `events.setMaxListeners(1, ${value})`),
  ...each(ANYTHING, (value) => `events.getMaxListeners(${value})`),
  ...each(ANYTHING, (value) => `new events({ captureRejections: ${value} }) instanceof events`),
  ...each(
    [`new AbortController().signal`, `new EventTarget()`, `new events()`],
    (of) => `events.getMaxListeners(${of})`,
  ),
  `(async () => { const e = new events({ captureRejections: true }); e.on('x', async () => { throw new RangeError('r'); }); const got = events.once(e, 'error'); e.emit('x'); return (await got)[0].name; })()`,
];

const LINES = [
  ...pairs(
    ['log', 'info', 'warn', 'error', 'debug', 'dirxml', 'assert', 'group', 'count', 'countReset', 'dir', 'table'],
    [`'a %s', 'b'`, `{ a: [1, { b: 2 }] }`, `false, 'x'`, `undefined`, `[[1, 2], [3]]`],
    (name, args) => `c.${name}(${args}); c.log('x\\ny'); c.groupEnd?.(); c.log('z')`,
  ),
  ...each(['time', 'timeLog', 'timeEnd'], (name) => `c.${name}('t'); c.${name === 'time' ? 'time' : 'log'}('t')`),
];
/** What a console writes, to two streams. */
export const consoles = [
  ...LINES.map(
    (lines) =>
      `(() => { const seen = []; const to = (n) => ({ write: (text) => seen.push([n, text]) }); const c = new console.Console({ stdout: to(1), stderr: to(2), ignoreErrors: false, groupIndentation: 3 }); ${lines}; return seen; })()`,
  ),
  ...each(ANYTHING, (value) => `new console.Console(${value}) instanceof console.Console`),
  ...each(
    [
      `{ colorMode: 5 }`,
      `{ colorMode: true }`,
      `{ groupIndentation: -1 }`,
      `{ groupIndentation: 1001 }`,
      `{ inspectOptions: 5 }`,
      `{ colorMode: true, inspectOptions: { colors: true } }`,
      `{ inspectOptions: { depth: 0 } }`,
    ],
    (options) =>
      `(() => { const seen = []; const c = new console.Console({ stdout: { write: (text) => seen.push(text) }, ignoreErrors: false, ...${options} }); c.log({ a: { b: { c: 1 } } }); c.dir(1); return seen; })()`,
  ),
  `(() => { class Own extends console.Console { log(text) { this.warn('own ' + text); } } const seen = []; const c = new Own({ stdout: { write: (text) => seen.push(text) }, ignoreErrors: false }); [1].forEach(c.log); return [seen, c instanceof Own]; })()`,
];

/** Of the process, and of what is global. */
export const runtime = [
  ...pairs(
    ANYTHING.filter((value) => !value.includes('Symbol')),
    [`undefined`, `'Own'`, `{ type: 'T', code: 'C', detail: 'd' }`, `5`],
    (warning, type) =>
      `new Promise((resolve) => { process.once('warning', ({ name, message, code, detail }) => resolve([name, message, code, detail])); try { process.emitWarning(${warning}, ${type}); } catch (error) { process.removeAllListeners('warning'); resolve([error.name, error.code]); } })`,
  ),
  ...each(
    [`{ value: 'x' }`, `{ get: () => 1 }`, `{ configurable: true, writable: true, enumerable: true, value: 5 }`, `{}`],
    (descriptor) => `Object.defineProperty(process.env, 'OWN', ${descriptor}).OWN`,
  ),
  ...each(['href', 'search', 'host', 'origin', 'searchParams'], (name) => `Reflect.get(URL.prototype, '${name}', {})`),
  ...each(
    [`new URLSearchParams('a=1&b=2')`, `new URLSearchParams('a=1').entries()`, `new URLSearchParams().keys()`],
    (value) =>
      `[util.inspect(${value}), util.inspect(${value}, { depth: -1 }), util.inspect(${value}, { breakLength: 1 })]`,
  ),
  ...each(ANYTHING, (value) => `typeof URL.createObjectURL(${value})`),
  `(async () => { const url = URL.createObjectURL(new Blob(['abc'])); const text = await buffer.resolveObjectURL(url).text(); URL.revokeObjectURL(url); return [text, buffer.resolveObjectURL(url)]; })()`,
  ...each(
    [
      'digest',
      'encrypt',
      'generateKey',
      'importKey',
      'exportKey',
      'sign',
      'verify',
      'deriveBits',
      'deriveKey',
      'wrapKey',
      'unwrapKey',
    ],
    (name) =>
      `Promise.allSettled([crypto.webcrypto.subtle.${name}.call({}), crypto.webcrypto.subtle.${name}()]).then((all) => all.map(({ reason }) => [reason.name, reason.code]))`,
  ),
  ...each(ANYTHING, (value) => `crypto.webcrypto.subtle.digest(${value}, new Uint8Array())`),
  ...each(ANYTHING, (value) => `crypto.webcrypto.subtle.digest('SHA-1', ${value})`),
  ...each(['CryptoKey', 'Crypto', 'SubtleCrypto', 'AbortSignal', 'Performance'], (name) => `new ${name}()`),
  ...each(
    ['setTimeout', 'setInterval', 'setImmediate'],
    (name) =>
      `(() => { const t = ${name}(() => {}); const before = t._destroyed; clearTimeout(t); clearImmediate(t); return [t.constructor.name, before, t._destroyed]; })()`,
  ),
  `new Promise((resolve) => { let n = 0; const t = setTimeout(() => { n++; if (n === 2) { clearTimeout(t); setTimeout(() => resolve(n), 5); } t._repeat = 1; }, 1); })`,
  ...each(
    [`'\\\\.\\foo'`, `'\\\\?\\C:\\a\\..\\b'`, `'\\\\.\\foo\\..'`],
    (path) => `[path.win32.normalize(${path}), path.win32.resolve(${path})]`,
  ),
  ...each([`'a/../C:/b'`, `'a/../../c:'`, `'./b:/../c'`], (path) => `path.win32.normalize(${path})`),
  ...pairs(ANYTHING, [`() => {}`, `Date`], (a, b) => `util.inherits(${a}, ${b})`),
  ...pairs(
    [`'red'`, `['bold', 'red']`, `'nope'`, `5`],
    [`undefined`, `{ validateStream: false }`],
    (format, options) => `util.styleText(${format}, 'x', ${options})`,
  ),
];
