import { performance } from 'node:perf_hooks';
import { nuid, type NatsConnection } from '@nats-io/transport-node';
import { context, ROOT_CONTEXT, SpanKind } from '@opentelemetry/api';
import type { BatchRequester } from '../../../shared/bus/batch-requester.ts';
import type { HookArguments } from '../../../shared/domain/hook-arguments.ts';
import type { HookOutcome } from '../../../shared/domain/hook-outcome.ts';
import { MAX_GROUP_CLIENTS } from '../../../shared/domain/run-difference.ts';
import { bucketOf } from '../../../shared/duration-buckets.ts';
import { messageOf } from '../../../shared/errors.ts';
import { byFailurePolicy } from '../../../shared/hook-result/by-failure-policy.ts';
import { createDifferenceGroups } from '../../../shared/hook-result/difference-groups.ts';
import { differencesOfRuns } from '../../../shared/hook-result/differences-of-runs.ts';
import { judgeOutcome } from '../../../shared/hook-result/judge-outcome.ts';
import { logger } from '../../../shared/log.ts';
import type { HookDryRunReply } from '../../../shared/subjects/hook-dry-run.ts';
import type { HookRehearsal } from '../../../shared/subjects/hook-rehearsal.ts';
import {
  hookShadowedSubject,
  MAX_SHADOWED_BYTES,
  type HookShadowed,
  type ShadowFigures,
} from '../../../shared/subjects/hook-shadowed.ts';
import { activeTraceId, inSpan } from '../../../shared/telemetry/tracing.ts';
import type { Configuration } from '../configuration-cache.ts';
import type { ShapingHook } from '../gradual/side-of.ts';
import { HOOK_REPLY_GRACE_MS } from '../limits.ts';

/** A token is answered by then; one that is not is late by something else. */
const AFTER_MS = 250;
const LOOK_INTERVAL_MS = 100;
/** Executors have eight places for rehearsals and shadows. */
const AT_ONCE = 2;
const MAX_WAITING = 200;
/** Share of its time that the event loop was busy: above, tokens need it, and what waits is given up. */
const BUSY = 0.9;
const MAX_RUN_BUSY = 5;
const REPORT_INTERVAL_MS = 1_000;
/** Of what is told of a shadow: the more it is, the less often. */
const REPORTED_BYTES_PER_MS = 100;

/** The run of the deployed revision, and what it was told. */
export type Shadowed = {
  args: HookArguments;
  outcome: HookOutcome;
  /** Before the run. */
  scopes: string[];
  customClaims: Record<string, unknown>;
};

export type ShadowRuns = {
  /**
   * Takes a run of a hook that has a shadow, and returns at once.
   *
   * @returns whether it is of the share, and waits for its run.
   */
  take: (hook: ShapingHook, shadowed: Shadowed) => boolean;
  close: () => void;
};

type Counted = ReturnType<typeof createCounted>;
type Task = Shadowed & {
  hook: ShapingHook;
  shadow: NonNullable<ShapingHook['shadow']>;
  counted: Counted;
  id: string;
  date: string;
  readyMs: number;
};

/**
 * Has the revisions of shadows run for a share of the requests, after their answers, and tells management in what tokens would differ. A
 * shadow is the first to go: few runs at a time, few that wait, and of a gateway that is busy next to none.
 */
