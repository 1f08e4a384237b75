import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startStrongestSandbox } from '../support/strongest-wall.ts';
import { DEFAULT_HOOK_LIMITS } from '../../shared/domain/hook.ts';
import { sandboxPids } from '../attacks/sandbox.ts';
import { figuresOf } from '../support/process-figures.ts';
import { MAY_GROW_BY } from './sampler.ts';

const ISOLATES = 40;

test('mapped regions of a sandbox tell how many isolates it has: the soak would see them pile up', async () => {
  const sandbox = startStrongestSandbox();
  try {
    await sandbox.ready;
    await run(0);
    const alone = await withAndWithout(1);
    const again = await withAndWithout(2);
    process.stdout.write(
      `soak: mapped regions of a sandbox: ${String(again.loaded)} with ${String(ISOLATES + 1)} isolates, ${String(again.unloaded)} once all but one are gone, ${String(alone.unloaded)} the time before\n`,
    );
    assert.ok(again.loaded - alone.unloaded > MAY_GROW_BY.maps, 'more than the soak allows');
    assert.ok(again.unloaded - alone.unloaded < ISOLATES, 'isolates that are given up leave nothing more');
  } finally {
    sandbox.kill();
    await sandbox.ended;
  }

  async function withAndWithout(round: number): Promise<{ loaded: number; unloaded: number }> {
    const revisions = Array.from({ length: ISOLATES }, (_, i) => round * 1_000 + i);
    for (const revision of revisions) await run(revision);
    const loaded = figuresOf(sandboxPids()[0] ?? 0).maps;
    for (const revision of revisions) sandbox.unload(`revision-${String(revision)}`);
    await run(0);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    return { loaded, unloaded: figuresOf(sandboxPids()[0] ?? 0).maps };
  }

  async function run(revision: number): Promise<void> {
    const script = `module.exports = (client, scope, audience, context, cb) => cb(null, { scope: ['${String(revision)}'] });`;
    const hook = {
      revision: `revision-${String(revision)}`,
      script,
      kind: 'hook' as const,
      secrets: {},
      limits: DEFAULT_HOOK_LIMITS,
    };
    const args = JSON.stringify({ client: {}, audience: 'https://api.example/', body: {} });
    const refused = () => Promise.reject(new Error('there is none'));
    const outcome = await sandbox.run(hook, args, Date.now() + 10_000, { http: refused, storage: refused });
    assert.equal(outcome?.status, 'ok', JSON.stringify(outcome));
  }
});
