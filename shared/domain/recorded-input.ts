import { z } from 'zod';
import { ClientAssertion } from './client-assertion-issuer.ts';
import { ProofOfPossession } from './proof-of-possession.ts';
import { StaticClaims } from './static-claims.ts';
import { Protocol, VerifiedSubject } from './subject-token.ts';

/** In the place of a value that is not recorded. */
export const REDACTED = '[redacted]';

const Values = z.record(z.string(), z.unknown());

/** What hooks are told of a request, before the first has run: all that their arguments are made of (`argumentsOf`). */
export const RecordedInput = z.object({
  client: z.object({
    id: z.string(),
    name: z.string(),
    tenant: z.string(),
    metadata: z.record(z.string(), z.string()),
  }),
  scope: z.array(z.string()),
  audience: z.string(),
  custom_claims: StaticClaims,
  proof_of_possession: ProofOfPossession.optional(),
  client_assertion: ClientAssertion.optional(),
  protocol: Protocol.optional(),
  subject: VerifiedSubject.optional(),
  actor: VerifiedSubject.optional(),
  body: Values,
  token: z.object({ issuer: z.string(), lifetime_seconds: z.number() }),
  request: z.object({
    ip: z.string().optional(),
    method: z.string(),
    hostname: z.string().optional(),
    user_agent: z.string().optional(),
    language: z.string().optional(),
    requested_scopes: z.array(z.string()),
  }),
});
export type RecordedInput = z.infer<typeof RecordedInput>;
