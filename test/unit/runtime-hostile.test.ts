import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import ivm from 'isolated-vm';
import { bundleRuntime } from '../../services/hook-executor/isolate/bundle-globals.ts';
import { createHostFunctions } from '../../services/hook-executor/sandbox/host-calls/host-functions.ts';
import { createRuntime } from './runtime-driver.ts';

describe('a hook that changes the built-ins changes them for itself alone', () => {
  const TAMPER = `
    const { apply } = Reflect; const { defineProperty } = Object;
    const leaked = (value) => { if (typeof value === 'function') defineProperty(functions, functions.length, { __proto__: null, value, enumerable: true }); };
    const functions = [];
    for (const Class of [Array, Map, Set, WeakMap, String, RegExp, Promise, Function, Object, Uint8Array, Error]) {
      for (const name of Object.getOwnPropertyNames(Class.prototype)) {
        const d = Object.getOwnPropertyDescriptor(Class.prototype, name);
        if (name === 'constructor' || typeof d.value !== 'function' || !d.writable) continue;
        const real = d.value;
        Object.defineProperty(Class.prototype, name, { ...d, value: function () { for (let i = 0; i < arguments.length; i++) leaked(arguments[i]); leaked(this); return apply(real, this, arguments); } });
      }
    }
    for (const object of [JSON, Reflect, Math]) for (const name of Object.getOwnPropertyNames(object)) {
      const real = object[name]; if (typeof real === 'function' && name !== 'apply') object[name] = function () { for (let i = 0; i < arguments.length; i++) leaked(arguments[i]); return apply(real, undefined, arguments); };
    }
    for (const n of ['0', '1', '2', 'kind', 'json', 'run', 'resolve']) Object.defineProperty(Object.prototype, n, { set(v) { leaked(v); leaked(this.resolve); defineProperty(this, n, { __proto__: null, value: v, writable: true, configurable: true, enumerable: true }); }, get() { return undefined; }, configurable: true });
    Object.prototype.toJSON = function () { return this; };
    delete Object.prototype.toJSON;
  `;
  test('nothing of the host is handed to it', async () => {
    await using runtime = await createRuntime();
    await runtime.run(`${TAMPER}
      await new Promise((r) => setTimeout(r, 1)); clearTimeout(setTimeout(() => {}, 1)); new URL('http://a/b?c').search = 'd'; crypto.randomUUID(); performance.now();
      await crypto.subtle.digest('SHA-256', new Uint8Array(1)); await fetch('http://127.0.0.1:1').catch(() => {}); console.log('%s %o', { a: [1] }, new Map([[1, 2]])); structuredClone({ a: [1] });
      for (const f of functions) {
        try { f(1, 987654, 1); } catch {}
        try { f(1, 987654, 'http', '{"forged":true}'); } catch {}
      }`);
    // Whatever it saw of the runtime, none of it was one of the host's functions.
    assert.ok(runtime.asked.length > 0);
    assert.ok(!runtime.asked.includes(987_654));
  });
  test('and what it has goes on working', async () => {
    await using runtime = await createRuntime();
    const result = await runtime.run(`
      const map = new Map([[1, 2]]);
      for (const Class of [Map, Set, WeakMap, String, RegExp, Uint8Array]) for (const name of Object.getOwnPropertyNames(Class.prototype)) {
        const d = Object.getOwnPropertyDescriptor(Class.prototype, name);
        if (name !== 'constructor' && typeof d.value === 'function' && d.writable) Class.prototype[name] = () => { throw new Error('tampered ' + name); };
      }
      JSON.parse = JSON.stringify = Reflect.apply = Object.defineProperty = Array.isArray = Date.now = () => { throw new Error('tampered'); };
      Array.prototype.push = Array.prototype.join = Array.prototype.slice = Function.prototype.call = Function.prototype.apply = Function.prototype.bind = () => { throw new Error('tampered'); };
      await new Promise((r) => setTimeout(r, 1));
      const u = new URL('http://a/b?c=d'); u.searchParams.append('e', 'f');
      const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode('abc'));
      const code = await fetch('http://127.0.0.1:1').then(null, (e) => e.cause?.code ?? e.stack);
      const text = await new Response('é').text();
      console.log('%s', 'text'); console.log('%s', { a: [1, { b: map }], s: "it's" });
      return [u.href, new Uint8Array(digest)[0], code, text, atob(btoa('x')), structuredClone(map) instanceof Map, new Headers({ A: 'b' }).get('a')];`);
    assert.deepEqual(result, ['http://a/b?c=d&e=f', 0xba, 'EGRESS_FAILED', 'é', 'x', true, 'b']);
    // Node's inspect, which shows objects, is a library that uses them.
    assert.deepEqual(
      runtime.lines.map(({ text }) => text),
      ['%s text', '%s [value that cannot be shown]'],
    );
  });
  test('console that it never used before cannot show objects any more, and stops nothing', async () => {
    await using runtime = await createRuntime();
    const result = await runtime.run(`
      Function.prototype.bind = Function.prototype.call = Array.prototype.forEach = () => { throw new Error('tampered'); };
      console.log('text'); console.log('%s of', { a: 1 }, 'text'); console.dir([1]); return 'went on';`);
    assert.equal(result, 'went on');
    const unshown = '[value that cannot be shown]';
    assert.deepEqual(
      runtime.lines.map(({ text }) => text),
      ['text', `%s of ${unshown} text`, unshown],
    );
  });
});

