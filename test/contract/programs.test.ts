import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
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

  it('leave each class the name by which it is known', () => {
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.mjs'));
    const texts = files.map((name) => readFileSync(join(folder, name), 'utf8'));
    const known = texts.flatMap((text) =>
      [...text.matchAll(/\.constructor\.name ===? "(\w+)"/g)].map(([, name]) => name),
    );
    // By it asn1js tells a sequence of certificates from a choice.
    assert.ok(known.includes('Sequence'));
    const renamed = new RegExp(`\\b(?:class|var) (?:${known.join('|')})\\d+ (?:= class|extends|\\{)`);
    assert.deepEqual(
      texts.flatMap((text) => renamed.exec(text)?.[0] ?? []),
      [],
    );
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
