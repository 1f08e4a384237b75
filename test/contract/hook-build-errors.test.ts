import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { buildHook, type BuildHookOptions } from '../../hook-build/build-hook.ts';
import { HookBuildError } from '../../hook-build/errors.ts';
import { startNpmRegistry } from '../support/npm-registry.ts';

const cacheDir = mkdtempSync(join(tmpdir(), 'hookmint-hook-build-'));
after(() => rmSync(cacheDir, { recursive: true, force: true }));

/** What building a hook fails with. */
async function failureOf(code: string, dependencies: Record<string, string> = {}, options: BuildHookOptions = {}) {
  try {
    await buildHook({ code, dependencies }, { cacheDir, ...options });
  } catch (error) {
    assert.ok(error instanceof HookBuildError, String(error));
    const { code: reason, message, module, location } = error;
    return { code: reason, message, module, location };
  }
  return assert.fail('the hook was built');
}

describe('a hook that is not JavaScript', () => {
  it('is told with line and column, whether it requires anything or not', async () => {
    const expected = {
      code: 'hook_syntax_error',
      message: 'hook.js:2:13: Unexpected "="',
      module: undefined,
      location: { file: 'hook.js', line: 2, column: 13 },
    };
    assert.deepEqual(await failureOf(`// first\n/* é */ x = = 1;`), expected);
    assert.deepEqual(await failureOf(`require('lodash'); // first\n/* é */ x = = 1;`), expected);
  });
});

describe('a hook that the bundler takes and V8 does not', () => {
  const GROUP = '/(?<a>.)(?<a>.)/';
  const duplicate = `Invalid regular expression: ${GROUP}: Duplicate capture group name`;

  it('is told with line and column, bundled or not', async () => {
    for (const [head, line, foot = 'module.exports = late;'] of [
      ['', 2],
      ["const path = require('path');\n", 3],
      ["import path from 'path';\n", 3, 'export default late;'],
      ['Buffer.from("a");\n', 3],
    ] as [head: string, line: number, foot?: string][]) {
      assert.deepEqual(await failureOf(`${head}function late() {\n  return ${GROUP};\n}\n${foot}`), {
        code: 'hook_syntax_error',
        message: `hook.js:${String(line)}:10: ${duplicate}`,
        module: undefined,
        location: { file: 'hook.js', line, column: 10 },
      });
    }
    const again = await failureOf('let a;\n/* 😀 */ class ServerError extends Error {}');
    assert.deepEqual([again.code, again.location], ['hook_syntax_error', { file: 'hook.js', line: 2, column: 10 }]);
  });

  it('is told with its line where that is too long for more', async () => {
    const { location } = await failureOf(`let a;\n${'a = 1; '.repeat(1_000)} ${GROUP}.test(a);`);
    assert.deepEqual(location, { file: 'hook.js', line: 2, column: 1 });
  });

  it('is told with the module, when it is in one', async () => {
    const registry = await startNpmRegistry();
    registry.publish('broken', { files: { 'index.js': `exports.a = 1;\nexports.read = () => ${GROUP};\n` } });
    const failure = await failureOf(`require('broken');`, { broken: '1.0.0' }, { registry: registry.url });
    registry.close();
    assert.deepEqual(failure, {
      code: 'module_unreadable',
      message: `node_modules/broken/index.js:2:22: ${duplicate}`,
      module: 'broken',
      location: { file: 'node_modules/broken/index.js', line: 2, column: 22 },
    });
  });
});

