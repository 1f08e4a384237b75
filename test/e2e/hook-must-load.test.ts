import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { openManagement, type Management } from '../support/management.ts';
import { postJson } from '../support/post-token.ts';
import { withStack } from '../support/with-stack.ts';

let api: Management;
const stack = withStack({ hook: null }, async (started) => {
  api = await openManagement(started);
});

type Json = Record<string, unknown>;
const trigger = { triggerId: 'credentials-exchange' };
const GOOD = 'module.exports = (client, scope, audience, context, cb) => cb(null, { scope });';

/** Scripts that fail before they could be run, and what their author is told. */
const BROKEN: [what: string, script: string, message: RegExp][] = [
  [
    'throws at top level',
    `const config = undefined;\nthrow new Error('no config');\n${GOOD}`,
    /Error: no config at hook\.js:2:7$/,
  ],
  ['reads a member of undefined', `const [] = [];\nundefined.member;\n${GOOD}`, /TypeError: .* at hook\.js:2:11$/],
  ['exports nothing', 'void module;', /cannot be loaded/],
  ['exports an object', 'module.exports = Object({});', /cannot be loaded/],
  ['never ends', `for (;;);\n${GOOD}`, /it exceeded the CPU limit$/],
  [
    'fills the heap',
    `const all = []; for (;;) all.push(new Array(10_000).fill(all.length));\n${GOOD}`,
    /it exceeded the heap limit$/,
  ],
];

const ACTION = (body: string): Json => ({
  name: `action-${String(Math.random()).slice(2)}`,
  supported_triggers: [{ id: 'credentials-exchange', version: 'v2' }],
  code: `${body}\nexports.onExecuteCredentialsExchange = async (event, api) => {};`,
});

async function expect(status: number, method: string, path: string, body?: unknown): Promise<Json> {
  const answer = await api.call(method, path, body);
  assert.equal(answer.status, status, `${method} ${path}: ${JSON.stringify(answer.body)}`);
  return answer.body as Json;
}

async function refused(method: string, path: string, body: unknown, message: RegExp): Promise<void> {
  const answer = await expect(400, method, path, body);
  assert.equal(answer.errorCode, 'hook_load_failed');
  assert.match(String(answer.message), message);
}

describe('a hook that no isolate can load', () => {
  for (const [index, [what, script, message]] of BROKEN.entries()) {
    it(`${what}: it may be kept, and is not enabled by any way`, async () => {
      const name = `broken-${String(index)}`;
      await refused('POST', '/hooks', { name, script, enabled: true, ...trigger }, message);
      const { id } = await expect(201, 'POST', '/hooks', { name, script, ...trigger });
      await refused('PATCH', `/hooks/${String(id)}`, { enabled: true }, message);

      await expect(200, 'PATCH', `/hooks/${String(id)}`, { script: GOOD, enabled: true });
      await refused('PATCH', `/hooks/${String(id)}`, { script }, message);
      const draft = await expect(201, 'POST', `/hooks/${String(id)}/revisions`, { script });
      await refused('POST', `/hooks/${String(id)}/revisions/${String(draft.revision)}/deploy`, {}, message);

      const hook = await expect(200, 'GET', `/hooks/${String(id)}`);
      assert.deepEqual([hook.script, hook.enabled], [GOOD, true]);
      assert.equal((await postJson(stack())).status, 200);
      await expect(204, 'DELETE', `/hooks/${String(id)}`);
    });
  }

  it('is deployed all the same while it is not enabled', async () => {
    const { id } = await expect(201, 'POST', '/hooks', { name: 'kept', script: GOOD, ...trigger });
    await expect(200, 'PATCH', `/hooks/${String(id)}`, { script: BROKEN[0]?.[1] });
    await expect(200, 'PATCH', `/hooks/${String(id)}`, { script: `throw 1;\n${GOOD}`, enabled: false });
    await expect(204, 'DELETE', `/hooks/${String(id)}`);
  });

  it('leaves nothing enabled when it is deployed and enabled at the same time', async () => {
    for (let round = 0; round < 10; round++) {
      const { id } = await expect(201, 'POST', '/hooks', { name: `race-${String(round)}`, script: GOOD, ...trigger });
      const answers = await Promise.all([
        api.call('PATCH', `/hooks/${String(id)}`, { enabled: true }),
        api.call('PATCH', `/hooks/${String(id)}`, { script: `throw ${String(round)};\n${GOOD}` }),
      ]);
      const hook = await expect(200, 'GET', `/hooks/${String(id)}`);
      assert(hook.enabled === false || hook.script === GOOD, JSON.stringify([hook, answers.map(({ body }) => body)]));
      assert.equal((await postJson(stack())).status, 200);
      await expect(204, 'DELETE', `/hooks/${String(id)}`);
    }
  });
});

describe('an Action that no isolate can load', () => {
  it('may be kept as a draft, and is not deployed', async () => {
    const broken = ACTION("throw new RangeError('at load');");
    await refused('POST', '/actions/actions', { ...broken, deploy: true }, /RangeError: at load at hook\.js:1:7$/);
    const { id } = await expect(201, 'POST', '/actions/actions', broken);
    await refused('POST', `/actions/actions/${String(id)}/deploy`, undefined, /RangeError: at load/);
    await expect(200, 'PATCH', `/actions/actions/${String(id)}`, { code: ACTION('').code });
    await expect(202, 'POST', `/actions/actions/${String(id)}/deploy`);
    await expect(204, 'DELETE', `/actions/actions/${String(id)}`);
  });
});
