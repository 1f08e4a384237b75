import { nuid, type Msg, type NatsConnection } from '@nats-io/transport-node';
import { LRUCache } from 'lru-cache';
import type { Db } from 'mongodb';
import type { EventPublisher } from '../../../shared/bus/event-publisher.ts';
import { GRADUAL_BREACHES, type GradualDeployment } from '../../../shared/domain/gradual-deployment.ts';
import { endedGradual } from '../../../shared/domain/hook-history.ts';
import type { Hook } from '../../../shared/domain/hook.ts';
import { messageOf } from '../../../shared/errors.ts';
import { logger } from '../../../shared/log.ts';
import { hooksIn } from '../../../shared/store/hooks.ts';
import { configChangedSubject, type ConfigChanged } from '../../../shared/subjects/config-changed.ts';
import { HookWatched, hookWatchedSubject, type HookWatchedReply } from '../../../shared/subjects/hook-watched.ts';
import { hookReturns } from '../../../shared/telemetry/metrics.ts';
import { breachOf, type Breach } from './breach-of.ts';
import type { GradualReports } from './gradual-reports.ts';

/** How long a hook is known without a look into the store: it is proof that this process can write what it decides. */
const HOOK_KEPT_MS = 1_000;
const MAX_HOOKS = 1_000;
/** 174 buckets of both revisions. */
const MAX_MESSAGE_BYTES = 65_536;

type Deps = {
  bus: NatsConnection;
  tenant: string;
  db: Db;
  events: EventPublisher;
  reports: GradualReports;
};

/**
 * Hears what gateways tell of gradual deployments, and ends one that crosses a bound: at each report, by a write that only the first of
 * several replicas gets done. One that cannot read the store answers nobody, and the gateways hold the deployment by themselves.
 */
export function watchGradual({ bus, tenant, db, events, reports }: Deps): { close: () => void } {
  const hooks = hooksIn(db);
  const known = new LRUCache<string, { gradual: GradualDeployment | undefined }>({
    max: MAX_HOOKS,
    ttl: HOOK_KEPT_MS,
    fetchMethod: async (id) => ({ gradual: (await hooks.find(id))?.gradual }),
  });
  // A counter that begins with its first return shows no increase by it.
  for (const breach of GRADUAL_BREACHES) hookReturns.add(0, { 'hookmint.hook.breach': breach });

  async function handle(message: Msg): Promise<void> {
    if (message.data.length > MAX_MESSAGE_BYTES) return;
    const report = HookWatched.parse(message.json());
    const gradual = await gradualOf(report);
    let verdict: HookWatchedReply['verdict'] = 'hold';
    if (gradual?.id === report.deployment) {
      reports.add(report);
      const breach = breachOf(gradual.bounds, reports.figuresOf(gradual.id));
      if (breach === undefined) verdict = 'go';
      else {
        // The gateway that told need not wait for the write.
        answer(message, 'hold');
        await giveBack(report.hook_id, gradual.id, breach);
        return;
      }
    }
    answer(message, verdict);
  }

  /** One that is not known to be on may have begun since the last look: a gateway that is told to hold it never goes on with it. */
  async function gradualOf({ hook_id, deployment }: HookWatched): Promise<GradualDeployment | undefined> {
    const gradual = (await known.fetch(hook_id))?.gradual;
    if (gradual?.id === deployment) return gradual;
    return (await known.fetch(hook_id, { forceRefresh: true }))?.gradual;
  }

  async function giveBack(hookId: string, deployment: string, breach: Breach): Promise<void> {
    const figures = reports.figuresOf(deployment);
    const changed = await hooks.change(hookId, (now) =>
      now.gradual?.id === deployment
        ? endedGradual(now, { outcome: 'returned', ended_by: null, ...breach, figures })
        : now,
    );
    known.delete(hookId);
    if (changed?.before.gradual?.id !== deployment) return;
    const { before, after } = changed;
    const changes: ConfigChanged = { collection: 'hooks', keys: [hookId], time_ms: Date.now() };
    bus.publish(configChangedSubject(tenant), JSON.stringify(changes));
    tell(before, after, breach);
  }

  function tell(before: Hook, after: Hook, { breach, reason }: Breach): void {
    const { id, name, gradual } = before;
    hookReturns.add(1, { 'hookmint.hook.breach': breach });
    logger.error(
      { hook: { id, name, revision: gradual?.revision }, breach, reason },
      'a gradual deployment has returned',
    );
    events.publish({
      type: 'config.written',
      id: nuid.next(),
      time_ms: Date.now(),
      description: `The gradual deployment of the hook ${name} has returned by itself: ${reason}`,
      method: 'post',
      path: `/api/v2/hooks/${id}/gradual-deployment/return`,
      status: 200,
      collection: 'hooks',
      document_id: id,
      before: { revision: before.current_revision, gradual },
      after: { revision: after.current_revision, ended_gradual: after.ended_gradual },
    });
  }

  const subscription = bus.subscribe(hookWatchedSubject(tenant), {
    callback: (error, message) => {
      if (error !== null) return;
      handle(message).catch((failure: unknown) => {
        logger.warn({ reason: messageOf(failure) }, 'a report of a gradual deployment cannot be judged');
      });
    },
  });
  return { close: () => subscription.unsubscribe() };
}

function answer(message: Msg, verdict: HookWatchedReply['verdict']): void {
  const reply: HookWatchedReply = { verdict };
  message.respond(JSON.stringify(reply));
}
