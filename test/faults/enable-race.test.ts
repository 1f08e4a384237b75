import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeJwt } from 'jose';
import { hooksIn } from '../../shared/store/hooks.ts';
import { openManagement, type Management } from '../support/management.ts';
import { postJson } from '../support/post-token.ts';
import { withStack } from '../support/with-stack.ts';
import { createWriteLog, judgeOf, type Shape } from './write-log.ts';

const HOOKS = 5;
const WRITERS = 50;
const REQUESTERS = 8;
const ONLOOKERS = 3;
const DURATION_MS = 8_000;

/** A change is live in every gateway within so long. */
const LIVE_WITHIN_MS = 1_000;

const CLAIM = 'https://example.com/shaped-by';

let api: Management;
const stack = withStack({ hook: null }, async (started) => {
  api = await openManagement(started);
});

/** Puts its own hook and revision into each token. */
const scriptOf = (hook: number, revision: number): string =>
  `module.exports = (c, scope, a, x, cb) => cb(null, { scope, '${CLAIM}': { hook: ${String(hook)}, revision: ${String(revision)} } });`;

async function make(hook: number): Promise<string> {
  const body = {
    name: `raced-${String(hook)}-${String(Date.now())}`,
    script: scriptOf(hook, 1),
    triggerId: 'credentials-exchange',
  };
  const answer = await api.call('POST', '/hooks', body);
  assert.equal(answer.status, 201, JSON.stringify(answer.body));
  return (answer.body as { id: string }).id;
}

async function patch(id: string, body: object): Promise<void> {
  const answer = await api.call('PATCH', `/hooks/${id}`, body);
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
}

test('50 writers enable and disable hooks: at most one is enabled, and every token is of one that was', async (context) => {
  const ids = await Promise.all(Array.from({ length: HOOKS }, (_, hook) => make(hook)));
  const log = createWriteLog();
  const untilMs = Date.now() + DURATION_MS;
  const tokens: { startMs: number; endMs: number; shape: Shape | undefined }[] = [];
  const looks = { one: 0, none: 0 };

  const during = async (act: (turn: number) => Promise<unknown>): Promise<void> => {
    for (let turn = 0; Date.now() < untilMs; turn++) await act(turn);
  };
  const writer = (number: number): Promise<void> =>
    during(async (turn) => {
      const hook = (number + turn) % HOOKS;
      const enabled = (number * 7 + turn) % 4 !== 0;
      await log.noting({ kind: enabled ? 'enable' : 'disable', hook }, () => patch(ids[hook] ?? '', { enabled }));
    });
  // One for each hook, so that the order of its revisions is known.
  const author = (hook: number): Promise<void> =>
    during((turn) =>
      log.noting({ kind: 'revise', hook, revision: turn + 2 }, () =>
        patch(ids[hook] ?? '', { script: scriptOf(hook, turn + 2) }),
      ),
    );
  const requester = (): Promise<void> =>
    during(async () => {
      const startMs = performance.now();
      const { status, body } = await postJson(stack());
      assert.equal(status, 200, JSON.stringify(body));
      const shape = decodeJwt(String(body.access_token))[CLAIM] as Shape | undefined;
      tokens.push({ startMs, endMs: performance.now(), shape });
    });
  const onlooker = (): Promise<void> =>
    during(async () => {
      const { body } = await api.call('GET', '/hooks?fields=id,enabled');
      const enabled = (body as { enabled: boolean }[]).filter((hook) => hook.enabled);
      assert.ok(enabled.length <= 1, `${String(enabled.length)} hooks are enabled at once`);
      looks[enabled.length === 1 ? 'one' : 'none']++;
    });
  await Promise.all([
    ...Array.from({ length: WRITERS - HOOKS }, (_, number) => writer(number)),
    ...ids.map((_, hook) => author(hook)),
    ...Array.from({ length: REQUESTERS }, requester),
    ...Array.from({ length: ONLOOKERS }, onlooker),
  ]);

  const mayBe = judgeOf(log.writes);
  const unexplained = tokens.filter(({ startMs, endMs, shape }) => !mayBe(shape, startMs - LIVE_WITHIN_MS, endMs));
  const atOnce = tokens.filter(({ startMs, endMs, shape }) => mayBe(shape, startMs, endMs));
  const shaped = tokens.filter(({ shape }) => shape !== undefined);
  context.diagnostic(
    `${String(log.writes.length)} writes by ${String(WRITERS)} writers; looks: ${String(looks.one)} one enabled, ${String(looks.none)} none, 0 more`,
  );
  context.diagnostic(
    `${String(tokens.length)} tokens, ${String(shaped.length)} shaped; ${String(unexplained.length)} by a revision that was not enabled; ${String(atOnce.length)} by one that was even without the second allowed`,
  );
  assert.ok(log.writes.length >= WRITERS && shaped.length > 0 && looks.one + looks.none > 0);
  assert.ok(new Set(shaped.map(({ shape }) => JSON.stringify(shape))).size > 2, 'the hooks do not change');
  assert.deepEqual(unexplained, []);

  await patch(ids[0] ?? '', { script: scriptOf(0, 0), enabled: true });
  await new Promise((resolve) => setTimeout(resolve, LIVE_WITHIN_MS));
  const { body } = await postJson(stack());
  assert.deepEqual(decodeJwt(String(body.access_token))[CLAIM], { hook: 0, revision: 0 });
});

test('hooks that are deleted while others enable them leave no binding behind', async () => {
  const hooks = hooksIn(await stack().db());
  for (let round = 0; round < 5; round++) {
    const ids = await Promise.all(Array.from({ length: HOOKS }, (_, hook) => make(hook)));
    const statuses = await Promise.all([
      ...Array.from({ length: WRITERS - HOOKS }, async (_, number) => {
        const { status } = await api.call('PATCH', `/hooks/${ids[number % HOOKS] ?? ''}`, { enabled: true });
        return status;
      }),
      ...ids.map(async (id) => (await api.call('DELETE', `/hooks/${id}`)).status),
    ]);
    assert.deepEqual(
      statuses.filter((status) => ![200, 204, 404].includes(status)),
      [],
    );
    const bound = (await hooks.findBinding('credentials-exchange'))?.hook_id ?? null;
    if (bound !== null) assert.ok((await hooks.find(bound)) !== undefined, 'the enabled hook is gone');
    assert.equal((await postJson(stack())).status, 200);
  }
});

test('the check itself tells a token that none of the writes explains', () => {
  const mayBe = judgeOf([
    { kind: 'enable', hook: 0, startMs: 0, endMs: 1 },
    { kind: 'revise', hook: 0, revision: 2, startMs: 4, endMs: 5 },
    { kind: 'enable', hook: 1, startMs: 8, endMs: 9 },
  ]);
  assert.ok(mayBe({ hook: 0, revision: 1 }, 4.5, 20));
  assert.ok(!mayBe({ hook: 0, revision: 1 }, 5.5, 20));
  assert.ok(mayBe({ hook: 0, revision: 2 }, 8.5, 20));
  assert.ok(!mayBe({ hook: 0, revision: 2 }, 9.5, 20));
  assert.ok(!mayBe({ hook: 1, revision: 1 }, 2, 7));
  assert.ok(!mayBe(undefined, 2, 20));
});
