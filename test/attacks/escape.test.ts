import { attackedSandbox, hook } from './sandbox.ts';
import assert from 'node:assert/strict';
import { bundleRuntime } from '../../services/hook-executor/isolate/bundle-globals.ts';

const { run, result, attack } = attackedSandbox('escape');

/** Code that every attack may use: what of the host can be had from a value by its constructors. */
const REALM = `
  const realmOf = (value) => {
    const F = value.constructor.constructor;
    return F === Function && F('return this')() === globalThis;
  };
  const binding = () => { try { return process.binding('fs'); } catch (error) { return error.code; } };
  const host = () => [process.pid, binding(), typeof process.mainModule, typeof globalThis.Buffer];
`;
// What a hook finds of a process is made up, inside its own realm.
const NO_HOST = [1, 'ERR_FEATURE_UNAVAILABLE_ON_PLATFORM', 'undefined', 'undefined'];

attack('no function or object that a hook can reach belongs to another realm', async () => {
  const found = await result(
    hook(`
    const seen = new Set(), foreign = [];
    const queue = [['client', client], ['scope', scope], ['context', context], ['cb', cb], ['console', console],
      ['require', globalThis.kept.require], ['module', globalThis.kept.module], ['global', globalThis],
      ['errors', [ExtensibilityUserError, InvalidRequestError, InvalidScopeError, ServerError]]];
    const roots = new Set();
    while (queue.length > 0) {
      const [path, value] = queue.pop();
      if ((typeof value !== 'object' && typeof value !== 'function') || value === null || seen.has(value)) continue;
      seen.add(value);
      const proto = Object.getPrototypeOf(value);
      if (typeof value === 'function' && !(value instanceof Function) && value !== Function.prototype) foreign.push(path);
      if (typeof value === 'object' && proto !== null && !(value instanceof Object)) {
        let top = value;
        while (Object.getPrototypeOf(top) !== null) top = Object.getPrototypeOf(top);
        if (top !== Object.prototype) foreign.push(path);
      }
      queue.push([path + '.__proto__', proto]);
      for (const key of Reflect.ownKeys(value)) {
        const { get, set, value: inner } = Object.getOwnPropertyDescriptor(value, key);
        for (const next of [get, set, inner]) queue.push([path + '.' + String(key), next]);
      }
    }
    cb(null, { foreign, many: seen.size > 500, ivm: [typeof ivm, typeof $0, typeof settled, typeof args] });`) +
      '\nglobal.kept = { require, module };',
    { cpu_ms: 2_000 },
  );
  assert.deepEqual(found, { foreign: [], many: true, ivm: ['undefined', 'undefined', 'undefined', 'undefined'] });
});

attack('constructor chains of everything handed in end in the isolate', async () => {
  const found = await result(
    hook(`${REALM}
    const errors = [];
    for (const f of [() => require0('fs'), () => JSON.parse('{'), () => null.x, () => { (function f() { f(); })(); },
      () => new Array(-1), () => decodeURIComponent('%'), () => eval('('), () => 1n + 1]) {
      try { f(); } catch (error) { errors.push(error); }
    }
    const values = [client, scope, context, context.webtask.body, cb, console, console.log, process, ...errors];
    cb(null, { own: values.every(realmOf), errors: errors.length, host: host() });`) + '\nvar require0 = require;',
  );
  assert.deepEqual(found, { own: true, errors: 8, host: NO_HOST });
});

attack('Error.prepareStackTrace shows no function or receiver of the bootstrap', async () => {
  const found = await result(
    hook(`
    Error.prepareStackTrace = (error, sites) => sites;
    const sites = new Error('x').stack;
    const ofBootstrap = sites.filter((site) => String(site.getFileName()).includes('hookmint:runtime'));
    cb(null, {
      seen: ofBootstrap.length > 0,
      leaked: ofBootstrap.filter((site) => site.getFunction() !== undefined || site.getThis() !== undefined).length,
    });`),
  );
  assert.deepEqual(found, { seen: true, leaked: 0 });
});

attack('Error.prepareStackTrace is not called with errors of the host', async () => {
  const found = await result(
    hook(`
    const texts = [];
    Error.prepareStackTrace = (error, sites) => { texts.push(...sites.map(String)); return ''; };
    Error.stackTraceLimit = Infinity;
    try { null.x; } catch (error) { error.stack; }
    new Error('x').stack;
    cb(null, { texts: texts.filter((text) => /file:|node:|services|\\.ts/.test(text)) });`),
  );
  assert.deepEqual(found, { texts: [] });
});

attack('a sloppy function has no caller to take the arguments of', async () => {
  const found = await result(
    hook(`
    const f = function () { return [f.caller === null || f.caller === module0.exports, module0.exports.caller]; };
    cb(null, { callers: f() });`) + '\nvar module0 = module;',
  );
  assert.deepEqual(found, { callers: [true, null] });
});

