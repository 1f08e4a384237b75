import { z } from 'zod';
import { CONTRACT_NAMES } from '../../shared/domain/contracts.ts';
import { EgressPolicy } from '../../shared/domain/egress.ts';
import { HookOutcome } from '../../shared/domain/hook-outcome.ts';
import { CustomClaimsPolicy } from '../../shared/domain/tenant.ts';
import { HookSecrets } from '../../shared/hook-secrets.ts';
import { Dropped } from '../../shared/domain/hook-finding.ts';
import { SampleEvent } from '../../shared/domain/sample-event.ts';

/** What a case expects; what it leaves out is not looked at, but a token that is not issued is always a difference. */
const Expectation = z
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

/** An answer of the server that stands in the place of an endpoint; `body` is JSON, or a text that is sent as it is. */
export const EndpointAnswer = z.strictObject({
  status: z.int().min(200).max(599).default(200),
  headers: z.record(z.string(), z.string()).default({}),
  body: z.unknown().optional(),
  delay_ms: z.int().min(0).max(20_000).default(0),
});
export type EndpointAnswer = z.infer<typeof EndpointAnswer>;

/** A `*.case.json`: one run of a hook, and the result it must have. */
export const Case = z.strictObject({
  /** The hook's file, from the case's folder. */
  hook: z.string().min(1),
  name: z.string().optional(),
  /** The contract that it is written to; left out: what the code tells. */
  contract: z.enum(CONTRACT_NAMES).optional(),
  event: SampleEvent.prefault({}),
  secrets: HookSecrets.default({}),
  /** Of a webhook: what a server in the place of its endpoint answers, one after the other, and at last again and again. */
  endpoint: z.array(EndpointAnswer).min(1).optional(),
  allowed_addresses: EgressPolicy.shape.allowed_addresses.default([]),
  custom_claims: CustomClaimsPolicy.default('namespaced'),
  expect: Expectation,
});
export type Case = z.infer<typeof Case>;