export function openShadowRuns(
  bus: NatsConnection,
  tenant: string,
  rehearsers: Pick<BatchRequester<HookRehearsal, HookDryRunReply>, 'request'>,
  configuration: Pick<Configuration, 'tenantSettings' | 'enabledHooks'>,
): ShadowRuns {
  const gateway = nuid.next();
  const subject = hookShadowedSubject(tenant);
  const known = new Map<string, Counted>();
  const waiting: Task[] = [];
  let underWay = 0;
  let looking: NodeJS.Timeout | undefined;
  let closed = false;
  let reporting: NodeJS.Timeout | undefined;
  let utilization = performance.eventLoopUtilization();

  function countedOf(id: string): Counted {
    let counted = known.get(id);
    if (counted === undefined) known.set(id, (counted = createCounted()));
    reporting ??= everyMs(REPORT_INTERVAL_MS, () => void report());
    return counted;
  }

  async function report(): Promise<void> {
    const hooks = await configuration.enabledHooks('credentials-exchange').catch(() => undefined);
    for (const [shadow, counted] of known) {
      if (counted.hasNews() && counted.reportAgainMs <= performance.now()) {
        const message = reportOf(shadow, counted);
        bus.publish(subject, message);
        counted.reportAgainMs = performance.now() + message.length / REPORTED_BYTES_PER_MS;
      }
      if (hooks !== undefined && !hooks.some((hook) => hook.shadow?.shadow.id === shadow)) known.delete(shadow);
    }
    if (known.size > 0) return;
    clearInterval(reporting);
    reporting = undefined;
  }

  /** With as many clients of each group as management takes. */
  function reportOf(shadow: string, counted: Counted): Buffer {
    for (let clients = MAX_GROUP_CLIENTS; ; clients = Math.floor(clients / 2)) {
      const told: HookShadowed = { gateway, shadow, figures: counted.told(clients) };
      const message = Buffer.from(JSON.stringify(told));
      if (message.length <= MAX_SHADOWED_BYTES || clients === 0) return message;
    }
  }

  function look(): void {
    const now = performance.eventLoopUtilization();
    const isBusy = performance.eventLoopUtilization(now, utilization).utilization > BUSY;
    utilization = now;
    if (isBusy) for (const { counted } of waiting.splice(MAX_RUN_BUSY)) counted.notRun();
    while (underWay < AT_ONCE && isReady(waiting[0])) void work();
    if (waiting.length > 0) return;
    clearInterval(looking);
    looking = undefined;
  }

  const isReady = (task: Task | undefined): boolean => task !== undefined && task.readyMs <= performance.now();

  async function work(): Promise<void> {
    underWay++;
    try {
      for (let task = waiting.shift(); task !== undefined; task = isReady(waiting[0]) ? waiting.shift() : undefined) {
        const { counted } = task;
        await compare(task).catch((error: unknown) => {
          counted.notRun();
          logger.debug({ reason: messageOf(error) }, 'a shadow could not be run');
        });
      }
    } finally {
      underWay--;
    }
  }

  async function compare(task: Task): Promise<void> {
    const { hook, shadow, args, outcome, scopes, customClaims, counted } = task;
    const reply = await run(task);
    if (reply === undefined || reply.outcome.status === 'unavailable' || outcome.status === 'unavailable') {
      counted.notRun();
      return;
    }
    const { custom_claims: policy } = await configuration.tenantSettings();
    const event = { scope: scopes, custom_claims: customClaims, protocol: args.protocol };
    const [before, after] = [[hook.revision, outcome] as const, [shadow.revision, reply.outcome] as const].map(
      ([revision, ended]) => {
        const judged = { outcome: ended, ...judgeOutcome(ended, event, { kind: revision.kind, policy }) };
        return byFailurePolicy(judged, event, revision);
      },
    );
    if (before === undefined || after === undefined) return;
    counted.compared(
      { id: task.id, date: task.date, client_id: args.client.id, audience: args.audience },
      differencesOfRuns(before, after),
      { before: outcome.wall_ms, after: reply.outcome.wall_ms },
      shadow.shadow.network === 'refused' && reply.network.length > 0,
    );
  }

  function run(task: Task) {
    const { hook, shadow, id: trace_id } = task;
    const attributes = {
      'hookmint.hook.id': hook.id,
      'hookmint.hook.name': hook.name,
      'hookmint.hook.revision': shadow.revision.revision,
      'hookmint.hook.rule': 'shadow',
      'hookmint.hook.percent': shadow.shadow.percent,
      'hookmint.shadow.trace_id': trace_id,
    };
    // The trace of the request ended with its answer.
    const parent = ROOT_CONTEXT;
    return inSpan(`shadow ${hook.name}`, { kind: SpanKind.INTERNAL, attributes, parent }, async (span) => {
      const reply = await runOnce(task);
      const outcome = reply?.outcome.status ?? 'unavailable';
      span.setAttribute('hookmint.hook.outcome', outcome);
      const { revision, percent } = shadow.shadow;
      const told = { id: hook.id, name: hook.name, revision, rule: 'shadow', percent, outcome };
      logger.debug({ hook: told, client_id: task.args.client.id, of_trace_id: trace_id }, 'a shadow has run');
      return reply;
    });
  }

  async function runOnce({ hook, shadow: { shadow, revision }, args }: Task) {
    const { id, network } = shadow;
    const request = {
      hook: { id: hook.id, name: hook.name, revision: revision.revision },
      arguments: JSON.stringify(args),
      rehearsal: id,
      network,
    };
    const deadlineMs = Date.now() + revision.limits.wall_ms + HOOK_REPLY_GRACE_MS;
    let reply = await rehearsers.request(request, deadlineMs);
    if (reply.kind === 'revision_missing') reply = await rehearsers.request({ ...request, revision }, deadlineMs);
    return reply.kind === 'ran' ? reply : undefined;
  }

  return {
    take: (hook, shadowed) => {
      if (closed) return false;
      const { shadow } = hook;
      if (shadow === undefined || Math.random() * 100 >= shadow.shadow.percent) return false;
      const counted = countedOf(shadow.shadow.id);
      if (waiting.length >= MAX_WAITING) {
        counted.notRun();
        return false;
      }
      const date = new Date().toISOString();
      const readyMs = performance.now() + AFTER_MS;
      waiting.push({ ...shadowed, hook, shadow, counted, id: activeTraceId() ?? '', date, readyMs });
      looking ??= everyMs(LOOK_INTERVAL_MS, look);
      return true;
    },
    close: () => {
      closed = true;
      clearInterval(looking);
      clearInterval(reporting);
      waiting.length = 0;
    },
  };
}

/** In no request's trace, of which the first would be that of all others. */
const everyMs = (ms: number, work: () => void): NodeJS.Timeout =>
  context.with(ROOT_CONTEXT, () => setInterval(work, ms));

/** What the runs of one shadow came to. */
function createCounted() {
  const groups = createDifferenceGroups();
  const counts = { requests: 0, differing: 0, not_run: 0, network_refused: 0 };
  const durations: Record<'deployed' | 'shadow', Record<string, number>> = { deployed: {}, shadow: {} };
  let isTold = false;

  function addDuration(of: keyof typeof durations, ms: number): void {
    const bucket = String(bucketOf(ms));
    durations[of][bucket] = (durations[of][bucket] ?? 0) + 1;
  }

  return {
    notRun: (): void => {
      isTold = false;
      counts.not_run++;
    },
    compared: (
      request: Parameters<typeof groups.add>[0],
      differences: Parameters<typeof groups.add>[1],
      { before, after }: { before: number; after: number },
      isRefused: boolean,
    ): void => {
      isTold = false;
      counts.requests++;
      if (differences.length > 0) counts.differing++;
      if (isRefused) counts.network_refused++;
      addDuration('deployed', before);
      addDuration('shadow', after);
      groups.add(request, differences);
    },
    reportAgainMs: -Infinity,
    hasNews: (): boolean => !isTold,
    told: (maxClients: number): ShadowFigures => {
      isTold = true;
      return { ...counts, ...groups.told(maxClients), ...durations };
    },
  };
}