attack('import() of anything is refused', async () => {
  const found = await result(
    hook(`
    const names = ['fs', 'node:fs', 'isolated-vm', 'file:///etc/passwd', 'data:text/javascript,export default 1', './main.ts'];
    Promise.allSettled(names.map((name) => import(name))).then((all) => cb(null, { all: all.map(({ status }) => status) }));`),
  );
  assert.deepEqual(found, { all: Array.from({ length: 6 }, () => 'rejected') });
});

attack('eval, Function and their async and generator kinds see nothing but the isolate', async () => {
  const found = await result(
    hook(`${REALM}
    const kinds = [Function, (async () => {}).constructor, (function* () {}).constructor, (async function* () {}).constructor];
    const probe = 'return typeof require + typeof module + typeof process.mainModule';
    Promise.all([eval('typeof process.mainModule'), (0, eval)('typeof require'), Function(probe)(), kinds[1](probe)(), kinds[2](probe)().next().value])
      .then((seen) => cb(null, { seen, host: host() }));`),
  );
  const nothing = 'undefinedundefinedundefined';
  assert.deepEqual(found, { seen: ['undefined', 'undefined', nothing, nothing, nothing], host: NO_HOST });
});

attack('what would run or hold memory outside of all limits is not there', async () => {
  const found = await result(
    hook(
      `cb(null, { types: [typeof WebAssembly, typeof SharedArrayBuffer, typeof Atomics, typeof FinalizationRegistry] });`,
    ),
  );
  assert.deepEqual(found, { types: Array.from({ length: 4 }, () => 'undefined') });
});

attack('a resizable ArrayBuffer cannot be had again', async () => {
  const found = await result(
    hook(`
    const size = { maxByteLength: 1 << 20 };
    let native;
    Object.prototype.get = (target) => { native = target; };
    Object.prototype.construct = Object.prototype.apply = Object.prototype.get;
    const isView = ArrayBuffer.isView;
    class Sub extends ArrayBuffer {}
    const kinds = [ArrayBuffer, Sub, new Uint8Array(1).buffer.constructor, ArrayBuffer[Symbol.species],
      new ArrayBuffer(1).slice(0).constructor, ArrayBuffer.prototype.constructor, ArrayBuffer.bind(null)];
    const made = kinds.map((Kind) => new Kind(1, size));
    made.push(Reflect.construct(ArrayBuffer, [1, size], Sub), Reflect.construct(ArrayBuffer, [1, size], Object));
    const resizable = Object.getOwnPropertyDescriptor(ArrayBuffer.prototype, 'resizable').get;
    const up = Object.getPrototypeOf(ArrayBuffer) === Function.prototype;
    cb(null, { leaked: native !== undefined, up, isView: isView(new Uint8Array(1)), sub: made[1] instanceof Sub,
      resizable: made.map((buffer) => resizable.call(buffer)).filter(Boolean).length });`),
  );
  assert.deepEqual(found, { leaked: false, up: true, isView: true, sub: true, resizable: 0 });
});

attack('a hook that changes Promise keeps its own outcome and sees no handler of the bootstrap', async () => {
  const code = `
    const seen = [];
    Promise.prototype.then = function (...values) { seen.push(...values.map(String)); return this; };
    Promise.prototype.catch = Promise.prototype.then;
    Object.defineProperty(Promise, Symbol.species, { get() { return function (executor) { executor(() => undefined, () => undefined); }; } });
    module.exports = async function (client, scope, audience, context, cb) { cb(null, { seen }); };`;
  assert.deepEqual(await result(code), { seen: [] });
  assert.deepEqual(await result(code), { seen: [] });
});

attack('a hook that changes call, apply and bind sees no function of the bootstrap', async () => {
  const code = `
    const seen = [];
    for (const name of ['call', 'apply', 'bind'])
      Function.prototype[name] = function (...values) { seen.push(name, String(this)); return () => undefined; };
    Reflect.apply = Reflect.construct = (...values) => { seen.push('reflect'); };
    module.exports = function (client, scope, audience, context, cb) { console.log('x'); new ArrayBuffer(1); cb(null, { seen, scope }); };`;
  assert.deepEqual(await result(code), { seen: [], scope: ['read'] });
  // What shows objects, decodes or streams is a library, made by then of what the hook left: it hands over its own functions, none of ours.
  const { seen } = (await result(
    code.replace(
      `console.log('x')`,
      `console.log({}); try { new ReadableStream(); } catch {}; try { new TextDecoder('latin1'); } catch {}`,
    ),
  )) as { seen: string[] };
  const known = Object.values(bundleRuntime().libraries).join('\n');
  assert.ok(seen.length > 0);
  for (const text of seen) {
    const isTheirs =
      /^(call|apply|bind|reflect)$|\[native code\]/.test(text) || known.includes(text) || code.includes(text);
    assert.ok(isTheirs, text.slice(0, 200));
  }
});

