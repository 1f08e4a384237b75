import '../support/from-sources.ts';
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { decodeJwt } from 'jose';
import { freePort } from '../../deploy/local/servers/free-port.ts';
import { startHookBuilder, type RunningHookBuilder } from '../support/hook-builder.ts';
import { openManagement, type Management } from '../support/management.ts';
import { startNpmRegistry } from '../support/npm-registry.ts';
import { managementUrlOf } from '../support/another-service.ts';
import { postJson } from '../support/post-token.ts';
import { until } from '../support/until.ts';
import { withStack } from '../support/with-stack.ts';

// Hooks are built by a service of their own, as in containers.

const CLAIM = 'https://example.com/from';
const trigger = { triggerId: 'credentials-exchange' };

const registry = await startNpmRegistry();
registry.publish('greeting', { files: { 'index.js': "module.exports = 'a module';" } });
/** Takes the question for a module and never answers. */
registry.answer('/endless', () => undefined);

const port = await freePort('127.0.0.1');
// The registry is the hook-builder's to know: management has none that has this module.
const start = (): Promise<RunningHookBuilder> => startHookBuilder({ HOOKMINT_NPM_REGISTRY: registry.url }, port);
let builder = await start();
after(async () => {
  await builder.stop();
  registry.close();
});

let api: Management;
const env = { HOOKMINT_HOOK_BUILDER_URL: builder.url, HOOKMINT_NPM_REGISTRY: 'http://127.0.0.1:9/' };
const stack = withStack({ hook: null, env }, async (started) => {
  api = await openManagement(started);
});

const scriptOf = (value: string): string =>
  `module.exports = (client, scope, audience, context, cb) => cb(null, { scope, '${CLAIM}': ${value} });`;
let made = 0;
const create = (script: string, dependencies: Record<string, string> = {}, more: object = {}) =>
  api.call('POST', '/hooks', { name: `built-${String(++made)}`, script, dependencies, ...trigger, ...more });

describe('with a hook-builder', () => {
  it('hooks and their modules are built there, and shape tokens', async () => {
    const answer = await create(scriptOf("require('greeting')"), { greeting: '1.0.0' }, { enabled: true });
    assert.equal(answer.status, 201, JSON.stringify(answer.body));
    const { body } = await postJson(stack());
    assert.equal(decodeJwt(String(body.access_token))[CLAIM], 'a module');
    assert.deepEqual(registry.asked, ['/greeting', '/greeting/-/1.0.0.tgz']);
  });

  it('what is wrong is told with its place, and the kind of an Action is known', async () => {
    const { status, body } = await create('\n  module.exports = {;');
    assert.deepEqual(
      [status, body],
      [
        400,
        {
          statusCode: 400,
          error: 'Bad Request',
          message: 'hook.js:2:21: Expected identifier but found ";"',
          errorCode: 'hook_syntax_error',
        },
      ],
    );
    const action = await api.call('POST', '/actions/actions', {
      name: 'built',
      code: 'exports.onExecuteCredentialsExchange = async () => {};',
      supported_triggers: [{ id: 'credentials-exchange' }],
    });
    assert.equal(action.status, 201, JSON.stringify(action.body));
  });

  it('the wall around its processes is told by both', async () => {
    const { builder_wall: wall } = (await (await fetch(`${builder.url}/readyz`)).json()) as { builder_wall: string };
    assert.match(wall, /^(?:bubblewrap|seccomp|none)$/);
    const told = (await (await fetch(`${managementUrlOf(stack())}/readyz`)).json()) as { builder_wall: string };
    assert.equal(told.builder_wall, wall);
  });

  it('one that stops answers what it does not finish, and ends with 0; without it all else goes on', async () => {
    const building = create(scriptOf("require('endless')"), { endless: '1.0.0' });
    await until('the registry is asked', () => registry.asked.includes('/endless'));
    const [{ status, body, headers }, code] = await Promise.all([building, builder.stop()]);
    assert.deepEqual([status, (body as { errorCode: string }).errorCode, code], [503, 'builder_unavailable', 0]);
    assert.equal(headers.get('retry-after'), '5');

    const without = await create(scriptOf('1'));
    assert.deepEqual([without.status, (without.body as { errorCode: string }).errorCode], [503, 'builder_unavailable']);
    assert.equal((await api.call('GET', '/hooks')).status, 200);
    assert.equal((await fetch(`${managementUrlOf(stack())}/readyz`)).status, 200);

    builder = await start();
    assert.equal((await create(scriptOf('2'))).status, 201);
  });
});
