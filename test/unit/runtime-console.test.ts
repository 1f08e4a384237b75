import assert from 'node:assert/strict';
import { Console } from 'node:console';
import { Writable } from 'node:stream';
import { after, before, test } from 'node:test';
import { format } from 'node:util';
import { createRuntime } from './runtime-driver.ts';

type Runtime = Awaited<ReturnType<typeof createRuntime>>;
let runtime: Runtime;
before(async () => void (runtime = await createRuntime()));
after(() => runtime[Symbol.asyncDispose]());

/** Lists of arguments, as expressions. What console.log prints of them is what Node prints. */
const SAME_AS_NODE = [
  `'text'`,
  `'%s and %s', 'a'`,
  `'%s %s', 'a', 'b', 'c', { d: 1 }`,
  `'%d %i %f', '42', 42.9, '1.5', -0`,
  `'%d %d', 10n, {}`,
  `'%i %f %d', Symbol('a'), Symbol('b'), Symbol('c')`,
  `'%j', { a: [1, { b: 2 }] }`,
  `'%s', Symbol('s'), 12n, -0, null, undefined`,
  `'%s %s', -0, 12n`,
  `'%s', { toString() { return 'own'; } }`,
  `'%s', class A {}`,
  `'%s', { a: { b: { c: 1 } } }`,
  `'%s', [1, [2, [3]]]`,
  `'%O', { a: { b: { c: { d: 1 } } } }`,
  `'%c styled', 'color: red'`,
  `'100%', 5`,
  `'%% %s', 1`,
  `'%x %s', 1`,
  `'%', 1`,
  `1, 'two', [3], { four: 4 }`,
  `null, undefined, true, 1.5, -0, 12n, Symbol('s')`,
  `{}`,
  `[]`,
  `[[]], [{}], { a: {} , b: [] }`,
  `{ a: 1, 'b-c': "it's", 3: 'x', [Symbol('k')]: 1 }`,
  `{ a: { b: { c: { d: 1 } } } }`,
  `{ a: { b: { c: {} } } }`,
  `[[[[1]]]]`,
  `[1, , 3], [, ,], new Array(5)`,
  `Object.assign([1, 2], { extra: true })`,
  `Array.from({ length: 120 }, (_, i) => i)`,
  `Array.from({ length: 30 }, (_, i) => 'item ' + i)`,
  `Array.from({ length: 10 }, (_, i) => ({ id: i, name: 'name ' + i }))`,
  `Array.from({ length: 7 }, (_, i) => 'x'.repeat(i * 5))`,
  `{ long: 'x'.repeat(100), other: 'y'.repeat(20) }`,
  `{ text: 'line one of some length here\\nline two of some length, longer than eighty\\n' }`,
  `{ a: 'aaaaaaaaaaaaaaaaaaaa', b: 'bbbbbbbbbbbbbbbbbbbbbbbbbb', c: 'cccccccccccccccccccc', d: 'dddddd' }`,
  `{ client: { id: 'abc', metadata: { roles: 'a,b', nested: '{"x":1}' } }, scope: ['read:a', 'write:b'], audience: 'https://api' }`,
  `new Map([['a', 1], [{ k: 1 }, new Map([[1, 2]])]]), new Set([1, 'a', { b: 2 }])`,
  `new Map(), new Set(), new WeakSet() instanceof WeakSet`,
  `new Map([['key that is long enough', { value: 'that is long enough', more: 'so that it breaks' }]])`,
  `function named() {}, () => {}, class A {}, class B extends Map {}, async function f() {}, function* g() {}`,
  `Object.assign(function f() {}, { a: 1 })`,
  `{ f() {}, g: () => 1, h: class {} }`,
  `new Date(0), new Date(NaN), /a+b/gi, { d: new Date(1e12) }`,
  `{ get a() { throw new Error('ran'); }, set b(v) {}, get c() { return 1; }, set c(v) {} }`,
  `(() => { const a = { name: 'a' }; a.self = a; return a; })()`,
  `(() => { const a = {}, b = { a }; a.b = b; a.list = [a, b]; return a; })()`,
  `new (class Foo { constructor() { this.x = 1; } })(), new (class extends Array {})(), new (class M extends Map {})([[1, 2]])`,
  `Object.create(null), Object.assign(Object.create(null), { a: 1 }), Object.create({ inherited: 1 })`,
  `new Uint8Array([1, 2, 3]), new Float64Array(2), new BigInt64Array(1), new ArrayBuffer(4)`,
  `new Number(3), new String('abc'), new Boolean(false), Object(10n), Object(Symbol('q'))`,
  `'\\u001b[31mred', ['\\n\\t\\\\', "it's", 'say "hi"', \`it's "both"\`, '\\x7f\\u2028', '\\ud800']`,
  `{ é: 1, '日本': '日本語', '': 0, '__proto__x': 1, ['__proto__']: 2 }`,
  `['日本語', '한국어', 'ab', 'cd', 'ef', 'gh', 'ij', 'kl']`,
  `{ a: undefined, b: null, c: [undefined, null] }`,
  `globalThis.Math === Math, Math, JSON`,
  `[new Error('m')].length, Object.assign(Object.create(Error.prototype), { message: 'fake' }) instanceof Error`,
  `(() => { const e = new Error('boom'); e.stack = 'Error: boom\\n    at f (hook.js:1:1)'; return e; })()`,
  `(() => { const e = new TypeError('boom'); e.stack = 'TypeError: boom\\n    at f (hook.js:1:1)'; e.code = 'E_X'; return [e]; })()`,
  `(() => { class MyError extends Error {} const e = new MyError('boom'); e.stack = 'Error: boom\\n    at f (hook.js:1:1)'; return e; })()`,
  `(() => { const e = new Error('boom', { cause: 'why' }); e.stack = 'Error: boom\\n    at f (hook.js:1:1)'; return { e }; })()`,
  `(() => { const e = new Error('no stack'); delete e.stack; Object.defineProperty(e, 'stack', { value: undefined }); return e; })()`,
  `new URL('https://u:p@host.example:8080/p?q=1#h'), new URLSearchParams('a=1&b=2')`,
  `new Headers({ b: '2', a: '1' })`,
  `(function () { return arguments; })().length, Symbol.iterator, [Symbol('a')]`,
  `{ [Symbol.toStringTag]: 'Tagged', a: 1 }, new (class { get [Symbol.toStringTag]() { return 'X'; } })() instanceof Object`,
  `[1.5, -0, NaN, Infinity], ['a'.repeat(10001)].length`,
  `process.version.length > 0, [true, false, null]`,
  `{ a: [{ b: { c: 1 } }] }, { a: [[[]]] }, { a: [[[1]]] }`,
  `{ m: new Map([['x', { y: { z: {} } }]]), s: new Set([[1, [2, [3]]]]) }`,
  `{ [Symbol.for('nodejs.util.inspect.custom')]: () => 'custom' }`,
  `[new URLSearchParams(), new URLSearchParams([['a', '1'], ['a', 'x'.repeat(80)]])]`,
  `new AbortController().signal, new Blob(['abc']), [new AbortController()].length`,
  `'%s', new Map([[1, 2]])`,
];