describe('a module that cannot be had', () => {
  it('not declared and none of the default ones', async () => {
    assert.deepEqual(await failureOf(`module.exports = () => {\n  return require('left-pad/index.js');\n};`), {
      code: 'module_undeclared',
      message: `hook.js:2:18: the module "left-pad" is not declared: add it to the hook's dependencies, as "left-pad": "<version>"`,
      module: 'left-pad',
      location: { file: 'hook.js', line: 2, column: 18 },
    });
  });

  it('in a version that there is not', async () => {
    const failure = await failureOf(`require('ms');`, { ms: '99.0.0', lodash: '4.17.21' });
    assert.deepEqual([failure.code, failure.module], ['module_unavailable', 'ms']);
    assert.match(failure.message, /^the registry does not serve the module "ms" in version 99\.0\.0 \(ETARGET: /);
  });

  it('in a version that is an address, a folder or another module', async () => {
    for (const version of ['file:../ms', 'git+ssh://host/ms', 'owner/ms', 'npm:lodash@4.17.21', 'http://host/ms.tgz']) {
      assert.deepEqual(await failureOf(`require('ms');`, { ms: version }), {
        code: 'dependency_invalid',
        message: `the version of "ms" must be a version, a range or a tag, not "${version}"`,
        module: 'ms',
        location: undefined,
      });
    }
    const { code, message } = await failureOf(`require('ms');`, { '../ms': '1.0.0' });
    assert.deepEqual([code, message], ['dependency_invalid', '"../ms" is not the name of a module']);
  });

  it('that needs compiled code, when the hook requires it', async () => {
    for (const [name, version] of [
      ['bcrypt', '5.1.1'],
      ['sharp', '0.33.5'],
    ] as const) {
      assert.deepEqual(await failureOf(`\nrequire('${name}');`, { [name]: version }), {
        code: 'module_native',
        message: `hook.js:2:9: the module "${name}" needs compiled code, which hooks cannot run: use one written in JavaScript alone`,
        module: name,
        location: { file: 'hook.js', line: 2, column: 9 },
      });
    }
    const declaredOnly = {
      code: `require('ms'); module.exports = () => {};`,
      dependencies: { bcrypt: '5.1.1', ms: '2.1.3' },
    };
    assert.notEqual((await buildHook(declaredOnly, { cacheDir })).sourceMap, null);
  });

  it('a file that is not in the module, and a file of the hook’s own', async () => {
    const missing = await failureOf(`require('ms/no-such-file');`);
    assert.deepEqual([missing.code, missing.module, missing.location?.column], ['module_unresolved', 'ms', 9]);
    assert.deepEqual(await failureOf(`require('./other');`), {
      code: 'module_unresolved',
      message: 'hook.js:1:9: cannot require "./other": a hook is one file',
      module: undefined,
      location: { file: 'hook.js', line: 1, column: 9 },
    });
  });
});

describe('the registry', () => {
  it('is asked at the registry of the options', async () => {
    const asked: string[] = [];
    const registry = createServer((request, response) => {
      asked.push(request.url ?? '');
      response.writeHead(404, { 'content-type': 'application/json' }).end('{}');
    });
    await new Promise<void>((resolve) => registry.listen(0, '127.0.0.1', resolve));
    const { port } = registry.address() as AddressInfo;
    const failure = await failureOf(`require('ms');`, {}, { registry: `http://127.0.0.1:${port}/npm/` });
    registry.close();
    assert.deepEqual([failure.code, failure.module, asked], ['module_unavailable', 'ms', ['/npm/ms']]);
    assert.equal(failure.message.includes('127.0.0.1'), false);
  });

  it('that cannot be reached', async () => {
    const failure = await failureOf(`require('ms');`, {}, { registry: 'http://127.0.0.1:1023/' });
    assert.equal(failure.code, 'registry_unreachable');
    assert.match(failure.message, /^the npm registry cannot be reached for the module "ms" \(ECONNREFUSED\)$/);
  });
});

describe('a bundle over the limit', () => {
  it('names the parts of a module that can be required alone', async (t) => {
    const registry = await startNpmRegistry();
    t.after(() => registry.close());
    const files = { 'index.js': `module.exports = '${'x'.repeat(7 * 1024 * 1024)}';` };
    registry.publish('aws-sdk', { files }, '2.1.0');
    const dependencies = { 'aws-sdk': '2.1.0' };
    const failure = await failureOf(`module.exports = require('aws-sdk');`, dependencies, { registry: registry.url });
    assert.equal(failure.code, 'bundle_too_large');
    assert.match(
      failure.message,
      /the largest: aws-sdk 7\.0 MB, .*; require one client of it, as require\('aws-sdk\/clients\/dynamodb'\), or/,
    );
  });

  it('is told with its size and modules', async () => {
    const failure = await failureOf(`require('ms'); module.exports = '${'x'.repeat(9 * 1024 * 1024)}';`);
    assert.equal(failure.code, 'bundle_too_large');
    assert.match(
      failure.message,
      /^the hook and its modules are 9\.\d MB, over the limit of 6\.5 MB; the largest: hook\.js 9\.0 MB, /,
    );
  });
});
