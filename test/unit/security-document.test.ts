import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const text = readFileSync(`${ROOT}SECURITY.md`, 'utf8');
const tests = globSync('test/**/*.test.ts', { cwd: ROOT });

/** Names of tests, as the document has them: with their folder, or below that of the one before; `*` for several. */
function namedIn(part: string): string[] {
  return [...part.matchAll(/`((?:test\/)?(?:[\w*-]+\/)?[\w*-]+(?:\.test\.ts)?)`/g)]
    .map(([, name = '']) => name.replace(/^test\//, '').replace(/\.test\.ts$/, ''))
    .filter(
      (name) => /^(?:attacks|contract|e2e|unit|conformance)\//.test(name) || part.includes(`\`${name}.test.ts\``),
    );
}

function isThere(name: string): boolean {
  const pattern = new RegExp(`(?:^|/)${name.replaceAll('*', '[^/]*')}\\.test\\.ts$`);
  return tests.some((file) => pattern.test(file));
}

test('each test that SECURITY.md names is there', () => {
  const named = namedIn(text);
  assert.ok(named.length > 40, `${String(named.length)} found`);
  assert.deepEqual(
    named.filter((name) => !isThere(name)),
    [],
  );
});

test('each cell of what each can do when taken over names a test that is there, or says that it is argued', () => {
  const [, section = ''] = text.split('## What each can do when taken over');
  const rows = section.split('\n').filter((line) => line.startsWith('| '));
  const cells = rows.slice(2).flatMap((row) => row.split('|').slice(2, -1));
  assert.equal(cells.length, 11 * 5);
  const bare = cells.filter((cell) => {
    const names = [...cell.matchAll(/`([\w/*-]+)`/g)].map(([, name = '']) => name);
    return !names.every(isThere) || (names.length === 0 && !cell.includes('(argued)'));
  });
  assert.deepEqual(bare, []);
});
