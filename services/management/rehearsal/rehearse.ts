import { setTimeout as delay } from 'node:timers/promises';
import { nuid } from '@nats-io/transport-node';
import type { HookRevision } from '../../../shared/domain/hook.ts';
import type { DifferenceGroup, RunDifference } from '../../../shared/domain/run-difference.ts';
import type { HookEvent } from '../../../shared/domain/sample-event.ts';
import type { CustomClaimsPolicy } from '../../../shared/domain/tenant.ts';
import { bucketOf } from '../../../shared/duration-buckets.ts';
import { HookmintError } from '../../../shared/errors.ts';
import { byFailurePolicy } from '../../../shared/hook-result/by-failure-policy.ts';
import { createDifferenceGroups } from '../../../shared/hook-result/difference-groups.ts';
import { differencesOfRuns } from '../../../shared/hook-result/differences-of-runs.ts';
import { slower } from '../../../shared/hook-result/slower.ts';
import type { RehearsalNetwork } from '../../../shared/domain/shadow.ts';
import { ApiError } from '../api/api-error.ts';
import type { Deps } from '../deps.ts';
import { dryRun, type DryRun } from '../hook-revisions/dry-run.ts';
import { createRecordedAnswers } from './recorded-answers.ts';
import type { PastRequest } from './requests.ts';

/** Executors accept eight dry runs at a time, and users need places too. */
const AT_ONCE = 4;
/** No request begins later; the caller goes on from there. */
const MAX_MS = 20_000;
/** Times a run is tried for which there was no place. */
const MAX_TRIES = 4;
const RETRY_MS = 250;
/** Runs by which it is found out whether a claim is another each time. */
const MAX_REPEATS = 5;
/** Of so many claims it is found out; code may name others for each request. */
const MAX_CLAIMS = 1_000;

export type Rehearsal = {
  hook: { id: string; name: string };
  deployed: HookRevision;
  revised: HookRevision;
  network: RehearsalNetwork;
  policy: CustomClaimsPolicy;
};

export type Rehearsed = {
  requests: number;
  differing: number;
  /** They could not be repeated. */
  not_run: number;
  /** Requests whose code asked for the network that was refused, or for what nothing recorded answers. */
  network_refused: number;
  /** Claims that the deployed revision itself gives another value each time. */
  varying: string[];
  groups: DifferenceGroup[];
  others: number;
  /** The last that was taken; `undefined`: there are no more. */
  stoppedAt: PastRequest | undefined;
};

/** A claim that had another value: after so many runs again, by the deployed revision itself or not. */
type ChangedClaim = { repeats: number; varies: boolean };

