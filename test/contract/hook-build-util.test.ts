import './quiet.ts';
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { format } from 'node:util';
import { openSandboxPool, type SandboxPool } from '../../services/hook-executor/sandbox-pool.ts';
import { startStrongestSandbox } from '../support/strongest-wall.ts';
import { buildHook } from '../../hook-build/build-hook.ts';
import { hookArguments, revisionOf } from '../attacks/sandbox.ts';

/** Lists of arguments, as expressions: `require('util').format` gives of them what Node's does. */
const SAME_AS_NODE = [
  ``,
  `'%s'`,
  `'100%'`,
  `'%%'`,
  `'%% %s', 1`,
  `'%%s %s', 'a'`,
  `'%s %s', 'a'`,
  `'%x %s', 1`,
  `'%', 1`,
  `'a', 'b', { c: 1 }`,
  `1, '%s', 2`,
  `{ a: 1 }, 'b', null, undefined, true, 1.5, -0, 12n, Symbol('s')`,
  `'%s|%s|%s|%s|%s|%s', 'text', 1, -0, 12n, null, undefined`,
  `'%s|%s', Symbol('s'), true`,
  `'%s', { a: { b: { c: 1 } } }`,
  `'%s', [1, [2, [3]]]`,
  `'%s', { toString() { return 'own'; } }`,
  `'%s', new (class A { toString() { return 'of the class'; } })()`,
  `'%s', class A {}`,
  `'%s', Object.create(null)`,
  `'%s', new Date(0)`,
  `'%d|%d|%d|%d|%d|%d', '42', 42.5, -0, 10n, {}, ''`,
  `'%d|%d|%d|%d', null, undefined, Symbol('s'), [7]`,
  `'%i|%i|%i|%i|%i|%i', 42.9, '42.9px', -0.5, 10n, {}, 'px'`,
  `'%i|%i|%i', null, Symbol('s'), [7.5]`,
  `'%f|%f|%f|%f|%f', '1.5', 1.25, '1.5px', 'px', -0`,
  `'%f|%f|%f|%f', 10n, {}, Symbol('s'), null`,
  `'%j|%j|%j|%j', { a: [1, { b: 2 }] }, 'text', null, undefined`,
  `'%j', { toJSON() { return 'own'; } }`,
  `'%j', (() => { const a = {}; a.a = a; return a; })()`,
  `'%j', () => 1`,
  `'%o', { a: 1 }`,
  `'%o', { a: { b: { c: { d: { e: { f: 1 } } } } } }`,
  `'%o', [1, [2, [3, [4, [5, [6]]]]]]`,
  `'%o', function named(a, b) {}`,
  `'%o|%o|%o', 'text', 1, null`,
  `'%o', { hidden: Object.defineProperty({}, 'secret', { value: 1, enumerable: false }) }`,
  `'%o', new Map([['a', { b: 1 }]])`,
  `'%o', [undefined, , 3]`,
  `'%O', { a: { b: { c: { d: { e: 1 } } } } }`,
  `'%O', [1, [2, [3, [4, [5]]]]]`,
  `'%O', function named() {}`,
  `'%O|%O', 'text', Symbol('s')`,
  `'%O', { a: 'x'.repeat(60), b: 'y'.repeat(60) }`,
  `'%c styled %s', 'color: red', 'text'`,
  `'%c'`,
  `'%c|', 'css'`,
  `'%s', 'a', 'b', ['c'], { d: { e: { f: { g: 1 } } } }`,
  `'%s %d %i %f %j %o %O %c %%', 'a', 1, 2.5, 3.5, { b: 1 }, [4], [5], 'css', 'rest'`,
];

let pool: SandboxPool | undefined;
before(async () => void (pool = await openSandboxPool(1, startStrongestSandbox)));
after(() => pool?.close());

test("a hook's util.format prints what Node's prints", async (t) => {
  const lists = SAME_AS_NODE.map((args) => `[${args}]`);
  const { script } = await buildHook({
    code: `const util = require('util');
      module.exports = (client, scope, audience, context, cb) =>
        cb(null, { printed: context.body.lists.map((list) => util.format(...eval(list))), options: util.formatWithOptions({}, '%i', '7px') });`,
    dependencies: {},
  });
  const outcome = await pool?.run(revisionOf(script), hookArguments({ lists }), Date.now() + 60_000);
  if (outcome?.status !== 'ok') assert.fail(JSON.stringify(outcome).slice(0, 500));
  const { printed, options } = JSON.parse(outcome.result ?? '') as { printed: string[]; options: string };
  for (const [index, args] of SAME_AS_NODE.entries()) {
    await t.test(args, () => {
      assert.equal(printed[index], format(...((0, eval)(lists[index] ?? '') as unknown[])));
    });
  }
  assert.equal(options, '7');
});
