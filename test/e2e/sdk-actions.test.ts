import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { runWithSdk } from '../support/run-with-sdk.ts';
import { claim, withActions } from './management-actions-fixtures.ts';

const { stack, must, shaped } = withActions({ args: ['--tls'] });

describe("Auth0's SDK", () => {
  it('v7: makes, deploys, binds, tests and deletes Actions', async () => {
    const source = claim('sdk', 'v7');
    const seen = await runWithSdk(
      stack(),
      'auth0-v7',
      async ({ ManagementClient }, settings, text) => {
        const { actions } = new ManagementClient(settings);
        const made = await actions.create({
          name: 'SDK v7',
          supported_triggers: [{ id: 'credentials-exchange', version: 'v2' }],
          code: text,
          secrets: [{ name: 'KEY', value: 'value' }],
        });
        const id = made.id ?? '';
        const first = await actions.deploy(id);
        await actions.update(id, { code: `${text}\n` });
        const second = await actions.deploy(id);
        const versions = (await actions.versions.list(id)).data.map(({ number }) => number);
        const back = await actions.versions.deploy(id, first.id ?? '');
        const tested = await actions.test(id, { payload: { accessToken: { scope: ['a'] } } });
        const triggers = (await actions.triggers.list()).triggers?.map((trigger) => trigger.id);
        const ref = { type: 'action_id' as const, value: id };
        await actions.triggers.bindings.updateMany('credentials-exchange', { bindings: [{ ref, display_name: 'x' }] });
        const bound = (await actions.triggers.bindings.list('credentials-exchange')).data.map(
          ({ action }) => action?.id,
        );
        const refused = await actions
          .delete(id)
          .catch((error: unknown) => (error as { statusCode: number }).statusCode);
        const listed = (await actions.list({ actionName: 'SDK v7' })).data.map((one) => one.id);
        const got = (await actions.get(id)).deployed_version?.number;
        return { id, numbers: [second.number, back.number, got], versions, tested, triggers, bound, refused, listed };
      },
      { input: source },
    );
    const { id } = seen;
    assert.deepEqual(seen.numbers, [2, 3, 3]);
    assert.deepEqual(seen.versions, [2, 1]);
    assert.deepEqual([seen.tested.payload?.claims, seen.tested.payload?.scope], [{ sdk: 'v7' }, ['a']]);
    assert.deepEqual(seen.triggers, ['credentials-exchange', 'credentials-exchange']);
    assert.deepEqual([seen.bound, seen.listed, seen.refused], [[id], [id], 409]);
    assert.deepEqual(await shaped(), { scope: 'read write', sdk: 'v7' });
    await runWithSdk(
      stack(),
      'auth0-v7',
      async ({ ManagementClient }, settings, which) => {
        await new ManagementClient(settings).actions.delete(which, { force: true });
      },
      { input: id },
    );
    assert.deepEqual(await shaped(), { scope: 'read write' });
  });

  it('v4: makes, deploys, binds and deletes Actions', async () => {
    const source = claim('sdk', 'v4');
    const seen = await runWithSdk(
      stack(),
      'auth0-v4',
      async ({ ManagementClient }, settings, text) => {
        const { actions } = new ManagementClient(settings);
        const { data: made } = await actions.create({
          name: 'SDK v4',
          supported_triggers: [{ id: 'credentials-exchange', version: 'v2' }],
          code: text,
        });
        const { data: version } = await actions.deploy({ id: made.id });
        await actions.updateTriggerBindings(
          { triggerId: 'credentials-exchange' },
          { bindings: [{ ref: { type: 'action_name', value: 'SDK v4' } }] },
        );
        const { data: all } = await actions.getAll({ actionName: 'SDK v4' });
        const { data: bindings } = await actions.getTriggerBindings({ triggerId: 'credentials-exchange' });
        const { data: tested } = await actions.test({ id: made.id }, { payload: {} });
        return {
          id: made.id,
          version,
          total: all.total,
          bound: bindings.bindings.map(({ action }) => action.id),
          tested,
        };
      },
      { input: source },
    );
    assert.deepEqual([seen.version.number, seen.total, seen.bound], [1, 1, [seen.id]]);
    assert.deepEqual(seen.tested.payload.claims, { sdk: 'v4' });
    assert.deepEqual(await shaped(), { scope: 'read write', sdk: 'v4' });
    await must(204, 'DELETE', `/actions/actions/${seen.id}?force=true`);
  });
});
