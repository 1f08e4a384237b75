import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { SourceMap, type SourceMapPayload } from 'node:module';
import { describe, it, test } from 'node:test';
import { bundle } from '../../hook-build/bundle/bundle-hook.ts';
import { HookBuildError } from '../../hook-build/errors.ts';
import { languageOf, namedPositions } from '../../hook-build/hook-file.ts';
import { scanHook } from '../../hook-build/scan-hook.ts';

const template = (name: string): string =>
  readFileSync(new URL(`../../cli/hook/templates/${name}`, import.meta.url), 'utf8');

const scan = (code: string) => scanHook(code, 'typescript');

async function bundled(code: string): Promise<{ script: string; map: SourceMap }> {
  const { isModule } = await scan(code);
  const asked = {
    code,
    language: 'typescript',
    kind: 'hook',
    isModule,
    found: [],
    modules: [],
    packages: '/nowhere',
  } as const;
  const { script, sourceMap } = await bundle({ ...asked, found: [], modules: [], maxScriptBytes: 8_000_000 });
  return { script, map: new SourceMap(JSON.parse(sourceMap) as SourceMapPayload) };
}

test('the name of a file tells its language', () => {
  const files = ['a.js', 'a.cjs', 'a.ts', 'a.mts', 'a.cts', 'b.ts.js', 'ts'];
  assert.deepEqual(
    files.filter((file) => languageOf(file) === 'typescript'),
    ['a.ts', 'a.mts', 'a.cts'],
  );
});

test('positions are named after the file of the author, and nothing else is', () => {
  const text = 'hook.js:1:2 /hook.ts:3:4 (hook.js:5:6) my-hook.js:7:8 hook.js hook.json:1:1';
  const named = namedPositions(text, (ending) => `mine.${ending}`);
  assert.equal(named, 'mine.js:1:2 mine.ts:3:4 (mine.js:5:6) my-hook.js:7:8 hook.js hook.json:1:1');
});

describe('a hook in TypeScript', () => {
  it('is told from an Action by what is left without its types', async () => {
    const hook = await scan(template('hook.ts.txt'));
    assert.deepEqual([hook.kind, hook.isModule, hook.required, hook.exportsNothing], ['hook', true, [], undefined]);
    const action = await scan(template('action.ts.txt'));
    assert.deepEqual([action.kind, action.isModule, action.required], ['action', true, []]);
  });

  for (const [what, code, isModule] of [
    [
      'module.exports',
      'module.exports = function (client: { id: string }, s, a, c, cb: Function) { cb(null); };',
      false,
    ],
    ['export =', 'const hook = (client: any, s, a, c, cb: any): void => cb(null);\nexport = hook;', false],
    ['a type alone', "import type { A } from 'hookmint/types';\nmodule.exports = (a: A, s, u, c, cb) => cb();", false],
    [
      'an enum and a class',
      'enum E { A = 1 }\nclass C { constructor(readonly x: E) {} }\nexport default () => C;',
      true,
    ],
  ] as const) {
    it(`is one script, exported by ${what}`, async () => {
      const scanned = await scan(code);
      assert.deepEqual([scanned.kind, scanned.isModule, scanned.needsBundle], ['hook', isModule, true]);
      assert.equal(scanned.exportsNothing, undefined);
      const { script } = await bundled(code);
      assert.doesNotMatch(script, /: string|import type|: any|readonly x/);
    });
  }

  it('has its lines and columns in the map of its script', async () => {
    const { script, map } = await bundled(
      'type T = {\n  a: string;\n};\nexport default (t: T) => {\n  throw new Error("here" as string);\n};\n',
    );
    const lines = script.split('\n');
    const at = lines.findIndex((line) => line.includes('"here"'));
    const origin = map.findOrigin(at + 1, (lines[at] ?? '').indexOf('new Error') + 1);
    assert('fileName' in origin);
    assert.deepEqual([origin.fileName, origin.lineNumber, origin.columnNumber], ['hook.js', 5, 9]);
  });

  it('that is none is refused at its place', async () => {
    await assert.rejects(scan('const a: string = 1;\nconst b: = 2;\n'), (error: unknown) => {
      assert(error instanceof HookBuildError);
      assert.deepEqual([error.code, error.location], ['hook_syntax_error', { file: 'hook.js', line: 2, column: 10 }]);
      return true;
    });
  });

  it('is no JavaScript, where nobody says that it is TypeScript', async () => {
    await assert.rejects(scanHook('const a: string = 1;'), { code: 'hook_syntax_error' });
  });
});