/** Runs requests through the deployed revision and another, side by side, and groups in what they differ. Nothing is issued, nothing is kept. */
export async function rehearse(
  { hook, deployed, revised, network, policy }: Rehearsal,
  requests: AsyncGenerator<PastRequest>,
  max: number,
  { rehearsers, hookSecretsKey }: { rehearsers: Pick<Deps['rehearsers'], 'request'> } & Pick<Deps, 'hookSecretsKey'>,
): Promise<Rehearsed> {
  const rehearsal = nuid.next();
  const untilMs = performance.now() + MAX_MS;
  const groups = createDifferenceGroups();
  const durations: [Record<string, number>, Record<string, number>] = [{}, {}];
  const claims = new Map<string, ChangedClaim>();
  const counts = { requests: 0, differing: 0, not_run: 0, network_refused: 0 };
  /** Requests that differ only in claims that may turn out to vary. */
  const doubtful: ChangedClaim[][] = [];
  const place: { taken: number; last: PastRequest | undefined; isLast: boolean } = {
    taken: 0,
    last: undefined,
    isLast: false,
  };

  const recorded = createRecordedAnswers(hookSecretsKey);
  type Ran = { ran: DryRun; /** What answered its requests, sealed. */ answers?: string | undefined };

  /** @param given What answers its requests, of the network `recorded`; without, they go out. */
  async function run(revision: HookRevision, event: HookEvent, given?: string): Promise<Ran | undefined> {
    const told = given === undefined ? {} : { answers: given };
    let answers: string | undefined;
    const dryRunners: Parameters<typeof dryRun>[3]['dryRunners'] = {
      request: async (request, deadlineMs) => {
        const reply = await rehearsers.request({ ...request, rehearsal, network, ...told }, deadlineMs);
        if (reply.kind === 'ran') answers = reply.answers;
        return reply;
      },
    };
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      if (tries > 0) await delay(RETRY_MS * tries);
      try {
        const ran = await dryRun(hook, revision, { event, policy }, { dryRunners });
        if (ran.outcome.status !== 'unavailable') return { ran: byFailurePolicy(ran, event, revision), answers };
      } catch (error) {
        if (!(error instanceof HookmintError)) throw error;
        if (error.code === 'bus_no_responders' && tries === MAX_TRIES - 1) throw nobodyRehearses();
      }
    }
    return undefined;
  }

  function changedClaim({ kind, what }: Pick<RunDifference, 'kind' | 'what'>): ChangedClaim | undefined {
    if (kind !== 'claim_changed') return undefined;
    let claim = claims.get(what);
    if (claim === undefined && claims.size < MAX_CLAIMS) claims.set(what, (claim = { repeats: 0, varies: false }));
    return claim;
  }

  /** Without those of a claim that differs from itself, such as the time. */
  async function ownDifferences(
    event: HookEvent,
    was: DryRun,
    found: RunDifference[],
    given: string | undefined,
  ): Promise<RunDifference[]> {
    const doubted = found
      .map(changedClaim)
      .filter((claim) => claim !== undefined)
      .filter(({ repeats, varies }) => !varies && repeats < MAX_REPEATS);
    if (doubted.length > 0) {
      for (const claim of doubted) claim.repeats++;
      const again = (await run(deployed, event, given))?.ran;
      if (again !== undefined) {
        for (const difference of differencesOfRuns(was, again)) {
          const claim = changedClaim(difference);
          if (claim !== undefined) claim.varies = true;
        }
      }
    }
    return found.filter(isOwn);
  }

  const isOwn = ({ kind, what }: Pick<RunDifference, 'kind' | 'what'>): boolean =>
    kind !== 'claim_changed' || claims.get(what)?.varies !== true;

  /** Of all that differs no more is kept than what may change the count. */
  function count(differences: readonly RunDifference[]): void {
    if (differences.length === 0) return;
    const changed = differences.map(changedClaim);
    if (changed.includes(undefined)) counts.differing++;
    else doubtful.push(changed.filter((claim) => claim !== undefined));
  }

  async function compare({ id, date, client_id, audience, event }: PastRequest): Promise<void> {
    const first = event === undefined ? undefined : await run(deployed, event);
    const given = network === 'recorded' && first !== undefined ? await recorded.after(first.answers) : undefined;
    const second = event === undefined || first === undefined ? undefined : await run(revised, event, given);
    if (event === undefined || first === undefined || second === undefined) {
      counts.not_run++;
      return;
    }
    const [was, is] = [first.ran, second.ran];
    // What the deployed revision was answered is not there for the other: a difference would say nothing, and none neither.
    if (network === 'recorded' && is.network.some(isBusy) && !was.network.some(isBusy)) {
      counts.not_run++;
      return;
    }
    counts.requests++;
    for (const [i, { wall_ms }] of [was, is].entries()) {
      const [buckets, bucket] = [durations[i] ?? {}, String(bucketOf(wall_ms))];
      buckets[bucket] = (buckets[bucket] ?? 0) + 1;
    }
    if ([...was.network, ...is.network].some(({ error }) => error === 'EGRESS_REFUSED')) counts.network_refused++;
    const differences = await ownDifferences(event, was, differencesOfRuns(was, is), given);
    count(differences);
    groups.add({ id, date: date.toISOString(), client_id, audience }, differences);
  }

  async function work(): Promise<void> {
    while (place.taken < max && performance.now() < untilMs) {
      place.taken++;
      const next = await requests.next();
      if (next.done === true) {
        place.isLast = true;
        return;
      }
      place.last = next.value;
      await compare(next.value);
    }
  }

  await Promise.all(Array.from({ length: AT_ONCE }, work));
  const told = groups.told();
  const longer = slower(...durations);
  return {
    ...counts,
    // Without what turned out to vary later.
    differing: counts.differing + doubtful.filter((changed) => changed.some(({ varies }) => !varies)).length,
    varying: [...claims].filter(([, { varies }]) => varies).map(([name]) => name),
    others: told.others,
    groups: [...told.groups.filter(isOwn), ...(longer === undefined ? [] : [ofAll(longer, counts.requests)])],
    stoppedAt: place.isLast ? undefined : place.last,
  };
}

const isBusy = ({ error }: { error?: string | undefined }): boolean => error === 'EGRESS_BUSY';

function nobodyRehearses(): ApiError {
  return new ApiError(
    503,
    'service_unavailable',
    'No hook-executor is there that rehearses: replace those of the release before, and give NATS its new configuration',
  );
}

function ofAll({ kind, what, before = '', after = '' }: RunDifference, requests: number): DifferenceGroup {
  return { kind, what: `${what}: ${after} instead of ${before}`, requests, clients: [], examples: [] };
}
