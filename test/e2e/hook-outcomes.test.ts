import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decodeJwt } from 'jose';
import { DEFAULT_HOOK_LIMITS, type HookLimits } from '../../shared/domain/hook.ts';
import { HookLog, hookLogSubject } from '../../shared/subjects/hook-log.ts';
import { enableHook } from '../support/enable-hook.ts';
import { demoRequest, NO_STORE, postJson, refusal, told } from '../support/post-token.ts';
import { TENANT } from '../support/stack.ts';
import { addApi } from '../support/tenant-fixtures.ts';
import { requestToken } from '../support/token-request.ts';
import { withStack } from '../support/with-stack.ts';
import { without } from '../support/without.ts';

const NO_SCOPES_API = 'https://no-scopes.example.com/';
const stack = withStack({ hook: null }, (started) => addApi(started, { identifier: NO_SCOPES_API }, []));

/** A hook with this body. */
const hook = (body: string): string =>
  `module.exports = function (client, scope, audience, context, cb) {\n${body}\n};`;
const serverError = (description: string) => refusal(500, 'server_error', description);

const THREW = serverError('Script generated an unhandled synchronous exception.');
const NOT_COMPILED = serverError('Unable to compile the extensibility code as javascript');
const TIMED_OUT = serverError('Request to Webtask exceeded allowed execution time');
const OUT_OF_MEMORY = serverError('The hook exceeded its memory limit');
const NOT_AN_OBJECT = serverError('The result of the extension point is not an object');
const NOT_SERIALIZABLE = serverError('Error when JSON serializing the result of the extension point');
const TOO_LARGE = serverError('The result of the extension point is too large');

const HEALTHY = hook("cb(null, { 'https://foo.com/healthy': true, scope: scope });");

/** The claims of a token that the enabled hook shaped, without those that every token has. */
async function claims(overrides: Record<string, string> = {}): Promise<Record<string, unknown>> {
  const { status, body } = await requestToken(stack(), overrides);
  assert.equal(status, 200, JSON.stringify(body));
  const { sub, gty, azp, ...others } = decodeJwt(String(body.access_token));
  const rest = without(others, 'iss', 'aud', 'iat', 'exp');
  assert.deepEqual([sub, gty, azp], [`${stack().clientId}@clients`, 'client-credentials', stack().clientId]);
  assert.equal(body.scope, rest.scope);
  return rest;
}

async function assertHealthy(): Promise<void> {
  await enableHook(stack(), HEALTHY);
  assert.deepEqual(await claims(), { 'https://foo.com/healthy': true, scope: 'read:data' });
}

type Case = [what: string, code: string, expected: ReturnType<typeof refusal>, limits?: Partial<HookLimits>];

/** Each hook is answered as expected, and the next hook and token work. */
function answers(cases: Case[]): void {
  for (const [what, code, expected, limits] of cases) {
    it(what, async () => {
      await enableHook(stack(), code, limits);
      assert.deepEqual(told(await requestToken(stack())), expected);
      await assertHealthy();
    });
  }
}

