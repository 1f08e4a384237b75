import { createHash } from 'node:crypto';
import { z } from 'zod';
import { HOOK_KINDS } from './contracts.ts';
import { DEFAULT_EGRESS_POLICY, EgressPolicy } from './egress.ts';
import { MAX_HOOK_CHECKS_BYTES } from './hook-check.ts';
import { EndedGradual, GradualDeployment } from './gradual-deployment.ts';
import { Shadow } from './shadow.ts';

/** The extensibility points hookmint runs hooks at. */
export const TriggerId = z.enum(['credentials-exchange']);
export type TriggerId = z.infer<typeof TriggerId>;

/** Longest time that a hook may be given from its start to `cb`, milliseconds. */
export const MAX_WALL_MS = 20_000;

/** What one run of a hook may use, each with its unit, range, default and what happens at the limit. */
export const HookLimits = z.strictObject({
  /** CPU time, milliseconds. At the limit the run is stopped and answered `timed_out`. */
  cpu_ms: z.int().min(1).max(10_000),
  /** Time from start to `cb`, milliseconds (contract §1.5: 20 s). At the limit the run is answered `timed_out`. */
  wall_ms: z.int().min(1).max(MAX_WALL_MS),
  /** Heap of the hook's isolate, MiB. At the limit the isolate is disposed and the run answered `out_of_memory`. */
  heap_mib: z.int().min(8).max(256),
  /** JSON text of the result, bytes. Over the limit the run is answered `bad_result`. */
  result_bytes: z.int().min(1024).max(262_144),
  /** Console output kept of one run, bytes; the rest is cut. */
  console_bytes: z.int().min(0).max(65_536),
  /** HTTP requests of one run; one more is refused to the hook. */
  network_calls: z.int().min(0).max(100).default(20),
});
export type HookLimits = z.infer<typeof HookLimits>;

/** Whether a hook shares sandbox processes with others, as it is said to hookmint. */
export const HookIsolation = z.enum(['shared', 'process']);
export type HookIsolation = z.infer<typeof HookIsolation>;

/** What a hook's code is written in. Types of TypeScript are taken off, not checked. */
export const HookLanguage = z.enum(['javascript', 'typescript']);
export type HookLanguage = z.infer<typeof HookLanguage>;

export const DEFAULT_HOOK_LIMITS: HookLimits = {
  cpu_ms: 1_000,
  wall_ms: MAX_WALL_MS,
  heap_mib: 64,
  result_bytes: 131_072,
  console_bytes: 8_192,
  network_calls: 20,
};

/** Longest text of a hook's author, and longest script made of it and its modules, bytes of UTF-8: with what JSON adds, it fits one message of 8 MB. */
export const MAX_HOOK_CODE_BYTES = 524_288;
export const MAX_HOOK_SCRIPT_BYTES = 6_815_744;

/** Most modules of a hook, those that its modules need among them. */
export const MAX_HOOK_MODULES = 1_000;

/** An npm module in a hook's script, as it was resolved. */
export const HookModule = z.strictObject({
  name: z.string().max(255),
  version: z.string().max(256),
  /** One hash or several (SRI). */
  integrity: z.string().max(1_024),
});
export type HookModule = z.infer<typeof HookModule>;

/** Counted before they are looked at: of too many that are wrong each would be told of. */
const HookDependencies = z
  .custom<Record<string, string>>(
    (all: unknown) => typeof all === 'object' && all !== null && Object.keys(all).length <= MAX_HOOK_MODULES,
  )
  .pipe(z.record(z.string().max(255), z.string().max(256)));

