import { createHash } from 'node:crypto';
import { z } from 'zod';
import { DEFAULT_EGRESS_POLICY, EgressPolicy } from './egress.ts';

/** The extensibility points hookmint runs hooks at. */
export const TriggerId = z.enum(['credentials-exchange']);
export type TriggerId = z.infer<typeof TriggerId>;

/** What one run of a hook may use, each with its unit, range, default and what happens at the limit. */
export const HookLimits = z.strictObject({
  /** CPU time, milliseconds. At the limit the run is stopped and answered `timed_out`. */
  cpu_ms: z.int().min(1).max(10_000),
  /** Time from start to `cb`, milliseconds (contract §1.5: 20 s). At the limit the run is answered `timed_out`. */
  wall_ms: z.int().min(1).max(20_000),
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

export const DEFAULT_HOOK_LIMITS: HookLimits = {
  cpu_ms: 1_000,
  wall_ms: 20_000,
  heap_mib: 64,
  result_bytes: 131_072,
  console_bytes: 8_192,
  network_calls: 20,
};

/** Longest text of a hook's author, and longest script made of it and its modules, bytes of UTF-8: with what JSON adds, it fits one message of 8 MB. */
export const MAX_HOOK_CODE_BYTES = 524_288;
export const MAX_HOOK_SCRIPT_BYTES = 6_815_744;

/** An npm module in a hook's script, as it was resolved. */
export const HookModule = z.strictObject({ name: z.string(), version: z.string(), integrity: z.string() });
export type HookModule = z.infer<typeof HookModule>;

/** All that decides how a hook runs. It is never changed: another content is another revision. */
export const HookRevisionContent = z.strictObject({
  hook_id: z.string(),
  /** `hook`: Auth0's five-argument function; `action`: `exports.onExecuteCredentialsExchange`. */
  kind: z.enum(['hook', 'action']).default('hook'),
  code: z.string().min(1).max(MAX_HOOK_CODE_BYTES),
  /** npm modules the author asked for, name to version. */
  dependencies: z.record(z.string(), z.string()).default({}),
  /** The code with its modules in one script, as it is run; `null` for code that requires nothing and is run as it is. */
  build: z
    .strictObject({
      script: z.string().min(1).max(MAX_HOOK_SCRIPT_BYTES),
      /** Where in `code` the lines of the script come from. */
      source_map: z.string(),
      modules: z.array(HookModule),
    })
    .nullable()
    .default(null),
  /** The hook's secrets, name to value, as JSON in a compact JWE; `null` for none. */
  secrets: z.string().nullable().default(null),
  egress: EgressPolicy.default(DEFAULT_EGRESS_POLICY),
  /** What becomes of a token whose hook failed: none is issued, or one without the hook's claims, marked in event, log and span. */
  on_failure: z.enum(['deny', 'issue_unmodified']).default('deny'),
  limits: HookLimits,
});
export type HookRevisionContent = z.infer<typeof HookRevisionContent>;
export type HookRevisionInput = z.input<typeof HookRevisionContent>;

export const HookRevision = HookRevisionContent.extend({ revision: z.string() });
export type HookRevision = z.infer<typeof HookRevision>;

export const Hook = z.strictObject({
  id: z.string(),
  name: z.string(),
  trigger_id: TriggerId,
  current_revision: z.string(),
});
export type Hook = z.infer<typeof Hook>;

/** The one enabled hook of an extensibility point. */
export const HookBinding = z.strictObject({
  trigger_id: TriggerId,
  hook_id: z.string(),
  hook_name: z.string(),
  revision: z.string(),
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