describe('cb(error)', () => {
  answers([
    ['InvalidScopeError', hook("cb(new InvalidScopeError('no'))"), refusal(400, 'invalid_scope', 'no')],
    ['InvalidRequestError', hook("cb(new InvalidRequestError('no'))"), refusal(400, 'invalid_request', 'no')],
    ['ServerError', hook("cb(new ServerError('no'))"), serverError('no')],
    ['Error', hook("cb(new Error('no'))"), serverError('no')],
    ['another class of error', hook("cb(new TypeError('no'))"), serverError('no')],
    [
      'an Error by the name of InvalidScopeError',
      hook("var e = new Error('no'); e.name = 'InvalidScopeError'; cb(e)"),
      refusal(400, 'invalid_scope', 'no'),
    ],
    [
      'a subclass of one of the classes has its own name',
      hook("class Mine extends InvalidScopeError {}; cb(new Mine('no'))"),
      serverError('no'),
    ],
    ['a plain object loses its name', hook("cb({ name: 'InvalidScopeError', message: 'no' })"), serverError('no')],
    ['an object without a message', hook('cb({})'), serverError('[object Object]')],
    ['a string', hook("cb('no')"), serverError('no')],
    ['a number', hook('cb(1)'), serverError('1')],
    ['true', hook('cb(true)'), serverError('true')],
    ['a symbol', hook("cb(Symbol('no'))"), serverError('Symbol(no)')],
    ['an error and a result: the error', hook("cb(new Error('no'), { scope: scope })"), serverError('no')],
    [
      'a message that is none',
      hook("var e = new Error('x'); e.message = { toString: () => 'no' }; cb(e)"),
      serverError('no'),
    ],
    ['an empty message', hook('cb(new Error())'), serverError('')],
    [
      'a long message is cut',
      hook("cb(new InvalidRequestError('n'.repeat(100000)))"),
      refusal(400, 'invalid_request', 'n'.repeat(4096)),
    ],
    [
      'line breaks and quotes stay text',
      hook(`cb(new InvalidRequestError('a\\r\\nX-B: c"\\u0000\\ud800'))`),
      refusal(400, 'invalid_request', 'a\r\nX-B: c"\0\ud800'),
    ],
    [
      'an error that cannot be read',
      hook("cb({ get message() { throw new Error('x'); } })"),
      serverError('unknown error'),
    ],
    [
      'a proxy that throws at everything',
      hook('cb(new Proxy({}, { get() { throw 1; }, getPrototypeOf() { throw 2; } }))'),
      serverError('unknown error'),
    ],
    [
      'from a hook that has patched the built-ins',
      hook(`Error.prototype.name = 'InvalidScopeError'; String.prototype.slice = () => 'x'; JSON.stringify = () => 'y';
        cb(new Error('no'))`),
      refusal(400, 'invalid_scope', 'no'),
    ],
    [
      'from a hook that has given every object a toJSON',
      hook("Object.prototype.toJSON = function () { return 'forged'; }; cb(new Error('no'))"),
      serverError('no'),
    ],
    [
      'is carried out by asynchronous code too',
      `module.exports = async (client, scope, audience, context, cb) => { await null; cb(new InvalidScopeError('no')); };`,
      refusal(400, 'invalid_scope', 'no'),
    ],
  ]);
});

describe('a throw', () => {
  answers([
    ['of an Error', hook("throw new Error('detail')"), THREW],
    ['of an InvalidScopeError is no denial', hook("throw new InvalidScopeError('detail')"), THREW],
    ['of nothing', hook('throw undefined'), THREW],
    ['of a string', hook("throw 'detail'"), THREW],
    [
      'of what cannot be read',
      hook('throw new Proxy({}, { get() { throw 1; }, getPrototypeOf() { throw 2; } })'),
      THREW,
    ],
    ['at the top of the script', "throw new Error('detail');", THREW],
    ['by endless recursion', hook('(function f() { f(); })()'), THREW],
    ['by using what is not there', hook('notDefinedAnywhere();'), THREW],
    ['by scope.push without scopes', hook("undefined.push('extra')"), THREW],
    ['by a require', hook("require('no-such-module')"), THREW],
    [
      'in an async function',
      `module.exports = async () => { await null; throw new InvalidScopeError('detail'); };`,
      THREW,
    ],
    ['by returning a rejected promise', hook("return Promise.reject(new Error('detail'))"), THREW],
  ]);

  for (const [what, code] of [
    // What the text does not tell when the revision is made.
    ['nothing', 'void module;'],
    ['an object', 'module.exports = Object({});'],
    ['a string', "module.exports = 'function';"],
    ['null', 'module.exports = null;'],
    ['a property', "exports['hook'] = function (client, scope, audience, context, cb) { cb(); };"],
  ] as const) {
    it(`by exporting ${what} instead of a function`, async () => {
      await enableHook(stack(), code);
      assert.deepEqual(told(await requestToken(stack())), THREW);
    });
  }
});

describe('a script that does not compile', () => {
  answers([
    ['a syntax error', 'module.exports = function (', NOT_COMPILED],
    ['a bare function', 'function (client, scope, audience, context, cb) { cb(); }', NOT_COMPILED],
    ['redeclaring InvalidScopeError', `class InvalidScopeError extends Error {}\n${HEALTHY}`, NOT_COMPILED],
    ['redeclaring ServerError', `const ServerError = Error;\n${HEALTHY}`, NOT_COMPILED],
    ['an ES module', 'export default function () {}', NOT_COMPILED],
  ]);
});

