import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import type { NatsConnection } from '@nats-io/transport-node';
import { openGradualWatch, type GradualWatch } from '../../services/gateway/gradual/gradual-watch.ts';
import { DEFAULT_GRADUAL_BOUNDS } from '../../shared/domain/gradual-deployment.ts';
import { DEFAULT_HOOK_LIMITS, HookRevision, type EnabledHook } from '../../shared/domain/hook.ts';
import { NOT_RUN } from '../../shared/domain/hook-outcome.ts';
import { HookWatched, hookWatchedSubject } from '../../shared/subjects/hook-watched.ts';
import { until } from '../support/until.ts';
import { startBusWithUsers, type Bus } from './bus-fixtures.ts';

/** From the moment that nobody answers. */
const HELD_WITHIN_MS = 5_500;

let bus: Bus;
let management: NatsConnection;
let gateway: NatsConnection;
before(async () => {
  bus = await startBusWithUsers();
  [management, gateway] = await Promise.all([bus.connect('management'), bus.connect('gateway')]);
});
after(() => bus.stop());

const revisionOf = (revision: string): HookRevision =>
  HookRevision.parse({ hook_id: 'hook', code: 'code', limits: DEFAULT_HOOK_LIMITS, revision });
const hookWith = (id: string): EnabledHook => ({
  id: 'hook',
  name: 'hook',
  revision: revisionOf('old'),
  gradual: {
    deployment: {
      id,
      revision: 'new',
      percent: 100,
      client_ids: [],
      bounds: DEFAULT_GRADUAL_BOUNDS,
      started_at_ms: 1,
      started_by: null,
    },
    revision: revisionOf('new'),
  },
});

async function shapedBy(watch: GradualWatch, hook: EnabledHook): Promise<string | undefined> {
  const [side] = await watch.sidesFor([hook], 'client');
  side?.side?.count({ outcome: { status: 'ok', ...NOT_RUN }, dropped: 0, isFailed: false });
  return side?.revision.revision;
}

it('a gateway shapes by a new revision while management answers, and by the deployed one within 5 s after', async () => {
  const reports: HookWatched[] = [];
  let verdict: string | undefined = '{"verdict":"go"}';
  const subscriptions = [0, 1].map(() =>
    management.subscribe(hookWatchedSubject('demo'), {
      callback: (_error, message) => {
        reports.push(HookWatched.parse(message.json()));
        if (verdict !== undefined) message.respond(verdict);
      },
    }),
  );
  await management.flush();
  let hook = hookWith('one');
  const watch = openGradualWatch(gateway, 'demo', { enabledHooks: () => Promise.resolve([hook]) });
  try {
    assert.equal(await shapedBy(watch, hook), 'new');
    await until(
      'the run is told to every management',
      () => reports.filter(({ figures }) => figures.gradual.runs === 1).length >= 2,
    );
    assert.equal(await shapedBy(watch, hook), 'new');

    verdict = undefined;
    await until('nobody watches', async () => (await shapedBy(watch, hook)) === 'old', HELD_WITHIN_MS);
    for (const nonsense of ['', '{}', '{"verdict":"maybe"}', 'null']) {
      verdict = nonsense;
      const told = reports.length;
      await until('it was told again', () => reports.length > told + 1);
      assert.equal(await shapedBy(watch, hook), 'old', nonsense);
    }
    verdict = '{"verdict":"go"}';
    await until('it is watched again', async () => (await shapedBy(watch, hook)) === 'new');

    verdict = '{"verdict":"hold"}';
    await until('it is over', async () => (await shapedBy(watch, hook)) === 'old');
    verdict = '{"verdict":"go"}';
    const told = reports.length;
    await until('it was told again', () => reports.length > told + 3);
    assert.equal(await shapedBy(watch, hook), 'old');

    hook = hookWith('two');
    assert.equal(await shapedBy(watch, hook), 'new');
  } finally {
    watch.close();
    for (const subscription of subscriptions) subscription.unsubscribe();
  }
});

it('without anybody who watches, or may be asked, the deployed revision shapes the first token', async () => {
  const hook = hookWith('three');
  for (const connection of [gateway, await bus.connect('signer')]) {
    const watch = openGradualWatch(connection, 'demo', { enabledHooks: () => Promise.resolve([hook]) });
    assert.equal(await shapedBy(watch, hook), 'old');
    watch.close();
  }
});
