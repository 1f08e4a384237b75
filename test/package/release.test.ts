import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

// `npm run release` in a clone: what it makes, twice, and what it refuses.
const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const RELEASE_TIMEOUT_MS = 900_000;
const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
const folder = mkdtempSync(join(tmpdir(), 'hookmint-release-test-'));
const clone = join(folder, 'clone');

function run(cwd: string, command: string, ...args: string[]): string {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8', timeout: RELEASE_TIMEOUT_MS });
  assert.equal(status, 0, stderr);
  return stdout;
}

function release(to: string): { status: number | null; output: string } {
  const args = ['deploy/release/main.ts', join(folder, to), '--without-image'];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: clone,
    encoding: 'utf8',
    timeout: RELEASE_TIMEOUT_MS,
  });
  return { status, output: `${stdout}${stderr}` };
}

before(() => {
  run(folder, 'git', 'clone', '--quiet', '--no-hardlinks', ROOT, clone);
  appendFileSync(join(clone, '.git/info/exclude'), 'node_modules\n');
  for (const place of ['', 'console'])
    symlinkSync(join(ROOT, place, 'node_modules'), join(clone, place, 'node_modules'));
});
after(() => {
  rmSync(folder, { recursive: true, force: true });
});

test('a version without a section, and a checkout with changes, are refused, and nothing is made', () => {
  const changelog = join(clone, 'CHANGELOG.md');
  const text = readFileSync(changelog, 'utf8').replaceAll(`## [${version}]`, '## [0.0.0]');
  writeFileSync(changelog, `${text}\n`);
  const ignored = join(clone, 'services/of-somebody.log');
  writeFileSync(ignored, 'a secret\n');
  const { status, output } = release('refused');
  assert.equal(status, 1);
  assert.match(output, /changes that are not committed:  M CHANGELOG\.md/);
  assert.match(output, /CHANGELOG\.md has no section/);
  assert.match(output, /services\/of-somebody\.log is in no commit, though git ignores it/);
  rmSync(ignored);
  assert.ok(!existsSync(join(folder, 'refused')));
  writeFileSync(changelog, text.replace('## [Unreleased]', `## [Unreleased]\n\n## [${version}] - 2026-12-01`));
  run(
    clone,
    'git',
    '-c',
    'user.name=test',
    '-c',
    'user.email=test@example.com',
    'commit',
    '--quiet',
    '-am',
    'A release',
  );
});

test('what is made has its checksums and provenance, and is the same the second time', () => {
  // As to a mount point, nothing can be put in the place of a link.
  mkdirSync(join(folder, 'linked'));
  symlinkSync('linked', join(folder, 'other'));
  for (const to of ['one', 'other']) {
    const { status, output } = release(to);
    assert.equal(status, 0, output);
    assert.match(output, /NO IMAGE: --without-image/);
  }
  const sums = readFileSync(join(folder, 'one/SHA256SUMS'), 'utf8');
  assert.deepEqual(
    sums
      .trimEnd()
      .split('\n')
      .map((line) => line.slice(66)),
    [
      'NOTES.md',
      `hookmint-${version}.cdx.json`,
      `hookmint-${version}.tgz`,
      `hookmint-chart-${version}.tgz`,
      'provenance.intoto.json',
    ],
  );
  assert.equal(readFileSync(join(folder, 'other/SHA256SUMS'), 'utf8'), sums);
  run(join(folder, 'one'), 'sha256sum', '--check', '--strict', 'SHA256SUMS');
  const provenance = readFileSync(join(folder, 'one/provenance.intoto.json'), 'utf8');
  assert.ok(provenance.includes(run(clone, 'git', 'rev-parse', 'HEAD').trim()));
  assert.match(release('one').output, /is not empty/);
});
