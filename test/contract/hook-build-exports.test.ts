import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inspectHook } from '../../hook-build/build-hook.ts';
import { HookBuildError } from '../../hook-build/errors.ts';

const HOOK = 'function (client, scope, audience, context, cb) { cb(null, {}); }';
const ACTION = 'async (event, api) => {}';

/** What is said of a script that is refused, without what a hook and an Action look like. */
const REFUSED: [what: string, code: string, message: RegExp][] = [
  ['nothing', 'const hook = 1;', /exports nothing that is called: a hook is/],
  ['nothing but in a comment', `// module.exports = hook\nconst hook = ${HOOK};`, /exports nothing that is called/],
  ['an empty object', 'module.exports = {};', /exports nothing that is called/],
  ['a variable of that name', `exports = ${HOOK};`, /for `exports =` write `module.exports =`/],
  [
    'a misspelt function',
    `exports.onExecuteCredentialExchange = ${ACTION};`,
    /for onExecuteCredentialExchange write onExecuteCredentialsExchange$/,
  ],
  ['one in another case', `exports.onexecutecredentialsexchange = ${ACTION};`, /write onExecuteCredentialsExchange$/],
  [
    'one in an object',
    `module.exports = { onExecuteClientCredentialsExchange: ${ACTION} };`,
    /write onExecuteCredentialsExchange$/,
  ],
  ['one of a module', `export const onExecuteCredentialsExchang = ${ACTION};`, /write onExecuteCredentialsExchange$/],
  [
    'an Action that is not exported',
    'async function onExecuteCredentialsExchange(event, api) {}',
    /exports nothing that is called/,
  ],
  [
    'another trigger',
    `exports.onExecutePostLogin = ${ACTION};`,
    /onExecutePostLogin is of another trigger of Auth0's Actions/,
  ],
  [
    'two of another trigger',
    `exports.onExecutePostLogin = ${ACTION}; exports.onContinuePostLogin = ${ACTION};`,
    /onExecutePostLogin, onContinuePostLogin, and nothing that is called/,
  ],
  [
    'a function of Logto that is exported',
    'exports.getCustomJwtClaims = async ({ token }) => ({});',
    /getCustomJwtClaims is of Logto, whose script declares it and exports nothing; a hook is .*; an Action is .*; Logto's/,
  ],
  [
    'a function of Logto within another',
    'function wrap() { const getCustomJwtClaims = () => ({}); return getCustomJwtClaims; }',
    /exports nothing that is called: a hook is .*; an Action is .*; Logto's script is/,
  ],
  ['a function of Logto that is only called', 'getCustomJwtClaims();', /exports nothing that is called/],
  [
    'names',
    'exports.a = 1; module.exports.b = 2; exports.c = exports.d = 3;',
    /exports a, b, c, and nothing that is called/,
  ],
];

/** Where the text does not tell, loading does. */
const TAKEN: [what: string, code: string][] = [
  ['a hook', `module.exports = ${HOOK};`],
  ['a hook with names', `exports.helper = 1; module.exports = ${HOOK};`],
  ['a hook of two exports', `exports = module.exports = ${HOOK};`],
  ['a default export', `export default ${HOOK};`],
  ['a default export by name', `const hook = ${HOOK}; export { hook as default };`],
  ['a script of a wrapper', `(function (root, factory) { module.exports = factory(); })(this, () => ${HOOK});`],
  ['a computed name', `module['exports'] = ${HOOK};`],
  ['an export by another function', `Object.assign(exports, { a: 1 });`],
  ['an Action', `exports.onExecuteCredentialsExchange = ${ACTION};`],
  ['an Action of several', `exports.onExecutePostLogin = ${ACTION}; exports.onExecuteCredentialsExchange = ${ACTION};`],
  ['an Action in an object', `module.exports = { name: 'x', onExecuteCredentialsExchange: ${ACTION} };`],
  ['an Action of a module', `export const onExecuteCredentialsExchange = ${ACTION};`],
  [
    'an Action of a module by its list',
    `const onExecuteCredentialsExchange = ${ACTION}; export { onExecuteCredentialsExchange };`,
  ],
  ['an Action of this', `this.onExecuteCredentialsExchange = ${ACTION};`],
];

describe('a script that exports nothing that a trigger calls is refused with what was meant', () => {
  for (const [what, code, message] of REFUSED) {
    it(what, async () => {
      await assert.rejects(inspectHook(code), (error) => {
        assert.ok(error instanceof HookBuildError);
        assert.equal(error.code, 'hook_exports_nothing');
        assert.match(error.message, message);
        return true;
      });
    });
  }
});

describe('a script that may export what a trigger calls is taken', () => {
  for (const [what, code] of TAKEN) {
    it(what, async () => {
      assert.equal((await inspectHook(code)).kind, code.includes('onExecuteCredentialsExchange') ? 'action' : 'hook');
    });
  }
});