test('console.log prints what Node prints', async (t) => {
  for (const args of SAME_AS_NODE) {
    await t.test(args.slice(0, 100), async () => {
      runtime.lines.length = 0;
      await runtime.run(`console.log(${args});`);
      const list = (0, eval)(`[${args}]`) as unknown[];
      assert.deepEqual(runtime.lines, [{ level: 'log', text: format(...list) }]);
    });
  }
});

const CALLS = [
  `console.table([{ a: 1, b: 'x' }, { a: 2, c: { d: 1 } }]);`,
  `console.table([[1, 2], [3, 4]]); console.table(['a', 'b']); console.table(5);`,
  `console.table(new Map([['k', 1]])); console.table(new Set(['v'])); console.table([{ a: 1, b: 2 }], ['b']);`,
  `console.table({ x: { a: 1 }, y: { a: 'long text' }, z: 3 });`,
  `console.group('outer'); console.log('in\\nside'); console.group(); console.warn('deep'); console.groupEnd(); console.groupEnd(); console.log('out');`,
  `console.count(); console.count('a'); console.count(); console.countReset(); console.count(); console.countReset('no');`,
  `console.assert(true, 'no'); console.assert(false, 'yes %s', 1); console.assert(false); console.assert(false, { a: 1 });`,
  `console.dir({ a: { b: { c: { d: {} } } } }, { depth: null }); console.dir({ a: { b: { c: { d: {} } } } }, { depth: 0 }); console.dir('%s');`,
  `console.info('i'); console.debug('d'); console.error('e'); console.dirxml({ a: 1 }, 2);`,
];

test('the other methods of console print what Node’s print', async (t) => {
  for (const source of CALLS) {
    await t.test(source.slice(0, 80), async () => {
      runtime.lines.length = 0;
      await runtime.run(source);
      assert.equal(runtime.lines.map(({ text }) => `${text}\n`).join(''), printedByNode(source));
    });
  }
});

function printedByNode(source: string): string {
  let text = '';
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      text += chunk.toString();
      done();
    },
  });
  const warnings: string[] = [];
  const listeners = process.listeners('warning');
  process.removeAllListeners('warning');
  const emitWarning = process.emitWarning.bind(process);
  process.emitWarning = (warning: string) => warnings.push(warning);
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the same source as in the isolate
  (new Function('console', source) as (console: Console) => void)(new Console(stream, stream));
  process.emitWarning = emitWarning;
  for (const listener of listeners) process.on('warning', listener);
  return text + warnings.map((warning) => `Warning: ${warning}\n`).join('');
}

