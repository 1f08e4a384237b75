import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startNpmRegistry } from '../support/npm-registry.ts';

const CLI = fileURLToPath(new URL('../../cli/hookmint.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'hookmint-registry-'));
const registry = await startNpmRegistry();
after(() => {
  registry.close();
  rmSync(folder, { recursive: true, force: true });
});
registry.publish('only-there', { files: { 'index.js': "module.exports = 'from there';" } });
writeFileSync(join(folder, 'package.json'), '{"dependencies": {"only-there": "1.0.0"}}');
writeFileSync(
  join(folder, 'hook.js'),
  "module.exports = (c, s, a, x, cb) => cb(null, { scope: s, 'https://x.example/c': require('only-there') });",
);

function run(settings: Record<string, string>): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const { PATH = '' } = process.env;
  const env = { PATH, HOME: folder, HOOKMINT_CACHE_DIR: join(folder, 'cache'), ...settings };
  return new Promise((resolve) => {
    const args = [CLI, 'hook', 'run', 'hook.js', '--json'];
    const child = execFile(process.execPath, args, { cwd: folder, env }, (_, stdout, stderr) =>
      resolve({ code: child.exitCode, stdout, stderr }),
    );
  });
}

test('hook run has modules from HOOKMINT_NPM_REGISTRY', async () => {
  const { code, stdout, stderr } = await run({ HOOKMINT_NPM_REGISTRY: registry.url });
  assert.equal(code, 0, stderr);
  assert.match(stdout, /"https:\/\/x\.example\/c":\s*"from there"/);
});

test('hook run heeds HOOKMINT_SANDBOX_WALL, and refuses one that there is not', async () => {
  assert.equal((await run({ HOOKMINT_NPM_REGISTRY: registry.url, HOOKMINT_SANDBOX_WALL: 'off' })).code, 0);
  const { code, stderr } = await run({ HOOKMINT_SANDBOX_WALL: 'on' });
  assert.notEqual(code, 0);
  assert.match(stderr, /HOOKMINT_SANDBOX_WALL/);
});
