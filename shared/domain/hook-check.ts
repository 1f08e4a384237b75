import { z } from 'zod';
import { Dropped } from './hook-finding.ts';
import { HookOutcome } from './hook-outcome.ts';
import { SampleEvent } from './sample-event.ts';
import { CustomClaimsPolicy } from './tenant.ts';

/** What a case expects; what it leaves out is not looked at, but a token that is not issued is always a difference. */
export const Expectation = z
  .strictObject({
    /** All scopes of the token, in their order: an array, or as in a token response. */
    scope: z.union([z.array(z.string()), z.string().transform((text) => text.split(' ').filter(Boolean))]),
    /** All custom claims of the token. */
    claims: z.record(z.string(), z.unknown()),
    /** All that was dropped, in the order of the result. */
    dropped: z.array(z.partialRecord(z.enum(Dropped.keyof().options), z.string())),
    /** The answer to the client; a string is its `error`. */
    error: z.union([
      z.string().transform((error) => ({ error })),
      z.strictObject({ status: z.int(), error: z.string(), error_description: z.string() }).partial(),
    ]),
    outcome: z.enum(HookOutcome.options.map((option) => option.shape.status.value)),
    /** All lines of console output. */
    console: z.array(z.string()),
    /** What each of the endpoint's requests has, as far as it is told. */
    requests: z.array(
      z
        .strictObject({
          method: z.string(),
          path: z.string(),
          headers: z.record(z.string(), z.string()),
          body: z.unknown(),
        })
        .partial(),
    ),
  })
  .partial();
export type Expectation = z.infer<typeof Expectation>;

/** Kept and told as it was given; it can be read by `schema`, or is refused. */
const asGiven = (schema: z.ZodType) =>
  z.record(z.string(), z.unknown()).superRefine((value, context) => {
    const [issue] = schema.safeParse(value).error?.issues ?? [];
    if (issue !== undefined) context.addIssue({ code: 'custom', message: issue.message, path: issue.path });
  });

/** A case that travels with a revision, as it was stored: what it says of event and result may be of another version. */
export const HookCheck = z.strictObject({
  name: z.string().min(1).max(128),
  /** What it leaves out is a sample's. */
  event: z.record(z.string(), z.unknown()).optional(),
  /** Default: the tenant's. */
  custom_claims: CustomClaimsPolicy.optional(),
  expect: z.record(z.string(), z.unknown()),
});
export type HookCheck = z.infer<typeof HookCheck>;

export const MAX_HOOK_CHECKS = 50;
/** JSON text of all of a revision's checks, bytes. */
export const MAX_HOOK_CHECKS_BYTES = 65_536;

/** Checks that are given: one run of the hook each, and the result that it must have before the revision shapes tokens. */
export const HookChecks = z
  .array(HookCheck.extend({ event: asGiven(SampleEvent).optional(), expect: asGiven(Expectation) }))
  .max(MAX_HOOK_CHECKS, `must be at most ${String(MAX_HOOK_CHECKS)}`)
  .refine(
    (checks) => new Set(checks.map(({ name }) => name)).size === checks.length,
    'must each have a name of their own',
  )
  .refine(
    (checks) => Buffer.byteLength(JSON.stringify(checks)) <= MAX_HOOK_CHECKS_BYTES,
    `must have at most ${String(MAX_HOOK_CHECKS_BYTES)} bytes`,
  );

/** Of a revision, as they are in it. */
export function checksOf({ checks }: { checks?: string | undefined }): HookCheck[] {
  return checks === undefined ? [] : z.array(HookCheck).parse(JSON.parse(checks));
}
