import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { openSandboxPool, type SandboxPool } from '../../services/hook-executor/sandbox-pool.ts';
import { startStrongestSandbox } from '../support/strongest-wall.ts';
import { AREAS } from './wpt/areas.ts';
import { EXPECTED_FAILURES } from './wpt/expected-failures.ts';
import { readFixture } from './wpt/fixture.ts';
import { runFile, type FileResult } from './wpt/run-file.ts';

// Subsets of web-platform-tests, pinned, each file run as a hook where hooks run. What fails is listed with its reason.

const PROCESSES = 2;
const CONCURRENT_FILES = 3;
const GUIDE = new URL('../../docs/hooks.md', import.meta.url);

let pool: SandboxPool;
const results = new Map<string, FileResult>();
const areas = new Map<string, string[]>();

before(async () => {
  const texts = await readFixture();
  pool = await openSandboxPool(PROCESSES, startStrongestSandbox);
  for (const [area, pattern] of Object.entries(AREAS)) {
    areas.set(
      area,
      [...texts.keys()].filter((path) => pattern.test(path)),
    );
  }
  const waiting = [...areas.values()].flat();
  const work = async (): Promise<void> => {
    for (let path = waiting.shift(); path !== undefined; path = waiting.shift()) {
      results.set(path, await runFile(pool, path, texts));
    }
  };
  await Promise.all(Array.from({ length: CONCURRENT_FILES }, work));
});
after(() => pool.close());

test('every test passes but those that are listed, and those fail as the list says', () => {
  const unexpected: string[] = [];
  const counts = new Map<string, number>();
  for (const [path, { failed }] of results) {
    for (const [name, said] of Object.entries(failed)) {
      const group = EXPECTED_FAILURES.findIndex(({ says, files }) => path in files && says.test(said));
      if (group < 0) unexpected.push(`${path}: ${name}: ${said}`);
      const key = `${String(group)} ${path}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
  }
  assert.deepEqual(unexpected, []);
  EXPECTED_FAILURES.forEach(({ files }, group) => {
    for (const [path, count] of Object.entries(files)) {
      const found = counts.get(`${String(group)} ${path}`) ?? 0;
      assert.equal(found, count, `${path}: ${String(found)} tests fail as the list says of ${String(count)}`);
    }
  });
});

test('the guide says how many pass', () => {
  const rows = [...areas].map(([area, paths]) => {
    const passed = sum(paths, ({ passed }) => passed);
    const all = passed + sum(paths, ({ failed }) => Object.keys(failed).length);
    return [area, paths.length, all, passed, `${((100 * passed) / all).toFixed(1)} %`].join(' | ');
  });
  const guide = readFileSync(GUIDE, 'utf8').replace(/ +/g, ' ');
  for (const row of rows) assert.ok(guide.includes(`| ${row} |`), `docs/hooks.md must have the row | ${row} |`);
});

function sum(paths: readonly string[], count: (result: FileResult) => number): number {
  return paths.reduce((total, path) => total + count(results.get(path) ?? { passed: 0, failed: {} }), 0);
}
