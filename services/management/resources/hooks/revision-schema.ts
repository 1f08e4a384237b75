import { z } from 'zod';
import { CONTRACT_NAMES, HOOK_KINDS } from '../../../../shared/domain/contracts.ts';
import { EndedGradual } from '../../../../shared/domain/gradual-deployment.ts';
import { HookCheck } from '../../../../shared/domain/hook-check.ts';
import { HookOutcome, LastCalls } from '../../../../shared/domain/hook-outcome.ts';
import { HookIsolation, HookLanguage, HookLimits, HookModule } from '../../../../shared/domain/hook.ts';
import { EgressPolicy } from '../../../../shared/domain/egress.ts';
import { NetworkCall } from '../../../../shared/domain/network-call.ts';
import { SampleEvent } from '../../../../shared/domain/sample-event.ts';
import { CustomClaimsPolicy } from '../../../../shared/domain/tenant.ts';
import { HookLog } from '../../../../shared/subjects/hook-log.ts';
import { Dropped } from '../../../../shared/domain/hook-finding.ts';
import { CreateRevision } from './schema.ts';

const inHistory = {
  /** Counts from 1 for each hook. */
  number: z.int(),
  revision: z.string(),
  created_at: z.iso.datetime(),
  /** client_id of who made it; `null` for what was there when hookmint was set up. */
  created_by: z.string().nullable(),
  /** Tokens are shaped by it when the hook is enabled. */
  current: z.boolean(),
  /** It was written last and is not deployed yet. */
  draft: z.boolean(),
  /** Of the gradual deployment that is on, or of the last; `client_ids`: how many were named. */
  gradual: z
    .object({
      state: z.enum(['on', ...EndedGradual.shape.outcome.options]),
      percent: z.int(),
      client_ids: z.int(),
      reason: z.string().optional(),
    })
    .optional(),
  /** It runs beside the deployed one for a share of the requests. */
  shadow: z.object({ percent: z.number() }).optional(),
};

export const RevisionEntry = z.object(inHistory).meta({ id: 'HookRevisionEntry' });
export const RevisionList = z.object({ revisions: z.array(RevisionEntry) });

/** A complete revision. Secrets are shown by name only. */
export const RevisionView = z
  .object({
    ...inHistory,
    kind: z.enum(HOOK_KINDS),
    script: z.string(),
    dependencies: z.record(z.string(), z.string()),
    modules: z.array(HookModule),
    limits: HookLimits,
    egress: EgressPolicy,
    on_failure: z.enum(['deny', 'issue_unmodified']),
    isolation: HookIsolation,
    language: HookLanguage,
    contract: z.enum(CONTRACT_NAMES),
    secrets: z.array(z.string()),
    checks: z.array(HookCheck),
  })
  .meta({ id: 'HookRevision' });

const howToRun = {
  event: SampleEvent.optional(),
  /** In the place of `event`: the token request of this log. */
  log_id: z.string().max(64).optional(),
  /** Default: the tenant's. */
  custom_claims: CustomClaimsPolicy.optional(),
};
type HowToRun = { event?: unknown; log_id?: unknown };
const isOneEvent = ({ event, log_id }: HowToRun): boolean => event === undefined || log_id === undefined;
const ONE_EVENT = 'takes event or log_id, not both';

export const DryRunInput = z.strictObject(howToRun).refine(isOneEvent, ONE_EVENT).optional();

/** A revision that is not kept: what is left out of it is as in the hook's draft. */
export const UnsavedDryRunInput = z
  .strictObject({ ...CreateRevision.shape, ...howToRun })
  .refine(isOneEvent, ONE_EVENT);

export const DryRunView = z
  .object({
    kind: z.enum(HOOK_KINDS),
    /** `null` when none would be issued; then `answer` is what the client would get. */
    token: z.object({ scope: z.array(z.string()), claims: z.record(z.string(), z.unknown()) }).nullable(),
    scope_changes: z.object({ removed: z.array(z.string()), added: z.array(z.string()) }),
    dropped: z.array(Dropped),
    answer: z.object({ status: z.int(), error: z.string(), error_description: z.string() }).nullable(),
    outcome: z.looseObject({ status: z.enum(HookOutcome.options.map((option) => option.shape.status.value)) }),
    console: HookOutcome.options[0].shape.console,
    network: z.array(NetworkCall),
    /** Of a run that timed out: the calls that were not answered, or else the last that was. */
    last_calls: LastCalls.optional(),
    cpu_ms: z.number(),
    wall_ms: z.number(),
  })
  .meta({ id: 'HookDryRun' });

/** What one run printed. */
export const HookLogView = HookLog.meta({ id: 'HookLog' });
