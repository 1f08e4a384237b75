import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { compilePrograms } from '../../deploy/local/programs/compile.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

describe('the programs that a start makes', () => {
  // Their packages are found from where they are.
  const parent = mkdtempSync(join(ROOT, 'node_modules/.programs-test-'));
  const folder = join(parent, 'made');
  before(() => Promise.all([compilePrograms(ROOT, folder), compilePrograms(ROOT, folder)]));
  after(() => rmSync(parent, { recursive: true, force: true }));

  it('are whole and there once, where two starts make them at a time', () => {
    assert.deepEqual(readdirSync(parent), ['made']);
    const services = ['gateway', 'hook-executor', 'management', 'signer'].map((name) => `services/${name}/main`);
    for (const program of ['deploy/local/launcher', 'services/hook-executor/sandbox/main', ...services]) {
      assert(existsSync(join(folder, `${program}.mjs`)), program);
    }
  });

  it('tell the place of a fault in its source', () => {
    const program = join(folder, 'shared/process-wall/confine.mjs');
    const { status, stderr } = spawnSync(process.execPath, ['--enable-source-maps', program, '{'], {
      encoding: 'utf8',
    });
    assert.equal(status, 1);
    assert.match(stderr, /^ {4}at .*\/shared\/process-wall\/confine\.ts:\d+:\d+\)?$/m);
  });
});
