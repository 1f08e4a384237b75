import { z } from 'zod';
import { ClientAssertion } from '../../../../shared/domain/client-assertion-issuer.ts';
import { LastCalls } from '../../../../shared/domain/hook-outcome.ts';
import { ProofOfPossession } from '../../../../shared/domain/proof-of-possession.ts';
import { SampleEvent } from '../../../../shared/domain/sample-event.ts';
import { Protocol, VerifiedSubject } from '../../../../shared/domain/subject-token.ts';
import { UpdateAction } from './schema.ts';

const text = z.string().optional();
const texts = z.array(z.string()).optional();

/** The `event` to try an Action with (contract §6). What is left out is a sample; secrets are always the Action's own. */
const TestEvent = z.strictObject({
  accessToken: z.strictObject({ customClaims: z.record(z.string(), z.unknown()).optional(), scope: texts }).optional(),
  client: z
    .strictObject({ client_id: text, name: text, metadata: z.record(z.string(), z.string()).optional() })
    .optional(),
  request: z
    .strictObject({
      body: z.record(z.string(), z.unknown()).optional(),
      geoip: z.unknown().optional(),
      hostname: text,
      ip: text,
      language: text,
      method: text,
      user_agent: text,
    })
    .optional(),
  proof_of_possession: ProofOfPossession.optional(),
  client_assertion: ClientAssertion.optional(),
  subject: VerifiedSubject.optional(),
  actor: VerifiedSubject.optional(),
  resource_server: z.strictObject({ identifier: text }).optional(),
  tenant: z.strictObject({ id: text }).optional(),
  transaction: z
    .strictObject({
      protocol: Protocol.optional(),
      requested_scopes: texts,
      target_scopes: texts,
      correlation_id: text,
    })
    .optional(),
  /** Members of Auth0's events that are never there here. */
  agent: z.unknown().optional(),
  custom_domain: z.unknown().optional(),
  organization: z.unknown().optional(),
  secrets: z.unknown().optional(),
});
type TestEvent = z.infer<typeof TestEvent>;

export const TestAction = z.strictObject({ payload: TestEvent });
export type TestAction = z.infer<typeof TestAction>;

/** Code that is not kept: what is left out of it is as in the Action's draft. */
export const DryRunAction = z
  .strictObject({
    ...UpdateAction.pick({ code: true, dependencies: true }).shape,
    payload: TestEvent.optional(),
    /** In the place of `payload`: the token request of this log. */
    log_id: z.string().max(64).optional(),
  })
  .refine(({ payload, log_id }) => payload === undefined || log_id === undefined, 'takes payload or log_id, not both');

/** What the run came to, in the words of a token. */
export const TestResult = z
  .object({
    payload: z.object({
      /** Custom claims that the token would have: those that the event has, and those of the Action. */
      claims: z.record(z.string(), z.unknown()),
      scope: z.array(z.string()),
      /** What the client would be answered when the Action denies. */
      denied: z.object({ error: z.string(), error_description: z.string() }).nullable(),
      /** What was wrong of a run that failed; empty for one that came to a decision. */
      errors: z.array(z.object({ id: z.string(), msg: z.string(), stack: z.string().optional() })),
      /** Claims and scopes that were asked for and are not in the token. */
      dropped: z.array(z.unknown()),
      console: z.array(z.object({ level: z.string(), text: z.string() })),
      network: z.array(z.unknown()),
      /** Of a run that timed out: the calls that were not answered, or else the last that was. */
      last_calls: LastCalls.optional(),
      cpu_ms: z.number(),
      wall_ms: z.number(),
    }),
  })
  .meta({ id: 'ActionTestResult' });
export type TestResult = z.infer<typeof TestResult>;

/** The arguments that make an executor show the Action this event. */
export function argumentsOf(payload: TestEvent): SampleEvent {
  const { accessToken, client, client_assertion, proof_of_possession, request, resource_server, tenant, transaction } =
    payload;
  const { subject, actor } = payload;
  const { body, hostname, ip, language, method, user_agent } = request ?? {};
  return SampleEvent.parse({
    client: { id: client?.client_id, name: client?.name, metadata: client?.metadata, tenant: tenant?.id },
    scope: accessToken?.scope ?? transaction?.target_scopes,
    audience: resource_server?.identifier,
    custom_claims: accessToken?.customClaims,
    proof_of_possession,
    client_assertion,
    protocol: transaction?.protocol,
    subject,
    actor,
    body,
    request: { hostname, ip, language, method, user_agent, requested_scopes: transaction?.requested_scopes },
  });
}