describe('limits', () => {
  async function elapsed(): Promise<number> {
    const startedMs = performance.now();
    assert.deepEqual(told(await requestToken(stack())), TIMED_OUT);
    return performance.now() - startedMs;
  }

  const LOOPS: [string, string][] = [
    ['a loop', hook('for (;;);')],
    ['a loop at the top of the script', 'for (;;);'],
    ['a loop after cb', hook('cb(null, {}); for (;;);')],
    ['a loop after await', 'module.exports = async () => { await null; for (;;); };'],
    ['a loop in a promise’s then', hook('Promise.resolve().then(() => { for (;;); });')],
    ['a flood of microtasks', hook('(function flood() { Promise.resolve().then(flood); })();')],
    ['an async loop that never yields', 'module.exports = async () => { for (;;) await null; };'],
    ['a regular expression that backtracks for ever', hook("/^(a+)+$/.test('a'.repeat(60) + 'b');")],
    ['a loop that catches everything', hook('for (;;) { try { for (;;); } catch {} finally { continue; } }')],
    ['a getter of the result', hook('cb(null, { get a() { for (;;); } });')],
    ['a toString of the error', hook('cb({ message: { toString() { for (;;); } } });')],
    ['a generator', hook('(function* () { for (;;) yield; })().forEach(() => {});')],
  ];
  for (const [what, code] of LOOPS) {
    it(`stop at the CPU limit: ${what}`, async () => {
      await enableHook(stack(), code, { cpu_ms: 100, wall_ms: 20_000 });
      const tookMs = await elapsed();
      // Long before the wall limit, also where the loop has a small part of a core.
      assert.ok(tookMs >= 90 && tookMs < 10_000, `stopped after ${String(Math.round(tookMs))} ms`);
      await assertHealthy();
    });
  }

  const SILENT: [string, string][] = [
    ['never calls cb', hook('')],
    ['waits for a promise that never comes', 'module.exports = async () => { await new Promise(() => {}); };'],
    ['returns its result instead', hook("return { 'https://foo.com/claim': 'bar' };")],
  ];
  for (const [what, code] of SILENT) {
    it(`stop at the wall limit a hook that ${what}`, async () => {
      await enableHook(stack(), code, { wall_ms: 200 });
      const tookMs = await elapsed();
      assert.ok(tookMs >= 190 && tookMs < 10_000, `answered after ${String(Math.round(tookMs))} ms`);
      await assertHealthy();
    });
  }

  it('let a quick token pass while another waits for its wall limit', async () => {
    await enableHook(stack(), hook("if (context.body.slow) return; cb(null, { 'https://foo.com/quick': true });"), {
      wall_ms: 3_000,
    });
    const order: string[] = [];
    const slow = requestToken(stack(), { slow: '1' }).finally(() => order.push('slow'));
    assert.deepEqual(await claims(), { 'https://foo.com/quick': true });
    order.push('quick');
    assert.deepEqual(told(await slow), TIMED_OUT);
    assert.deepEqual(order, ['quick', 'slow']);
  });

  const BOMBS: [string, string][] = [
    ['an array that grows', hook('const a = []; for (;;) a.push(new Array(1000).fill(Math.random()));')],
    [
      'a string that doubles',
      hook("let s = 'x'; const all = []; for (;;) { s += s; all.push(s.slice(1) + 'y'); JSON.stringify(s); }"),
    ],
    [
      'objects kept in global',
      hook('global.kept = []; for (let i = 0; ; i++) global.kept.push({ i, text: "x" + i });'),
    ],
    [
      'an array that grows after await',
      'module.exports = async () => { await null; const a = []; for (;;) a.push({ a: [1, 2, 3] }); };',
    ],
    ['an array that grows at the top of the script', 'const a = []; for (;;) a.push({ a: [1, 2, 3] });'],
  ];
  for (const [what, code] of BOMBS) {
    it(`stop at the heap limit: ${what}`, async () => {
      await enableHook(stack(), code, { heap_mib: 16, cpu_ms: 10_000 });
      const answer = told(await requestToken(stack()));
      // A string that outgrows the language's own limit throws before the heap is full.
      assert.deepEqual(
        answer,
        what.startsWith('a string') && answer.body.error_description === THREW.body.error_description
          ? THREW
          : OUT_OF_MEMORY,
      );
      await assertHealthy();
    });
  }

  it('let the heap limit of one hook not touch another’s tokens under way', async () => {
    await enableHook(stack(), hook('cb(null, { scope })'));
    const before = stack().pidsOf('sandbox');
    await enableHook(stack(), BOMBS[0]?.[1] ?? '', { heap_mib: 16, cpu_ms: 10_000 });
    await requestToken(stack());
    await assertHealthy();
    assert.deepEqual(stack().pidsOf('sandbox'), before);
  });

  answers([
    [
      'of the result: exactly too large',
      hook("cb(null, { 'https://foo.com/c': 'x'.repeat(2000) })"),
      TOO_LARGE,
      { result_bytes: 1_024 },
    ],
    [
      'of the result, in bytes',
      hook("cb(null, { 'https://foo.com/c': 'ä'.repeat(600) })"),
      TOO_LARGE,
      { result_bytes: 1_024 },
    ],
    ['of the result by default', hook("cb(null, { 'https://foo.com/c': 'x'.repeat(200000) })"), TOO_LARGE],
    [
      'of the custom claims: 100 KB',
      hook("cb(null, { 'https://foo.com/c': 'x'.repeat(110000) })"),
      serverError('The custom claims and scopes of the token exceed 100 KB'),
    ],
  ]);

  it('of the result let one pass that just fits', async () => {
    const overhead = JSON.stringify({ 'https://foo.com/c': '' }).length;
    await enableHook(stack(), hook(`cb(null, { 'https://foo.com/c': 'x'.repeat(${String(1024 - overhead)}) })`), {
      result_bytes: 1_024,
    });
    assert.deepEqual(await claims(), { 'https://foo.com/c': 'x'.repeat(1024 - overhead) });
  });

  it('of the custom claims let 100 KB pass', async () => {
    await enableHook(stack(), hook("cb(null, { 'https://foo.com/c': 'x'.repeat(102400 - 19) })"));
    assert.deepEqual(await claims(), { 'https://foo.com/c': 'x'.repeat(102_400 - 19) });
  });
});

