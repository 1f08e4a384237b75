import type { HookKind } from '../../../shared/domain/contracts.ts';
import { NOT_RUN, unavailable, type HookOutcome, type LastCall } from '../../../shared/domain/hook-outcome.ts';
import type { HookRevision } from '../../../shared/domain/hook.ts';
import type { NetworkCall } from '../../../shared/domain/network-call.ts';
import { argumentsOf, type HookEvent } from '../../../shared/domain/sample-event.ts';
import type { CustomClaimsPolicy } from '../../../shared/domain/tenant.ts';
import { HookmintError } from '../../../shared/errors.ts';
import { judgeOutcome, type Judgement } from '../../../shared/hook-result/judge-outcome.ts';
import type { HookDryRun, HookDryRunReply } from '../../../shared/subjects/hook-dry-run.ts';
import type { Deps } from '../deps.ts';

/** Time on top of a hook's wall limit for its outcome to arrive, milliseconds. */
const GRACE_MS = 2_000;

type RunRequest = Omit<HookDryRun, 'revision'>;
type Runners<Request extends RunRequest> = {
  request: (request: Request & Pick<HookDryRun, 'revision'>, deadlineMs: number) => Promise<HookDryRunReply>;
};

/** What one run came to, without a token having been issued. */
export type DryRun = Judgement & {
  kind: HookKind;
  /** How the run ended; `ok` and the like, with the error of one that failed. */
  outcome: { status: HookOutcome['status'] } & Record<string, unknown>;
  console: HookOutcome['console'];
  network: NetworkCall[];
  last_calls?: LastCall[] | undefined;
  cpu_ms: number;
  wall_ms: number;
};

/**
 * Has a hook-executor run a revision once, and judges the outcome as the gateway does.
 *
 * @throws {HookmintError} `bus_…` when no executor answers.
 */
export async function dryRun(
  hook: { id: string; name: string },
  revision: HookRevision,
  { event, policy }: { event: HookEvent; policy: CustomClaimsPolicy },
  { dryRunners }: { dryRunners: Runners<RunRequest & { arguments: string }> },
): Promise<DryRun> {
  const request = {
    hook: { id: hook.id, name: hook.name, revision: revision.revision },
    arguments: JSON.stringify(argumentsOf(event, revision.kind)),
  };
  const deadlineMs = Date.now() + revision.limits.wall_ms + GRACE_MS;
  const { outcome, network, last_calls } = await ask(request, revision, deadlineMs, dryRunners);
  const { cpu_ms, wall_ms, console, ...ended } = outcome;
  if ('result' in ended) delete ended.result;
  return {
    kind: revision.kind,
    outcome: ended,
    ...judgeOutcome(outcome, event, { kind: revision.kind, policy }),
    console,
    network,
    ...(last_calls === undefined ? {} : { last_calls }),
    cpu_ms,
    wall_ms,
  };
}

type Ran = Omit<Extract<HookDryRunReply, { kind: 'ran' }>, 'kind'>;

/**
 * Has a hook-executor load a revision in an isolate of its own, without running it.
 *
 * @throws {HookmintError} `bus_…` when no executor answers.
 */
export async function loadOnce(
  hook: { id: string; name: string },
  revision: HookRevision,
  { dryRunners }: Pick<Deps, 'dryRunners'>,
): Promise<HookOutcome> {
  const request = { hook: { id: hook.id, name: hook.name, revision: revision.revision } };
  const deadlineMs = Date.now() + revision.limits.wall_ms + GRACE_MS;
  return (await ask(request, revision, deadlineMs, dryRunners)).outcome;
}

async function ask<Request extends RunRequest>(
  request: Request,
  revision: HookRevision,
  deadlineMs: number,
  runners: Runners<Request>,
): Promise<Ran> {
  try {
    let reply = await runners.request(request, deadlineMs);
    if (reply.kind === 'revision_missing') reply = await runners.request({ ...request, revision }, deadlineMs);
    if (reply.kind === 'ran') return reply;
    return { outcome: unavailable('the executor does not accept the revision'), network: [] };
  } catch (error) {
    if (!(error instanceof HookmintError) || error.code !== 'bus_deadline_exceeded') throw error;
    return { outcome: { status: 'timed_out', limit: 'wall', ...NOT_RUN }, network: [] };
  }
}