/** All that decides how a hook runs. It is never changed: another content is another revision. */
export const HookRevisionContent = z.strictObject({
  hook_id: z.string(),
  /** The contract that the code is written to. */
  kind: z.enum(HOOK_KINDS).default('hook'),
  code: z.string().min(1).max(MAX_HOOK_CODE_BYTES),
  /** npm modules the author asked for, name to version. */
  dependencies: HookDependencies.default({}),
  /** The code with its modules in one script, as it is run; `null` for code that requires nothing and is run as it is. */
  build: z
    .strictObject({
      script: z.string().min(1).max(MAX_HOOK_SCRIPT_BYTES),
      /** Where in `code` the lines of the script come from. */
      source_map: z.string(),
      modules: z.array(HookModule).max(MAX_HOOK_MODULES),
    })
    .nullable()
    .default(null),
  /** The hook's secrets, name to value, as JSON in a compact JWE; `null` for none. */
  secrets: z.string().nullable().default(null),
  egress: EgressPolicy.default(DEFAULT_EGRESS_POLICY),
  /** What becomes of a token whose hook failed: none is issued, or one without the hook's claims, marked in event, log and span. */
  on_failure: z.enum(['deny', 'issue_unmodified']).default('deny'),
  limits: HookLimits,
  /** `process`: its sandbox processes run no other hook. Left out, not a default: revisions from before it keep their address. */
  isolation: z.literal('process').optional(),
  /** What `code` is written in, where that is not JavaScript. Left out as `isolation` is. */
  language: z.literal('typescript').optional(),
  /** JSON text of what must hold before tokens are shaped by it (`hook-check.ts`), to nobody who runs it. Left out as `isolation` is. */
  checks: z.string().max(MAX_HOOK_CHECKS_BYTES).optional(),
});
export type HookRevisionContent = z.infer<typeof HookRevisionContent>;
export type HookRevisionInput = z.input<typeof HookRevisionContent>;

export const HookRevision = HookRevisionContent.extend({ revision: z.string() });
export type HookRevision = z.infer<typeof HookRevision>;

/** A hook or an Action as tokens are shaped by it: with the revision that is deployed, and the one of a gradual deployment. */
export type EnabledHook = {
  id: string;
  name: string;
  revision: HookRevision;
  gradual?: { deployment: GradualDeployment; revision: HookRevision };
  /** A revision that runs beside it, and shapes nothing. */
  shadow?: { shadow: Shadow; revision: HookRevision };
};

/** Revisions in a hook's history; a roll-back to older ones is not possible. */
export const MAX_HISTORY_REVISIONS = 50;

/** One entry of a hook's history. */
export const HookHistoryEntry = z.object({
  /** Counts from 1 for each hook. */
  number: z.int().min(1),
  revision: z.string(),
  created_at_ms: z.number(),
  /** client_id of who made it. */
  created_by: z.string().nullable(),
});
export type HookHistoryEntry = z.infer<typeof HookHistoryEntry>;

/** A hook or an Action: a name for a history of revisions, one of them deployed. */
export const Hook = z.object({
  id: z.string(),
  kind: z.enum(['hook', 'action']).default('hook'),
  name: z.string(),
  trigger_id: TriggerId,
  /** The revision that tokens are shaped by when the hook is enabled; `null` for one that was never deployed. */
  current_revision: z.string().nullable(),
  /** The revision written last; another than the current one is a draft. */
  draft_revision: z.string().nullable().default(null),
  /** Newest first. */
  history: z.array(HookHistoryEntry).max(MAX_HISTORY_REVISIONS).default([]),
  created_at_ms: z.number().default(0),
  updated_at_ms: z.number().default(0),
  /** A revision that shapes a part of the tokens. Left out, and where it cannot be read: the deployed one shapes all. */
  gradual: GradualDeployment.optional().catch(undefined),
  /** The last that is over. */
  ended_gradual: EndedGradual.optional().catch(undefined),
  /** A revision that runs beside the deployed one, and shapes nothing. */
  shadow: Shadow.optional().catch(undefined),
  /** What Auth0's tools say of an Action beyond this: kept and told again, without a meaning here. */
  profile: z.record(z.string(), z.unknown()).default({}),
});
export type Hook = z.infer<typeof Hook>;

/** What runs at an extensibility point: at most one hook, then Actions in their order. It names them, and they their revision. */
export const HookBinding = z.object({
  trigger_id: TriggerId,
  hook_id: z.string().nullable(),
  action_ids: z.array(z.string()).default([]),
  /** By an Action's id: what Auth0's tools call its place, and since when it has it. */
  bound: z.record(z.string(), z.object({ display_name: z.string(), created_at_ms: z.number() })).optional(),
});
export type HookBinding = z.infer<typeof HookBinding>;

/** The address of a revision: SHA-256 of its content, base64url. The same content has the same address everywhere. */
export function revisionAddress(content: HookRevisionInput): string {
  const canonical = JSON.stringify(HookRevisionContent.strip().parse(content), (_, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
  return createHash('sha256').update(canonical).digest('base64url');
}