describe('a claim that JSON does not carry', () => {
  for (const value of [
    'NaN',
    'Infinity',
    '-Infinity',
    '1e308 * 10',
    '-0',
    'new Number(-0)',
    '[{ a: NaN }]',
    "JSON.rawJSON('1e999')",
    "JSON.rawJSON('9007199254740993')",
    "'\\ud800'",
  ]) {
    it(`is left out, and those beside it are not: ${value}`, async () => {
      await enableHook(stack(), hook(`cb(null, { 'https://foo.com/c': ${value}, 'https://foo.com/d': [0, -1, 0.5] })`));
      assert.deepEqual(await claims(), { 'https://foo.com/d': [0, -1, 0.5] });
    });
  }
});

describe('a result', () => {
  answers([
    ['that is a string', hook("cb(null, 'text')"), NOT_AN_OBJECT],
    [
      'that is nested too deeply',
      hook("let a = []; for (let n = 0; n < 5000; n++) a = [a]; cb(null, { 'https://foo.com/c': a })"),
      NOT_SERIALIZABLE,
    ],
    ['that is a number', hook('cb(null, 1)'), NOT_AN_OBJECT],
    ['that is true', hook('cb(null, true)'), NOT_AN_OBJECT],
    ['that is an array', hook("cb(null, [{ 'https://foo.com/claim': 1 }])"), NOT_AN_OBJECT],
    ['that is a function', hook('cb(null, function () {})'), NOT_AN_OBJECT],
    ['that is a symbol', hook("cb(null, Symbol('x'))"), NOT_AN_OBJECT],
    ['that is a BigInt', hook('cb(null, 1n)'), NOT_AN_OBJECT],
    ['that is cyclic', hook('const a = {}; a.a = a; cb(null, a)'), NOT_SERIALIZABLE],
    ['that holds a BigInt', hook("cb(null, { 'https://foo.com/claim': 1n })"), NOT_SERIALIZABLE],
    ['whose getter throws', hook("cb(null, { get a() { throw new Error('detail'); } })"), NOT_SERIALIZABLE],
    ['whose toJSON throws', hook("cb(null, { toJSON() { throw new Error('detail'); } })"), NOT_SERIALIZABLE],
    ['whose toJSON gives nothing', hook('cb(null, { toJSON() {} })'), NOT_SERIALIZABLE],
    ['whose toJSON gives a string', hook("cb(null, { toJSON() { return 'text'; } })"), NOT_AN_OBJECT],
    ['whose toJSON gives an array', hook('cb(null, { toJSON() { return []; } })'), NOT_AN_OBJECT],
    ['whose toJSON gives null', hook('cb(null, { toJSON() { return null; } })'), NOT_AN_OBJECT],
    [
      'that is a revoked proxy',
      hook('const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); cb(null, proxy)'),
      NOT_SERIALIZABLE,
    ],
  ]);

  const SHAPED: [string, string, Record<string, unknown>][] = [
    ['drops the scopes: cb()', hook('cb()'), {}],
    ['drops the scopes: cb(null)', hook('cb(null)'), {}],
    ['drops the scopes: cb(null, null)', hook('cb(null, null)'), {}],
    ['drops the scopes: cb(undefined, undefined)', hook('cb(undefined, undefined)'), {}],
    [
      'drops the scopes when it leaves them out',
      hook("cb(null, { 'https://foo.com/c': 1 })"),
      { 'https://foo.com/c': 1 },
    ],
    ['keeps the scopes when it has them', hook('cb(null, { scope: scope })'), { scope: 'read:data' }],
    [
      'adds scopes that nobody granted',
      hook("scope.push('extra'); cb(null, { scope: scope })"),
      { scope: 'read:data extra' },
    ],
    ['with an error that is falsy', hook("cb('', { 'https://foo.com/c': 1 })"), { 'https://foo.com/c': 1 }],
    [
      'has any JSON value as a claim',
      hook("cb(null, { 'https://foo.com/c': { 'x-hasura-allowed-roles': ['user', null, 1.5, { a: false }] } })"),
      { 'https://foo.com/c': { 'x-hasura-allowed-roles': ['user', null, 1.5, { a: false }] } },
    ],
    [
      'is as JSON has it',
      hook(`cb(null, { 'https://foo.com/date': new Date(0), 'https://foo.com/none': undefined,
        'https://foo.com/function': () => 1, 'https://foo.com/map': new Map([[1, 2]]), 'https://foo.com/re': /x/ })`),
      {
        'https://foo.com/date': '1970-01-01T00:00:00.000Z',
        'https://foo.com/map': {},
        'https://foo.com/re': {},
      },
    ],
    [
      'may come of a toJSON',
      hook("cb(null, { toJSON() { return { 'https://foo.com/c': 1, sub: 'forged' }; } })"),
      { 'https://foo.com/c': 1 },
    ],
    ['of a getter', hook("cb(null, { get 'https://foo.com/c'() { return 1; } })"), { 'https://foo.com/c': 1 }],
    [
      'the first of two wins',
      hook("cb(null, { 'https://foo.com/c': 1 }); cb(null, { 'https://foo.com/c': 2 })"),
      { 'https://foo.com/c': 1 },
    ],
    [
      'wins over an error after it',
      hook("cb(null, { 'https://foo.com/c': 1 }); cb(new Error('late'))"),
      { 'https://foo.com/c': 1 },
    ],
    [
      'wins over a throw after it',
      hook("cb(null, { 'https://foo.com/c': 1 }); throw new Error('late')"),
      { 'https://foo.com/c': 1 },
    ],
    [
      'wins over a throw after it of what cannot be shown',
      hook(`cb(null, { 'https://foo.com/c': 1 });
        throw Object.defineProperty(new Error('late'), 'stack', { get() { throw 1; } });`),
      { 'https://foo.com/c': 1 },
    ],
    [
      'wins over a rejection after it',
      "module.exports = async (a, b, c, d, cb) => { cb(null, { 'https://foo.com/c': 1 }); throw new Error('late'); };",
      { 'https://foo.com/c': 1 },
    ],
    [
      'of an async function',
      "module.exports = async (a, b, c, d, cb) => { await null; await new Promise((r) => r()); cb(null, { 'https://foo.com/c': 1 }); };",
      { 'https://foo.com/c': 1 },
    ],
    [
      'does not come of what the function returns',
      hook("cb(null, { 'https://foo.com/c': 1 }); return { 'https://foo.com/c': 2 };"),
      { 'https://foo.com/c': 1 },
    ],
    [
      'is what it was when cb was called',
      hook(
        "const result = { 'https://foo.com/c': 1 }; cb(null, result); result['https://foo.com/c'] = 2; result.scope = scope;",
      ),
      { 'https://foo.com/c': 1 },
    ],
  ];
  for (const [what, code, expected] of SHAPED) {
    it(what, async () => {
      await enableHook(stack(), code);
      assert.deepEqual(await claims(), expected);
    });
  }

  it('of a second cb tells the hook itself that it is too late', async () => {
    await enableHook(
      stack(),
      hook(
        "global.late = global.late || ''; cb(null, { 'https://foo.com/late': global.late }); try { cb() } catch (e) { global.late = e.name }",
      ),
    );
    await claims();
    assert.deepEqual(await claims(), { 'https://foo.com/late': 'Error' });
  });
});

