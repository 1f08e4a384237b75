import { z } from 'zod';
import type { CodeKind } from '../../../shared/domain/contracts.ts';
import type { HookLimits } from '../../../shared/domain/hook.ts';
import type { Inspected } from './hook-realm.ts';
import type { RuntimeTexts } from '../isolate/bundle-globals.ts';
import type { MemoryBounds } from './memory-bounds.ts';
import { MAX_CALL_LENGTH, MAX_ITEMS_PER_MESSAGE } from './message-bounds.ts';

/**
 * What the executor and a sandbox process say to each other over their IPC channel, each message holding whatever came
 * together in one event-loop turn. The first that a sandbox process hears is the runtime; then it is ready.
 */
export type ToSandbox = {
  runtime?: RuntimeTexts;
  /** Other bounds than MEMORY_BOUNDS, with the runtime. */
  memory?: MemoryBounds;
  /** Port of this machine at which a debugger may attach, with the runtime; 0 for any that is free. The process is ready when one has. */
  inspectAt?: number;
  /** Asks for a sign of life. */
  alive?: true;
  load?: RunnableHook[];
  unload?: string[];
  runs?: SandboxRun[];
  /** Answers to calls; `json` is the value, or of a failure `{ code, message }`. */
  results?: { call: number; ok: boolean; json: string }[];
};

/** A hook revision as it is run: its script with all modules in it, its secrets in the clear. What is loaded has it as a function. */
export type RunnableHook = {
  revision: string;
  script: string;
  kind: CodeKind;
  secrets: Record<string, string>;
  limits: HookLimits;
  /** The hook, or the hosted tenant, whose process runs it and nothing of others; left out: it shares processes with those of the deployment's own tenant. */
  processOf?: { hook: string } | { tenant: string };
  inspected?: Inspected;
};

export type SandboxRun = {
  id: number;
  revision: string;
  /** JSON text of the hook's arguments; `null` to load the hook and not run it. */
  arguments: string | null;
  /** Milliseconds since the epoch. */
  deadlineMs: number;
};

/** More than a process does in the time between two reports: one that was taken over can say no more. */
const Count = z.int().min(0).max(1_000_000);

const SandboxCounts = z.object({ isolates: Count, warm: Count, cold: Count, evicted: Count });
export type SandboxCounts = z.infer<typeof SandboxCounts>;

/**
 * What a sandbox process reports; it may have been taken over by a hook, so the executor checks it. Each `outcome` is checked
 * as a whole against HookOutcome, each request of a call against HttpExchangeRequest, or what storage-of-run.ts takes.
 */
export const FromSandbox = z.object({
  ready: z.boolean().optional(),
  /** The sign of life that was asked for. */
  alive: z.boolean().optional(),
  /** Where a debugger may attach; `null` where the port cannot be had. */
  inspector: z
    .string()
    .regex(/^ws:\/\/127\.0\.0\.1:\d{1,5}\/[\da-f-]{36}$/)
    .nullable()
    .optional(),
  /** This process must be replaced: a thread cannot be stopped, or memory does not come back. */
  replace: z.enum(['stuck', 'memory']).optional(),
  /** What happened since the last of these, and how many isolates there are. */
  counts: SandboxCounts.optional(),
  outcomes: z
    .array(z.object({ id: z.int(), outcome: z.unknown() }))
    .max(MAX_ITEMS_PER_MESSAGE)
    .optional(),
  /** Runs that will ask for nothing any more. */
  over: z.array(z.int()).max(MAX_ITEMS_PER_MESSAGE).optional(),
  calls: z
    .array(
      z.object({
        run: z.int(),
        call: z.int(),
        kind: z.enum(['http', 'storage']),
        request: z.string().max(MAX_CALL_LENGTH),
      }),
    )
    .max(MAX_ITEMS_PER_MESSAGE)
    .optional(),
});