describe('exhaustion', () => {
  test('a million timers are a thousand and an error', async () => {
    await using runtime = await createRuntime();
    const [made, name, message, after] = (await runtime.run(`
      let made = 0, error; const all = [];
      try { for (; made < 1e6; made++) all.push(setTimeout(() => {}, 1e6)); } catch (e) { error = e; }
      all.forEach(clearTimeout); setTimeout(() => {}, 1);
      return [made, error.name, error.message, made];`)) as unknown[];
    assert.deepEqual([made, name, after], [1_000, 'RangeError', 1_000]);
    assert.match(String(message), /1000 timers/);
    // Those of a run that ended count no more.
    await runtime.run('for (let i = 0; i < 900; i++) setTimeout(() => {}, 1e6);');
    await runtime.run('for (let i = 0; i < 900; i++) setTimeout(() => {}, 1e6);');
  });
  test('timers beyond those that the host is told of at once fire all the same, and those that were cleared do not', async () => {
    await using runtime = await createRuntime();
    const fired = await runtime.run(`
      const fired = [], timers = [];
      for (let i = 0; i < 400; i++) timers.push(setTimeout(() => fired.push(i), i % 2 ? 5 : 1_000));
      for (let i = 0; i < 1e4; i++) { clearTimeout(setTimeout(() => fired.push('cleared'), 10)); timers[399].refresh(); }
      for (let i = 0; i < 200; i++) clearTimeout(timers[i]);
      await new Promise((resolve) => setTimeout(resolve, 300));
      const early = fired.length;
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      return [early, fired.length, new Set(fired).size, Math.min(...fired), fired.includes('cleared')];`);
    assert.deepEqual(fired, [100, 200, 200, 200, false]);
    assert.ok(runtime.asked.length < 2_000, `${String(runtime.asked.length)} messages`);
  });
  test('large requests to the host are refused', async () => {
    await using runtime = await createRuntime({ memoryLimitMib: 128 });
    const answers = await runtime.run(
      `
      const failure = (use) => { try { use(); return 'accepted'; } catch (e) { return e.name; } };
      return [failure(() => crypto.getRandomValues(new Uint8Array(1e7))), failure(() => new URL('http://a/' + 'x'.repeat(1e6))), failure(() => { const u = new URL('http://a/'); u.pathname = 'x'.repeat(1e6); if (u.pathname !== '/') throw 1; }),
        await crypto.subtle.digest('SHA-256', new Uint8Array(5e6)).catch((e) => e.name), await Promise.all(Array.from({ length: 1500 }, () => fetch('http://127.0.0.1:1').catch((e) => e.cause.name))).then((all) => all.includes('RangeError'))];`,
      { timeoutMs: 20_000 },
    );
    assert.deepEqual(answers, ['QuotaExceededError', 'RangeError', 'RangeError', 'RangeError', true]);
  });
  test('recursion in what is serialised ends with the hook’s own error', async () => {
    await using runtime = await createRuntime();
    const answers = await runtime.run(`
      const endless = { toJSON() { return JSON.stringify(endless); } };
      const failure = async (use) => { try { await use(); return 'accepted'; } catch (e) { return e.name; } };
      let deep = {}; for (let i = 0; i < 1e5; i++) deep = { deep };
      return [await failure(() => Response.json(endless)), await failure(() => fetch('http://a/', { method: 'POST', body: endless, headers: endless })), await failure(() => structuredClone(deep)), await failure(() => console.log('%j', endless)), await failure(() => console.dir(deep, { depth: Infinity }))];`);
    assert.deepEqual(answers, ['RangeError', 'TypeError', 'RangeError', 'RangeError', 'accepted']);
  });
  test('what a timer throws is told and stops nothing', async () => {
    await using runtime = await createRuntime();
    await runtime.run('console.log({})');
    runtime.lines.length = 0;
    await runtime.run(`setTimeout(() => { throw new Error('in a timer'); }, 1); queueMicrotask(() => { throw new Error('in a microtask'); });
      const t = new EventTarget(); t.addEventListener('x', () => { throw new Error('in a listener'); }); t.dispatchEvent(new Event('x')); await new Promise((r) => setTimeout(r, 20));`);
    const texts = runtime.lines.map(({ level, text }) => `${level} ${text.split('\n')[0] ?? ''}`);
    assert.deepEqual(texts, [
      'error Uncaught Error: in a listener',
      'error Uncaught Error: in a microtask',
      'error Uncaught Error: in a timer',
    ]);
  });
});

