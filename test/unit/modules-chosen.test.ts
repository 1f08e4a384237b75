import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { chooseModules } from '../../hook-build/choose-modules.ts';
import { PackageFile, packageFileOf, writePackageFile } from '../../hook-build/install/package-file.ts';

test('each version of a module that a hook requires is found under a name of its own', () => {
  const versions = ['4.17.20', '^4.17.20', '~4.17.20', '>4.17.20', 'a_b', 'a-b'];
  const required = versions.map((version) => ({ text: `lodash@${version}`, location: undefined }));
  const { install, found } = chooseModules({ required }, {});
  assert.deepEqual(
    versions.map((version) => install[found.get(`lodash@${version}`) ?? '']),
    versions.map((version) => ({ name: 'lodash', version })),
  );
});

test('a module is kept with all its files, whatever they are called', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hookmint-package-'));
  try {
    const file = packageFileOf(folder, 'sha512-x');
    const names = ['__proto__', 'constructor', 'package.json', '0'];
    writePackageFile(file, new Map(names.map((name) => [name, Buffer.from(`of ${name}`)])));
    const read = new PackageFile(file);
    assert.deepEqual([...read.paths()].sort(), names.sort());
    for (const name of names) assert.equal(read.read(name)?.toString(), `of ${name}`);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
