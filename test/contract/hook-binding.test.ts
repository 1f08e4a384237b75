import './quiet.ts';
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { hooksIn } from '../../shared/store/hooks.ts';
import { startStore, type StoreServer } from './store-fixtures.ts';

const TRIGGER = 'credentials-exchange';
const IDS = Array.from({ length: 50 }, (_, index) => `hook-${String(index)}`);

let server: StoreServer;
let hooks: ReturnType<typeof hooksIn>;
let bindings: () => Promise<number>;

before(async () => {
  server = await startStore();
});
after(() => server.stop());
beforeEach(async () => {
  const db = await server.emptyDatabase();
  hooks = hooksIn(db);
  bindings = () => db.collection('hook_bindings').countDocuments();
});

describe('the binding of a trigger, written by many at once', () => {
  it('has one of 50 hooks that are enabled', async () => {
    await Promise.all(IDS.map((id) => hooks.enable(TRIGGER, id)));
    assert.equal(await bindings(), 1);
    const binding = await hooks.findBinding(TRIGGER);
    assert(IDS.includes(binding?.hook_id ?? ''));
    assert.deepEqual(binding?.action_ids, []);
  });

  it('has one hook or none when each of 50 is enabled and disabled', async () => {
    await Promise.all(IDS.flatMap((id) => [hooks.enable(TRIGGER, id), hooks.disable(TRIGGER, id)]));
    assert.equal(await bindings(), 1);
    const left = (await hooks.findBinding(TRIGGER))?.hook_id;
    assert(left === null || IDS.includes(left ?? ''));
    await Promise.all(IDS.map((id) => hooks.disable(TRIGGER, id)));
    assert.equal((await hooks.findBinding(TRIGGER))?.hook_id, null);
  });

  it('keeps the hook that is enabled while 50 others are disabled', async () => {
    await hooks.enable(TRIGGER, 'mine');
    await Promise.all(IDS.map((id) => hooks.disable(TRIGGER, id)));
    assert.equal((await hooks.findBinding(TRIGGER))?.hook_id, 'mine');
    await hooks.disable(TRIGGER, 'mine');
    assert.equal((await hooks.findBinding(TRIGGER))?.hook_id, null);
  });

  it('has the hook that is enabled in the place of another, though the other is disabled at the same time', async () => {
    for (const id of IDS) {
      await hooks.enable(TRIGGER, 'other');
      await Promise.all([hooks.enable(TRIGGER, id), hooks.disable(TRIGGER, 'other')]);
      assert.equal((await hooks.findBinding(TRIGGER))?.hook_id, id);
    }
  });

  it('loses neither the Actions to a hook nor the hook to Actions', async () => {
    await Promise.all(
      IDS.flatMap((id) => [
        hooks.enable(TRIGGER, id),
        hooks.disable(TRIGGER, 'unknown'),
        hooks.bindActions(TRIGGER, [`${id}-a`, `${id}-b`]),
      ]),
    );
    assert.equal(await bindings(), 1);
    const { hook_id, action_ids } = (await hooks.findBinding(TRIGGER)) ?? {};
    assert(IDS.includes(hook_id ?? ''));
    const id = action_ids?.[0]?.replace(/-a$/, '') ?? '';
    assert(IDS.includes(id));
    assert.deepEqual(action_ids, [`${id}-a`, `${id}-b`]);
  });

  it('loses only the Actions that are unbound', async () => {
    await hooks.bindActions(TRIGGER, IDS);
    await Promise.all(IDS.slice(0, 48).map((id) => hooks.unbindAction(TRIGGER, id)));
    assert.deepEqual((await hooks.findBinding(TRIGGER))?.action_ids, ['hook-48', 'hook-49']);
  });
});
