import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import type { NatsConnection } from '@nats-io/transport-node';
import { openShadowRuns, type ShadowRuns } from '../../services/gateway/shadow/shadow-runs.ts';
import { openShadowReports, type ShadowReports } from '../../services/management/shadow/shadow-reports.ts';
import { MAX_CLIENT_ID_LENGTH } from '../../shared/domain/client.ts';
import type { HookOutcome } from '../../shared/domain/hook-outcome.ts';
import { DEFAULT_HOOK_LIMITS, HookRevision, type EnabledHook } from '../../shared/domain/hook.ts';
import { MAX_DIFFERENCE_GROUPS } from '../../shared/domain/run-difference.ts';
import { argumentsOf, SampleEvent } from '../../shared/domain/sample-event.ts';
import { DEFAULT_TENANT_SETTINGS } from '../../shared/domain/tenant.ts';
import type { HookRehearsal } from '../../shared/subjects/hook-rehearsal.ts';
import { until } from '../support/until.ts';
import { startBusWithUsers, type Bus } from './bus-fixtures.ts';

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
const hook: EnabledHook = {
  id: 'hook',
  name: 'hook',
  revision: revisionOf('deployed'),
  shadow: {
    shadow: { id: 'shadow', revision: 'other', percent: 100, network: 'refused', started_at_ms: 1, started_by: null },
    revision: revisionOf('other'),
  },
};
const gave = (result: object): HookOutcome => ({
  status: 'ok',
  result: JSON.stringify(result),
  cpu_ms: 0,
  wall_ms: 1,
  console: [],
});

/** @param asked What the revision of the shadow gives. */
async function shadowing(
  asked: (request: HookRehearsal) => object,
  work: (take: (clientId: string) => void, reports: ShadowReports) => Promise<void>,
): Promise<void> {
  const reports = openShadowReports(management, 'demo');
  await management.flush();
  const rehearsers = {
    request: (request: HookRehearsal) =>
      Promise.resolve({ kind: 'ran' as const, outcome: gave(asked(request)), network: [] }),
  };
  const shadows: ShadowRuns = openShadowRuns(gateway, 'demo', rehearsers, {
    enabledHooks: () => Promise.resolve([hook]),
    tenantSettings: () => Promise.resolve(DEFAULT_TENANT_SETTINGS),
  });
  const take = (id: string): void => {
    const args = argumentsOf(SampleEvent.parse({ client: { id } }), 'hook');
    shadows.take(hook, { args, outcome: gave({ scope: [] }), scopes: [], customClaims: {} });
  };
  try {
    await work(take, reports);
  } finally {
    shadows.close();
    reports.close();
  }
}

it('what a shadow came to is told, however much it is to say', async () => {
  const scope = Array.from({ length: MAX_DIFFERENCE_GROUPS }, (_, n) => `scope-${String(n)}`);
  await shadowing(
    () => ({ scope }),
    async (take, reports) => {
      let taken = 0;
      await until('of many clients with long names', () => {
        // What a gateway that is busy gives up is taken again.
        for (let n = 0; n < 100; n++) take(String(taken++).padStart(MAX_CLIENT_ID_LENGTH, '€'));
        return reports.reportOf('shadow').requests >= 200;
      });
      const { groups } = reports.reportOf('shadow');
      assert.equal(groups.length, MAX_DIFFERENCE_GROUPS);
      assert(groups.every(({ clients }) => clients.length > 10));
    },
  );
});
