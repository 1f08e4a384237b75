import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import vm from 'node:vm';
import { hookScript, LINE_OFFSET } from '../../hook-build/hook-script.ts';

type Factory = (exports: object, require: unknown, module: { exports: unknown }, ...paths: string[]) => void;

/** Compiles a hook's code as the sandbox does and gives what it exports; here in the same realm, for its shape alone. */
function exportsOf(code: string): unknown {
  const module = { exports: {} as unknown };
  const factory = vm.runInThisContext(hookScript(code), { filename: 'hook.js', lineOffset: LINE_OFFSET }) as Factory;
  factory.call(module.exports, module.exports as object, undefined, module, '/hook.js', '/');
  return module.exports;
}

describe('the script of a hook', () => {
  it('is a CommonJS module', () => {
    assert.deepEqual(exportsOf('exports.same = exports === module.exports && this === exports;'), { same: true });
  });

  it('has the error classes in scope, each with its own name', () => {
    const code = `module.exports = [InvalidRequestError, InvalidScopeError, ServerError, ExtensibilityUserError].map((C) => {
      const error = new C('text');
      return [error.name, error.message, error instanceof ExtensibilityUserError, error instanceof Error];
    });`;
    assert.deepEqual(exportsOf(code), [
      ['InvalidRequestError', 'text', true, true],
      ['InvalidScopeError', 'text', true, true],
      ['ServerError', 'text', true, true],
      ['ExtensibilityUserError', 'text', true, true],
    ]);
  });

  it('runs in sloppy mode, also with a directive that is no longer first', () => {
    assert.equal(exportsOf("'use strict'; module.exports = (function () { return this !== undefined; })();"), true);
  });

  for (const name of ['ExtensibilityUserError', 'InvalidRequestError', 'InvalidScopeError', 'ServerError']) {
    for (const declaration of [`class ${name} {}`, `let ${name};`, `const ${name} = 1;`]) {
      it(`does not compile when it declares "${declaration}"`, () => {
        assert.throws(() => exportsOf(declaration), {
          name: 'SyntaxError',
          message: `Identifier '${name}' has already been declared`,
        });
      });
    }
  }

  it('does not compile as a bare function, as Auth0’s did not', () => {
    assert.throws(() => exportsOf('function (client, scope, audience, context, cb) { cb(); }'), {
      name: 'SyntaxError',
      message: 'Function statements require a function name',
    });
  });

  it('may end in a comment without a line break', () => {
    assert.equal(exportsOf('module.exports = 1; // the end'), 1);
  });

  it('has the author’s own line numbers', () => {
    assert.throws(
      () => exportsOf('// one\n// two\nthrow new Error("here");'),
      (error: Error) => {
        assert.match(error.stack ?? '', /\(?hook\.js:3:7\)?/);
        return true;
      },
    );
    assert.throws(
      () => exportsOf('// one\nlet = = 2;'),
      (error: Error) => {
        assert.match(error.stack ?? '', /^hook\.js:2$/m);
        return true;
      },
    );
  });
});
