import './quiet.ts';
import assert from 'node:assert/strict';
import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks';
import { after, before, describe, test } from 'node:test';
import { openSandboxPool, type SandboxPool } from '../../services/hook-executor/sandbox-pool.ts';
import { startStrongestSandbox } from '../support/strongest-wall.ts';
import { buildHook } from '../../hook-build/build-hook.ts';
import { hookArguments, revisionOf } from '../attacks/sandbox.ts';

// What a store follows, in a hook as in Node.

const SCENARIOS: Record<string, string> = {
  'through await': `await als.run('s', async () => { note(als); await null; note(als); await later(); note(als); })`,
  'through then, catch and finally': `await als.run('s', () => later().then(() => note(als)).then(() => { throw 1; }).catch(() => note(als)).finally(() => note(als)))`,
  'through Promise.all, race and try': `await als.run('s', () => Promise.all([later().then(() => note(als)), Promise.race([later()]).then(() => note(als))]))`,
  'through timers and microtasks': `await als.run('s', () => new Promise((resolve) => {
    setTimeout((x) => { note(als, x); setImmediate(() => { note(als); queueMicrotask(() => { note(als); process.nextTick(() => { note(als); resolve(); }); }); }); }, 1, 'argument'); }))`,
  'through an interval': `await als.run('s', () => new Promise((resolve) => { const t = setInterval(() => { note(als); clearInterval(t); resolve(); }, 1); }))`,
  'two at a time keep apart': `const one = async (name) => { for (let i = 0; i < 3; i++) { await later(); note(als); } return name; };
    await Promise.all([als.run('a', one), als.run('b', one)]); log.sort()`,
  'nested and left again': `await als.run('out', async () => { await als.run('in', async () => { await null; note(als); }); note(als); await als.exit(async () => { await null; note(als); }); note(als); }); note(als)`,
  'two storages': `const other = new AsyncLocalStorage(); await als.run('a', () => other.run('b', async () => { await null; note(als); note(other); }))`,
  'for await and async generators': `await als.run('s', async () => { async function* items() { note(als); yield 1; await later(); note(als); yield 2; } for await (const item of items()) note(als, item); })`,
  enterWith: `await als.run(1, async () => { als.enterWith(2); note(als); await null; note(als); await later(); note(als); }); note(als)`,
  'a function that is bound, and a snapshot': `const [bound, snapshot] = als.run('s', () => [AsyncLocalStorage.bind(() => note(als)), AsyncLocalStorage.snapshot()]); bound(); als.run('t', () => { bound(); snapshot(() => note(als)); }); note(als)`,
  'a resource': `const [resource, bound] = als.run('s', () => [new AsyncResource('x'), AsyncResource.bind((x) => note(als, x))]); resource.runInAsyncScope((x) => note(als, x), null, 'x'); bound('y'); resource.bind(() => note(als))(); note(als)`,
  'what throws leaves it as it was': `try { als.run('s', () => { throw 1; }); } catch { note(als); } await als.run('s', async () => { await null; throw 1; }).catch(() => note(als))`,
  'async methods, arrows and arguments': `class A { async m(...x) { await null; note(als, x.length, this instanceof A); return super.toString.length; } }
    await als.run('s', async () => { note(als, await new A().m(1, 2)); const f = async (...a) => { await null; note(als, a.length); }; await f(1, 2, 3); })`,
  disable: `als.run('s', () => { als.disable(); note(als); })`,
};

const RUN = `async (source, { AsyncLocalStorage, AsyncResource }) => {
  const als = new AsyncLocalStorage();
  const log = [];
  const note = (storage, ...more) => log.push([storage.getStore() ?? null, ...more].join());
  const later = () => new Promise((resolve) => setTimeout(resolve, 1));`;
const SOURCE = `${RUN}
  switch (source) {
    ${Object.entries(SCENARIOS)
      .map(([name, body]) => `case ${JSON.stringify(name)}: { ${body}; break; }`)
      .join('\n')}
  }
  return log;
}`;

let pool: SandboxPool | undefined;
let script = '';
before(async () => {
  pool = await openSandboxPool(1, startStrongestSandbox);
  const code = `const hooks = require('async_hooks');
    const scenario = ${SOURCE};
    const left = new hooks.AsyncLocalStorage();
    module.exports = async (client, scope, audience, context, cb) => {
      if (context.body.leave) { left.enterWith(context.body.leave); return cb(null, { store: left.getStore() }); }
      if (context.body.find) return cb(null, { store: left.getStore() ?? null });
      cb(null, { log: await scenario(context.body.name, hooks) });
    };`;
  ({ script } = await buildHook({ code, dependencies: {} }));
});
after(() => pool?.close());

async function run(body: Record<string, unknown>): Promise<Record<string, unknown>> {
  const outcome = await pool?.run(revisionOf(script), hookArguments(body), Date.now() + 20_000);
  if (outcome?.status !== 'ok') assert.fail(JSON.stringify(outcome).slice(0, 500));
  return JSON.parse(outcome.result ?? '') as Record<string, unknown>;
}

describe('AsyncLocalStorage keeps its store as in Node', () => {
  const scenario = (0, eval)(`(${SOURCE})`) as (name: string, hooks: object) => Promise<unknown>;
  for (const name of Object.keys(SCENARIOS)) {
    test(name, async () => {
      const expected = await scenario(name, { AsyncLocalStorage, AsyncResource });
      assert.deepEqual((await run({ name })).log, expected);
    });
  }
});

test('a store that a run entered and never left is not found by the next run of the isolate', async () => {
  assert.deepEqual(await run({ leave: 'of the first' }), { store: 'of the first' });
  assert.deepEqual(await run({ find: true }), { store: null });
  const both = await Promise.all([run({ leave: 'of another' }), run({ find: true })]);
  assert.deepEqual(both, [{ store: 'of another' }, { store: null }]);
});
