import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { it } from 'node:test';

const versionIn = (folder: string): string => {
  const file = new URL(`../../${folder}package.json`, import.meta.url);
  const { devDependencies } = JSON.parse(readFileSync(file, 'utf8')) as { devDependencies: { typescript: string } };
  return devDependencies.typescript;
};

it('hooks are checked in the browser by the compiler that checks hookmint', () => {
  assert.equal(versionIn('console/'), versionIn(''));
});