test('the host takes the isolate’s word for nothing', async () => {
  const calls: unknown[] = [];
  const { ignored, sync } = createHostFunctions(
    {
      onTimer: (...args) => calls.push(args),
      onClearTimer: (...args) => calls.push(args),
      onTimersKept: (...args) => calls.push(args),
      onCall: (...args) => calls.push(args),
      onWork: (...args) => String(calls.push(args)),
      onWorkDone: (...args) => String(calls.push(args)),
    },
    bundleRuntime().libraries,
  );
  for (const bad of [undefined, null, -1, 1.5, NaN, Infinity, '1', {}, 2 ** 60]) {
    // On a busy machine the time that the host has for answers is over soon.
    await nextTurn();
    ignored.timer(bad, 1, 1);
    ignored.timer(1, bad, 1);
    ignored.timer(1, 1, bad);
    ignored.clearTimer(bad);
    ignored.timersKept(bad);
    ignored.call(bad, 1, 'http', '{}');
    ignored.call(1, bad, 'http', '{}');
    assert.equal(sync.random(bad), '');
    assert.equal(sync.library(bad), '');
    assert.equal(sync.workDone(bad), '');
    if (typeof bad !== 'string') assert.equal(sync.work(bad, true), '');
    assert.equal(sync.setUrl('http://a/', 'origin', 'x'), '');
    assert.equal(sync.setUrl('http://a/', '__proto__', 'x'), '');
  }
  ignored.call(1, 1, 'file', '{}');
  ignored.call(1, 1, 'http', {});
  ignored.call(1, 1, 'http', 'x'.repeat(3_000_000));
  assert.deepEqual(calls, []);
  await nextTurn();
  assert.equal(sync.random(65_537), '');
  assert.equal(sync.parseUrl({ toString: () => 'http://a' }, undefined), '');
  assert.equal(sync.parseUrl(`http://${'ü'.repeat(1e6)}`, undefined), '');
});

const noop = () => undefined;

test('synchronous functions of the host are quick even with the largest input', () => {
  const { sync } = createHostFunctions(
    {
      onTimer: noop,
      onClearTimer: noop,
      onTimersKept: noop,
      onCall: noop,
      onWork: String,
      onWorkDone: String,
    },
    bundleRuntime().libraries,
  );
  const inputs = ['ü', 'x.', '%41', '/..', 'a@', '1.', 'xn--', '\u{1F600}'].map(
    (part) => `http://${part.repeat(16_384 / part.length - 8)}`,
  );
  for (const input of inputs) {
    let ms = Infinity;
    // The best of ten: whatever else the machine does is in none or some of them.
    for (let i = 0; i < 10; i++) {
      const startedMs = performance.now();
      sync.parseUrl(input, undefined);
      ms = Math.min(ms, performance.now() - startedMs);
    }
    assert.ok(ms < 10, `${input.slice(0, 20)}: ${ms.toFixed(2)} ms`);
  }
});

test('the runtime is small, quick to evaluate and light', async () => {
  const text = bundleRuntime().globals;
  assert.ok(text.length < 150_000, String(text.length));
  let bestMs = Infinity;
  let bytes = Infinity;
  for (let i = 0; i < 10; i++) {
    const isolate = new ivm.Isolate({ memoryLimit: 32 });
    const context = await isolate.createContext();
    const before = isolate.getHeapStatisticsSync().used_heap_size;
    const startedNs = isolate.cpuTime;
    await context.evalClosure(
      `const f = () => 0; (${text})({ timer: f, clearTimer: f, timersKept: f, call: f, random: f, parseUrl: f, setUrl: f, now: f, library: f }, f, f); void 0;`,
    );
    bestMs = Math.min(bestMs, Number(isolate.cpuTime - startedNs) / 1e6);
    bytes = Math.min(bytes, isolate.getHeapStatisticsSync().used_heap_size - before);
    isolate.dispose();
  }
  assert.ok(bestMs < 20, `${bestMs.toFixed(1)} ms`);
  assert.ok(bytes < 1_048_576, `${String(bytes)} bytes`);
});
