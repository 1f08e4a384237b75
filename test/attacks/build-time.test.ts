import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { brotliCompressSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { buildHook } from '../../hook-build/build-hook.ts';
import { HookBuildError } from '../../hook-build/errors.ts';
import { inertDirective } from '../../hook-build/inert-directive.ts';
import { MAX_HOOK_CODE_BYTES } from '../../shared/domain/hook.ts';
import { startNpmRegistry, tarballOf } from '../support/npm-registry.ts';
import { attackClass } from './attack-class.ts';

// Text of authors and packages that takes whoever reads it the more time, the longer it is, and much more than that. Two builds go on at a
// time: two such texts would keep everybody else's hooks waiting for a minute.

const MAX_READ_MS = 250;
const MAX_BUILD_MS = 20_000;
const MAX_ASKED = 2_100;

const cacheDir = mkdtempSync(join(tmpdir(), 'hookmint-build-time-'));
const registry = await startNpmRegistry();
after(() => {
  registry.close();
  rmSync(cacheDir, { recursive: true, force: true });
});

const code = attackClass('code that is slow to read');
for (const [name, piece] of [
  ['empty comments', '/**/'],
  ['comments', '/* a */\n'],
  ['lines of comment', '// a\n'],
  ['byte order marks', '\uFEFF'],
  ['line feeds', '\n'],
  ['slashes', '/'],
  ['beginnings of comments', '/*'],
] as const) {
  for (const bytes of [200, MAX_HOOK_CODE_BYTES]) {
    code(`${name}, ${String(bytes)} bytes`, async () => {
      const hook = `${piece.repeat(bytes / Buffer.byteLength(piece))}x`;
      const startedMs = performance.now();
      assert.equal(inertDirective(hook), hook);
      assert.ok(performance.now() - startedMs < MAX_READ_MS);
      await Promise.resolve();
    });
  }
}

code('a hook below a row of comments is built', async () => {
  const { script } = await buildHook({ code: `${'/* x */\n'.repeat(60)}module.exports = 1;`, dependencies: {} });
  assert.match(script, /module\.exports = 1/);
});

const globs = attackClass('sideEffects that are slow to match');
for (const [name, sideEffects] of [
  ['many stars', [`${'*a'.repeat(20)}b`]],
  ['many folders', [`${'**/a/'.repeat(50)}*a*b`]],
  ['braces', ['{a,b}'.repeat(40)]],
  ['repeated choices', ['+(a|aa|aaa)b']],
  ['choices in choices', ['+(+(+(a)))b']],
  ['classes', [`${'[a-z]*'.repeat(20)}!`]],
] as const) {
  globs(name, async () => {
    const module = `globs-${name.replaceAll(' ', '-')}`;
    const file = `${'a/'.repeat(8)}${'a'.repeat(70)}.js`;
    registry.publish(module, {
      packageJson: { sideEffects, main: file },
      files: { [file]: 'module.exports = 7;' },
    });
    const startedMs = performance.now();
    const { script } = await buildHook(
      { code: `module.exports = require('${module}');`, dependencies: { [module]: '1.0.0' } },
      { cacheDir, registry: registry.url },
    );
    assert.match(script, /exports = 7/);
    assert.ok(performance.now() - startedMs < MAX_BUILD_MS);
  });
}

const asked = attackClass('modules that there are not');
asked('a module that needs 20,000 of them does not have the registry asked for each', async () => {
  const none = Array.from({ length: 20_000 }, (_, at) => [`none-${String(at)}`, '1.0.0']);
  registry.publish('flood', { packageJson: { optionalDependencies: Object.fromEntries(none) } });
  const before = registry.asked.length;
  await assert.rejects(
    buildHook(
      { code: "module.exports = require('flood');", dependencies: { flood: '1.0.0' } },
      { cacheDir, registry: registry.url },
    ),
    (error) => error instanceof HookBuildError && error.code === 'modules_too_large',
  );
  assert.ok(registry.asked.length - before < MAX_ASKED);
});

const twice = attackClass('archives that are compressed more than once');
const archive = tarballOf([{ path: 'package/index.js', content: 'module.exports = 7;' }]);
// What unpacks to a gigabyte is a few kilobytes after the second time.
const zeros = gzipSync(Buffer.alloc(64 * 1024 * 1024));
for (const [name, tarball] of [
  ['gzip in gzip', gzipSync(archive)],
  ['zeros in gzip in gzip', gzipSync(Buffer.concat(Array<Buffer>(200).fill(zeros)))],
  ['Brotli in gzip', gzipSync(brotliCompressSync(Buffer.alloc(1024 * 1024)))],
  ['Zstandard in gzip', gzipSync(zstdCompressSync(Buffer.alloc(1024 * 1024)))],
] as const) {
  twice(name, async () => {
    const module = `twice-${name.replaceAll(' ', '-').toLowerCase()}`;
    registry.publish(module, { tarball });
    const startedMs = performance.now();
    await assert.rejects(
      buildHook(
        { code: `module.exports = require('${module}');`, dependencies: { [module]: '1.0.0' } },
        { cacheDir, registry: registry.url },
      ),
      (error) => error instanceof HookBuildError && error.code === 'module_damaged',
    );
    assert.ok(performance.now() - startedMs < MAX_BUILD_MS);
  });
}
