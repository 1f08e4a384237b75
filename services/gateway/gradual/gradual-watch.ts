import { nuid, type NatsConnection } from '@nats-io/transport-node';
import type { GradualDeployment } from '../../../shared/domain/gradual-deployment.ts';
import type { EnabledHook, HookRevision } from '../../../shared/domain/hook.ts';
import { messageOf } from '../../../shared/errors.ts';
import { logger } from '../../../shared/log.ts';
import { hookWatchedSubject, HookWatchedReply, type HookWatched } from '../../../shared/subjects/hook-watched.ts';
import type { Configuration } from '../configuration-cache.ts';
import { createRecentRuns } from './recent-runs.ts';
import { sideOf, type ShapingHook } from './side-of.ts';

const REPORT_INTERVAL_MS = 1_000;
const REPLY_TIMEOUT_MS = 900;
/** Without an answer for so long nobody may be watching. */
const UNWATCHED_AFTER_MS = 4_000;

/** Which revision of a hook shapes a token while a gradual deployment is on. */
export type GradualWatch = {
  /** Of each hook the revision that shapes the client's token; the first request waits until the deployment is known to be watched. */
  sidesFor: (hooks: readonly EnabledHook[], clientId: string) => Promise<readonly ShapingHook[]>;
  close: () => void;
};

type Watched = {
  deployment: string;
  runs: ReturnType<typeof createRecentRuns>;
  answeredMs: number;
  /** It crossed a bound: whatever the configuration still says. */
  isHeld: boolean;
  isTold: boolean;
  first: Promise<void>;
};

/**
 * Tells management once a second what became of the runs of both revisions, for as long as a gradual deployment is on. A gateway that nobody
 * answers shapes by the deployed revision alone: what is not watched is not gone on with.
 */
export function openGradualWatch(
  bus: NatsConnection,
  tenant: string,
  configuration: Pick<Configuration, 'enabledHooks'>,
): GradualWatch {
  const gateway = nuid.next();
  const subject = hookWatchedSubject(tenant);
  /** By the hook's id. */
  const watched = new Map<string, Watched>();
  let timer: NodeJS.Timeout | undefined;

  async function report(hookId: string, one: Watched): Promise<void> {
    const { deployment, runs } = one;
    const message: HookWatched = { gateway, hook_id: hookId, deployment, figures: runs.figures() };
    try {
      const reply = await bus.request(subject, JSON.stringify(message), { timeout: REPLY_TIMEOUT_MS });
      if (HookWatchedReply.parse(reply.json()).verdict === 'hold') one.isHeld = true;
      else one.answeredMs = performance.now();
    } catch (error) {
      logger.debug({ reason: messageOf(error), hook: hookId }, 'no management answered for a gradual deployment');
    }
    tell(hookId, one);
  }

  /** Once for each time that it begins. */
  function tell(hookId: string, one: Watched): void {
    const { deployment } = one;
    if (isWatched(one) === !one.isTold) return;
    one.isTold = !one.isTold;
    if (one.isHeld) logger.warn({ hook: hookId, deployment }, 'a gradual deployment is over');
    else if (one.isTold)
      logger.warn(
        { hook: hookId, deployment },
        'nobody watches a gradual deployment: the deployed revision shapes all tokens',
      );
    else logger.info({ hook: hookId, deployment }, 'a gradual deployment is watched again');
  }

  async function reportAll(): Promise<void> {
    // What cannot be read goes on as it was; management answers for what is over.
    const hooks = await configuration.enabledHooks('credentials-exchange').catch(() => undefined);
    for (const [hookId, { deployment }] of watched) {
      if (hooks === undefined) break;
      if (!hooks.some(({ id, gradual }) => id === hookId && gradual?.deployment.id === deployment))
        watched.delete(hookId);
    }
    if (watched.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
    await Promise.all([...watched].map(([hookId, one]) => report(hookId, one)));
  }

  function watchOf(hookId: string, { id }: GradualDeployment): Watched {
    const known = watched.get(hookId);
    if (known?.deployment === id) return known;
    const one: Watched = {
      deployment: id,
      runs: createRecentRuns(),
      answeredMs: -Infinity,
      isHeld: false,
      isTold: false,
      first: Promise.resolve(),
    };
    watched.set(hookId, one);
    one.first = report(hookId, one);
    timer ??= setInterval(() => void reportAll(), REPORT_INTERVAL_MS);
    return one;
  }

  async function side(hook: EnabledHook, clientId: string): Promise<ShapingHook> {
    const { id, name, revision, gradual, shadow } = hook;
    const shadowed = shadow === undefined ? {} : { shadow };
    if (gradual === undefined) return { id, name, revision, ...shadowed };
    const one = watchOf(id, gradual.deployment);
    if (one.answeredMs === -Infinity) await one.first;
    const rule = isWatched(one) ? sideOf(id, gradual.deployment, clientId) : 'deployed';
    const chosen: { revision: HookRevision; side: 'deployed' | 'gradual' } =
      rule === 'deployed' ? { revision, side: 'deployed' } : { revision: gradual.revision, side: 'gradual' };
    return {
      id,
      name,
      revision: chosen.revision,
      // It is compared with what is deployed.
      ...(chosen.side === 'deployed' ? shadowed : {}),
      side: {
        rule,
        ...(rule === 'percent' ? { percent: gradual.deployment.percent } : {}),
        count: (run) => one.runs.add(chosen.side, run),
      },
    };
  }

  return {
    sidesFor: (hooks, clientId) => Promise.all(hooks.map((hook) => side(hook, clientId))),
    close: () => clearInterval(timer),
  };
}

const isWatched = ({ isHeld, answeredMs }: Watched): boolean =>
  !isHeld && performance.now() - answeredMs < UNWATCHED_AFTER_MS;
