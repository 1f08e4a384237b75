import './quiet.ts';
import assert from 'node:assert/strict';
import { readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { buildHook } from '../../hook-build/build-hook.ts';
import { keepInCache, makeRoom } from '../../hook-build/install/cache-room.ts';
import { startNpmRegistry } from '../support/npm-registry.ts';
import { temporaryDir } from './servers-fixtures.ts';

/** Ten files of 100 bytes, the first of which was used last. */
function filled(): string {
  const folder = temporaryDir();
  for (let n = 0; n < 10; n++) {
    const file = join(folder, String(n));
    writeFileSync(file, 'x'.repeat(100));
    utimesSync(file, new Date(), new Date(Date.now() - n * 60_000));
  }
  return folder;
}

describe('the cache of modules', () => {
  it('loses what was not used for longest, by bytes and by number', async () => {
    const [byBytes, byNumber] = [filled(), filled()];
    await makeRoom([byBytes], { maxBytes: 350, maxFiles: 100 });
    assert.deepEqual(readdirSync(byBytes).sort(), ['0', '1', '2']);
    await makeRoom([byNumber, join(byNumber, 'none')], { maxBytes: 10_000, maxFiles: 4 });
    assert.deepEqual(readdirSync(byNumber).sort(), ['0', '1', '2', '3']);
  });

  it('keeps what is in use, until the last has done with it; what was used is new', async () => {
    const folder = filled();
    const [one, other] = [keepInCache([join(folder, '9')]), keepInCache([join(folder, '9')])];
    one();
    await makeRoom([folder], { maxBytes: 0, maxFiles: 0 });
    assert.deepEqual(readdirSync(folder), ['9']);
    other();
    await makeRoom([folder], { maxBytes: 0, maxFiles: 0 });
    assert.deepEqual(readdirSync(folder), []);

    const used = filled();
    keepInCache([join(used, '8')])();
    await makeRoom([used], { maxBytes: 10_000, maxFiles: 2 });
    assert.deepEqual(readdirSync(used).sort(), ['0', '8']);
  });

  it('is filled again when it was emptied', async () => {
    const registry = await startNpmRegistry();
    after(registry.close);
    registry.publish('kept', { files: { 'index.js': 'module.exports = 1;' } });
    const source = { code: "module.exports = require('kept');", dependencies: { kept: '1.0.0' } };
    const options = { registry: registry.url, cacheDir: temporaryDir() };
    const first = await buildHook(source, options);
    await buildHook(source, options);
    assert.equal(registry.asked.length, 2);
    await makeRoom([join(options.cacheDir, 'hook-packages')], { maxBytes: 0, maxFiles: 0 });
    assert.deepEqual(await buildHook(source, options), first);
    assert.equal(registry.asked.length, 4);
  });
});
