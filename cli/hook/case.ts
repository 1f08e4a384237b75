import { z } from 'zod';
import { CONTRACT_NAMES } from '../../shared/domain/contracts.ts';
import { EgressPolicy } from '../../shared/domain/egress.ts';
import { CustomClaimsPolicy } from '../../shared/domain/tenant.ts';
import { Expectation } from '../../shared/domain/hook-check.ts';
import { HookSecrets } from '../../shared/hook-secrets.ts';
import { SampleEvent } from '../../shared/domain/sample-event.ts';

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
