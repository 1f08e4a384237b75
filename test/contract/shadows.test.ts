import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { context, ROOT_CONTEXT, trace, TraceFlags } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
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
import { activeTraceId } from '../../shared/telemetry/tracing.ts';
import { until } from '../support/until.ts';
import { startBusWithUsers, type Bus } from './bus-fixtures.ts';

let bus: Bus;
let management: NatsConnection;
let gateway: NatsConnection;
before(async () => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  bus = await startBusWithUsers();
  [management, gateway] = await Promise.all([bus.connect('management'), bus.connect('gateway')]);
});
after(() => bus.stop());

const revisionOf = (revision: string): HookRevision =>
  HookRevision.parse({ hook_id: 'hook', code: 'code', limits: DEFAULT_HOOK_LIMITS, revision });
const hook: EnabledHook & Required<Pick<EnabledHook, 'shadow'>> = {
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

const outcomeOf = (given: object | 'throws'): HookOutcome =>
  given === 'throws'
    ? { status: 'threw', during: 'run', error: { name: 'Error', message: 'no' }, cpu_ms: 0, wall_ms: 1, console: [] }
    : gave(given);

/** @param asked What the revision of the shadow gives. */
async function shadowing(
  asked: (request: HookRehearsal) => object | 'throws',
  work: (take: (clientId: string, more?: object) => void, reports: ShadowReports) => Promise<void>,
  shadowed = hook,
): Promise<void> {
  const reports = openShadowReports(management, 'demo');
  await management.flush();
  const rehearsers = {
    request: (request: HookRehearsal) =>
      Promise.resolve({ kind: 'ran' as const, outcome: outcomeOf(asked(request)), network: [] }),
  };
  const shadows: ShadowRuns = openShadowRuns(gateway, 'demo', rehearsers, {
    enabledHooks: () => Promise.resolve([shadowed]),
    tenantSettings: () => Promise.resolve(DEFAULT_TENANT_SETTINGS),
  });
  const take = (id: string, more: object = {}): void => {
    const args = argumentsOf(SampleEvent.parse({ client: { id }, ...more }), 'hook');
    shadows.take(shadowed, { args, outcome: gave({ scope: [] }), scopes: [], customClaims: {} });
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

it('no run of a shadow is in the trace of a request, and its example names that of its own', async () => {
  const traces: (string | undefined)[] = [];
  const inTrace = (digit: string, work: () => void): void => {
    const span = { traceId: digit.repeat(32), spanId: digit.repeat(16), traceFlags: TraceFlags.SAMPLED };
    context.with(trace.setSpanContext(ROOT_CONTEXT, span), work);
  };
  await shadowing(
    () => {
      traces.push(activeTraceId());
      return { scope: ['more'] };
    },
    async (take, reports) => {
      await until('both are compared', () => {
        for (const digit of ['1', '2']) inTrace(digit, () => take(digit));
        return reports.reportOf('shadow').groups[0]?.examples.length === 2;
      });
      const { examples = [] } = reports.reportOf('shadow').groups[0] ?? {};
      for (const { id, client_id } of examples) assert.equal(id, client_id.repeat(32));
      assert.deepEqual([...new Set(traces)], [undefined]);
    },
  );
});

it('what clients get is compared: tokens without a hook that fails by its policy, and of others only scopes that they may have', async () => {
  const { revision, shadow } = hook;
  const policy = { on_failure: 'issue_unmodified' } as const;
  const lenient = { ...hook, shadow: { ...shadow, revision: { ...shadow.revision, ...policy } } };
  for (const [given, shadowed, more] of [
    ['throws', { ...lenient, revision: { ...revision, ...policy } }, {}],
    [{ scope: ['more'] }, hook, { protocol: 'oauth2-token-exchange' }],
  ] as const) {
    await shadowing(
      () => given,
      async (take, reports) => {
        await until('it is compared', () => {
          take('client', more);
          return reports.reportOf('shadow').requests > 0;
        });
        const { groups } = reports.reportOf('shadow');
        assert.deepEqual(
          groups.map(({ kind, what }) => [kind, what]),
          given === 'throws' ? [] : [['dropped', 'scope more: not_granted']],
        );
      },
      shadowed,
    );
  }
});