test('levels, trace and timers', async () => {
  runtime.lines.length = 0;
  await runtime.run(`
    console.warn('w'); console.error('e'); console.debug('d');
    console.trace('here %d', 1);
    console.time('t'); console.timeLog('t', 'extra'); console.timeEnd('t'); console.timeEnd('t');
  `);
  const [warn, error, debug, trace, log, end, missing] = runtime.lines;
  assert.deepEqual([warn?.level, error?.level, debug?.level, trace?.level], ['warn', 'error', 'debug', 'error']);
  assert.match(trace?.text ?? '', /^Trace: here 1\n {4}at /);
  assert.match(log?.text ?? '', /^t: [\d.]+ms extra$/);
  assert.match(end?.text ?? '', /^t: [\d.]+ms$/);
  assert.equal(missing?.text, "Warning: No such label 't' for console.timeEnd()");
});

test('what is shown runs no getter of its properties; its custom inspector is asked, as in Node', async () => {
  runtime.lines.length = 0;
  const ran = await runtime.run(`
    let ran = 0;
    const custom = Symbol.for('nodejs.util.inspect.custom');
    console.log({ get a() { ran++; return 1; } });
    console.log(new (class { get b() { ran++; return 1; } static get c() { ran++; return 1; } })());
    console.log([{ [custom]: (depth, { stylize }, inspect) => [depth, typeof stylize, typeof inspect].join() }]);
    return ran;
  `);
  assert.equal(ran, 0);
  assert.deepEqual(
    runtime.lines.map(({ text }) => text),
    ['{ a: [Getter] }', '{}', '[ 1,function,function ]'],
  );
});

test('a custom inspector, a proxy or a getter that misbehaves stops nothing, and what it says is cut', async () => {
  const hostile = [
    `{ [custom]() { throw new Error('no'); } }`,
    `{ [custom]: () => 'x'.repeat(1e6) }`,
    `{ [custom]() { return this; } }`,
    `(() => { const endless = { [custom]: () => ({ ...endless }) }; return endless; })()`,
    `{ [custom]() { return inspect(this); } }`,
    `Object.assign(() => {}, { [custom]: 5 })`,
    `new Proxy({}, { get() { throw 1; } })`,
    `new Proxy([], { getOwnPropertyDescriptor() { throw 1; } })`,
    `new Proxy(() => {}, { get: (target, key) => (key === 'toString' ? 5 : Reflect.get(target, key)) })`,
    `(() => { const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); return proxy; })()`,
    `Object.create(null, { constructor: { get() { throw 1; } } })`,
    `{ get [Symbol.toStringTag]() { throw 1; } }`,
    `Object.assign(new Error('m'), { stack: { toString() { throw 1; } }, name: null, cause: new Proxy({}, { ownKeys() { throw 1; } }) })`,
    `Object.defineProperty(new Error('m'), 'stack', { get() { throw 1; } })`,
    `new (class extends URL { get href() { throw 1; } })('http://a/')`,
    `[Object.create(URL.prototype), Object.create(Promise.prototype), Object.create(Headers.prototype)]`,
    `Object.defineProperties(new Map(), { size: { value: 'x' }, entries: { value: 1 }, [Symbol.iterator]: { value: null } })`,
    `[Object.setPrototypeOf(new Date(), null), Object.setPrototypeOf(/a/, null), Object.setPrototypeOf(new Set([1]), null)]`,
    `(() => { const sparse = []; sparse[2 ** 32 - 2] = 1; return sparse; })()`,
    `'\ud800'.repeat(1e5), ['\u001b[2J'.repeat(1e5)]`,
    `Array.from({ length: 100 }, () => Array.from({ length: 100 }, () => ({ a: 'x'.repeat(1e4) })))`,
  ];
  for (const args of hostile) {
    runtime.lines.length = 0;
    const left = await runtime.run(`
      const custom = Symbol.for('nodejs.util.inspect.custom');
      console.log(${args}); console.dir(${args}, { depth: null, showHidden: true }); console.error('%o %O %s', ${args}); try { console.table([${args}]); } catch {}
      return 'went on';`);
    assert.equal(left, 'went on', args);
    assert.ok(runtime.lines.length >= 3, args);
    for (const { text } of runtime.lines) assert.ok(text.length <= 1_000_000, `${args}: ${String(text.length)}`);
  }
});

test('what cannot be shown is not fatal, what is large is cut', async () => {
  runtime.lines.length = 0;
  await runtime.run(`
    console.log(new Proxy({}, { ownKeys() { throw new Error('no'); } }));
    const deep = {}; let at = deep; for (let i = 0; i < 1e5; i++) at = at.next = {};
    console.dir(deep, { depth: Infinity });
    console.log(Object.fromEntries(Array.from({ length: 1e5 }, (_, i) => ['key' + i, 'value'.repeat(10)])));
    const wide = {}; for (let i = 0; i < 1e4; i++) wide[i] = wide;
    console.log([wide, wide]);
  `);
  assert.equal(runtime.lines[0]?.text, '[value that cannot be shown]');
  for (const { text } of runtime.lines) assert.ok(text.length < 1_000_000, String(text.length));
});
