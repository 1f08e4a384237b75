import { createHash } from 'node:crypto';
import { z } from 'zod';

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
});
export type HookLimits = z.infer<typeof HookLimits>;

export const DEFAULT_HOOK_LIMITS: HookLimits = {
  cpu_ms: 1_000,
  wall_ms: 20_000,
  heap_mib: 64,
  result_bytes: 131_072,
  console_bytes: 8_192,
};

/** Longest hook code, bytes of UTF-8. Chosen so that a revision fits one bus message. */
export const MAX_HOOK_CODE_BYTES = 524_288;

/** All that decides how a hook runs. It is never changed: another content is another revision. */
export const HookRevisionContent = z.strictObject({
  hook_id: z.string(),
  code: z.string().min(1).max(MAX_HOOK_CODE_BYTES),
  limits: HookLimits,
});
export type HookRevisionContent = z.infer<typeof HookRevisionContent>;

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
export function revisionAddress(content: HookRevisionContent): string {
  const { limits } = content;
  const canonical = JSON.stringify([
    content.hook_id,
    content.code,
    Object.entries(limits).sort(([a], [b]) => (a < b ? -1 : 1)),
  ]);
  return createHash('sha256').update(canonical).digest('base64url');
}
