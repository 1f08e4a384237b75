import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  badRequest,
  claim,
  code,
  errorOf,
  invalid,
  TRIGGERS,
  withActions,
  type Json,
} from './management-actions-fixtures.ts';

const { stack, call, must, create, deploy, bindTo, shaped } = withActions();

describe('an Action', () => {
  it('is told as Auth0 tells it, from its making on', async () => {
    const action = await create({ name: 'First', code: claim('a', 1), secrets: [{ name: 'KEY', value: 'abc-value' }] });
    const { id, created_at, updated_at, built_at, secrets, revision, ...rest } = action;
    assert.match(String(revision), /^[\w-]{43}$/);
    assert.match(id, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    assert.deepEqual(rest, {
      name: 'First',
      supported_triggers: TRIGGERS,
      code: claim('a', 1),
      dependencies: [],
      runtime: 'node22',
      status: 'built',
      all_changes_deployed: false,
    });
    for (const time of [created_at, updated_at, built_at]) assert.ok(Date.parse(time as string) <= Date.now());
    assert.deepEqual(secrets, [{ name: 'KEY', updated_at }]);
    assert.deepEqual(await must(200, 'GET', `/actions/actions/${id}`), action);
    assert.ok(!JSON.stringify(await must(200, 'GET', '/actions/actions')).includes('abc-value'));
    await must(204, 'DELETE', `/actions/actions/${id}`);
    assert.deepEqual(errorOf(await call('GET', `/actions/actions/${id}`)), {
      status: 404,
      statusCode: 404,
      error: 'Not Found',
      message: 'The action does not exist',
      errorCode: 'inexistent_action',
    });
    assert.equal((await call('DELETE', `/actions/actions/${id}`)).status, 404);
  });

  it('is made without code as one that does nothing, and deployed at once when asked', async () => {
    const { id } = (await must(201, 'POST', '/actions/actions', {
      name: 'Empty',
      supported_triggers: [{ id: 'credentials-exchange' }],
      deploy: true,
    })) as { id: string };
    const { deployed_version, all_changes_deployed } = await must(200, 'GET', `/actions/actions/${id}`);
    assert.equal(all_changes_deployed, true);
    assert.equal((deployed_version as Json).number, 1);
    await bindTo(id);
    assert.deepEqual(await shaped(), { scope: 'read write' });
    await bindTo();
    await must(204, 'DELETE', `/actions/actions/${id}`);
  });

  it('is refused with what is wrong of it', async () => {
    const post = async (body: Json) =>
      errorOf(await call('POST', '/actions/actions', { name: 'Bad', supported_triggers: TRIGGERS, ...body }));
    const secrets = (count: number) =>
      Array.from({ length: count }, (_, i) => ({ name: `S${String(i)}`, value: 'value' }));
    const cases: [Json, ReturnType<typeof badRequest>][] = [
      [{ foo: 1 }, invalid("'Additional properties not allowed: foo'.")],
      [
        { supported_triggers: [{ id: 'post-login', version: 'v3' }] },
        invalid(
          "'must be credentials-exchange: hookmint runs Actions of the trigger credentials-exchange only' on property supported_triggers.0.id.",
        ),
      ],
      [{ code: 'module.exports = () => {}' }, invalid("'must export onExecuteCredentialsExchange' on property code.")],
      [
        { code: `// ${'x'.repeat(102_400)}` },
        invalid("'An Action's code has at most 102400 bytes (100 kB)' on property code."),
      ],
      [{ secrets: secrets(31) }, invalid("'An Action has at most 30 secrets' on property secrets.")],
      [
        { secrets: [{ name: 'x'.repeat(129), value: '' }] },
        invalid("'A secret's name has at most 128 characters' on property secrets.0.name."),
      ],
      [
        { secrets: [{ name: 'x', value: 'x'.repeat(4_097) }] },
        invalid("'A secret's value has at most 4096 characters' on property secrets.0.value."),
      ],
      [
        { secrets: [{ name: 'KEY', value: '_VALUE_NOT_SHOWN_' }] },
        invalid("'The secret KEY has no value yet: set one, or remove the secret' on property secrets."),
      ],
      [
        { dependencies: Array.from({ length: 11 }, (_, i) => ({ name: `m${String(i)}`, version: '1.0.0' })) },
        invalid("'An Action has at most 10 dependencies' on property dependencies."),
      ],
      [
        { dependencies: [{ name: 'a', version: '1.0.0', registry_url: 'https://npm.example.com' }] },
        invalid(
          "'is not supported: set HOOKMINT_NPM_REGISTRY of the management service to use another registry' on property dependencies.0.registry_url.",
        ),
      ],
      [
        { modules: [{}] },
        invalid("'hookmint has no Action modules: put their code into the Action' on property modules."),
      ],
    ];
    for (const [body, expected] of cases) assert.deepEqual(await post(body), expected);

    const syntax = await post({
      code: 'exports.onExecuteCredentialsExchange = async (event, api) => {\n  const = 1;\n};',
    });
    assert.deepEqual({ ...syntax, message: '' }, badRequest('hook_syntax_error', ''));
    assert.match(syntax.message as string, /^hook\.js:2:\d+: /);
    const module = await post({ code: code("require('left-pad-of-nobody')") });
    assert.deepEqual({ ...module, message: '' }, badRequest('module_undeclared', ''));

    assert.equal((await create({ secrets: secrets(30) })).status, 'built');
  });

  it('has a name of its own among Actions', async () => {
    const [one, two] = [await create(), await create()];
    const taken = {
      status: 409,
      statusCode: 409,
      error: 'Conflict',
      message: `An Action with the name ${one.name} exists already.`,
      errorCode: 'action_conflict',
    };
    const body = { name: one.name, supported_triggers: TRIGGERS };
    assert.deepEqual(errorOf(await call('POST', '/actions/actions', body)), taken);
    assert.deepEqual(errorOf(await call('PATCH', `/actions/actions/${two.id}`, { name: one.name })), taken);
  });

  it('is listed by name, trigger and state, page by page', async () => {
    const action = await create({ name: 'Listed' });
    const names = async (query: string): Promise<unknown[]> =>
      ((await must(200, 'GET', `/actions/actions?${query}`)).actions as Json[]).map(({ name }) => name);
    assert.deepEqual(await names('actionName=Listed'), ['Listed']);
    assert.deepEqual(await names('actionName=Listed&triggerId=credentials-exchange&deployed=false'), ['Listed']);
    assert.deepEqual(await names('actionName=Listed&deployed=true'), []);
    await deploy(action.id);
    assert.deepEqual(await names('actionName=Listed&deployed=true'), ['Listed']);
    assert.deepEqual(await names('triggerId=post-login'), []);
    assert.deepEqual(await names('installed=true'), []);
    const { total } = await must(200, 'GET', '/actions/actions');
    const pages = await Promise.all(
      [0, 1, 2, 3, 4, 5].map((page) => must(200, 'GET', `/actions/actions?per_page=2&page=${String(page)}`)),
    );
    for (const [page, body] of pages.entries()) {
      assert.deepEqual({ ...body, actions: [] }, { actions: [], total, page, per_page: 2 });
    }
    const ids = pages.flatMap(({ actions }) => (actions as Json[]).map(({ id }) => id));
    assert.equal(new Set(ids).size, Math.min(total as number, 12));
  });
});

describe('the bindings of a trigger', () => {
  it('the Actions run in their order, after the hook, each on the result of the one before', async () => {
    await stack().setHook(`module.exports = (client, scope, audience, context, cb) => cb(null, { scope: ['read'] });`);
    const seen = (name: string) =>
      code(
        `api.accessToken.setCustomClaim('${name}', [Object.keys(event.accessToken.customClaims), event.accessToken.scope]);`,
      );
    const one = await create({ code: seen('one') });
    const two = await create({ code: seen('two') });
    await deploy(one.id);
    await deploy(two.id);
    const answer = await must(200, 'PATCH', '/actions/triggers/credentials-exchange/bindings', {
      bindings: [
        { ref: { type: 'action_name', value: two.name }, display_name: 'Shown' },
        { ref: { type: 'action_id', value: one.id } },
      ],
    });
    assert.deepEqual(await shaped(), { scope: 'read', two: [[], ['read']], one: [['two'], ['read']] });

    const bindings = answer.bindings as (Json & { id: string; action: Json })[];
    const view = bindings.map(({ trigger_id, display_name, action }) => [trigger_id, display_name, action.id]);
    assert.deepEqual(view, [
      ['credentials-exchange', 'Shown', two.id],
      ['credentials-exchange', one.name, one.id],
    ]);
    const listed = await must(200, 'GET', '/actions/triggers/credentials-exchange/bindings');
    assert.deepEqual(listed, { bindings, total: 2, page: 0, per_page: 20 });

    await must(200, 'PATCH', '/actions/triggers/credentials-exchange/bindings', {
      bindings: bindings.toReversed().map(({ id }) => ({ ref: { type: 'binding_id', value: id } })),
    });
    assert.deepEqual(await shaped(), { scope: 'read', one: [[], ['read']], two: [['one'], ['read']] });
    const { bindings: after } = await must(200, 'GET', '/actions/triggers/credentials-exchange/bindings');
    assert.deepEqual(
      (after as Json[]).map(({ display_name }) => display_name),
      [one.name, 'Shown'],
    );
    await bindTo();
    await stack().setHook(null);
  });

  it('name only Actions that there are, each once, twenty at most', async () => {
    const { id, name } = await create({ deploy: true });
    const patch = async (...values: string[]) =>
      errorOf(
        await call('PATCH', '/actions/triggers/credentials-exchange/bindings', {
          bindings: values.map((value) => ({ ref: { type: 'action_id', value } })),
        }),
      );
    assert.deepEqual(
      await patch('none'),
      invalid("'There is no Action with the action_id none' on property bindings.0.ref."),
    );
    // A hook is no Action.
    assert.deepEqual(
      await patch('test-hook'),
      invalid("'There is no Action with the action_id test-hook' on property bindings.0.ref."),
    );
    assert.deepEqual(await patch(id, id), invalid(`'The Action ${name} is bound twice' on property bindings.1.ref.`));
    assert.deepEqual(
      await patch(...Array.from({ length: 21 }, () => id)),
      invalid("'A trigger has at most 20 Actions' on property bindings."),
    );
    const undeployed = await create();
    assert.deepEqual(
      await patch(undeployed.id),
      invalid(`'The Action ${undeployed.name} is not deployed yet: deploy it first' on property bindings.0.ref.`),
    );
  });

  it('keep an Action from being deleted, unless by force', async () => {
    const { id } = await create({ deploy: true, code: claim('bound', true) });
    await bindTo(id);
    assert.deepEqual(errorOf(await call('DELETE', `/actions/actions/${id}`)), {
      status: 409,
      statusCode: 409,
      error: 'Conflict',
      message: 'Unable to delete an action bound to a trigger. Unbind it, or delete with force=true.',
      errorCode: 'action_bound',
    });
    assert.deepEqual(await shaped(), { scope: 'read write', bound: true });
    await must(204, 'DELETE', `/actions/actions/${id}?force=true`);
    assert.deepEqual(await shaped(), { scope: 'read write' });
    assert.deepEqual((await must(200, 'GET', '/actions/triggers/credentials-exchange/bindings')).bindings, []);
  });

  it('of other triggers are none', async () => {
    const { triggers } = (await must(200, 'GET', '/actions/triggers')) as { triggers: Json[] };
    assert.deepEqual(
      triggers.map(({ id, version, default_runtime }) => [id, version, default_runtime]),
      [
        ['credentials-exchange', 'v2', 'node22'],
        ['credentials-exchange', 'v1', 'node22'],
      ],
    );
    const path = '/actions/triggers/post-login/bindings';
    assert.deepEqual(await must(200, 'GET', path), { bindings: [], total: 0, page: 0, per_page: 20 });
    assert.deepEqual(await must(200, 'PATCH', path, { bindings: [] }), { bindings: [] });
    assert.deepEqual(
      errorOf(await call('PATCH', path, { bindings: [{ ref: { type: 'action_name', value: 'x' } }] })),
      invalid(
        "'hookmint runs Actions of the trigger credentials-exchange only, not of post-login' on property bindings.",
      ),
    );
    assert.equal((await call('GET', '/actions/triggers/no-trigger/bindings')).status, 400);
    assert.deepEqual((await must(200, 'GET', '/actions/modules?page=0&per_page=100')).modules, []);
    assert.equal((await call('GET', '/actions/executions/any')).status, 404);
  });
});

describe('writers at the same time', () => {
  it('lose none of their changes', async () => {
    const { id } = await create({ deploy: true });
    const path = `/actions/actions/${id}`;
    const answers = await Promise.all([
      call('PATCH', path, { name: 'Renamed at once' }),
      call('PATCH', path, { runtime: 'node22' }),
      call('PATCH', path, { code: claim('at', 'once') }),
      call('PATCH', path, { secrets: [{ name: 'KEY', value: 'value' }] }),
      call('PATCH', path, { supported_triggers: [{ id: 'credentials-exchange', version: 'v1' }] }),
    ]);
    assert.deepEqual(
      answers.map(({ status }) => status),
      [200, 200, 200, 200, 200],
    );
    const action = await must(200, 'GET', path);
    assert.deepEqual(
      [action.name, action.runtime, action.code, (action.secrets as Json[])[0]?.name, action.supported_triggers],
      ['Renamed at once', 'node22', claim('at', 'once'), 'KEY', [{ id: 'credentials-exchange', version: 'v1' }]],
    );
    const deployed = await Promise.all(Array.from({ length: 5 }, () => deploy(id)));
    assert.deepEqual(new Set(deployed.map(({ number }) => number)), new Set([2]));
  });
});
