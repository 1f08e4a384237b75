import fc, { type Arbitrary } from 'fast-check';

// Random hooks, as text: what JavaScript has for a bridge between two realms to trip over, put together at random.

type Grammar = { expression: string; object: string; statement: string };

const LEAVES = [
  ...['undefined', 'null', 'true', '0', '-0', 'NaN', '1e999', '10n', "''", "'\\ud800'", "'\\u2028\\0'", "'__proto__'"],
  ...[
    "Symbol('s')",
    'Symbol.iterator',
    '/x/g',
    '() => 1',
    'async () => 1',
    'function* () {}',
    'class extends Error {}',
  ],
  ...['new Date(0)', 'new Date(NaN)', 'new Map([[1, 2]])', 'new Set([1])', 'new WeakMap()', 'new Uint8Array(8)'],
  ...["'x'.repeat(1e4)", 'new Array(1e4).fill(0)', 'new Uint8Array(1e4)', 'Object(1n)'],
  ...['client', 'scope', 'context', 'cb', 'globalThis', 'process', 'console', 'module', 'require', 'arguments'],
  ...['Object.create(null)', '[]', '{}', 'JSON.parse(\'{"__proto__":{"polluted":1}}\')', 'new Proxy({}, {})'],
  ...["new ServerError('s')", "new InvalidScopeError('i')", "new RangeError('r')", 'new Error()', 'Object.prototype'],
  ...[
    'new Intl.NumberFormat()',
    'new URL("https://foo.com/")',
    'new Headers()',
    'missing',
    'new AbortController().signal',
  ],
].map((text) => (text === '{}' ? '({})' : `(${text})`));

const KEYS = [
  'k',
  'then',
  'toJSON',
  'name',
  'message',
  'stack',
  'length',
  'constructor',
  "'https://foo.com/c'",
  'scope',
];

/** Written with E for an expression, S for a statement and K for a name. */
const OBJECTS = [
  ...['{ K: E }', '{ K: E, K: E }', '[E, E, E]', '{ get K() { return E; } }', '{ get K() { throw E; } }'],
  ...['{ K() { S } }', '{ [Symbol.toPrimitive]: () => E }', '{ __proto__: E, K: E }', 'Object.freeze({ K: E })'],
  ...['{ toJSON: () => E }', '{ toJSON() { throw E; } }', '{ toJSON: E }', '{ toString() { throw E; } }'],
  ...['{ then(resolve) { resolve(E); } }', '{ then(resolve, reject) { reject(E); } }', '{ then() { throw E; } }'],
  ...['new Proxy({ K: E }, { get: () => E })', 'new Proxy({}, { ownKeys() { throw E; } })', 'new Proxy(() => E, {})'],
  "new Proxy({ K: E }, { ownKeys: () => ['a', 'a'] })",
  'new Proxy({}, { getPrototypeOf() { throw E; }, has: () => E, getOwnPropertyDescriptor: () => E })',
  ...['(() => { const p = Proxy.revocable({}, {}); p.revoke(); return p.proxy; })()', 'new Proxy([E], {})'],
  '(() => { const cycle = { K: E }; cycle.self = [cycle]; return cycle; })()',
  '(() => { let deep = E; for (let i = 0; i < 3000; i++) deep = { deep }; return deep; })()',
  "Object.assign(new TypeError('t'), { K: E, K: E })",
  'new (class Odd extends Error { get K() { return E; } })()',
  'new (class Odd extends Error { get K() { throw E; } toJSON() { return E; } })()',
  "new AggregateError([E], 'a', { cause: E })",
  'Object.defineProperty(new Error(), "stack", { get() { S; return E; } })',
  ...['(function* () { yield E; return E; })()', '[...(function* () { yield E; throw E; })()]', '(async () => E)()'],
  ...['Promise.reject(E)', '(async function* () { yield E; })()', 'new Promise(() => { S })', 'structuredClone(E)'],
];

const STATEMENTS = [
  ...['console.log(E);', 'console.error(E, E);', 'void E;', 'throw E;', 'return E;', 'global.kept = E;', '({ ...E });'],
  ...['try { S } catch (error) { S }', 'try { S } finally { S }', 'if (E) { S } else { S }', '`${E}`;', 'E + E;'],
  ...[
    'setTimeout(() => { S }, 1);',
    'queueMicrotask(() => { S });',
    'Promise.resolve(E).then(() => { S }, () => { S });',
  ],
  ...['setImmediate(() => { S });', 'for (let i = 0; i < 50; i++) { S }', 'new Function("cb", "cb(null, {})")(cb);'],
  ...['Object.prototype.K = E;', 'Array.prototype.K = E;', 'Error.prototype.K = E;', 'String.prototype.K = E;'],
  "Object.defineProperty(Object.prototype, 'K0', { get() { return E; }, set() { S }, configurable: true });",
  ...['JSON.stringify = () => E;', 'JSON.parse = () => E;', 'Promise.prototype.then = E;', 'globalThis.Error = E;'],
  ...['Error.prepareStackTrace = () => E;', 'Error.stackTraceLimit = E;', 'Array.isArray = () => E;'],
  ...['Symbol.prototype[Symbol.toPrimitive] = () => E;', 'Function.prototype.call = () => E;'],
  ...['cb(E);', 'cb(null, E);', 'cb(null, { K: E });', 'cb(E, E);', 'cb.call(E, null, E);'],
];

const { statement } = fc.letrec<Grammar>((tie) => ({
  expression: fc.oneof({ maxDepth: 3, depthIdentifier: 'program' }, fc.constantFrom(...LEAVES), tie('object')),
  object: filled(OBJECTS, tie).map((text) => `(${text})`),
  statement: fc.oneof({ maxDepth: 3, depthIdentifier: 'program' }, fc.constant('void 0;'), filled(STATEMENTS, tie)),
}));

function filled(
  templates: string[],
  tie: <Name extends keyof Grammar>(name: Name) => Arbitrary<Grammar[Name]>,
): Arbitrary<string> {
  return fc.constantFrom(...templates).chain((template) => {
    const parts = template.split(/\b([EKS])\b/);
    const holes = parts.map((part, i) => {
      if (i % 2 === 0) return fc.constant(part);
      if (part === 'K') return fc.constantFrom(...KEYS);
      return part === 'E' ? tie('expression') : tie('statement');
    });
    return fc.tuple(...holes).map((all) => all.join(''));
  });
}

/** Code of hooks. Most come to a callback by themselves; those that do not have to be ended. */
export const programs: Arbitrary<string> = fc
  .tuple(
    fc.constantFrom('function', 'function', 'async function'),
    fc.array(statement, { maxLength: 5 }),
    fc.oneof(
      { arbitrary: fc.constant("cb(null, { 'https://foo.com/c': [global.kept], scope });"), weight: 6 },
      { arbitrary: statement.map((text) => `${text} cb();`), weight: 6 },
      { arbitrary: fc.constant(''), weight: 1 },
    ),
  )
  .map(([kind, body, last]) => {
    const awaited = kind.startsWith('async') ? body.map((text) => `${text}\nawait null;`) : body;
    return `module.exports = ${kind} (client, scope, audience, context, cb) {\n${[...awaited, last].join('\n')}\n};`;
  });