describe('reserved claims stay the issuer’s', () => {
  const FORGERIES: [string, string][] = [
    [
      'a plain result',
      "cb(null, { iss: 'x', sub: 'x', aud: 'x', exp: 1, iat: 1, azp: 'x', gty: 'x', permissions: ['x'], org_id: 'x', scope })",
    ],
    [
      'a proxy',
      "cb(null, new Proxy({ sub: 'x' }, { get: (t, k) => (k === 'toJSON' ? undefined : k === 'scope' ? ['read:data'] : 'x'), ownKeys: () => ['sub', 'iss', 'scope'], getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true, value: 1 }) }))",
    ],
    ['a toJSON', "cb(null, { toJSON: () => ({ sub: 'x', aud: ['x'], scope }) })"],
    ['a patched JSON.stringify', 'JSON.stringify = () => \'{"sub":"x"}\'; cb(null, { sub: \'x\', scope })'],
    [
      'an own __proto__',
      'cb(null, JSON.parse(\'{"__proto__":{"sub":"x"},"constructor":{"x":1},"scope":["read:data"]}\'))',
    ],
    ['a polluted prototype', "Object.prototype.sub = 'x'; Object.prototype.aud = 'x'; cb(null, { scope })"],
    ['names with escapes', "cb(null, { '\\u0073ub': 'x', scope })"],
    ['the vendor’s namespace', "cb(null, { 'https://tenant.auth0.com/sub': 'x', 'HTTPS://AUTH0.COM./x': 1, scope })"],
    ['a scope that looks like several claims', 'cb(null, { scope: [\'read:data\', \'a","sub":"x\'] })'],
  ];
  for (const [what, body] of FORGERIES) {
    it(`against ${what}`, async () => {
      await enableHook(stack(), hook(body));
      // `claims` has checked sub, gty and azp.
      assert.deepEqual(await claims(), { scope: 'read:data' });
    });
  }
});