describe('a handler is told by its export', () => {
  const handler = 'async (event) => event';
  for (const [what, code] of [
    ['a property', `exports.handler = ${handler};`],
    ['one of module.exports', `module.exports.handler = ${handler};`],
    ['one in an object', `const handler = ${handler}; module.exports = { handler };`],
    ['one in an object with others', `module.exports = { version: 1, handler: ${handler} };`],
    ['one of a module', `export const handler = ${handler};`],
    ['a function of a module', 'export async function handler(event) { return event; }'],
    ['one of a list', `const handler = ${handler}; export { handler };`],
    ['one of a list by another name', `const main = ${handler}; export { main as handler };`],
    [
      'one as TypeScript compiles it',
      `exports.handler = void 0; const handler = ${handler}; exports.handler = handler;`,
    ],
    [
      'one as a bundler compiles it',
      `var out = {}; __export(out, { handler: () => handler }); module.exports = __toCommonJS(out); var handler = 1;`,
    ],
  ] as const) {
    it(what, async () => assert.equal((await inspectHook(code)).kind, 'cognito-lambda'));
  }

  for (const [what, code, kind] of [
    ['of a hook', `exports.handler = 1; module.exports = ${HOOK};`, 'hook'],
    ['of a hook of a module', `export const handler = 1; export default ${HOOK};`, 'hook'],
    ['of an Action', `exports.handler = 1; exports.onExecuteCredentialsExchange = ${ACTION};`, 'action'],
    ['of another name', `const handler = ${handler}; export { handler as default };`, 'hook'],
  ] as const) {
    it(`but not that ${what}`, async () => assert.equal((await inspectHook(code)).kind, kind));
  }

  it('unless it is said', async () => {
    const code = `exports['handler'] = ${handler};`;
    assert.equal((await inspectHook(code)).kind, 'hook');
    assert.equal((await inspectHook(code, undefined, 'cognito-lambda')).kind, 'cognito-lambda');
    await assert.rejects(inspectHook('const handler = 1;', undefined, 'cognito-lambda'), {
      code: 'hook_exports_nothing',
      message: /the script exports no handler: Cognito's pre token generation Lambda is/,
    });
  });
});

describe('a script that exports nothing is told by what it declares', () => {
  for (const [what, code] of [
    ['an arrow function', 'const getCustomJwtClaims = async ({ token }) => ({});'],
    ['a function', 'async function getCustomJwtClaims({ token }) { return {}; }'],
    ['a variable, later', 'let getCustomJwtClaims; getCustomJwtClaims = () => ({});'],
    ['one before a comment without an end', 'var getCustomJwtClaims = () => ({}); // the end'],
    ['one of a module', "import fs from 'node:fs';\nconst getCustomJwtClaims = () => ({});"],
    ['one with helpers', 'const help = () => 1;\nconst getCustomJwtClaims = () => ({ a: help() });'],
  ] as const) {
    it(`a script of Logto: ${what}`, async () => assert.equal((await inspectHook(code)).kind, 'logto'));
  }

  it('but what it exports comes first', async () => {
    const hook = `const getCustomJwtClaims = 1; module.exports = ${HOOK};`;
    assert.equal((await inspectHook(hook)).kind, 'hook');
    const action = `const getCustomJwtClaims = 1; exports.onExecuteCredentialsExchange = ${ACTION};`;
    assert.equal((await inspectHook(action)).kind, 'action');
  });

  it('unless it is said', async () => {
    const code = `const getCustomJwtClaims = () => ({}); module.exports = ${HOOK};`;
    assert.equal((await inspectHook(code, undefined, 'logto')).kind, 'logto');
    await assert.rejects(inspectHook('const a = 1;', undefined, 'logto'), {
      code: 'hook_exports_nothing',
      message: /the script declares no getCustomJwtClaims: Logto's script is/,
    });
  });
});

describe("a directive 'use strict' at the beginning of a file has no effect, in a bundle or without", () => {
  const sloppy = 'undeclared = 010; with ({}) {} delete undeclared;';
  for (const [what, head] of [
    ['first', "'use strict';\n"],
    ['after comments', '/* a */ // b\n"use strict"\n'],
    ['after another directive', "'use npm'; /* x */\n'use strict';"],
    ['after another directive without a semicolon', "'use \\'npm\\''\n\"use strict\""],
    ['twice', "'use strict'; 'use strict';"],
  ]) {
    for (const [more, name] of [
      ['', 'without'],
      ["require('url');", 'in a bundle'],
    ]) {
      it(`${String(what)}, ${String(name)}`, async () => {
        const code = `${String(head)}\n${String(more)}module.exports = function (client, scope, audience, context, cb) { ${sloppy} };`;
        assert.equal((await inspectHook(code)).kind, 'hook');
      });
    }
  }

  for (const [what, code, place] of [
    ['in a function', "module.exports = function () { 'use strict';\n  return 010; };", '2:10'],
    ['of a class', 'class A {\n  m() { with (this) {} }\n}\nmodule.exports = A;', '2:9'],
    ['of a module', "'use strict';\nexport default function () { return 010; }", '2:37'],
  ] as const) {
    it(`but strict code ${what} is told with line and column`, async () => {
      await assert.rejects(inspectHook(code), (error) => {
        assert.ok(error instanceof HookBuildError, String(error));
        assert.equal(error.code, 'hook_syntax_error');
        assert.equal(error.message.startsWith(`hook.js:${place}: `), true, error.message);
        return true;
      });
    });
  }
});