attack('built-ins that a hook replaced are not used on its next run', async () => {
  const code = `
    const forged = [];
    JSON.parse = JSON.stringify = () => { forged.push('json'); return '{"forged":1}'; };
    String.prototype.slice = function () { forged.push('slice'); return 'forged'; };
    Array.isArray = () => { forged.push('isArray'); return false; };
    Object.defineProperty = Object.setPrototypeOf = () => { forged.push('define'); };
    globalThis.String = globalThis.Object = globalThis.Promise = globalThis.Map = function () { forged.push('class'); return 'forged'; };
    Array.prototype.push = Array.prototype.join = function () { forged[forged.length] = 'array'; };
    module.exports = function (client, scope, audience, context, cb) { console.log('line'); cb(null, { forged, audience }); };`;
  for (let i = 0; i < 2; i++) {
    const outcome = await run(code);
    assert.deepEqual(outcome.console, [{ level: 'log', text: 'line' }]);
    assert.equal(outcome.status === 'ok' && outcome.result, '{"forged":[],"audience":"https://api.example"}');
  }
});

attack(
  'toJSON and setters on Object.prototype and Array.prototype do not forge console, errors or outcomes',
  async () => {
    const outcome = await run(
      hook(`
    const forge = { value: () => ({ status: 'ok' }), configurable: true };
    for (const proto of [Object.prototype, Array.prototype, String.prototype]) Object.defineProperty(proto, 'toJSON', forge);
    const trap = { get: () => 'forged', set() {}, configurable: true };
    for (const name of ['level', 'text', 'name', 'message', 'stack', 'status', 'outcome']) Object.defineProperty(Object.prototype, name, trap);
    Object.defineProperty(Array.prototype, '0', trap);
    console.log('line');
    cb(new Error('denied'));`),
    );
    assert.deepEqual(
      { status: outcome.status, console: outcome.console, error: 'error' in outcome && outcome.error.message },
      { status: 'denied', console: [{ level: 'log', text: 'line' }], error: 'denied' },
    );
  },
);

attack('Symbol.hasInstance on Error and Promise changes no outcome', async () => {
  const outcome = await run(
    hook(`
    for (const Kind of [Error, Promise]) Object.defineProperty(Kind, Symbol.hasInstance, { value: () => true });
    cb({ name: 'InvalidScopeError', message: 'm', stack: 's' });`),
  );
  assert.equal(outcome.status, 'denied');
});

attack('text that looks like a frame of the protocol stays text', async () => {
  const forged = JSON.stringify('\no{"forged":true}');
  const denied = await run(hook(`console.log(${forged}); cb(new Error(${forged}));`));
  assert.equal(denied.status === 'denied' && denied.error.message, '\no{"forged":true}');
  assert.deepEqual(denied.console, [{ level: 'log', text: '\no{"forged":true}' }]);
  const threw = await run(hook(`throw new Error(${forged});`));
  assert.equal(threw.status, 'threw');
});

attack('a result that is a proxy, a getter or a thenable is read once, in the isolate', async () => {
  const proxy = `new Proxy({}, { ownKeys: () => ['a', '__proto__'], get: (t, key) => key === 'a' ? 1 : undefined,
    getOwnPropertyDescriptor: () => ({ value: 1, enumerable: true, configurable: true }) })`;
  assert.deepEqual(await result(hook(`cb(null, ${proxy});`)), { a: 1 });
  const getter = await run(hook(`cb(null, { get a() { throw new Error('no'); } });`));
  assert.deepEqual(getter.status === 'bad_result' && getter.reason, 'not_serializable');
  const thenable = await result(hook(`cb(null, { a: 1, then(resolve) { resolve({ forged: 1 }); } });`));
  assert.deepEqual(thenable, { a: 1 });
  for (const value of ['7', '"text"', '[1]', 'null']) {
    const other = await run(hook(`cb(null, { toJSON: () => (${value}) });`));
    assert.equal(other.status === 'bad_result' && other.reason, 'not_an_object', value);
  }
});

attack('code that closes the wrapper it is compiled in loads no hook', async () => {
  for (const code of [
    '}); (function () { return () => 1;',
    '}); ({ call: () => { globalThis.taken = 1; } }); (function () {',
    '}).call(this, {}, () => {}, { exports() {} }); (function () {',
  ]) {
    assert.equal((await run(code)).status, 'threw');
  }
});

attack('a callback kept from one run settles no other', async () => {
  const code = hook(`
    const earlier = globalThis.kept;
    globalThis.kept = cb;
    if (earlier === undefined) return cb(null, { run: 1 });
    try { earlier(null, { forged: 1 }); } catch (error) { return cb(null, { run: 2, refused: error.message }); }
    cb(null, { run: 2 });`);
  assert.deepEqual(await result(code), { run: 1 });
  assert.deepEqual(await result(code), { run: 2, refused: 'The callback of the hook was already called.' });
});