describe('the arguments of a hook (contract §1.1, §1.6)', () => {
  const SHOW = `module.exports = function () {
    const [client, scope, audience, context, cb] = arguments;
    const seen = { count: arguments.length, client, scope: scope === undefined ? 'undefined' : scope, audience,
      body: context.body, payload: context.webtask.body, secrets: context.webtask.secrets, data: context.webtask.data,
      types: [Array.isArray(scope), typeof cb], keys: Object.keys(context) };
    cb(null, { 'https://foo.com/seen': seen });
  };`;
  const seenWith = (scope: string[] | undefined, audience: string, body: Record<string, unknown>) => {
    const client = {
      id: stack().clientId,
      name: 'Demo M2M client',
      tenant: TENANT,
      metadata: { plan: 'full' },
    };
    return {
      count: 5,
      client,
      scope: scope ?? 'undefined',
      audience,
      body,
      payload: { audience, client, ...(scope === undefined ? {} : { scope }) },
      secrets: {},
      data: {},
      types: [scope !== undefined, 'function'],
      keys: ['body', 'webtask'],
    };
  };

  it('are exactly these, and the body holds the form without the credentials', async () => {
    await enableHook(stack(), SHOW);
    const body = without(demoRequest(stack()), 'client_secret');
    const extra = { subject_token: 'a b+c', state: 'ä' };
    assert.deepEqual(await claims(extra), {
      'https://foo.com/seen': seenWith(['read:data'], stack().audience, { ...body, ...extra }),
    });
  });

  it('have JSON parameters as JSON', async () => {
    const body = without(demoRequest(stack()), 'client_secret');
    const extra = { nested: { a: [1, null, { b: true }] }, empty: '', n: 0, client_assertion_type: 'x' };
    const { body: answer } = await postJson(stack(), extra);
    const visible = without(extra, 'client_assertion_type');
    assert.deepEqual(
      decodeJwt(String(answer.access_token))['https://foo.com/seen'],
      seenWith(['read:data'], stack().audience, { ...body, ...visible }),
    );
  });

  it('have no scope when the grant has none: undefined', async () => {
    const body = without(demoRequest(stack()), 'client_secret');
    assert.deepEqual(await claims({ audience: NO_SCOPES_API }), {
      'https://foo.com/seen': seenWith(undefined, NO_SCOPES_API, { ...body, audience: NO_SCOPES_API }),
    });
  });

  it('hold the client’s secret nowhere, by whichever way it was sent', async () => {
    await enableHook(
      stack(),
      hook("cb(null, { 'https://foo.com/seen': JSON.stringify([client, scope, audience, context]) })"),
    );
    const { clientId, clientSecret } = stack();
    const authorization = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`;
    const answers = [
      await requestToken(stack()),
      await postJson(stack()),
      await requestToken(stack(), { client_id: undefined, client_secret: undefined }, { authorization }),
    ];
    for (const { body } of answers) {
      const seen = String(decodeJwt(String(body.access_token))['https://foo.com/seen']);
      assert.ok(seen.includes(clientId));
      assert.ok(!seen.includes(clientSecret) && !seen.includes(authorization.slice('Basic '.length)));
    }
  });

  it('may be changed by a hook without a trace in its next run', async () => {
    await enableHook(
      stack(),
      hook(`const before = JSON.stringify([client, scope, audience, context]);
        client.name = 'changed'; client.metadata.plan = 'changed'; client.extra = 1; scope.push('changed');
        context.body.grant_type = 'changed'; context.webtask.secrets.x = 'changed'; context.extra = 1;
        Object.prototype.polluted = undefined; delete Object.prototype.polluted;
        cb(null, { 'https://foo.com/before': before });`),
    );
    const first = await claims();
    assert.deepEqual(await claims(), first);
    assert.doesNotMatch(JSON.stringify(first), /changed|extra/);
  });

  it('are plain objects and arrays of the hook’s own realm', async () => {
    await enableHook(
      stack(),
      hook(`cb(null, { 'https://foo.com/plain': [client, client.metadata, context, context.body, context.webtask].every((o) =>
        Object.getPrototypeOf(o) === Object.prototype) && Object.getPrototypeOf(scope) === Array.prototype &&
        cb.constructor === Function && Object.isExtensible(scope) })`),
    );
    assert.deepEqual(await claims(), { 'https://foo.com/plain': true });
  });
});

describe('the world of a hook', () => {
  it('is sloppy mode', async () => {
    await enableHook(
      stack(),
      `'use strict';\n${hook("undeclared = 1; var v = 010; with ({ w: 2 }) { v += w; } cb(null, { 'https://foo.com/v': [undeclared, v, this === global] })")}`,
    );
    assert.deepEqual(await claims(), { 'https://foo.com/v': [1, 10, true] });
  });

  it('keeps global between the runs of one hook', async () => {
    await enableHook(
      stack(),
      hook("global.runs = (global.runs || 0) + 1; cb(null, { 'https://foo.com/runs': global.runs })"),
    );
    assert.deepEqual(
      [await claims(), await claims(), await claims()],
      [1, 2, 3].map((runs) => ({ 'https://foo.com/runs': runs })),
    );
  });

  it('is no other hook’s', async () => {
    const code =
      hook(`global.by = (global.by || []).concat(client.id.length); Array.prototype.marked = (Array.prototype.marked || 0) + 1;
      cb(null, { 'https://foo.com/runs': [global.by.length, [].marked] })`);
    const runs: unknown[] = [];
    for (const hook_id of ['one', 'two', 'one', 'two', 'two']) {
      await enableHook(stack(), code, {}, hook_id);
      runs.push((await claims())['https://foo.com/runs']);
    }
    assert.deepEqual(runs, [
      [1, 1],
      [1, 1],
      [2, 2],
      [2, 2],
      [3, 3],
    ]);
  });

  it('has an empty process.env of its own', async () => {
    await enableHook(
      stack(),
      hook(
        "const keys = Object.keys(process.env); process.env.X = 'y'; cb(null, { 'https://foo.com/env': [keys, process.env.X] })",
      ),
    );
    assert.deepEqual(await claims(), { 'https://foo.com/env': [[], 'y'] });
  });

  it('has none of the host’s objects', async () => {
    await enableHook(
      stack(),
      hook(`const loads = (name) => { try { require(name); return true; } catch { return false; } };
        const reached = ['child_process', 'node:child_process', 'worker_threads', 'isolated-vm', '../main.ts'].filter(loads);
        const global = cb.constructor('return this')();
        cb(null, { 'https://foo.com/reached': [reached, global === globalThis, typeof process.mainModule, loads('fs')] })`),
    );
    assert.deepEqual(await claims(), { 'https://foo.com/reached': [[], true, 'undefined', false] });
  });

  it('runs many tokens at a time, each with its own arguments', async () => {
    await enableHook(
      stack(),
      `module.exports = async (client, scope, audience, context, cb) => { await null; cb(null, { 'https://foo.com/n': context.body.n }); };`,
    );
    const numbers = Array.from({ length: 60 }, (_, n) => String(n));
    const all = await Promise.all(numbers.map((n) => claims({ n })));
    assert.deepEqual(
      all,
      numbers.map((n) => ({ 'https://foo.com/n': n })),
    );
  });
});

describe('the console of a hook', () => {
  async function heard(code: string, limits?: Partial<HookLimits>): Promise<HookLog[]> {
    const bus = await stack().bus();
    const entries: HookLog[] = [];
    const subscription = bus.subscribe(hookLogSubject(TENANT), {
      callback: (_, message) => void entries.push(HookLog.parse(message.json())),
    });
    await bus.flush();
    await enableHook(stack(), code, limits);
    assert.deepEqual(told(await requestToken(stack())).headers, NO_STORE);
    // What a hook printed is sent before its outcome, and the server keeps the order.
    await bus.flush();
    subscription.unsubscribe();
    return entries;
  }

  it('is heard on the bus, each line with its level, and in the executor’s log', async () => {
    const [entry, ...others] = await heard(
      hook(`console.log('plain', 1, { a: [true] }, null, undefined); console.error('bad'); console.warn('careful');
        console.info('info'); console.debug('debug'); console.dir({ deep: { er: 1 } }, { depth: null }); console.log();
        cb(null, {})`),
    );
    assert.deepEqual(others, []);
    assert.ok(entry);
    assert.ok(Math.abs(entry.time_ms - Date.now()) < 30_000);
    assert.match(entry.trace_id ?? '', /^[0-9a-f]{32}$/);
    assert.deepEqual([entry.hook.id, entry.hook.name], ['test-hook', 'test']);
    assert.match(entry.hook.revision, /^[\w-]{43}$/);
    assert.deepEqual(entry.lines, [
      { level: 'log', text: 'plain 1 { a: [ true ] } null undefined' },
      { level: 'error', text: 'bad' },
      { level: 'warn', text: 'careful' },
      { level: 'info', text: 'info' },
      { level: 'debug', text: 'debug' },
      { level: 'log', text: '{ deep: { er: 1 } }' },
      { level: 'log', text: '' },
    ]);
    const line = await stack().untilPrinted(/^hook-executor .*"text":"careful"/);
    const logged = JSON.parse(line.slice(line.indexOf('{'))) as Record<string, unknown>;
    assert.deepEqual(without(logged, 'time', 'span_id'), {
      level: 30,
      trace_id: entry.trace_id,
      hook: 'test',
      level_of_hook: 'warn',
      text: 'careful',
      msg: 'hook console',
    });
  });

  it('is not heard when nothing was said', async () => assert.deepEqual(await heard(hook('cb()')), []));

  it('is heard of a hook that denies, throws, or throws after cb', async () => {
    assert.deepEqual((await heard(hook("console.log('a'); cb(new Error('no'))")))[0]?.lines, [
      { level: 'log', text: 'a' },
    ]);
    assert.deepEqual((await heard(hook("console.log('a'); throw 1")))[0]?.lines, [{ level: 'log', text: 'a' }]);
    const late = (await heard(hook("cb(); throw new Error('late')")))[0]?.lines;
    assert.equal(late?.[0]?.level, 'error');
    assert.match(late[0].text, /^after the callback: Error: late\n/);
  });

  it('is cut at its limit', async () => {
    const [entry] = await heard(hook("console.log('x'.repeat(2000)); console.log('lost'); cb()"), {
      console_bytes: 1_000,
    });
    assert.deepEqual(entry?.lines, [{ level: 'log', text: `${'x'.repeat(1_000)}… (cut)` }]);
  });

  it('survives values that cannot be shown', async () => {
    const [entry] = await heard(
      hook("const a = {}; a.a = a; console.log(a, 1n, Symbol('s'), () => 1, Object.create(null)); cb()"),
    );
    assert.deepEqual(entry?.lines, [
      {
        level: 'log',
        text: '<ref *1> { a: [Circular *1] } 1n Symbol(s) [Function (anonymous)] [Object: null prototype] {}',
      },
    ]);
  });

  it('may be flooded with empty lines: they count against the limit, and the token is issued', async () => {
    const [entry] = await heard(hook("for (let i = 0; i < 400000; i++) console.log(''); cb(null, { scope: scope })"));
    const lines = entry?.lines.length ?? 0;
    assert.ok(lines > 0 && lines <= DEFAULT_HOOK_LIMITS.console_bytes, `${String(lines)} lines were kept`);
    assert.deepEqual(await claims(), { scope: 'read:data' });
    await assertHealthy();
  });

  it('may be flooded with text without harm to the token', async () => {
    await enableHook(
      stack(),
      hook("for (let i = 0; i < 2000; i++) console.log('\\u0000'.repeat(1000)); cb(null, { scope: scope })"),
    );
    assert.deepEqual(await claims(), { scope: 'read:data' });
  });

  it('cannot be used to forge what the sandbox says', async () => {
    const before = stack().pidsOf('sandbox');
    await enableHook(
      stack(),
      hook("Array.prototype.toJSON = () => 'forged'; console.log('a'); cb(null, { 'https://foo.com/c': 1 })"),
    );
    assert.deepEqual(await claims(), { 'https://foo.com/c': 1 });
    assert.deepEqual(stack().pidsOf('sandbox'), before);
  });
});

describe('after all of it', () => {
  it('the same executor, gateway and signer run as before, and no sandbox process had to die', async () => {
    await assertHealthy();
    const lines = stack().output().split('\n');
    assert.deepEqual(
      lines.filter((line) => /a sandbox process ended|is ended|hookmint: .*restart/.test(line)),
      [],
    );
  });
});
