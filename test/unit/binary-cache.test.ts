import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { lookUp, store } from '../../deploy/local/servers/binary-cache.ts';

const folder = mkdtempSync(join(tmpdir(), 'hookmint-binary-cache-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const KEY = { name: 'server', version: '1.0.0', platform: 'here' };

async function stored(cacheDir: string): Promise<string> {
  const fetched = join(cacheDir, 'fetched');
  mkdirSync(fetched, { recursive: true });
  writeFileSync(join(fetched, 'binary'), 'as it was fetched');
  return store(cacheDir, KEY, { folder: fetched, binary: join(fetched, 'binary'), way: 'wheel' });
}

test('a binary is read once, and again when it was written since', async () => {
  const cacheDir = join(folder, 'changed');
  const path = await stored(cacheDir);
  const usable = { state: 'usable', path, way: 'wheel' };
  assert.deepEqual(await lookUp(cacheDir, KEY), usable);
  // That it is not read again shows by a record of another file.
  const record = join(path, '../binary.json');
  const told = readFileSync(record, 'utf8');
  writeFileSync(record, JSON.stringify({ sha256: '0'.repeat(64), way: 'wheel' }));
  assert.deepEqual(await lookUp(cacheDir, KEY), usable);
  writeFileSync(record, told);

  const { atime, mtime } = statSync(path);
  writeFileSync(path, 'as it wAs fetched');
  utimesSync(path, atime, mtime);
  assert.deepEqual(await lookUp(cacheDir, KEY), { state: 'damaged' });
  writeFileSync(path, 'as it was fetched');
  assert.deepEqual(await lookUp(cacheDir, KEY), usable);
});

test('what was checked says nothing of another copy', async () => {
  const cacheDir = join(folder, 'copied');
  const path = await stored(cacheDir);
  assert.equal((await lookUp(cacheDir, KEY)).state, 'usable');
  rmSync(path);
  writeFileSync(path, 'as it wAs fetched');
  assert.deepEqual(await lookUp(cacheDir, KEY), { state: 'damaged' });
  writeFileSync(join(path, '../checked.json'), '{');
  assert.deepEqual(await lookUp(cacheDir, KEY), { state: 'damaged' });
});
