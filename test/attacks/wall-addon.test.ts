import '../support/from-sources.ts';
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { DEFAULT_HOOK_LIMITS } from '../../shared/domain/hook.ts';
import { chooseWall } from '../../shared/process-wall/wall.ts';
import { startSandboxProcess } from '../../services/hook-executor/sandbox-process.ts';

const WITH_ADDON = fileURLToPath(new URL('./wall-addon.ts', import.meta.url));
const HOOK = `module.exports = (client, scope, audience, context, cb) => cb(null, { 'https://a.example/b': 1 });`;
const NOTHING = { http: () => Promise.reject(new Error('none')), storage: () => Promise.reject(new Error('none')) };

const walls = [await chooseWall('auto'), await chooseWall('auto', { bubblewrap: false })];
const standing = new Map(walls.filter(({ name }) => name !== 'none').map((wall) => [wall.name, wall]));

for (const [name, wall] of standing) {
  describe(`native code in a sandbox process that runs hooks, behind ${name}`, () => {
    test('is refused everything, though it was there before the process gave up its rights', async () => {
      const sandbox = startSandboxProcess(WITH_ADDON, wall);
      await sandbox.ready;
      const revision = { revision: 'r', script: HOOK, kind: 'hook' as const, secrets: {}, limits: DEFAULT_HOOK_LIMITS };
      const outcome = await sandbox.run(revision, '[{},[],"a",{}]', Date.now() + 10_000, NOTHING);
      sandbox.kill();
      const said = await sandbox.ended;
      assert.equal(outcome?.status, 'ok', said);
      const { tried, allowed } = JSON.parse(said.split('\n', 1)[0] ?? '') as { tried: number; allowed: unknown };
      assert.deepEqual(allowed, {});
      assert.ok(tried >= 180, String(tried));
      process.stdout.write(`attacks: wall-addon: ${String(tried)} tried behind ${name}, ${String(tried)} held\n`);
    });
  });
}
