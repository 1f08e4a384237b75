import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { RunServices, SandboxProcess } from '../../services/hook-executor/sandbox-process.ts';
import { DEFAULT_HOOK_LIMITS } from '../../shared/domain/hook.ts';
import { startStrongestSandbox } from '../support/strongest-wall.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const RUNS = 200;
const NOTICED_WITHIN_MS = 30_000;
const DEADLINE_MS = 2 * NOTICED_WITHIN_MS;

const HOOKS = {
  'calls back at once': 'cb(null, {});',
  'calls back later': 'setTimeout(cb, 5, null, {});',
  'leaves something to be done': 'setTimeout(() => {}, 30); cb(null, {});',
  throws: "throw new Error('no');",
};

for (const [what, body] of Object.entries(HOOKS)) {
  test(`of a run that ${what} the executor keeps nothing until its deadline`, async () => {
    const sandbox = startStrongestSandbox();
    try {
      await sandbox.ready;
      const services = await runsOf(sandbox, body);
      const kept = (): number => services.filter((of) => of.deref() !== undefined).length;
      const untilMs = performance.now() + NOTICED_WITHIN_MS;
      do {
        await delay(50);
        collectGarbage();
        // The first of an isolate stands for what began when the hook was loaded.
      } while (kept() > 1 && performance.now() < untilMs);
      assert.equal(kept(), 1);
    } finally {
      sandbox.kill();
      await sandbox.ended;
    }
  });
}

/** What each of some runs was given to use the network and the storage with. */
async function runsOf(sandbox: SandboxProcess, body: string): Promise<WeakRef<RunServices>[]> {
  const script = `module.exports = (client, scope, audience, context, cb) => { ${body} };`;
  const hook = { revision: 'revision', script, kind: 'hook' as const, secrets: {}, limits: DEFAULT_HOOK_LIMITS };
  const args = JSON.stringify({ client: {}, audience: 'https://api.example/', body: {} });
  return Promise.all(
    Array.from({ length: RUNS }, async () => {
      const refused = () => Promise.reject(new Error('there is none'));
      const services = { http: refused, storage: refused };
      const outcome = await sandbox.run(hook, args, Date.now() + DEADLINE_MS, services);
      assert.match(outcome?.status ?? 'none', /^(ok|threw)$/);
      return new WeakRef(services);
    }),
  );
}
