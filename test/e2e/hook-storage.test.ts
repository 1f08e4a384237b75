import assert from 'node:assert/strict';
import { it } from 'node:test';
import { jetstreamManager } from '@nats-io/jetstream';
import { decodeJwt } from 'jose';
import { HOOK_STORAGE_STREAM, hookStorageSubject } from '../../shared/subjects/hook-storage.ts';
import { openManagement } from '../support/management.ts';
import { TENANT } from '../support/stack.ts';
import { requestToken } from '../support/token-request.ts';
import { until } from '../support/until.ts';
import { withStack } from '../support/with-stack.ts';

const COUNTS = `module.exports = function (client, scope, audience, context, cb) {
  const { storage } = context.webtask;
  storage.get((error, data) => {
    if (error) return cb(error);
    const counted = { runs: (data?.runs ?? 0) + 1, inThisIsolate: (globalThis.runs = (globalThis.runs ?? 0) + 1) };
    storage.set(counted, (error) => cb(error, { scope, 'https://example.com/counted': counted }));
  });
};`;

const AT_ONCE = `module.exports = function (client, scope, audience, context, cb) {
  const { storage } = context.webtask;
  (function attempt(left) {
    storage.get((error, data) => {
      if (error) return cb(error);
      storage.set({ n: (data?.n ?? 0) + 1 }, (error) => {
        if (error?.code === 409 && left > 0) return attempt(left - 1);
        cb(error, { scope, 'https://example.com/n': data?.n ?? 0 });
      });
    });
  })(8);
};`;

const stack = withStack({ own: true, hook: null });

async function claim(name: string): Promise<unknown> {
  const { status, body } = await requestToken(stack());
  assert.equal(status, 200, JSON.stringify(body));
  return decodeJwt(String(body.access_token))[`https://example.com/${name}`];
}

it('keeps what a hook stored when the executor is killed, and its sandbox', async () => {
  await stack().setHook(COUNTS);
  assert.deepEqual(await claim('counted'), { runs: 1, inThisIsolate: 1 });
  assert.deepEqual(await claim('counted'), { runs: 2, inThisIsolate: 2 });
  const [executor] = stack().pidsOf('hook-executor');
  assert.ok(executor !== undefined);
  process.kill(executor, 'SIGKILL');
  // Until then nobody can run the hook, and nothing is counted.
  await until(
    'another executor answers',
    async () => stack().pidsOf('hook-executor')[0] !== executor && (await requestToken(stack())).status === 200,
  );
  assert.deepEqual(await claim('counted'), { runs: 4, inThisIsolate: 2 });
});

it('lets runs at the same time count without losing one', async () => {
  await stack().setHook(AT_ONCE);
  const seen = await Promise.all(Array.from({ length: 5 }, () => claim('n')));
  const first = Math.min(...seen.map(Number));
  assert.deepEqual(
    seen.map(Number).sort((a, b) => a - b),
    [0, 1, 2, 3, 4].map((n) => first + n),
  );
});

it('forgets what a hook stored when the hook is deleted', async () => {
  const management = await openManagement(stack());
  const made = await management.call('POST', '/hooks', {
    name: 'counts',
    script: COUNTS,
    triggerId: 'credentials-exchange',
    enabled: true,
  });
  const { id } = made.body as { id: string };
  assert.deepEqual(await claim('counted'), { runs: 1, inThisIsolate: 1 });
  const { streams } = await jetstreamManager(await stack().storageBus());
  const stored = async (): Promise<string | undefined> =>
    (await streams.getMessage(HOOK_STORAGE_STREAM, { last_by_subj: hookStorageSubject(TENANT, id) }))?.string();
  assert.equal(await stored(), '{"runs":1,"inThisIsolate":1}');
  assert.equal((await management.call('DELETE', `/hooks/${id}`)).status, 204);
  await until('what it stored is gone', async () => (await stored()) === '');
});
