import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { readDependencies } from '../../deploy/local/hook-file.ts';

test('a hook has the dependencies of the package.json beside it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hookmint-dependencies-'));
  try {
    assert.deepEqual(readDependencies(join(folder, 'hook.js')), {});
    writeFileSync(join(folder, 'package.json'), '{"dependencies": {"lodash": "4.17.4"}}');
    assert.deepEqual(readDependencies(join(folder, 'hook.js')), { lodash: '4.17.4' });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a hook in a clone of hookmint has none of hookmint’s own', () => {
  assert.deepEqual(readDependencies(fileURLToPath(new URL('../../hook.js', import.meta.url))), {});
});
